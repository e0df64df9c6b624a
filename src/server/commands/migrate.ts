import type { Reply } from '../../protocol/resp/reply.ts';
import { block, endWait } from '../run/blocking.ts';
import { NO_WAY, sendRequests, type Failed } from '../outgoing.ts';
import { endUnit, propagate } from '../replication/propagate.ts';
import type { Context, Handlers } from '../state.ts';
import { findValue, removeValue } from '../store/database.ts';
import { NO_EXPIRY, type Bytes, type Value } from '../store/value.ts';
import { dumpValue } from './dump.ts';
import { NO_REPLY, NULL, OK, SYNTAX, arg, changed, fail, integerArg, isOption, lookupRead } from './support.ts';

interface Options {
  readonly copy: boolean;
  readonly replace: boolean;
  readonly auth: readonly Bytes[] | undefined;
  readonly names: readonly Bytes[];
}

function parse(args: readonly Bytes[]): Options {
  let [copy, replace] = [false, false];
  let auth: readonly Bytes[] | undefined;
  for (let at = 6; at < args.length; at += 1) {
    const left = args.length - at - 1;
    if (isOption(args[at], 'COPY')) copy = true;
    else if (isOption(args[at], 'REPLACE')) replace = true;
    else if (isOption(args[at], 'AUTH') && left >= 1) {
      auth = ['AUTH', arg(args, at + 1)];
      at += 1;
    } else if (isOption(args[at], 'AUTH2') && left >= 2) {
      auth = ['AUTH', arg(args, at + 1), arg(args, at + 2)];
      at += 2;
    } else if (isOption(args[at], 'KEYS')) {
      if (arg(args, 3) !== '') fail('ERR When using MIGRATE KEYS option, the key argument must be set to the empty string');
      return { copy, replace, auth, names: args.slice(at + 1) };
    } else fail(SYNTAX);
  }
  return { copy, replace, auth, names: [arg(args, 3)] };
}

/** A key on its way: what was sent has to be what is here when it is to be removed. */
interface Parcel {
  readonly key: Bytes;
  readonly value: Value;
  readonly payload: Bytes;
}

function pack(context: Context, names: readonly Bytes[]): Parcel[] {
  return names.flatMap((key) => {
    const value = lookupRead(context, key);
    return value === undefined ? [] : [{ key, value, payload: dumpValue(context, value) }];
  });
}

/**
 * MIGRATE: RESTORE on the other server, then DEL here. Redis stands still meanwhile; here only the client waits, and a key that was
 * changed under way is left where it is, with an error. It cannot wait within a transaction or a script.
 */
function migrate(context: Context, args: readonly Bytes[]): Reply {
  const { copy, replace, auth, names } = parse(args);
  const timeout = Number(integerArg(arg(args, 5)));
  const database = integerArg(arg(args, 4));
  const parcels = pack(context, names);
  if (parcels.length === 0) return { kind: 'simple', text: 'NOKEY' };
  if (!context.mayBlock) return fail('ERR MIGRATE is not available in a transaction or a script of this server');
  const before = [...(auth === undefined ? [] : [auth]), ['SELECT', String(database)]];
  const restores = parcels.map(({ key, value, payload }) => {
    const ttl = value.expireAt === NO_EXPIRY ? 0 : Math.max(1, Number(value.expireAt) - context.now);
    return ['RESTORE', key, String(ttl), payload, ...(replace ? ['REPLACE'] : [])];
  });
  const { connect } = context.server.outside;
  if (connect === undefined) return fail(NO_WAY);
  const target = { connect, host: arg(args, 1), port: Number.parseInt(arg(args, 2), 10) || 0, timeout: timeout <= 0 ? 1000 : timeout };
  block(context, { keys: [], deadline: 0, timedOut: NULL, serve: () => undefined });
  const { wait } = context.session;
  void sendRequests(target, [...before, ...restores]).then(({ replies, failed }) => {
    context.now = Math.floor(context.server.clock.now());
    const reply = settle(context, copy ? [] : parcels, replies, before.length, failed);
    if (wait !== undefined) endWait(wait, reply);
  });
  return NO_REPLY;
}

/** Removes what has arrived; the reply tells of the first thing that went wrong. */
function settle(context: Context, parcels: readonly Parcel[], replies: readonly Reply[], before: number, failed: Failed | undefined): Reply {
  const refused = replies.find((reply) => reply.kind === 'error');
  let problem = failed === undefined ? undefined : `IOERR error or timeout ${failed === 'connecting' ? 'connecting to the client' : `${failed} to target instance`}`;
  if (refused?.kind === 'error') problem = `ERR Target instance replied with error: ${refused.text}`;
  // Redis looks at the first replies together with that to the first key.
  const admitted = replies.slice(0, before).every(({ kind }) => kind !== 'error');
  const moved: Bytes[] = [];
  parcels.forEach(({ key, value, payload }, at) => {
    const answer = replies[before + at];
    if (answer === undefined || answer.kind === 'error' || (at === 0 && !admitted)) return;
    if (findValue(context.database, key) !== value || dumpValue(context, value) !== payload) {
      problem ??= `ERR '${key}' was changed while it was sent, and is in both places now`;
      return;
    }
    removeValue(context.database, key);
    changed(context, key);
    moved.push(key);
  });
  if (moved.length > 0) propagate(context.server, context.database.index, ['DEL', ...moved]);
  endUnit(context.server);
  return problem === undefined ? OK : { kind: 'error', text: problem };
}

/** MIGRATE, the one command that calls another server. */
export const migrateCommands: Handlers = { migrate };
