import { uncount, weighIn } from '../memory/count.ts';
import { keyBytes } from '../memory/weights.ts';
import { createDict, dictAdd, dictDelete, dictFind, dictPut, dictScan, dictSet, dictSize } from './dict.ts';
import type { Dict } from './dict.ts';
import type { Unread } from './unread.ts';
import { NO_EXPIRY } from './value.ts';
import type { Bytes, Container, PackedValue, Stored, Value } from './value.ts';

/** What WATCH leaves behind: `dirty` becomes true when a watched key is touched. */
export interface WatchFlag {
  dirty: boolean;
}

/** A key that a client watches. */
export interface Watch {
  readonly flag: WatchFlag;
  readonly database: number;
  readonly key: Bytes;
  /** It was there and past its time: that it goes is no change. */
  wasExpired: boolean;
}

/** Where databases tell that a key was changed. Undefined while nobody wants to know. */
export interface KeySignals {
  /** `byServer`: nobody's command did it, its time was over or memory was short. */
  touched: ((key: Bytes, byServer: boolean) => void) | undefined;
  /** There while a snapshot is written. */
  keeper: KeyKeeper | undefined;
}

/** What a snapshot of one instant has to know of what comes after. */
export interface KeyKeeper {
  /** A value is about to change or to go. */
  readonly keep: (dict: Dict<Stored>, key: Bytes, value: Stored) => void;
  /** A value came: it is not of that instant. */
  readonly leaveOut: (value: Stored) => void;
}

/** One of the numbered databases. */
export interface Database {
  readonly index: number;
  dict: Dict<Stored>;
  /** The values that have an expiry: what the active cycle and the policies on volatile keys look through. */
  volatile: Dict<Stored>;
  /** Where the active cycle stands in them, a cursor. */
  sweep: number;
  /** Their time to live, ms: a running average of the active cycle. */
  averageTtl: number;
  /** Keys of hashes of which fields expire, and of some that were: the active cycle looks through them. */
  fieldKeys: Set<Bytes>;
  /** Where it stands in them; undefined at the start of a round. */
  fieldSweep: IterableIterator<Bytes> | undefined;
  readonly watchers: Map<Bytes, Set<Watch>>;
  /** Of all databases of a server. */
  readonly signals: KeySignals;
  /** What keys and values take, but for tables; values that are `touched` by what they took when they were last weighed. */
  bytes: number;
  /** Values that may have grown or shrunk since. */
  touched: Set<Container>;
  /** Keys that blocked clients wait for, each with those clients. */
  readonly awaited: ReadonlyMap<Bytes, unknown>;
  /** Those of them that came, went or got something new, and were not looked at since; in that order. */
  readonly ready: Set<Bytes>;
}

/** Makes an empty database. */
export function createDatabase(index: number, seed: number, signals: KeySignals): Database {
  return { index, dict: createDict(seed), volatile: createDict(seed), sweep: 0, averageTtl: 0, fieldKeys: new Set(), fieldSweep: undefined, bytes: 0, touched: new Set(), watchers: new Map(), signals, awaited: new Map(), ready: new Set() };
}

/** DBSIZE: expired keys count until something notices them, as in Redis. */
export function databaseSize(db: Database): number {
  return dictSize(db.dict);
}

/** The value of a key, expired or not. */
export function findValue(db: Database, key: Bytes): Value | undefined {
  const value = dictFind(db.dict, key)?.value;
  return value?.type === 'packed' ? unpackAt(db, key, value) : value;
}

/** Puts a value in the place of its bytes. A snapshot takes it as any other change. */
function unpackAt(db: Database, key: Bytes, packed: PackedValue): Value {
  const value = packed.unpack(packed);
  db.signals.keeper?.keep(db.dict, key, packed);
  db.signals.keeper?.leaveOut(value);
  dictSet(db.dict, key, value);
  if (value.expireAt !== NO_EXPIRY) dictSet(db.volatile, key, value);
  return value;
}

/** A value of a table, made of its bytes where it is packed, and not kept. For those who look at all of them. */
export function unpacked(value: Stored): Value {
  return value.type === 'packed' ? value.unpack(value) : value;
}

