import { memoryOf } from '../clients/clientInfo.ts';
import { backlogLength } from '../replication/report.ts';
import { isReplica } from '../replication/state.ts';
import type { ServerState } from '../state.ts';
import { databaseSize, settle } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { dictSize, dictSlots } from '../store/dict.ts';
import { EXPIRY, sdsBytes, tableBytes } from './weights.ts';

/** What redis-server has taken once it has started, bytes. */
export const STARTUP = 876_080;
/** A script beside its text, and what the caches of functions take without any, bytes. */
const SCRIPT = 96;
const NO_FUNCTIONS = 200;

/** What the server knows of its memory, and of the keys that it may evict. */
export interface MemoryState {
  /** The most that was ever used, bytes. */
  peak: number;
  /** More was used than maxmemory allows, and nothing could be evicted, when the present command began. */
  outOfMemory: boolean;
  /** What clients took with their buffers in the last round of the cron, bytes. */
  clients: number;
  /** What the backlog and the replicas hold of the stream then: the bytes are the same ones, so of the most that any of them holds. */
  stream: number;
  /** They may take much more or less than that by now. */
  clientsChanged: boolean;
  /** Figures that other parts give to INFO, by their names there: `number_of_cached_scripts` ... */
  readonly figures: Map<string, () => number>;
  /** What scripts and libraries took then, bytes. */
  scripts: number;
  functions: number;
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
  return { peak: STARTUP, outOfMemory: false, clients: 0, stream: 0, clientsChanged: false, figures: new Map(), scripts: 0, functions: 0, pool: [], nextDatabase: 0, exceededSince: undefined, exceeded: 0, evicting: false };
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
  const { memory } = server;
  let sum = STARTUP + memory.clients + memory.stream + memory.scripts + memory.functions;
  for (const db of server.databases) {
    if (databaseSize(db) === 0 && dictSlots(db.dict) === 0) continue;
    const { main, expires } = tablesOf(db);
    sum += dataOf(db) + main + expires;
  }
  if (sum > memory.peak) memory.peak = sum;
  return sum;
}

/** Weighs what is no data: once in a round of the cron, for before every command would be too often. */
export function weighOthers(server: ServerState): void {
  const { memory, sessions, scripting, clock, current } = server;
  const now = clock.now();
  memory.clientsChanged = false;
  memory.clients = 0;
  memory.stream = backlogLength(server);
  for (const session of sessions.values()) {
    if (isReplica(session)) memory.stream = Math.max(memory.stream, session.buffers().output);
    else memory.clients += memoryOf(session, now, current === session).total;
  }
  memory.scripts = 0;
  for (const { body } of scripting.scripts.values()) memory.scripts += SCRIPT + sdsBytes(body.length);
  memory.functions = NO_FUNCTIONS;
  for (const { code, functions } of scripting.libraries.values()) memory.functions += SCRIPT * (1 + functions.size) + sdsBytes(code.length);
}

/** What of the stream is more than the backlog may hold: it is the replicas', and no key gives way to it. Bytes. */
export function replicasShare({ memory, config }: ServerState): number {
  return Math.max(0, memory.stream - config.number('repl-backlog-size'));
}

/** Redis keeps the stream in blocks of that size, and so much beside each. */
const BLOCK = 16384;
const BLOCK_HEAD = 64;

/** What is used and does not count for maxmemory, as Redis figures it: otherwise evicting would be told to replicas, and that evict more. */
export function notCounted(server: ServerState): number {
  return Math.max(0, replicasShare(server) - (Math.floor(server.config.number('repl-backlog-size') / BLOCK) + 1) * BLOCK_HEAD);
}
