import { parseInteger } from '../../protocol/resp/number.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { endWait, timedOutReply } from '../run/blocking.ts';
import { describeClient, typeOf } from '../clients/clientInfo.ts';
import { pauseClients, unpauseClients } from '../clients/pauseClients.ts';
import type { Context, Handlers, Session } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { timeoutArg } from './blockingArgs.ts';
import { trackingCommands } from './clientTracking.ts';
import { NO_REPLY, NULL, OK, ONE, SYNTAX, ZERO, arg, bulk, fail, integer, integerArg, isOption, shown, verbatim, wrongSubcommand } from './support.ts';

/** Printable ASCII without blanks: what a name of a client may be made of. */
function isName(text: Bytes): boolean {
  return /^[!-~]*$/.test(text);
}

/** CLIENT SETNAME, HELLO SETNAME. The empty name takes the name away. */
export function setClientName(session: Session, name: Bytes): void {
  if (!isName(name)) fail('ERR Client names cannot contain spaces, newlines or special characters.');
  session.name = name;
}

function describe(context: Context, session: Session): string {
  return `${describeClient(session, context.now, session === context.session)}\n`;
}

/** The sessions of a type. */
function ofType(sessions: readonly Session[], text: Bytes): Session[] {
  const word = text.toLowerCase();
  const type = word === 'slave' ? 'replica' : word;
  if (!['normal', 'master', 'replica', 'pubsub'].includes(type)) fail(`ERR Unknown client type '${shown(text)}'`);
  return sessions.filter((session) => typeOf(session) === type);
}

function list(context: Context, args: readonly Bytes[]): Reply {
  let chosen = [...context.server.sessions.values()];
  if (args.length === 4 && isOption(args[2], 'TYPE')) {
    chosen = ofType(chosen, arg(args, 3));
  } else if (args.length > 3 && isOption(args[2], 'ID')) {
    const ids = args.slice(3).map((text) => integerArg(text, 'ERR Invalid client ID'));
    chosen = ids.flatMap((id) => context.server.sessions.get(Number(id)) ?? []);
  } else if (args.length !== 2) fail(SYNTAX);
  return verbatim(chosen.map((session) => describe(context, session)).join(''));
}

/** CLIENT SETINFO of 7.2, which every client sends after connecting. */
function setInfo({ session }: Context, args: readonly Bytes[]): Reply {
  const option = arg(args, 2);
  const value = arg(args, 3);
  if (!isOption(option, 'LIB-NAME') && !isOption(option, 'LIB-VER')) fail(`ERR Unrecognized option '${shown(option)}'`);
  if (!isName(value)) fail(`ERR ${option.toLowerCase()} cannot contain spaces, newlines or special characters.`);
  if (isOption(option, 'LIB-NAME')) session.libraryName = value;
  else session.libraryVersion = value;
  return OK;
}

function kill(context: Context, args: readonly Bytes[]): Reply {
  const all = [...context.server.sessions.values()];
  if (args.length === 3) {
    end(context, all.find(({ address }) => address === arg(args, 2)) ?? fail('ERR No such client'));
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
    else if (option === 'USER') chosen = ofUser(context, chosen, value);
    else if (option === 'SKIPME') {
      if (!isOption(value, 'YES') && !isOption(value, 'NO')) fail(SYNTAX);
      skipSelf = isOption(value, 'YES');
    } else fail(SYNTAX);
  }
  if (skipSelf) chosen = chosen.filter((session) => session !== context.session);
  for (const session of chosen) end(context, session);
  return integer(chosen.length);
}

/** The sessions of a user. */
function ofUser(context: Context, sessions: readonly Session[], name: Bytes): Session[] {
  const wanted = context.server.acl.users.get(name) ?? fail(`ERR No such user '${shown(name)}'`);
  return sessions.filter(({ user }) => user === wanted);
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

function pause(context: Context, args: readonly Bytes[]): Reply {
  if (args.length > 4) wrongSubcommand(args);
  const all = args.length === 3 || isOption(args[3], 'ALL');
  if (!all && !isOption(args[3], 'WRITE')) fail('ERR CLIENT PAUSE mode must be WRITE or ALL');
  // A time that overflows is over, as in Redis.
  pauseClients(context.server, all, timeoutArg(arg(args, 2), 'ms', context.now));
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
  const error: Reply = { kind: 'error', text: 'UNBLOCKED client unblocked via CLIENT UNBLOCK' };
  // One that CLIENT PAUSE holds up has no reply to a timeout (Redis 7.0 dies of it, later ones answer 0), and gets the error but stays.
  if (wait === undefined || (wait.postponed && !failing)) return ZERO;
  if (wait.postponed) {
    const { waits } = context.server;
    wait.context.session.deliver(error);
    // It is held up anew, behind the others.
    waits.delete(wait);
    waits.add(wait);
    return ONE;
  }
  // Redis counts the call as failed in either case.
  endWait(wait, failing ? error : timedOutReply(wait), 0, true);
  return ONE;
}

function onOrOff(args: readonly Bytes[]): boolean {
  if (!isOption(args[2], 'ON') && !isOption(args[2], 'OFF')) fail(SYNTAX);
  return isOption(args[2], 'ON');
}

/** MONITOR: from now on the client hears of every command. Asked a second time it says nothing. */
function monitor({ server, session, mayBlock }: Context): Reply {
  if (!mayBlock) fail("ERR MONITOR isn't allowed for DENY BLOCKING client");
  if (session.monitoring) return NO_REPLY;
  session.monitoring = true;
  server.monitors.add(session);
  return OK;
}

/** CLIENT LIST KILL PAUSE ..., MONITOR */
export const clientCommands: Handlers = {
  ...trackingCommands,
  'client|getname': ({ session }) => (session.name === '' ? NULL : bulk(session.name)),
  'client|id': ({ session }) => integer(session.id),
  'client|info': (context) => verbatim(describe(context, context.session)),
  'client|kill': kill,
  'client|list': list,
  'client|no-evict': ({ session }, args) => {
    session.noEvict = onOrOff(args);
    return OK;
  },
  // Of 7.2: its reads do not change what the eviction policies look at.
  'client|no-touch': ({ session }, args) => {
    session.noTouch = onOrOff(args);
    return OK;
  },
  'client|pause': pause,
  'client|reply': replyMode,
  'client|setinfo': setInfo,
  'client|setname': ({ session }, args) => {
    setClientName(session, arg(args, 2));
    return OK;
  },
  'client|unblock': unblock,
  'client|unpause': ({ server }) => {
    unpauseClients(server);
    return OK;
  },
  monitor,
};
