import { argumentsOf } from '../../protocol/commands/arguments.ts';
import { titleOf, typedCommand, wordText, type CommandBook } from './command.ts';
import { notationOf } from './notation.ts';
import { nextTokens, remainingArguments } from './remaining.ts';
import { splitLine, type Line } from './words.ts';

/** One way to go on. */
export interface Completion {
  readonly kind: 'command' | 'subcommand' | 'option';
  /** In capital letters. */
  readonly text: string;
  /** The full lower-case name of the command that it makes, or belongs to. */
  readonly command: string;
}

/** What may stand at a place of a line, instead of what stands from `from` to there. */
export interface Completions {
  readonly from: number;
  readonly items: readonly Completion[];
}

/** How the line goes on at `at`: commands, subcommands, or the options that may come there. Nothing is proposed within quotes. */
export function completeLine(text: string, at: number, book: CommandBook): Completions {
  const line = splitLine(text.slice(0, at));
  const last = line.words.at(-1);
  const typing = last?.to === at ? last : undefined;
  const from = typing?.from ?? at;
  if (line.fault !== undefined || /["']/.test(text.slice(from, at))) return { from, items: [] };
  const before: Line = { words: typing === undefined ? line.words : line.words.slice(0, -1), fault: undefined };
  const start = typing === undefined ? '' : wordText(typing).toUpperCase();
  return { from, items: proposals(before, book).filter((item) => item.text.startsWith(start)) };
}

function proposals(before: Line, book: CommandBook): readonly Completion[] {
  const names = [...book.names()];
  const [first] = before.words;
  if (first === undefined) return names.filter((name) => !name.includes('|')).map((name) => ({ kind: 'command', text: titleOf(name), command: name }));
  const container = `${wordText(first)}|`;
  const subcommands = before.words.length > 1 ? [] : names.filter((name) => name.startsWith(container));
  const typed = typedCommand(before, book);
  const options = typed === undefined ? [] : nextTokens(remainingArguments(argumentsOf(typed.name), typed.args.map(wordText)) ?? []);
  return [
    ...subcommands.map((name): Completion => ({ kind: 'subcommand', text: titleOf(name.slice(container.length)), command: name })),
    ...options.map((text): Completion => ({ kind: 'option', text, command: typed?.name ?? '' })),
  ];
}

/** What is still missing of the command on a line, in Redis's notation; undefined where nothing is, or nothing fits. */
export function hintFor(text: string, book: CommandBook): string | undefined {
  const line = splitLine(text);
  const typed = line.fault === undefined ? typedCommand(line, book) : undefined;
  const left = typed && remainingArguments(argumentsOf(typed.name), typed.args.map(wordText));
  return left === undefined || left.length === 0 ? undefined : notationOf(left);
}
