import { parseInteger } from '../../protocol/resp/number.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { endWait } from '../blocking.ts';
import { isSubscriber, unsubscribeAll } from '../pubsub.ts';
import type { Context, Handlers, Session } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { dropTransaction } from './transactions.ts';
import {
  EMPTY_ARRAY, NULL, OK, ONE, SYNTAX, ZERO, arg, array, bulk, bulks, fail, intArg, integer, integerArg, isOption, map, utf8, wrongSubcommand,
} from './support.ts';

const WRONG_PASSWORD = 'WRONGPASS invalid username-password pair or user is disabled.';

/** Checks a name and a password against requirepass; there is one user, `default`. */
function authenticate(context: Context, user: Bytes, password: Bytes): void {
  const required = context.server.config.get('requirepass');
  if (user !== 'default' || (required !== '' && required !== password)) fail(WRONG_PASSWORD);
  context.session.authenticated = true;
}

function auth(context: Context, args: readonly Bytes[]): Reply {
  if (args.length > 3) fail(SYNTAX);
  if (args.length === 2 && context.server.config.get('requirepass') === '') {
    fail('ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?');
  }
  authenticate(context, args.length === 3 ? arg(args, 1) : 'default', arg(args, args.length - 1));
  return OK;
}

function hello(context: Context, args: readonly Bytes[]): Reply {
  const { session, server } = context;
  let version = session.version;
  if (args.length > 1) {
    const wanted = integerArg(arg(args, 1), 'ERR Protocol version is not an integer or out of range');
    if (wanted !== 2 && wanted !== 3) return fail('NOPROTO unsupported protocol version');
    version = wanted;
  }
  let credentials: [Bytes, Bytes] | undefined;
  let name: Bytes | undefined;
  for (let index = 2; index < args.length; index += 1) {
    const left = args.length - index - 1;
    if (isOption(args[index], 'AUTH') && left >= 2) {
      credentials = [arg(args, index + 1), arg(args, index + 2)];
      index += 2;
    } else if (isOption(args[index], 'SETNAME') && left >= 1) {
      name = arg(args, index + 1);
      if (!isName(name)) fail(BAD_NAME);
      index += 1;
    } else fail(`ERR Syntax error in HELLO option '${arg(args, index)}'`);
  }
  if (credentials !== undefined) authenticate(context, ...credentials);
  if (!session.authenticated) {
    fail(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    );
  }
  if (name !== undefined) session.name = name;
  session.version = version;
  return map([
    ['server', bulk('redis')],
    ['version', bulk(server.config.version)],
    ['proto', integer(version)],
    ['id', integer(session.id)],
    ['mode', bulk('standalone')],
    ['role', bulk('master')],
    ['modules', EMPTY_ARRAY],
  ]);
}

const BAD_NAME = 'ERR Client names cannot contain spaces, newlines or special characters.';

function isName(text: Bytes): boolean {
  return /^[!-~]*$/.test(text);
}

function select(context: Context, args: readonly Bytes[]): Reply {
  const database = context.server.databases[intArg(arg(args, 1))] ?? fail('ERR DB index is out of range');
  context.session.database = database.index;
  context.database = database;
  return OK;
}

function ping(context: Context, args: readonly Bytes[]): Reply {
  if (args.length > 2) fail("ERR wrong number of arguments for 'ping' command");
  if (context.session.version === 2 && isSubscriber(context.session)) return bulks(['pong', args[1] ?? '']);
  return args.length === 2 ? bulk(arg(args, 1)) : { kind: 'simple', text: 'PONG' };
}

function reset(context: Context): Reply {
  const { session, server } = context;
  dropTransaction(context);
  unsubscribeAll(server, session);
  session.name = '';
  session.version = 2;
  session.noEvict = false;
  session.replies = 'on';
  session.database = 0;
  context.database = server.databases[0] ?? context.database;
  session.authenticated = server.config.get('requirepass') === '';
  return { kind: 'simple', text: 'RESET' };
}

