import { memoryOf } from '../clientInfo.ts';
import type { ServerState } from '../state.ts';
import { databaseSize, settle } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { dictSize, dictSlots } from '../store/dict.ts';
import { EXPIRY, tableBytes } from './weights.ts';

/** What redis-server has taken once it has started, bytes. */
export const STARTUP = 876_080;
/** What the server knows of its memory, and of the keys that it may evict. */
export interface MemoryState {
  /** The most that was ever used, bytes. */
  peak: number;
  /** More was used than maxmemory allows, and nothing could be evicted, when the present command began. */
  outOfMemory: boolean;
  /** What other parts of the server take, bytes; each gives its name in MEMORY STATS or one of its own. */
  readonly others: Map<string, () => number>;
  /** Figures that other parts give to INFO, by their names there: `number_of_cached_scripts` ... */
  readonly figures: Map<string, () => number>;
  /** What clients took in the last round of the cron, bytes. */
  clients: number;
  /** Keys that may be evicted, the best one last. */
  pool: Candidate[];
  /** The database from which the random policies take next. */
  nextDatabase: number;
  /** More was used than allowed since then, by the server's clock; undefined: it is not. */
  exceededSince: number | undefined;
  /** Ms of such times that are over. */
  exceeded: number;
  /** True while a round of eviction is due. */
  evicting: boolean;
}

/** A key that may be evicted; the higher the score the better. */
export interface Candidate {
  readonly database: number;
  readonly key: string;
  readonly score: number;
}

export function createMemoryState(): MemoryState {
  return { peak: STARTUP, outOfMemory: false, others: new Map(), figures: new Map(), clients: 0, pool: [], nextDatabase: 0, exceededSince: undefined, exceeded: 0, evicting: false };
}

/** What a database takes beside its keys and values: tables. */
export function tablesOf(db: Database): { main: number; expires: number } {
  const { dict, volatile } = db;
  return { main: dictSlots(dict) === 0 ? 0 : tableBytes(dictSlots(dict)), expires: dictSlots(volatile) === 0 ? 0 : tableBytes(dictSlots(volatile)) + dictSize(volatile) * (EXPIRY - 16) };
}

/** What keys and values of a database take, bytes. */
export function dataOf(db: Database): number {
  settle(db);
  return db.bytes;
}

/**
 * used_memory: what redis-server would have taken for the same data and clients, figured, not measured: V8's heap holds what is
 * garbage already. Between commands only, as values are weighed.
 */
export function usedMemory(server: ServerState): number {
  let sum = STARTUP + server.memory.clients;
  for (const db of server.databases) {
    if (databaseSize(db) === 0 && dictSlots(db.dict) === 0) continue;
    const { main, expires } = tablesOf(db);
    sum += dataOf(db) + main + expires;
  }
  for (const other of server.memory.others.values()) sum += other();
  if (sum > server.memory.peak) server.memory.peak = sum;
  return sum;
}

/** What clients take with their buffers, bytes: as it was in the last round of the cron, or `fresh`. */
export function clientMemory(server: ServerState, fresh = false): number {
  const { memory, sessions } = server;
  if (!fresh) return memory.clients;
  const now = server.clock.now();
  memory.clients = 0;
  for (const session of sessions.values()) memory.clients += memoryOf(session, now, server.current === session).total;
  return memory.clients;
}
