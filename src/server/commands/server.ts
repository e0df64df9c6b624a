import type { Reply } from '../../protocol/resp/reply.ts';
import { save, stopBackgroundSave } from '../persistence/save.ts';
import { replicasOf } from '../replication/report.ts';
import type { Context, Handlers, ServerState } from '../state.ts';
import { clearDatabase, databaseSize, touchAllWatchers } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import type { Bytes } from '../store/value.ts';
import { invalidateAll } from '../clients/tracking.ts';
import { commandCommands } from './commandInfo.ts';
import { configCommands } from './config.ts';
import { info } from './info.ts';
import { lolwut } from './lolwut.ts';
import { memoryCommands } from './memory.ts';
import { shutdown } from './shutdown.ts';
import { OK, SYNTAX, arg, array, bulk, bulks, fail, integer, isOption, rangeArg } from './support.ts';

function flush(context: Context, args: readonly Bytes[], databases: readonly Database[]): Reply {
  if (args.length > 2 || (args.length === 2 && !isOption(args[1], 'ASYNC') && !isOption(args[1], 'SYNC'))) fail(SYNTAX);
  const lazy = args.length === 2 ? isOption(args[1], 'ASYNC') : context.server.config.get('lazyfree-lazy-user-flush') === 'yes';
  invalidateAll(context.server);
  for (const db of databases) {
    touchAllWatchers(db, context.now);
    const size = clearDatabase(db);
    context.server.dirty += size;
    if (lazy) context.server.statistics.lazyFreed += size;
  }
  return OK;
}

/** FLUSHALL saves at once where there are save points: a restart must not bring back what is gone. */
function saveEmptied(server: ServerState): void {
  stopBackgroundSave(server);
  const { dataFile } = server.outside;
  if (dataFile !== undefined && server.config.get('save') !== '') save(server, dataFile());
}

function swapdb(context: Context, args: readonly Bytes[]): Reply {
  const first = rangeArg(arg(args, 1), -(2 ** 31), 2 ** 31 - 1, 'ERR invalid first DB index');
  const second = rangeArg(arg(args, 2), -(2 ** 31), 2 ** 31 - 1, 'ERR invalid second DB index');
  const a = context.server.databases[first] ?? fail('ERR DB index is out of range');
  const b = context.server.databases[second] ?? fail('ERR DB index is out of range');
  if (a === b) {
    context.server.dirty += 1;
    return OK;
  }
  touchAllWatchers(a, context.now, b);
  touchAllWatchers(b, context.now, a);
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

function role(server: ServerState): Reply {
  const { link, offset } = server.replication;
  if (link !== undefined) return array([bulk('slave'), bulk(link.host), integer(link.port), bulk(link.stage), integer(link.session === undefined ? -1 : offset)]);
  const online = replicasOf(server).filter(({ stage }) => stage === 'online');
  return array([bulk('master'), integer(offset), array(online.map(({ ip, port, acknowledged }) => bulks([ip, String(port), String(acknowledged)])))]);
}

/** INFO CONFIG FLUSHALL DEBUG ... */
export const serverCommands: Handlers = {
  ...commandCommands,
  ...memoryCommands,
  ...configCommands,
  dbsize: (context) => integer(databaseSize(context.database)),
  flushall: (context, args) => {
    const reply = flush(context, args, context.server.databases);
    saveEmptied(context.server);
    return reply;
  },
  flushdb: (context, args) => flush(context, args, [context.database]),
  info,
  lolwut,
  role: ({ server }) => role(server),
  shutdown,
  swapdb,
  time,
};
