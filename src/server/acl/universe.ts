import { aclCategories, categoriesOf } from '../../protocol/commands/categories.ts';
import { allCommandFacts, commandFact, isContainer } from '../../protocol/commands/lookup.ts';
import type { Bytes } from '../store/value.ts';

/** A command as rules see it: a place in a selector's row of bits. */
export interface AclCommand {
  readonly id: number;
  /** `get`, `config`, `config|get`. */
  readonly name: string;
  /** Ids of the subcommands of a container. */
  readonly children: readonly number[];
  readonly isSubcommand: boolean;
  /** It came after Redis 7.0, and does not count where Redis counts commands. */
  readonly isLater: boolean;
}

/** Every command that rules may name, by id; a container stands before its subcommands. */
export const aclCommands: readonly AclCommand[] = build();
/** The commands of each category, by its name without `@`, in the order of ACL CAT. */
export const commandsOfCategory: ReadonlyMap<string, readonly AclCommand[]> = new Map(
  aclCategories.map((category) => [category, aclCommands.filter(({ name }) => isIn(name, `@${category}`))]),
);
const byName = new Map(aclCommands.map((command) => [command.name, command]));

function build(): AclCommand[] {
  const facts = [...allCommandFacts()];
  const tops = facts.filter(({ name }) => !name.includes('|'));
  const ordered = tops.flatMap((top) => [top, ...facts.filter(({ name }) => name.startsWith(`${top.name}|`))]);
  return ordered.map((fact, id) => {
    const isSubcommand = fact.name.includes('|');
    const children = isSubcommand ? [] : ordered.flatMap(({ name }, at) => (name.startsWith(`${fact.name}|`) ? [at] : []));
    const isLater = fact.since >= '7.1';
    return { id, name: fact.name, children, isSubcommand, isLater };
  });
}

function isIn(name: string, category: string): boolean {
  const fact = commandFact(name);
  return fact !== undefined && categoriesOf(fact).includes(category);
}

/** The command of a full lower-case name; undefined for one that stands in no row of the table. */
export function aclCommand(name: string): AclCommand | undefined {
  return byName.get(name);
}

/** The command that a rule means: `get`, `CONFIG|get`; case does not matter. */
export function namedCommand(name: Bytes): AclCommand | undefined {
  return byName.get(name.toLowerCase());
}

/** The command of a call as ACL DRYRUN looks it up: undefined where a container has no such subcommand. */
export function calledCommand(args: readonly Bytes[]): AclCommand | undefined {
  const name = (args[0] ?? '').toLowerCase();
  if (name.includes('|')) return undefined;
  return isContainer(name) && args.length > 1 ? byName.get(`${name}|${(args[1] ?? '').toLowerCase()}`) : byName.get(name);
}
