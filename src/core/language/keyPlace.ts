import { argumentsOf, type CommandArgument } from '../../protocol/commands/arguments.ts';
import { typedCommand, wordText, type CommandBook } from './command.ts';
import { remainingArguments } from './remaining.ts';
import { splitLine } from './words.ts';

/** What an argument may stand in: double quotes with escapes, or single ones, which know that of themselves only. */
export type Quote = '"' | "'";

/** A place of a line where the name of a key may stand. */
export interface KeyPlace {
  /** Where the name begins, its quote included; UTF-16 units. */
  readonly from: number;
  /** What of it is there. */
  readonly prefix: Buffer;
  /** The quote in front of it, which is not closed yet. */
  readonly quote: Quote | undefined;
}

/** Where the line ends in the name of a key, or may go on with one; undefined where it does not. */
export function keyPlace(text: string, book: CommandBook): KeyPlace | undefined {
  const { words, fault } = splitLine(text);
  const last = words.at(-1);
  const typing = last?.to === text.length ? last : undefined;
  // A quote in the middle of a word, and what has its quotes, is left alone.
  if (fault !== undefined ? fault.kind === 'glued' || typing?.from !== fault.at : typing !== undefined && /["']/.test(text.slice(typing.from))) return undefined;
  const typed = typedCommand({ words: typing === undefined ? words : words.slice(0, -1), fault: undefined }, book);
  const left = typed && remainingArguments(argumentsOf(typed.name), typed.args.map(wordText));
  if (left === undefined || !takesKey(left)) return undefined;
  return { from: typing?.from ?? text.length, prefix: typing?.bytes ?? Buffer.alloc(0), quote: fault && (text[fault.at] as Quote) };
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
