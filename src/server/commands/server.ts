import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context, Handlers } from '../state.ts';
import { resetStatistics } from '../statistics.ts';
import { clearDatabase, databaseSize, findValue, touchWatchers } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { dictFind } from '../store/dict.ts';
import { memoryUsage } from '../memory/usage.ts';
import { encodingOf } from '../store/describe.ts';
import type { Bytes } from '../store/value.ts';
import { invalidateAll } from '../tracking.ts';
import { commandCommands } from './commandInfo.ts';
import { helpReply } from './help.ts';
import { debugProtocol } from './debugProtocol.ts';
import { info } from './info.ts';
import { lolwut } from './lolwut.ts';
import { memoryCommands } from './memory.ts';
import {
  EMPTY_ARRAY, NO_SUCH_KEY, NULL, OK, SYNTAX, arg, array, bulk, bulks, fail, integer, isOption, numberArg,
  rangeArg,
} from './support.ts';

function configGet(context: Context, args: readonly Bytes[]): Reply {
  const { config } = context.server;
  return { kind: 'map', items: config.match(args.slice(2)).flatMap((name) => [bulk(name), bulk(config.get(name))]) };
}

function configSet(context: Context, args: readonly Bytes[]): Reply {
  if (args.length % 2 === 1) fail(SYNTAX);
  const changes: [Bytes, Bytes][] = [];
  for (let index = 2; index < args.length; index += 2) changes.push([arg(args, index), arg(args, index + 1)]);
  const problem = context.server.config.set(changes);
  return problem === undefined ? OK : fail(problem);
}

function flush(context: Context, args: readonly Bytes[], databases: readonly Database[]): Reply {
  if (args.length > 2 || (args.length === 2 && !isOption(args[1], 'ASYNC') && !isOption(args[1], 'SYNC'))) fail(SYNTAX);
  invalidateAll(context.server);
  for (const db of databases) {
    touchAll(db, [db]);
    context.server.dirty += clearDatabase(db);
  }
  return OK;
}

/** Tells those who watch a key of `db` that exists in one of `where`. */
function touchAll(db: Database, where: readonly Database[]): void {
  for (const key of db.watchers.keys()) {
    if (where.some(({ dict }) => dictFind(dict, key) !== undefined)) touchWatchers(db, key);
  }
}

function swapdb(context: Context, args: readonly Bytes[]): Reply {
  const first = rangeArg(arg(args, 1), -(2 ** 31), 2 ** 31 - 1, 'ERR invalid first DB index');
  const second = rangeArg(arg(args, 2), -(2 ** 31), 2 ** 31 - 1, 'ERR invalid second DB index');
  const a = context.server.databases[first] ?? fail('ERR DB index is out of range');
  const b = context.server.databases[second] ?? fail('ERR DB index is out of range');
  if (a === b) return OK;
  // A key counts as touched if it is there before or after.
  touchAll(a, [a, b]);
  touchAll(b, [a, b]);
  [a.dict, b.dict] = [b.dict, a.dict];
  [a.volatile, b.volatile] = [b.volatile, a.volatile];
  [a.fieldKeys, b.fieldKeys] = [b.fieldKeys, a.fieldKeys];
  [a.fieldSweep, b.fieldSweep] = [b.fieldSweep, a.fieldSweep];
  [a.bytes, b.bytes] = [b.bytes, a.bytes];
  [a.touched, b.touched] = [b.touched, a.touched];
  [a.averageTtl, b.averageTtl] = [b.averageTtl, a.averageTtl];
  for (const db of [a, b]) for (const key of db.awaited.keys()) db.ready.add(key);
  a.sweep = 0;
  b.sweep = 0;
  context.server.dirty += 1;
  return OK;
}

function time(context: Context): Reply {
  const microseconds = BigInt(Math.floor(context.server.clock.now() * 1000));
  return bulks([(microseconds / 1000000n).toString(), (microseconds % 1000000n).toString()]);
}

function usage(context: Context, args: readonly Bytes[]): Reply {
  let samples = 5;
  for (let index = 3; index < args.length; index += 2) {
    const next = args[index + 1];
    if (!isOption(args[index], 'SAMPLES') || next === undefined) return fail(SYNTAX);
    samples = numberArg(next);
    if (samples < 0) fail(SYNTAX);
  }
  const value = findValue(context.database, arg(args, 2));
  return value === undefined ? NULL : integer(memoryUsage(arg(args, 2), value));
}

function debug(context: Context, args: readonly Bytes[]): Reply {
  const sub = arg(args, 1);
  if (isOption(sub, 'HELP') && args.length === 2) return helpReply('debug');
  if (isOption(sub, 'SLEEP') && args.length === 3) {
    context.server.asleepUntil = context.server.clock.now() + (Number.parseFloat(arg(args, 2)) || 0) * 1000;
    return OK;
  }
  if (isOption(sub, 'PROTOCOL') && args.length === 3) return debugProtocol(context, arg(args, 2));
  if (isOption(sub, 'SET-ACTIVE-EXPIRE') && args.length === 3) {
    context.server.expiry.active = numberArg(arg(args, 2)) !== 0;
    return OK;
  }
  if (isOption(sub, 'OBJECT') && (args.length === 3 || args.length === 4)) {
    const value = findValue(context.database, arg(args, 2)) ?? fail(NO_SUCH_KEY);
    const idle = Math.max(0, Math.floor(context.now / 1000) - value.accessed);
    const size = memoryUsage(arg(args, 2), value);
    return {
      kind: 'simple',
      text: `Value at:0x7f0000000000 refcount:1 encoding:${encodingOf(value)} serializedlength:${size} lru:${value.accessed & 0xffffff} lru_seconds_idle:${idle}`,
    };
  }
  if ((isOption(sub, 'JMAP') || isOption(sub, 'QUICKLIST-PACKED-THRESHOLD')) && args.length <= 3) return OK;
  if (isOption(sub, 'STRINGMATCH-LEN') && args.length === 4) return OK;
  return fail(`ERR unknown subcommand or wrong number of arguments for '${sub}'. Try DEBUG HELP.`);
}

function shutdown(context: Context, args: readonly Bytes[]): Reply {
  for (const option of args.slice(1)) if (!['NOSAVE', 'SAVE', 'NOW', 'FORCE', 'ABORT'].includes(option.toUpperCase())) fail(SYNTAX);
  const stop = context.server.onShutdown ?? fail('ERR Errors trying to SHUTDOWN. Check logs.');
  context.session.closing = true;
  stop();
  return OK;
}

/** INFO CONFIG FLUSHALL DEBUG ... */
export const serverCommands: Handlers = {
  ...commandCommands,
  ...memoryCommands,
  'config|get': configGet,
  'config|resetstat': (context) => {
    resetStatistics(context.server);
    return OK;
  },
  'config|rewrite': () => fail('ERR The server is running without a config file'),
  'config|set': configSet,
  dbsize: (context) => integer(databaseSize(context.database)),
  debug,
  flushall: (context, args) => flush(context, args, context.server.databases),
  flushdb: (context, args) => flush(context, args, [context.database]),
  info,
  lolwut,
  lastsave: (context) => integer(context.server.lastSave),
  'memory|purge': () => OK,
  'memory|usage': usage,
  role: () => array([bulk('master'), integer(0), EMPTY_ARRAY]),
  shutdown,
  swapdb,
  time,
};
