import { argumentsOf, type CommandArgument } from '../../protocol/commands/arguments.ts';
import { typedCommand, wordText, type CommandBook } from './command.ts';
import { remainingArguments } from './remaining.ts';
import { splitLine } from './words.ts';

/** A place of a line where the name of a key may stand. */
export interface KeyPlace {
  /** Where the name begins, its quote included; UTF-16 units. */
  readonly from: number;
  /** What of it is there. */
  readonly prefix: Buffer;
  /** It stands in double quotes that are not closed yet. */
  readonly quoted: boolean;
}

/** Where the line ends in the name of a key, or may go on with one; undefined where it does not, and behind single quotes. */
export function keyPlace(text: string, book: CommandBook): KeyPlace | undefined {
  const { words, fault } = splitLine(text);
  const last = words.at(-1);
  const typing = last?.to === text.length ? last : undefined;
  const quoted = fault !== undefined;
  // A quote in the middle of a word, and what has its quotes, is left alone.
  if (quoted ? fault.kind === 'glued' || typing?.from !== fault.at || text[fault.at] !== '"' : typing !== undefined && /["']/.test(text.slice(typing.from))) return undefined;
  const typed = typedCommand({ words: typing === undefined ? words : words.slice(0, -1), fault: undefined }, book);
  const left = typed && remainingArguments(argumentsOf(typed.name), typed.args.map(wordText));
  if (left === undefined || !takesKey(left)) return undefined;
  return { from: typing?.from ?? text.length, prefix: typing?.bytes ?? Buffer.alloc(0), quoted };
}

/** True if a key without a word in front may come next. */
function takesKey(args: readonly CommandArgument[]): boolean {
  for (const { token, type, parts, flags } of args) {
    if (token === undefined || token === '') {
      if (type === 'key' || (type === 'block' && takesKey(parts)) || (type === 'oneof' && parts.some((part) => takesKey([part])))) return true;
    }
    if (!flags.includes('optional')) return false;
  }
  return false;
}
