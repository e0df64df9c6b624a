import type { ServerState } from '../state.ts';
import { databaseSize } from '../store/database.ts';
import { STARTUP, notCounted, replicasShare, tablesOf, usedMemory, weighOthers } from './used.ts';

/** What INFO and MEMORY STATS tell, bytes. */
export interface MemoryReport {
  readonly used: number;
  readonly peak: number;
  readonly startup: number;
  readonly clients: number;
  /** What the backlog and the replicas hold of the stream, in all and the replicas' share of it, and what of that maxmemory does not count. */
  readonly stream: number;
  readonly replicas: number;
  readonly notCounted: number;
  /** What is no data: the start, clients, tables and caches. */
  readonly overhead: number;
  readonly dataset: number;
  /** Used since the start. */
  readonly net: number;
  readonly keys: number;
  /** Of databases that have keys. */
  readonly databases: readonly { readonly index: number; readonly main: number; readonly expires: number }[];
  readonly scripts: number;
  readonly functions: number;
  /** What stands for the allocator: this process. Not less than what is used. */
  readonly active: number;
  readonly resident: number;
  readonly rss: number;
}

/** All figures on memory. Those of the process are measured, the others figured. */
export function memoryReport(server: ServerState): MemoryReport {
  weighOthers(server);
  const { clients, stream, scripts, functions } = server.memory;
  const used = usedMemory(server);
  const { heapTotal, external, rss } = process.memoryUsage();
  const databases = server.databases.filter((db) => databaseSize(db) > 0).map((db) => ({ index: db.index, ...tablesOf(db) }));
  const overhead = STARTUP + clients + stream + scripts + functions + databases.reduce((sum, { main, expires }) => sum + main + expires, 0);
  const active = Math.max(used, heapTotal + external);
  return {
    used, peak: server.memory.peak, startup: STARTUP, clients, stream, replicas: replicasShare(server), notCounted: notCounted(server), overhead, dataset: Math.max(0, used - overhead), net: Math.max(1, used - STARTUP),
    keys: server.databases.reduce((sum, db) => sum + databaseSize(db), 0), databases, scripts, functions,
    active, resident: Math.max(active, rss), rss: Math.max(active, rss),
  };
}