/** A client as CLIENT LIST shows it. */
function describe(context: Context, session: Session): string {
  const current = session === context.session;
  const flags = (isSubscriber(session) ? 'P' : '') + (session.wait === undefined ? '' : 'b') + (session.transaction === undefined ? '' : 'x') + (session.watch.dirty ? 'd' : '') + (session.noEvict ? 'e' : '');
  return [
    `id=${session.id}`,
    `addr=${session.address}`,
    `laddr=${session.localAddress}`,
    'fd=8',
    `name=${session.name}`,
    `age=${Math.floor((context.now - session.createdAt) / 1000)}`,
    `idle=${current ? 0 : Math.floor((context.now - session.lastUsed) / 1000)}`,
    `flags=${flags === '' ? 'N' : flags}`,
    `db=${session.database}`,
    `sub=${session.subscriptions.channels.size}`,
    `psub=${session.subscriptions.patterns.size}`,
    `ssub=${session.subscriptions.shards.size}`,
    `multi=${session.transaction === undefined ? -1 : session.transaction.queue.length}`,
    'qbuf=0',
    'qbuf-free=0',
    'argv-mem=0',
    'multi-mem=0',
    'rbs=1024',
    'rbp=0',
    'obl=0',
    'oll=0',
    'omem=0',
    'tot-mem=1024',
    'events=r',
    `cmd=${session.lastCommand === '' ? 'NULL' : session.lastCommand}`,
    'user=default',
    'redir=-1',
    `resp=${session.version}`,
  ].join(' ');
}

/** The sessions of a type: `normal` or `pubsub`, the others are none. */
function ofType(sessions: readonly Session[], text: Bytes): Session[] {
  const type = clientType(text);
  return sessions.filter((session) => type === (isSubscriber(session) ? 'pubsub' : 'normal'));
}

/** A client type in lower case. */
function clientType(text: Bytes): string {
  const type = text.toLowerCase();
  return ['normal', 'master', 'replica', 'slave', 'pubsub'].includes(type) ? type : fail(`ERR Unknown client type '${text}'`);
}

function listClients(context: Context, args: readonly Bytes[]): Reply {
  let chosen = [...context.server.sessions.values()];
  if (args.length === 4 && isOption(args[2], 'TYPE')) {
    chosen = ofType(chosen, arg(args, 3));
  } else if (args.length > 3 && isOption(args[2], 'ID')) {
    const ids = args.slice(3).map((text) => integerArg(text, 'ERR Invalid client ID'));
    chosen = ids.flatMap((id) => context.server.sessions.get(Number(id)) ?? []);
  } else if (args.length !== 2) fail(SYNTAX);
  return verbatim(chosen.map((session) => `${describe(context, session)}\n`).join(''));
}

/** Text as Redis sends INFO: verbatim in RESP3. */
export function verbatim(text: string): Reply {
  return { kind: 'verbatim', format: 'txt', value: Buffer.from(text, 'latin1') };
}

function setName(context: Context, args: readonly Bytes[]): Reply {
  if (!isName(arg(args, 2))) fail(BAD_NAME);
  context.session.name = arg(args, 2);
  return OK;
}

/** CLIENT SETINFO of 7.2, which every client sends after connecting. */
function setInfo(context: Context, args: readonly Bytes[]): Reply {
  const option = arg(args, 2);
  const value = arg(args, 3);
  if (!isOption(option, 'LIB-NAME') && !isOption(option, 'LIB-VER')) fail(`ERR Unrecognized option '${option}'`);
  if (!isName(value)) fail(`ERR ${option.toLowerCase()} cannot contain spaces, newlines or special characters.`);
  if (isOption(option, 'LIB-NAME')) context.session.libraryName = value;
  else context.session.libraryVersion = value;
  return OK;
}