/** True once the clock is past the expiry. */
export function isExpired(value: Stored, now: number): boolean {
  return value.expireAt !== NO_EXPIRY && value.expireAt < now;
}

/** Puts a value, with the expiry it carries, in place of whatever is there. */
export function putValue(db: Database, key: Bytes, value: Value): void {
  if (db.signals.keeper !== undefined) keepAside(db, db.signals.keeper, key, value);
  const before = dictPut(db.dict, key, value);
  if (before === undefined) db.bytes += keyBytes(key);
  else {
    forget(db, before);
    db.bytes -= uncount(before);
  }
  db.bytes += weighIn(value);
  weighAgain(db, value);
  signalReady(db, key);
  if (value.expireAt !== NO_EXPIRY) dictSet(db.volatile, key, value);
  else if (before !== undefined && before.expireAt !== NO_EXPIRY) dictDelete(db.volatile, key);
  if (value.type === 'hash' && value.times !== undefined) db.fieldKeys.add(key);
}

/** Puts a value that is not read yet; of it the name alone is counted. False if the key is there, and nothing changes. */
export function putUnread(db: Database, key: Bytes, value: Value & Unread): boolean {
  if (!dictAdd(db.dict, key, value)) return false;
  db.bytes += keyBytes(key);
  if (value.expireAt !== NO_EXPIRY) dictSet(db.volatile, key, value);
  if (value.fieldsExpire) db.fieldKeys.add(key);
  return true;
}

/** Puts a value that is complete, with the expiry it carries. False if the key is there, and nothing changes. */
export function addValue(db: Database, key: Bytes, value: Stored): boolean {
  if (!dictAdd(db.dict, key, value)) return false;
  db.signals.keeper?.leaveOut(value);
  db.bytes += keyBytes(key) + weighIn(value);
  signalReady(db, key);
  if (value.expireAt !== NO_EXPIRY) dictSet(db.volatile, key, value);
  if (value.type === 'hash' && value.times !== undefined) db.fieldKeys.add(key);
  return true;
}

/** Removes a key and answers what stood there. */
export function removeValue(db: Database, key: Bytes): Stored | undefined {
  if (db.signals.keeper !== undefined) keepAside(db, db.signals.keeper, key, undefined);
  const entry = dictDelete(db.dict, key);
  signalReady(db, key);
  if (entry === undefined) return undefined;
  forget(db, entry.value);
  db.bytes -= keyBytes(key) + uncount(entry.value);
  if (entry.value.expireAt !== NO_EXPIRY) dictDelete(db.volatile, key);
  return entry.value;
}

/** A snapshot takes what stands at a key before something else, or nothing, stands there. */
function keepAside(db: Database, keeper: KeyKeeper, key: Bytes, next: Value | undefined): void {
  const before = dictFind(db.dict, key)?.value;
  if (before !== undefined && before !== next) keeper.keep(db.dict, key, before);
  if (next !== undefined && before !== next) keeper.leaveOut(next);
}

/** Says that the value of a key is about to change in place: a snapshot takes it as it is, and it is weighed again. */
export function touchValue(db: Database, key: Bytes, value: Value): void {
  db.signals.keeper?.keep(db.dict, key, value);
  weighAgain(db, value);
}

function weighAgain(db: Database, value: Value): void {
  if (value.type !== 'string') db.touched.add(value);
}

/** What is gone, perhaps to another database, is not weighed here any more. */
function forget(db: Database, value: Stored): void {
  if (value.type !== 'string' && value.type !== 'packed') db.touched.delete(value);
}

/** Weighs what was touched. Only between commands: what a command still changes would be missed. */
export function settle(db: Database): void {
  if (db.touched.size === 0) return;
  for (const value of db.touched) if (value.counted > 0) db.bytes += weighIn(value, value.counted);
  db.touched.clear();
}

