import type { Reply } from '../../protocol/resp/reply.ts';
import { memoryReport } from '../memory/report.ts';
import { memoryUsage } from '../memory/usage.ts';
import type { Context, Handlers } from '../state.ts';
import { findValue } from '../store/database.ts';
import type { Bytes } from '../store/value.ts';
import { NULL, OK, SYNTAX, arg, fail, integer, isOption, map, numberArg, verbatim } from './support.ts';

/** Bytes below which MEMORY DOCTOR finds too little to judge. */
const LITTLE = 5 * 1024 * 1024;

const PEAK =
  ' * Peak memory: In the past this instance used more than 150% the memory that is currently using. The allocator is normally not able to release memory after a peak, so you can expect to see a big fragmentation ratio, however this is actually harmless and is only due to the memory peak, and if the Redis instance Resident Set Size (RSS) is currently bigger than expected, the memory will be used as soon as you fill the Redis instance with more data. If the memory peak was only occasional and you want to try to reclaim memory, please try the MEMORY PURGE command, otherwise the only other option is to shutdown and restart the instance.\n\n';

/** Of Redis's complaints the one on a peak; those on the allocator and on replicas are not for this server. */
function doctor({ server }: Context): Reply {
  const { used, peak } = memoryReport(server);
  if (used < LITTLE) {
    return verbatim(
      "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be back to our programming as soon as I finished rebooting.\n",
    );
  }
  if (peak / used <= 1.5) return verbatim("Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on this base.\n");
  return verbatim(`Sam, I detected a few issues in this Redis instance memory implants:\n\n${PEAK}I'm here to keep you safe, Sam. I want to help you.\n`);
}

function stats({ server }: Context): Reply {
  const report = memoryReport(server);
  const double = (value: number): Reply => ({ kind: 'double', value });
  const sizes = (names: Readonly<Record<string, number>>): [string, Reply][] => Object.entries(names).map(([name, value]) => [name, integer(Math.floor(value))]);
  return map([
    ...sizes({
      'peak.allocated': report.peak, 'total.allocated': report.used, 'startup.allocated': report.startup, 'replication.backlog': report.stream - report.replicas, 'clients.slaves': report.replicas,
      'clients.normal': report.clients, 'cluster.links': 0, 'aof.buffer': 0, 'lua.caches': report.scripts, 'functions.caches': report.functions,
    }),
    ...report.databases.map(({ index, main, expires }): [string, Reply] => [
      `db.${index}`,
      map(sizes({ 'overhead.hashtable.main': main, 'overhead.hashtable.expires': expires, 'overhead.hashtable.slot-to-keys': 0 })),
    ]),
    ...sizes({ 'overhead.total': report.overhead, 'keys.count': report.keys, 'keys.bytes-per-key': report.keys === 0 ? 0 : report.net / report.keys, 'dataset.bytes': report.dataset }),
    ['dataset.percentage', double((report.dataset * 100) / report.net)],
    ['peak.percentage', double((report.used * 100) / report.peak)],
    ...sizes({ 'allocator.allocated': report.used, 'allocator.active': report.active, 'allocator.resident': report.resident }),
    ['allocator-fragmentation.ratio', double(report.active / report.used)],
    ...sizes({ 'allocator-fragmentation.bytes': report.active - report.used }),
    ['allocator-rss.ratio', double(report.resident / report.active)],
    ...sizes({ 'allocator-rss.bytes': report.resident - report.active }),
    ['rss-overhead.ratio', double(report.rss / report.resident)],
    ...sizes({ 'rss-overhead.bytes': report.rss - report.resident }),
    ['fragmentation', double(report.rss / report.used)],
    ...sizes({ 'fragmentation.bytes': report.rss - report.used }),
  ]);
}

function usage(context: Context, args: readonly Bytes[]): Reply {
  for (let index = 3; index < args.length; index += 2) {
    const next = args[index + 1];
    if (!isOption(args[index], 'SAMPLES') || next === undefined) return fail(SYNTAX);
    if (numberArg(next) < 0) fail(SYNTAX);
  }
  const value = findValue(context.database, arg(args, 2));
  return value === undefined ? NULL : integer(memoryUsage(arg(args, 2), value));
}

/** MEMORY, but for HELP. */
export const memoryCommands: Handlers = {
  'memory|doctor': doctor,
  'memory|malloc-stats': () => verbatim('Stats not supported for the current allocator'),
  'memory|purge': () => OK,
  'memory|stats': stats,
  'memory|usage': usage,
};
