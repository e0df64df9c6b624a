import type { CommandFact } from '../../protocol/commands/fact.ts';
import { allCommandFacts, commandFact } from '../../protocol/commands/lookup.ts';
import type { Line, Word } from './words.ts';

/** The commands there are, by their full lower-case names (`get`, `config|set`). */
export interface CommandBook {
  fact(name: string): CommandFact | undefined;
  names(): Iterable<string>;
}

/** The commands of our own table. */
export const tableOfCommands: CommandBook = {
  fact: commandFact,
  *names() {
    for (const { name } of allCommandFacts()) yield name;
  },
};

/** What stands on a line. */
export interface TypedCommand {
  readonly name: string;
  readonly fact: CommandFact;
  /** Words that the name takes: 2 with a subcommand. */
  readonly nameWords: 1 | 2;
  readonly args: readonly Word[];
}

/** The command of a line; undefined when it is empty or unknown. A container without a known subcommand stands for itself. */
export function typedCommand({ words }: Line, book: CommandBook): TypedCommand | undefined {
  const [first, second] = words.map(wordText);
  if (first === undefined || first.includes('|')) return undefined;
  const whole = second === undefined ? undefined : `${first}|${second}`;
  for (const [name, nameWords] of [[whole, 2], [first, 1]] as const) {
    const fact = name === undefined ? undefined : book.fact(name);
    if (name !== undefined && fact !== undefined) return { name, fact, nameWords, args: words.slice(nameWords) };
  }
  return undefined;
}

/** A word as names of commands are compared: in lower case. */
export function wordText({ bytes }: Word): string {
  return bytes.length > 128 ? '' : bytes.toString('latin1').toLowerCase();
}

/** A command's name as people write it: `CONFIG SET`. */
export function titleOf(name: string): string {
  return name.replace('|', ' ').toUpperCase();
}
