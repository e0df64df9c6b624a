import { createDict, dictDelete, dictFind, dictSet, dictSize } from './dict.ts';
import type { Dict } from './dict.ts';
import { NO_EXPIRY } from './value.ts';
import type { Bytes, Value } from './value.ts';

/** What WATCH leaves behind: `dirty` becomes true when a watched key is touched. */
export interface WatchFlag {
  dirty: boolean;
}

/** One of the numbered databases. */
export interface Database {
  readonly index: number;
  dict: Dict<Value>;
  /** Keys with an expiry: what the active cycle looks through. */
  volatile: Set<Bytes>;
  /** Where the active cycle stands; undefined at the start of a round. */
  sweep: IterableIterator<Bytes> | undefined;
  readonly watchers: Map<Bytes, Set<WatchFlag>>;
  /** Keys that blocked clients wait for, each with those clients. */
  readonly awaited: ReadonlyMap<Bytes, unknown>;
  /** Those of them that came, went or got something new, and were not looked at since; in that order. */
  readonly ready: Set<Bytes>;
}

/** Makes an empty database. */
export function createDatabase(index: number, seed: number): Database {
  return { index, dict: createDict(seed), volatile: new Set(), sweep: undefined, watchers: new Map(), awaited: new Map(), ready: new Set() };
}

/** DBSIZE: expired keys count until something notices them, as in Redis. */
export function databaseSize(db: Database): number {
  return dictSize(db.dict);
}

/** The value of a key, expired or not. */
export function findValue(db: Database, key: Bytes): Value | undefined {
  return dictFind(db.dict, key)?.value;
}

/** True once the clock is past the expiry. */
export function isExpired(value: Value, now: number): boolean {
  return value.expireAt !== NO_EXPIRY && value.expireAt < now;
}

/** Puts a value, with the expiry it carries, in place of whatever is there. */
export function putValue(db: Database, key: Bytes, value: Value): void {
  dictSet(db.dict, key, value);
  signalReady(db, key);
  if (value.expireAt !== NO_EXPIRY) db.volatile.add(key);
  else if (db.volatile.size > 0) db.volatile.delete(key);
}

/** Removes a key and answers its value. */
export function removeValue(db: Database, key: Bytes): Value | undefined {
  const entry = dictDelete(db.dict, key);
  signalReady(db, key);
  if (entry !== undefined && entry.value.expireAt !== NO_EXPIRY) db.volatile.delete(key);
  return entry?.value;
}

/** Sets or, with NO_EXPIRY, takes away the expiry of a value that is in the database. */
export function setExpiry(db: Database, key: Bytes, value: Value, expireAt: number | bigint): void {
  value.expireAt = expireAt;
  if (expireAt === NO_EXPIRY) db.volatile.delete(key);
  else db.volatile.add(key);
}

/** Says that a key may have something for those who wait for it. */
export function signalReady(db: Database, key: Bytes): void {
  if (db.awaited.size > 0 && db.awaited.has(key)) db.ready.add(key);
}

/** Tells those who watch `key` that it changed. */
export function touchWatchers(db: Database, key: Bytes): void {
  if (db.watchers.size === 0) return;
  for (const flag of db.watchers.get(key) ?? []) flag.dirty = true;
}

/** Drops everything at once; the garbage collector does the rest in its own time. */
export function clearDatabase(db: Database): number {
  const size = dictSize(db.dict);
  db.dict = createDict(db.dict.seed);
  db.volatile = new Set();
  db.sweep = undefined;
  for (const key of db.awaited.keys()) db.ready.add(key);
  return size;
}

/**
 * One bounded round of active expiry: looks at up to `limit` keys that have an expiry, going on where the last round stopped,
 * and removes those that are past it. Answers the number looked at and removed.
 */
export function expireCycle(db: Database, now: number, limit: number, onExpired: (key: Bytes) => void): { looked: number; removed: number } {
  let looked = 0;
  let removed = 0;
  while (looked < limit && db.volatile.size > 0) {
    db.sweep ??= db.volatile.values();
    const step = db.sweep.next();
    if (step.done === true) {
      db.sweep = undefined;
      break;
    }
    looked += 1;
    const value = findValue(db, step.value);
    if (value === undefined) db.volatile.delete(step.value);
    else if (isExpired(value, now)) {
      removeValue(db, step.value);
      removed += 1;
      onExpired(step.value);
    }
  }
  return { looked, removed };
}
