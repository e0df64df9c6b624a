import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { aclCategories } from '../../protocol/commands/categories.ts';
import { commandFact } from '../../protocol/commands/lookup.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { sortedUsers, userLines } from '../acl/acl.ts';
import { deniedTo } from '../acl/check.ts';
import { describeChannels, describeCommands, describeFlags, describeKeys } from '../acl/describe.ts';
import { loadAclFile, saveAclFile } from '../acl/file.ts';
import { dropClients, dropSubscribers, userDefaults } from '../acl/sessions.ts';
import { hasSpaces } from '../acl/selector.ts';
import type { Selector } from '../acl/selector.ts';
import { calledCommand, commandsOfCategory } from '../acl/universe.ts';
import { applyRule, assignUser, copyUser, createUser, mergeSelectors, rootSelector } from '../acl/user.ts';
import type { Context, Handlers } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { systemError } from '../systemError.ts';
import { NULL, OK, arg, array, bulk, bulks, fail, integer, isOption, map, numberArg, shown, wrongSubcommand } from './support.ts';

/** Bits that ACL GENPASS makes at most. */
const MOST_BITS = 4096;
const NO_FILE =
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.';

function cat(_context: Context, args: readonly Bytes[]): Reply {
  if (args.length > 3) wrongSubcommand(args);
  if (args.length === 2) return bulks(aclCategories);
  const category = shown(arg(args, 2));
  const commands = commandsOfCategory.get(category.toLowerCase()) ?? fail(`ERR Unknown category '${category}'`);
  return bulks(commands.map(({ name }) => name));
}

function setUser(context: Context, args: readonly Bytes[]): Reply {
  const { acl } = context.server;
  const name = arg(args, 2);
  if (hasSpaces(name)) fail("ERR Usernames can't contain spaces or null characters");
  const rules = mergeSelectors(args.slice(3));
  if (typeof rules === 'number') return fail(`ERR Unmatched parenthesis in acl selector starting at '${shown(arg(args, 3 + rules))}'.`);
  const defaults = userDefaults(context.server);
  const user = acl.users.get(name);
  const changed = user === undefined ? createUser(name, defaults) : copyUser(user);
  for (const rule of rules) {
    const problem = applyRule(changed, rule, defaults);
    if (problem !== undefined) fail(`ERR Error in ACL SETUSER modifier '${shown(rule)}': ${problem}`);
  }
  if (user === undefined) acl.users.set(name, changed);
  else {
    dropSubscribers(context, user, changed);
    assignUser(user, changed);
  }
  return OK;
}

function deleteUsers(context: Context, args: readonly Bytes[]): Reply {
  const { acl } = context.server;
  const names = args.slice(2);
  if (names.some((name) => shown(name) === 'default')) fail("ERR The 'default' user cannot be removed");
  const gone = new Set(names.flatMap((name) => acl.users.get(name) ?? []));
  for (const { name } of gone) acl.users.delete(name);
  dropClients(context, gone);
  return integer(gone.size);
}

function selectorEntries(selector: Selector): [string, Reply][] {
  return [
    ['commands', bulk(describeCommands(selector))],
    ['keys', bulk(describeKeys(selector))],
    ['channels', bulk(describeChannels(selector))],
  ];
}

function getUser(context: Context, args: readonly Bytes[]): Reply {
  const user = context.server.acl.users.get(arg(args, 2));
  if (user === undefined) return NULL;
  return map([
    ['flags', { kind: 'set', items: describeFlags(user).map(bulk) }],
    ['passwords', bulks([...user.passwords])],
    ...selectorEntries(rootSelector(user)),
    ['selectors', array(user.selectors.slice(1).map((selector) => map(selectorEntries(selector))))],
  ]);
}

function dryRun(context: Context, args: readonly Bytes[]): Reply {
  const user = context.server.acl.users.get(arg(args, 2)) ?? fail(`ERR User '${shown(arg(args, 2))}' not found`);
  const call = args.slice(3);
  const fact = commandFact(calledCommand(call)?.name ?? '') ?? fail(`ERR Command '${shown(arg(call, 0))}' not found`);
  if (fact.arity > 0 ? call.length !== fact.arity : call.length < -fact.arity) fail(`ERR wrong number of arguments for '${fact.name}' command`);
  const denial = deniedTo(user, fact, call);
  if (denial === undefined) return OK;
  if (denial.reason === 'command') return bulk(`This user has no permissions to run the '${fact.name}' command`);
  return bulk(`This user has no permissions to access the '${shown(arg(call, denial.at))}' ${denial.reason}`);
}

function generatePassword(_context: Context, args: readonly Bytes[]): Reply {
  if (args.length > 3) wrongSubcommand(args);
  const outside = `ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to ${MOST_BITS}`;
  const bits = args.length === 3 ? numberArg(arg(args, 2)) : 256;
  if (bits <= 0 || bits > MOST_BITS) fail(outside);
  // Nobody may guess it, so it is not of the server's own randomness, which tests can repeat.
  return bulk(randomBytes(Math.ceil(bits / 8)).toString('hex').slice(0, Math.floor((bits + 3) / 4)));
}

function log(context: Context, args: readonly Bytes[]): Reply {
  const { acl } = context.server;
  if (args.length > 3) wrongSubcommand(args);
  if (isOption(args[2], 'RESET')) {
    acl.log = [];
    return OK;
  }
  const count = args.length === 3 ? Math.max(0, numberArg(arg(args, 2))) : 10;
  return array(
    acl.log.slice(0, count).map(({ count: times, reason, context: where, object, username, time, clientInfo }) =>
      map([
        ['count', integer(times)],
        ['reason', bulk(reason)],
        ['context', bulk(where)],
        ['object', bulk(object)],
        ['username', bulk(username)],
        ['age-seconds', { kind: 'double', value: (context.now - time) / 1000 }],
        ['client-info', bulk(clientInfo)],
      ]),
    ),
  );
}

/** The aclfile as it is named and where it is. */
function aclFile({ server }: Context): { readonly name: Bytes; readonly path: string } {
  const name = server.config.get('aclfile');
  if (name === '') fail(NO_FILE);
  return { name, path: resolve(server.config.get('dir'), Buffer.from(name, 'latin1').toString()) };
}

function load(context: Context): Reply {
  const { name, path } = aclFile(context);
  const loaded = loadAclFile(context.server.acl, path, name, userDefaults(context.server));
  if ('error' in loaded) return fail(`ERR ${loaded.error}`);
  dropClients(context, loaded.gone);
  return OK;
}

function save(context: Context): Reply {
  const { path } = aclFile(context);
  try {
    saveAclFile(context.server.acl, path);
  } catch (error) {
    context.server.outside.log('warning', `Opening temp ACL file for ACL SAVE: ${systemError(error)}`);
    fail('ERR There was an error trying to save the ACLs. Please check the server logs for more information');
  }
  return OK;
}

/** ACL and its subcommands. */
export const aclSubcommands: Handlers = {
  'acl|cat': cat,
  'acl|deluser': deleteUsers,
  'acl|dryrun': dryRun,
  'acl|genpass': generatePassword,
  'acl|getuser': getUser,
  'acl|list': ({ server }) => bulks(userLines(server.acl)),
  'acl|load': load,
  'acl|log': log,
  'acl|save': save,
  'acl|setuser': setUser,
  'acl|users': ({ server }) => bulks(sortedUsers(server.acl.users).map(({ name }) => name)),
  'acl|whoami': ({ session }) => bulk(session.user.name),
};