/** Sets or, with NO_EXPIRY, takes away the expiry of a value that is in the database. */
export function setExpiry(db: Database, key: Bytes, value: Value, expireAt: number | bigint): void {
  db.signals.keeper?.keep(db.dict, key, value);
  value.expireAt = expireAt;
  if (expireAt === NO_EXPIRY) dictDelete(db.volatile, key);
  else dictSet(db.volatile, key, value);
}

/** Says that a key may have something for those who wait for it. */
export function signalReady(db: Database, key: Bytes): void {
  if (db.awaited.size > 0 && db.awaited.has(key)) db.ready.add(key);
}

/** Says that a key was changed: WATCH and clients that track it hear of it. `byServer`: it expired or was evicted. */
export function signalChange(db: Database, key: Bytes, byServer = false): void {
  touchWatchers(db, key);
  db.signals.touched?.(key, byServer);
}

/** Tells those who watch `key` that it changed. */
export function touchWatchers(db: Database, key: Bytes): void {
  if (db.watchers.size === 0) return;
  for (const watch of db.watchers.get(key) ?? []) {
    if (!watch.wasExpired) watch.flag.dirty = true;
    else if (findValue(db, key) === undefined) watch.wasExpired = false;
    // A change over a key past its time that nobody noticed (RESTORE REPLACE) is none to Redis, nor to those who came later.
    else return;
  }
}

/**
 * Tells those who watch keys of a database that it is about to be emptied, or to get the keys of another. A key counts if it is
 * in one of them; one that is past its time where it is found is as good as none.
 */
export function touchAllWatchers(db: Database, now: number, other?: Database): void {
  for (const [key, watches] of db.watchers) {
    const before = findValue(db, key);
    const after = other === undefined ? undefined : findValue(other, key);
    if (before === undefined && after === undefined) continue;
    const goesStale = after !== undefined && isExpired(after, now);
    for (const watch of watches) {
      if (watch.wasExpired && (after === undefined || goesStale)) watch.wasExpired = goesStale;
      else if (!watch.wasExpired && before === undefined && goesStale) watch.wasExpired = true;
      else watch.flag.dirty = true;
    }
  }
}

/** Drops everything at once; the garbage collector does the rest in its own time. */
export function clearDatabase(db: Database): number {
  const size = dictSize(db.dict);
  db.dict = createDict(db.dict.seed);
  db.volatile = createDict(db.dict.seed);
  db.fieldKeys = new Set();
  db.fieldSweep = undefined;
  db.sweep = 0;
  db.averageTtl = 0;
  db.bytes = 0;
  db.touched = new Set();
  for (const key of db.awaited.keys()) db.ready.add(key);
  return size;
}

/** Gives a database all that another, which is not used again, has in place of its own. */
export function replaceData(db: Database, { dict, volatile, fieldKeys, bytes, touched }: Database): void {
  clearDatabase(db);
  Object.assign(db, { dict, volatile, fieldKeys, bytes, touched });
}

/** Buckets without a key in them that the active cycle passes for each key that it wants to look at. */
const EMPTY_BUCKETS = 20;

/**
 * One bounded round of active expiry: looks at about `limit` keys that have an expiry, going on where the last round stopped,
 * and removes those that are past it. Answers the number looked at and removed.
 */
export function expireCycle(db: Database, now: number, limit: number, onExpired: (key: Bytes) => void): { looked: number; removed: number } {
  const due: Bytes[] = [];
  let looked = 0;
  let ttl = 0;
  for (let buckets = limit * EMPTY_BUCKETS; buckets > 0 && looked < limit; buckets -= 1) {
    db.sweep = dictScan(db.volatile, db.sweep, ({ key, value }) => {
      looked += 1;
      if (isExpired(value, now)) due.push(key);
      else ttl += Number(value.expireAt) - now;
    });
    if (db.sweep === 0) break;
  }
  for (const key of due) {
    removeValue(db, key);
    onExpired(key);
  }
  if (looked > due.length) {
    const average = ttl / (looked - due.length);
    db.averageTtl = db.averageTtl === 0 ? average : (db.averageTtl / 50) * 49 + average / 50;
  }
  return { looked, removed: due.length };
}
