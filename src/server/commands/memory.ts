import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context, Handlers } from '../state.ts';
import { databaseSize } from '../store/database.ts';
import { dictSize, dictSlots } from '../store/dict.ts';
import { integer, map, verbatim } from './support.ts';

/** Keys below which MEMORY DOCTOR finds too little to judge, as Redis does below 5 MB. */
const FEW_KEYS = 10_000;

function doctor(context: Context): Reply {
  const keys = context.server.databases.reduce((sum, db) => sum + databaseSize(db), 0);
  return verbatim(
    keys < FEW_KEYS
      ? "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be back to our programming as soon as I finished rebooting.\n"
      : "Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on this base.\n",
  );
}

/** What the process had taken when this file was loaded, bytes. */
const atStart = process.memoryUsage().heapUsed;

/** The fields of Redis; the figures are those of V8's heap, which stands for the allocator. */
function stats(context: Context): Reply {
  const { heapUsed, heapTotal, external, rss } = process.memoryUsage();
  const double = (value: number): Reply => ({ kind: 'double', value });
  const filled = context.server.databases.filter((db) => databaseSize(db) > 0);
  const keys = filled.reduce((sum, db) => sum + databaseSize(db), 0);
  const used = heapUsed + external;
  const tables = filled.map((db) => {
    const main = dictSlots(db.dict) * 8 + databaseSize(db) * 56;
    const expires = dictSize(db.volatile) * 40;
    return { index: db.index, main, expires };
  });
  const overhead = atStart + tables.reduce((sum, { main, expires }) => sum + main + expires, 0);
  const dataset = Math.max(0, used - overhead);
  const net = Math.max(1, used - atStart);
  const sizes = (names: Readonly<Record<string, number>>): [string, Reply][] => Object.entries(names).map(([name, value]) => [name, integer(Math.round(value))]);
  return map([
    ...sizes({
      'peak.allocated': used, 'total.allocated': used, 'startup.allocated': atStart, 'replication.backlog': 0, 'clients.slaves': 0,
      'clients.normal': 0, 'cluster.links': 0, 'aof.buffer': 0, 'lua.caches': 0, 'functions.caches': 0,
    }),
    ...tables.map(({ index, main, expires }): [string, Reply] => [
      `db.${String(index)}`,
      map(sizes({ 'overhead.hashtable.main': main, 'overhead.hashtable.expires': expires, 'overhead.hashtable.slot-to-keys': 0 })),
    ]),
    ...sizes({ 'overhead.total': overhead, 'keys.count': keys, 'keys.bytes-per-key': keys === 0 ? 0 : net / keys, 'dataset.bytes': dataset }),
    ['dataset.percentage', double((dataset * 100) / net)],
    ['peak.percentage', double(100)],
    ...sizes({ 'allocator.allocated': used, 'allocator.active': heapTotal + external, 'allocator.resident': rss }),
    ['allocator-fragmentation.ratio', double((heapTotal + external) / used)],
    ...sizes({ 'allocator-fragmentation.bytes': heapTotal - heapUsed }),
    ['allocator-rss.ratio', double(rss / (heapTotal + external))],
    ...sizes({ 'allocator-rss.bytes': rss - heapTotal - external }),
    ['rss-overhead.ratio', double(1)],
    ...sizes({ 'rss-overhead.bytes': 0 }),
    ['fragmentation', double(rss / used)],
    ...sizes({ 'fragmentation.bytes': rss - used }),
  ]);
}

/** MEMORY but for USAGE and PURGE. */
export const memoryCommands: Handlers = {
  'memory|doctor': doctor,
  'memory|malloc-stats': () => verbatim('Stats not supported for the current allocator'),
  'memory|stats': stats,
};
