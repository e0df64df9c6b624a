import { categoriesOf } from '../../protocol/commands/categories.ts';
import type { CommandFact } from '../../protocol/commands/fact.ts';
import { hasKeys, keysOf } from '../../protocol/commands/keys.ts';
import { keySpecsOf, type KeySpec } from '../../protocol/commands/keySpecs.ts';
import { allCommandFacts, commandFact, isContainer } from '../../protocol/commands/lookup.ts';
import { tipsOf } from '../../protocol/commands/tips.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context, Handlers, ServerState } from '../state.ts';
import { globMatch } from '../store/glob.ts';
import type { Bytes } from '../store/value.ts';
import { commandDocuments } from './commandDocs.ts';
import { EMPTY_ARRAY, NULL, SYNTAX, arg, array, bulk, bulks, fail, integer, isOption, map } from './support.ts';

/** The facts of all that this server has: commands, containers of those, and subcommands, in the table's order. */
export function factsHere({ commands }: ServerState): readonly CommandFact[] {
  const containers = new Set([...commands.keys()].filter((name) => name.includes('|')).map((name) => name.slice(0, name.indexOf('|'))));
  return [...allCommandFacts()].filter(({ name }) => commands.has(name) || containers.has(name));
}

/** Commands at the top, of which a container is one. */
export function isTop({ name }: CommandFact): boolean {
  return !name.includes('|');
}

/** The facts that names of a request stand for; undefined for what is not here. */
export function factsNamed(server: ServerState, names: readonly Bytes[]): readonly (CommandFact | undefined)[] {
  const here = new Map(factsHere(server).map((fact) => [fact.name, fact]));
  return names.map((name) => here.get(name.toLowerCase()));
}

const statuses = (texts: Iterable<string>): Reply => ({ kind: 'set', items: Array.from(texts, (text) => ({ kind: 'simple', text })) });

function specReply({ begin, find, flags, notes }: KeySpec): Reply {
  const search = (type: string, spec: Readonly<Record<string, string | number>> = {}): Reply =>
    map([['type', bulk(type)], ['spec', map(Object.entries(spec).map(([name, value]) => [name, typeof value === 'number' ? integer(value) : bulk(value)]))]]);
  const beginning = begin === undefined ? search('unknown') : 'at' in begin ? search('index', { index: begin.at }) : search('keyword', { keyword: begin.word, startfrom: begin.from });
  let keys = search('unknown');
  if (find === 'counted') keys = search('keynum', { keynumidx: 0, firstkey: 1, keystep: 1 });
  else if (find !== undefined) keys = search('range', { lastkey: find.last, keystep: find.step, limit: find.limit });
  return map([...(notes === undefined ? [] : [['notes', bulk(notes)] as const]), ['flags', statuses(flags)], ['begin_search', beginning], ['find_keys', keys]]);
}

function factReply(fact: CommandFact, here: readonly CommandFact[]): Reply {
  const { name, arity, flags, keys } = fact;
  return array([
    bulk(name),
    integer(arity),
    statuses(flags),
    integer(keys.first),
    integer(keys.last),
    integer(keys.step),
    statuses(categoriesOf(fact)),
    { kind: 'set', items: tipsOf(name).map(bulk) },
    { kind: 'set', items: keySpecsOf(name).map(specReply) },
    isContainer(name) ? array(here.filter((sub) => sub.name.startsWith(`${name}|`)).map((sub) => factReply(sub, here))) : { kind: 'set', items: [] },
  ]);
}

function commandInfo({ server }: Context, args: readonly Bytes[]): Reply {
  const here = factsHere(server);
  const wanted = args.length > 2 ? factsNamed(server, args.slice(2)) : here.filter(isTop);
  return array(wanted.map((fact) => (fact === undefined ? NULL : factReply(fact, here))));
}

function commandList({ server }: Context, args: readonly Bytes[]): Reply {
  const here = factsHere(server);
  const names = (facts: readonly CommandFact[]): Reply => bulks(facts.map(({ name }) => name));
  if (args.length === 2) return names(here);
  if (args.length !== 5 || !isOption(args[2], 'FILTERBY')) return fail(SYNTAX);
  const wanted = arg(args, 4).toLowerCase();
  if (isOption(args[3], 'MODULE')) return EMPTY_ARRAY;
  if (isOption(args[3], 'ACLCAT')) return names(here.filter((fact) => categoriesOf(fact).includes(`@${wanted}`)));
  if (isOption(args[3], 'PATTERN')) return names(here.filter(({ name }) => globMatch(wanted, name)));
  return fail(SYNTAX);
}

/** COMMAND GETKEYS and GETKEYSANDFLAGS. */
function getKeys(withFlags: boolean) {
  return ({ server }: Context, args: readonly Bytes[]): Reply => {
    const called = args.slice(2);
    const name = arg(called, 0).toLowerCase();
    const fact = commandFact(isContainer(name) ? `${name}|${arg(called, 1).toLowerCase()}` : name);
    if (fact === undefined || !server.commands.has(fact.name) || name.includes('|')) return fail('ERR Invalid command specified');
    if (!hasKeys(fact)) fail('ERR The command has no key arguments');
    if (fact.arity > 0 ? called.length !== fact.arity : called.length < -fact.arity) fail('ERR Invalid number of arguments specified for command');
    const uses = keysOf(fact, called) ?? fail('ERR Invalid arguments specified for command');
    return array(uses.map(({ index, flags }) => {
      const key = bulk(arg(called, index));
      return withFlags ? array([key, statuses(flags)]) : key;
    }));
  };
}

/** COMMAND and its subcommands, from the facts of the one table. */
export const commandCommands: Handlers = {
  command: commandInfo,
  'command|count': ({ server }) => integer(factsHere(server).filter(isTop).length),
  'command|docs': ({ server }, args) => {
    const here = factsHere(server);
    return commandDocuments(args.length > 2 ? factsNamed(server, args.slice(2)).filter((fact) => fact !== undefined) : here.filter(isTop), here);
  },
  'command|getkeys': getKeys(false),
  'command|getkeysandflags': getKeys(true),
  'command|info': commandInfo,
  'command|list': commandList,
};
