import { monotonic } from '../clock.ts';
import { notify } from '../events.ts';
import { declaredFlags, isPaused } from '../clients/pause.ts';
import { sampleLatency } from '../observing/latency/monitor.ts';
import { endUnit, propagateGone } from '../replication/propagate.ts';
import type { Command, Context, ServerState } from '../state.ts';
import { databaseSize, removeValue, signalChange } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { dictFind, dictRandom, dictSample, dictSize } from '../store/dict.ts';
import { frequencyOf, idleSeconds } from '../store/frequency.ts';
import type { Bytes, Stored } from '../store/value.ts';
import { notCounted, usedMemory, weighOthers } from './used.ts';

/** The error of a command that may take memory while there is none. */
export const OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";

/** Keys that are kept in mind as good to evict, as many as in Redis. */
const POOL_SIZE = 16;
/** Keys that are evicted before the time is looked at. */
const BATCH = 16;

/**
 * Evicts keys until no more memory is used than maxmemory allows, for as long as maxmemory-eviction-tenacity lets it hold the
 * server up; the rest follows in turns of its own. False when there is nothing that the policy lets go and too much is used still. While clients are paused nothing is looked at.
 */
export function makeRoom(server: ServerState): boolean {
  if (server.config.hot.maxMemory === 0 || leavesItToMaster(server)) return true;
  const started = monotonic();
  const roomy = evictSome(server, started);
  sampleLatency(server, 'eviction-cycle', monotonic() - started);
  return roomy;
}

/** A replica lets its master decide which keys make room. */
function leavesItToMaster({ replication, config }: ServerState): boolean {
  return replication.link !== undefined && config.get('replica-ignore-maxmemory') === 'yes';
}

function evictSome(server: ServerState, started: number): boolean {
  const { config, memory } = server;
  const limit = config.hot.maxMemory;
  if (isPaused(server)) return true;
  if (memory.clientsChanged) weighOthers(server);
  const apart = notCounted(server);
  let used = usedMemory(server) - apart;
  if (used <= limit) {
    settleExceeded(server);
    return true;
  }
  memory.exceededSince ??= server.clock.now();
  const policy = config.get('maxmemory-policy');
  if (policy === 'noeviction') return false;
  const budget = tenacity(config.number('maxmemory-eviction-tenacity'));
  for (let evicted = 1; used > limit; evicted += 1) {
    const found = policy.endsWith('random') ? pickRandom(server, policy) : pickBest(server, policy);
    if (found === undefined) return false;
    evict(server, found.db, found.key);
    used = usedMemory(server) - apart;
    if (evicted % BATCH === 0 && used > limit && monotonic() - started > budget) {
      goOnLater(server);
      return true;
    }
  }
  settleExceeded(server);
  return true;
}

/** True for a call that may take memory. A script that says what it does is taken at its word. */
function mayTake(server: ServerState, { name, flags }: Command, args: readonly Bytes[]): boolean {
  const declared = declaredFlags(server, name, args);
  return declared === undefined ? flags.has('denyoom') : !declared.has('allow-oom') && !declared.has('no-writes');
}

/** Commands that a transaction may always end with. */
const ending = new Set(['exec', 'discard', 'quit', 'reset']);

/** Makes room before a command. True if there is none and the command may take memory: itself, in a transaction, or by being queued. */
export function memoryDenies({ server, session }: Context, command: Command, args: readonly Bytes[]): boolean {
  if (server.config.hot.maxMemory === 0) return (server.memory.outOfMemory = false);
  const full = !makeRoom(server);
  server.memory.outOfMemory = full;
  if (!full) return false;
  if (mayTake(server, command, args)) return true;
  const { transaction } = session;
  if (transaction === undefined) return false;
  return ending.has(command.name) ? command.name === 'exec' && transaction.queue.some((queued) => mayTake(server, queued.command, queued.args)) : true;
}

function settleExceeded({ memory, clock }: ServerState): void {
  if (memory.exceededSince === undefined) return;
  memory.exceeded += clock.now() - memory.exceededSince;
  memory.exceededSince = undefined;
}

/** Ms of one round. */
function tenacity(setting: number): number {
  if (setting >= 100) return Infinity;
  return setting <= 10 ? setting * 0.05 : 0.5 * 1.15 ** (setting - 10);
}

function goOnLater(server: ServerState): void {
  if (server.memory.evicting || !server.timers) return;
  server.memory.evicting = true;
  setImmediate(() => {
    server.memory.evicting = false;
    // The data belong to the script that runs; the next command looks again.
    if (server.scripting.running === undefined) makeRoom(server);
  });
}

function evict(server: ServerState, db: Database, key: Bytes): void {
  removeValue(db, key);
  propagateGone(server, db, key, 'eviction');
  endUnit(server);
  signalChange(db, key, true);
  server.statistics.evicted += 1;
  notify({ server, database: db }, 'evicted', 'evicted', key);
}

interface Found {
  readonly db: Database;
  readonly key: Bytes;
}

/** A random key; the databases take turns. */
function pickRandom({ databases, memory, random }: ServerState, policy: string): Found | undefined {
  for (let tries = 0; tries < databases.length; tries += 1) {
    memory.nextDatabase = (memory.nextDatabase + 1) % databases.length;
    const db = databases[memory.nextDatabase];
    if (db === undefined) continue;
    const entry = dictRandom(policy === 'allkeys-random' ? db.dict : db.volatile, random);
    if (entry !== undefined) return { db, key: entry.key };
  }
  return undefined;
}

/** The best key of those kept in mind, after a look at some others in each database. */
function pickBest(server: ServerState, policy: string): Found | undefined {
  const volatile = policy.startsWith('volatile');
  for (;;) {
    let keys = 0;
    for (const db of server.databases) {
      if (databaseSize(db) === 0) continue;
      keys += dictSize(volatile ? db.volatile : db.dict);
      fillPool(server, db, policy, volatile);
    }
    if (keys === 0) return undefined;
    for (let best = server.memory.pool.pop(); best !== undefined; best = server.memory.pool.pop()) {
      const db = server.databases[best.database];
      if (db !== undefined && dictFind(volatile ? db.volatile : db.dict, best.key) !== undefined) return { db, key: best.key };
    }
  }
}

function fillPool(server: ServerState, db: Database, policy: string, volatile: boolean): void {
  const { pool } = server.memory;
  const samples = dictSample(volatile ? db.volatile : db.dict, server.config.number('maxmemory-samples'), server.random);
  for (const { key, value } of samples) {
    const score = scoreOf(server, value, policy);
    if (pool.length >= POOL_SIZE && score <= (pool[0]?.score ?? 0)) continue;
    if (pool.some((candidate) => candidate.key === key && candidate.database === db.index)) continue;
    // Among equals who was seen first goes first.
    const at = pool.findIndex((candidate) => candidate.score >= score);
    pool.splice(at === -1 ? pool.length : at, 0, { database: db.index, key, score });
    if (pool.length > POOL_SIZE) pool.shift();
  }
}

/** The higher the sooner it goes: idle for long, seldom used, or soon expired. */
function scoreOf({ clock, config }: ServerState, value: Stored, policy: string): number {
  const now = clock.now();
  if (policy === 'volatile-ttl') return -Number(value.expireAt);
  return policy.endsWith('lfu') ? 255 - frequencyOf(value, now, config.number('lfu-decay-time')) : idleSeconds(value, now);
}
