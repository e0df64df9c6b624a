import type { Reply } from '../../protocol/resp/reply.ts';
import { initialLogin, logIn } from '../acl/sessions.ts';
import { isSubscriber, unsubscribeAll } from '../clients/pubsub.ts';
import type { Context, Handlers } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { stopTracking } from '../clients/tracking.ts';
import { setClientName } from './client.ts';
import { dropTransaction } from './transactions.ts';
import { EMPTY_ARRAY, OK, SYNTAX, arg, bulk, bulks, fail, intArg, integer, integerArg, isOption, map, shown } from './support.ts';

const WRONG_PASSWORD = 'WRONGPASS invalid username-password pair or user is disabled.';


function auth(context: Context, args: readonly Bytes[]): Reply {
  if (args.length > 3) fail(SYNTAX);
  if (args.length === 2 && context.server.acl.defaultUser.noPassword) {
    fail('ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?');
  }
  const name = args.length === 3 ? arg(args, 1) : 'default';
  return logIn(context, name, arg(args, args.length - 1), arg(args, 0)) ? OK : fail(WRONG_PASSWORD);
}

function hello(context: Context, args: readonly Bytes[]): Reply {
  const { session, server } = context;
  let version = session.version;
  if (args.length > 1) {
    const wanted = integerArg(arg(args, 1), 'ERR Protocol version is not an integer or out of range');
    if (wanted !== 2 && wanted !== 3) return fail('NOPROTO unsupported protocol version');
    version = wanted;
  }
  // As they come: what stood before an error has been done.
  for (let index = 2; index < args.length; index += 1) {
    const left = args.length - index - 1;
    if (isOption(args[index], 'AUTH') && left >= 2) {
      if (!logIn(context, arg(args, index + 1), arg(args, index + 2), arg(args, 0))) fail(WRONG_PASSWORD);
      index += 2;
    } else if (isOption(args[index], 'SETNAME') && left >= 1) {
      setClientName(session, arg(args, index + 1));
      index += 1;
    } else fail(`ERR Syntax error in HELLO option '${shown(arg(args, index))}'`);
  }
  if (!session.authenticated) {
    fail(
      'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time',
    );
  }
  session.version = version;
  return map([
    ['server', bulk('redis')],
    ['version', bulk(server.config.version)],
    ['proto', integer(version)],
    ['id', integer(session.id)],
    ['mode', bulk('standalone')],
    ['role', bulk(server.replication.link === undefined ? 'master' : 'replica')],
    ['modules', EMPTY_ARRAY],
  ]);
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
  server.monitors.delete(session);
  session.monitoring = false;
  stopTracking(server, session);
  dropTransaction(context);
  unsubscribeAll(server, session);
  session.name = '';
  session.version = 2;
  session.noTouch = false;
  // Redis 7.0 keeps NO-EVICT, and skips this reply after CLIENT REPLY SKIP.
  if (session.replies === 'off') session.replies = 'on';
  session.database = 0;
  context.database = server.databases[0] ?? context.database;
  Object.assign(session, initialLogin(server));
  return { kind: 'simple', text: 'RESET' };
}

/** PING AUTH HELLO SELECT ... */
export const connectionCommands: Handlers = {
  auth,
  echo: (_context, args) => bulk(arg(args, 1)),
  hello,
  ping,
  quit: (context) => {
    context.session.closing = true;
    return OK;
  },
  reset,
  select,
};
