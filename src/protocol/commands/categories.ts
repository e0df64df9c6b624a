import type { CommandFact, CommandGroup } from './fact.ts';
import { isContainer } from './lookup.ts';

/** The ACL categories in the order of ACL CAT and of COMMAND INFO, without `@`. */
export const aclCategories = [
  'keyspace', 'read', 'write', 'set', 'sortedset', 'list', 'hash', 'string', 'bitmap', 'hyperloglog', 'geo', 'stream',
  'pubsub', 'admin', 'fast', 'slow', 'blocking', 'dangerous', 'connection', 'transaction', 'scripting',
] as const;

/** A category's name without its `@`. */
export type AclCategory = (typeof aclCategories)[number];

/** The category of a group's commands; the rest have none (server, cluster) or get it by a flag (pubsub). */
const ofGroup: Partial<Record<CommandGroup, AclCategory>> = {
  bitmap: 'bitmap', connection: 'connection', generic: 'keyspace', geo: 'geo', hash: 'hash', hyperloglog: 'hyperloglog', list: 'list',
  scripting: 'scripting', set: 'set', 'sorted-set': 'sortedset', stream: 'stream', string: 'string', transactions: 'transaction',
};

/** Commands that are in other categories than their group's. */
const instead: Readonly<Record<string, readonly AclCategory[]>> = {
  asking: ['connection'],
  dbsize: ['keyspace'],
  flushall: ['keyspace'],
  flushdb: ['keyspace'],
  readonly: ['connection'],
  readwrite: ['connection'],
  'restore-asking': ['keyspace'],
  sort: ['set', 'sortedset', 'list'],
  sort_ro: ['set', 'sortedset', 'list'],
  swapdb: ['keyspace'],
  wait: ['connection'],
};

/** Dangerous without being for administrators only. */
const dangerous = new Set(['flushall', 'flushdb', 'info', 'keys', 'migrate', 'restore', 'restore-asking', 'sort', 'sort_ro', 'swapdb']);
/** For administrators by category, not by flag. */
const admin = new Set(['lastsave', 'role']);

const known = new Map<string, readonly string[]>();

/** The ACL categories of a command, `@` in front, in the order of COMMAND INFO. */
export function categoriesOf(fact: CommandFact): readonly string[] {
  let categories = known.get(fact.name);
  if (categories === undefined) known.set(fact.name, (categories = compute(fact)));
  return categories;
}

function compute({ name, flags, group }: CommandFact): string[] {
  const isAdmin = flags.has('admin') || admin.has(name);
  const has = new Set<AclCategory>([flags.has('fast') ? 'fast' : 'slow']);
  if (flags.has('write')) has.add('write');
  // A read-only script reads by what it calls.
  if (flags.has('readonly') && group !== 'scripting') has.add('read');
  if (flags.has('pubsub')) has.add('pubsub');
  if (flags.has('blocking')) has.add('blocking');
  if (isAdmin) has.add('admin');
  if (isAdmin || dangerous.has(name)) has.add('dangerous');
  for (const category of main(name, group)) has.add(category);
  return aclCategories.filter((category) => has.has(category)).map((category) => `@${category}`);
}

function main(name: string, group: CommandGroup): readonly AclCategory[] {
  // COMMAND and what is below it are for connections; every other container is nothing but slow.
  if (name === 'command' || name.startsWith('command|')) return ['connection'];
  if (isContainer(name)) return [];
  const category = ofGroup[group];
  return instead[name] ?? (category === undefined ? [] : [category]);
}
