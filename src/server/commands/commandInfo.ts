import { commandFact, isContainer } from '../../protocol/commands/lookup.ts';
import type { CommandFact } from '../../protocol/commands/fact.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context, Handlers, ServerState } from '../state.ts';
import { globMatch } from '../store/glob.ts';
import type { Bytes } from '../store/value.ts';
import { EMPTY_ARRAY, NULL, SYNTAX, arg, array, bulk, bulks, fail, integer, isOption, map } from './support.ts';

/** Names of the commands at the top: a container counts once, with or without a handler of its own. */
function topNames({ commands }: ServerState): string[] {
  return [...new Set([...commands.keys()].map((name) => name.split('|')[0] ?? name))];
}

function subcommands({ commands }: ServerState, container: string): string[] {
  return isContainer(container) ? [...commands.keys()].filter((name) => name.startsWith(`${container}|`)) : [];
}

function factReply(server: ServerState, fact: CommandFact): Reply {
  const status = (text: string): Reply => ({ kind: 'simple', text });
  return array([
    bulk(fact.name),
    integer(fact.arity),
    { kind: 'set', items: [...fact.flags].map(status) },
    integer(fact.keys.first),
    integer(fact.keys.last),
    integer(fact.keys.step),
    { kind: 'set', items: categories(fact).map(status) },
    // Tips and key specifications, which this server does not tell.
    { kind: 'set', items: [] },
    { kind: 'set', items: [] },
    array(subcommands(server, fact.name).flatMap((name) => commandReply(server, name))),
  ]);
}

function commandReply(server: ServerState, name: string): Reply[] {
  const fact = commandFact(name);
  return fact === undefined ? [] : [factReply(server, fact)];
}

const groupCategories: Readonly<Record<string, string>> = {
  'sorted-set': '@sortedset', generic: '@keyspace', transactions: '@transaction', server: '', cluster: '', connection: '@connection',
};

/** ACL categories that follow from flags and group. */
function categories(fact: CommandFact): string[] {
  const result: string[] = [];
  if (fact.flags.has('write')) result.push('@write');
  if (fact.flags.has('readonly') && fact.group !== 'scripting') result.push('@read');
  const group = groupCategories[fact.group] ?? `@${fact.group}`;
  if (group !== '') result.push(group);
  if (fact.flags.has('admin')) result.push('@admin', '@dangerous');
  if (fact.flags.has('blocking')) result.push('@blocking');
  result.push(fact.flags.has('fast') ? '@fast' : '@slow');
  return result;
}

function commandInfo(context: Context, args: readonly Bytes[]): Reply {
  const { server } = context;
  const names = args.length > 2 ? args.slice(2).map((name) => name.toLowerCase()) : topNames(server);
  const known = new Set([...server.commands.keys(), ...topNames(server)]);
  return array(names.map((name) => (known.has(name) ? commandReply(server, name)[0] : undefined) ?? NULL));
}

function commandList(context: Context, args: readonly Bytes[]): Reply {
  const names = topNames(context.server);
  if (args.length === 2) return bulks(names);
  if (args.length !== 5 || !isOption(args[2], 'FILTERBY')) fail(SYNTAX);
  const all = names.flatMap((name) => [name, ...subcommands(context.server, name)]);
  const wanted = arg(args, 4).toLowerCase();
  if (isOption(args[3], 'PATTERN')) return bulks(all.filter((name) => globMatch(wanted, name)));
  if (isOption(args[3], 'MODULE')) return EMPTY_ARRAY;
  if (!isOption(args[3], 'ACLCAT')) fail(SYNTAX);
  return bulks(all.filter((name) => categories(commandFact(name) ?? fail(SYNTAX)).includes(`@${wanted}`)));
}

function docs(server: ServerState, name: string): Reply[] {
  const fact = commandFact(name);
  if (fact === undefined) return [];
  const subs = subcommands(server, name).flatMap((sub) => docs(server, sub));
  const entries: [string, Reply][] = [
    ['summary', bulk('')],
    ['since', bulk(fact.since)],
    ['group', bulk(fact.group)],
  ];
  if (subs.length > 0) entries.push(['subcommands', { kind: 'map', items: subs }]);
  return [bulk(fact.name), map(entries)];
}

/** COMMAND and its subcommands, from the one table. */
export const commandCommands: Handlers = {
  command: (context) => array(topNames(context.server).flatMap((name) => commandReply(context.server, name))),
  'command|count': (context) => integer(topNames(context.server).length),
  'command|docs': (context, args) => {
    const names = args.length > 2 ? args.slice(2).map((name) => name.toLowerCase()) : topNames(context.server);
    const known = new Set([...context.server.commands.keys(), ...topNames(context.server)]);
    return { kind: 'map', items: names.filter((name) => known.has(name)).flatMap((name) => docs(context.server, name)) };
  },
  'command|info': commandInfo,
  'command|list': commandList,
};