function kill(context: Context, args: readonly Bytes[]): Reply {
  const all = [...context.server.sessions.values()];
  if (args.length === 3) {
    const session = all.find(({ address }) => address === arg(args, 2)) ?? fail('ERR No such client');
    end(context, session);
    return OK;
  }
  let chosen = all;
  let skipSelf = true;
  for (let index = 2; index < args.length; index += 2) {
    const value = args[index + 1] ?? fail(SYNTAX);
    const option = arg(args, index).toUpperCase();
    if (option === 'ID') {
      const id = parseInteger(value) ?? 0;
      if (id < 1) fail('ERR client-id should be greater than 0');
      chosen = chosen.filter((session) => session.id === id);
    } else if (option === 'ADDR') chosen = chosen.filter(({ address }) => address === value);
    else if (option === 'LADDR') chosen = chosen.filter(({ localAddress }) => localAddress === value);
    else if (option === 'TYPE') chosen = ofType(chosen, value);
    else if (option === 'USER') chosen = value === 'default' ? chosen : fail(`ERR No such user '${value}'`);
    else if (option === 'SKIPME') {
      if (!isOption(value, 'YES') && !isOption(value, 'NO')) fail(SYNTAX);
      skipSelf = isOption(value, 'YES');
    } else fail(SYNTAX);
  }
  if (skipSelf) chosen = chosen.filter((session) => session !== context.session);
  for (const session of chosen) end(context, session);
  return integer(chosen.length);
}

function end(context: Context, session: Session): void {
  if (session === context.session) session.closing = true;
  else session.disconnect();
}

function replyMode({ session }: Context, args: readonly Bytes[]): Reply {
  if (isOption(args[2], 'ON')) session.replies = 'on';
  else if (isOption(args[2], 'OFF')) session.replies = 'off';
  else if (!isOption(args[2], 'SKIP')) fail(SYNTAX);
  else if (session.replies !== 'off') session.replies = 'skip';
  return OK;
}

function unblock(context: Context, args: readonly Bytes[]): Reply {
  let failing = false;
  if (args.length > 4) wrongSubcommand(args);
  if (args.length === 4) {
    failing = isOption(args[3], 'ERROR');
    if (!failing && !isOption(args[3], 'TIMEOUT')) fail('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
  }
  const wait = context.server.sessions.get(Number(integerArg(arg(args, 2))))?.wait;
  if (wait === undefined) return ZERO;
  endWait(wait, failing ? { kind: 'error', text: 'UNBLOCKED client unblocked via CLIENT UNBLOCK' } : wait.timedOut);
  return ONE;
}

function noEvict(context: Context, args: readonly Bytes[]): Reply {
  if (!isOption(args[2], 'ON') && !isOption(args[2], 'OFF')) fail(SYNTAX);
  context.session.noEvict = isOption(args[2], 'ON');
  return OK;
}

/** PING AUTH HELLO SELECT CLIENT ... */
export const connectionCommands: Handlers = {
  auth,
  'client|getname': (context) => (context.session.name === '' ? NULL : bulk(context.session.name)),
  'client|getredir': () => integer(-1),
  'client|id': (context) => integer(context.session.id),
  'client|info': (context) => verbatim(`${describe(context, context.session)}\n`),
  'client|kill': kill,
  'client|list': listClients,
  'client|no-evict': noEvict,
  'client|reply': replyMode,
  'client|setinfo': setInfo,
  'client|setname': setName,
  'client|unblock': unblock,
  'client|trackinginfo': () =>
    map([
      ['flags', { kind: 'set', items: [bulk('off')] }],
      ['redirect', integer(-1)],
      ['prefixes', array([])],
    ]),
  echo: (_context, args) => bulk(arg(args, 1)),
  hello,
  ping,
  quit: (context) => {
    context.session.closing = true;
    return OK;
  },
  reset,
  select,
  'acl|whoami': () => bulk(utf8('default')),
};
