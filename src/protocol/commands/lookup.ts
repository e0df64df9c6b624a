import type { CommandFact, CommandFlag, CommandRow } from './fact.ts';
import { commandRows } from './table.ts';

const facts = new Map<string, CommandFact>(commandRows.map((row) => [row[0], toFact(row)]));
const containers = new Set([...facts.keys()].filter((name) => name.includes('|')).map((name) => name.slice(0, name.indexOf('|'))));

function toFact([name, arity, flags, first, last, step, group, since]: CommandRow): CommandFact {
  const set = new Set(flags.split(' ').filter((flag) => flag !== '') as CommandFlag[]);
  return { name, arity, flags: set, keys: { first, last, step }, group, since };
}

/** The fact of a command by its full lower-case name (`get`, `config|set`), or undefined if the table lacks it. */
export function commandFact(name: string): CommandFact | undefined {
  return facts.get(name);
}

/** Every fact, containers and subcommands included. */
export function allCommandFacts(): Iterable<CommandFact> {
  return facts.values();
}

/** True for a command whose first argument is a subcommand (CONFIG, CLIENT, XINFO ...). */
export function isContainer(name: string): boolean {
  return containers.has(name);
}
