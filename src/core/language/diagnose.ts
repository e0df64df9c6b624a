import { isContainer } from '../../protocol/commands/lookup.ts';
import { typedCommand, wordText, type CommandBook } from './command.ts';
import type { Line } from './words.ts';

/** What is wrong with a line before it is sent; `from` and `to` are places in the line. */
export type LineFault = { readonly from: number; readonly to: number } & (
  | { readonly kind: 'open-quote' }
  | { readonly kind: 'glued-quote' } // something stands right behind a closed quote
  | { readonly kind: 'unknown-command'; readonly name: string }
  | { readonly kind: 'unknown-subcommand'; readonly container: string; readonly name: string }
  | { readonly kind: 'no-subcommand'; readonly container: string }
  | { readonly kind: 'arguments'; readonly name: string } // fewer or more than the command takes
);

/** The first fault that keeps a server from running the line, judged as the server does: name, subcommand, number of arguments. */
export function diagnoseLine(line: Line, book: CommandBook): LineFault | undefined {
  const { words, fault } = line;
  const last = words.at(-1);
  if (fault !== undefined) return { kind: fault.kind === 'open' ? 'open-quote' : 'glued-quote', from: fault.at, to: Math.max(fault.at + 1, last?.to ?? 0) };
  const [first, second] = words;
  if (first === undefined || last === undefined) return undefined;
  const typed = typedCommand(line, book);
  if (typed === undefined) return { kind: 'unknown-command', name: wordText(first), from: first.from, to: first.to };
  if (typed.nameWords === 1 && isContainer(typed.name)) {
    // COMMAND alone is a command.
    if (second === undefined) return typed.fact.arity === -1 ? undefined : { kind: 'no-subcommand', container: typed.name, from: first.from, to: first.to };
    return { kind: 'unknown-subcommand', container: typed.name, name: wordText(second), from: second.from, to: second.to };
  }
  const { arity } = typed.fact;
  if (arity >= 0 ? words.length === arity : words.length >= -arity) return undefined;
  return { kind: 'arguments', name: typed.name, from: first.from, to: last.to };
}
