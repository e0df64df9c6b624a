import { hashBytes } from './hash.ts';

/** An element: key (one character per byte), value, its hash and the next element of the same bucket. */
export interface DictEntry<V> {
  readonly key: string;
  value: V;
  /** 32 bits, signed: small enough that V8 keeps it inside the object. */
  readonly hash: number;
  next: DictEntry<V> | undefined;
}

/** Written as a method, so that a dict of anything is a dict of `unknown`. */
type Weigh<V> = { weigh(key: string, value: V): number }['weigh'];

/** What a walk of one instant (instant.ts) has to know of what comes after. Written as methods, for the same reason. */
export interface DictKeeper<V> {
  /** An element is about to change or has gone. */
  keep(entry: DictEntry<V>): void;
  /** An element came: it is not of that instant. */
  leaveOut(entry: DictEntry<V>): void;
}

type Table<V> = (DictEntry<V> | undefined)[];

/**
 * Redis 7.0's dict: a power-of-two table of chained buckets that grows and shrinks a bucket at a time, so that a cursor walk
 * in reverse-binary order (`dictScan`) answers every element that stays from its start to its end at least once.
 * Treat the fields as read-only outside this file.
 */
export interface Dict<V> {
  readonly seed: number;
  /** The weight of an element, bytes; always the same for the same element. */
  readonly weigh: Weigh<V> | undefined;
  /** The sum of the weights. */
  weight: number;
  /** The tables; the second one holds something only during a rehash. */
  first: Table<V>;
  second: Table<V> | undefined;
  firstUsed: number;
  secondUsed: number;
  /** Next bucket of `first` to move; -1 when no rehash is under way. */
  rehashIndex: number;
  /** There while such a walk goes on. Nothing is moved to another table meanwhile, as Redis has it while a child saves. */
  keeper: DictKeeper<V> | undefined;
}

const INITIAL_SIZE = 4;
/** Shrink below this fill, percent (HASHTABLE_MIN_FILL). */
const MIN_FILL = 10;

/** Makes an empty dict. `seed` makes the order of elements unpredictable, or repeatable in a test. */
export function createDict<V>(seed: number, weigh?: Weigh<V>): Dict<V> {
  return { seed, weigh, weight: 0, first: [], second: undefined, firstUsed: 0, secondUsed: 0, rehashIndex: -1, keeper: undefined };
}

/** Number of elements. */
export function dictSize(dict: Dict<unknown>): number {
  return dict.firstUsed + dict.secondUsed;
}

/** Number of buckets, of both tables. */
export function dictSlots(dict: Dict<unknown>): number {
  return dict.first.length + (dict.second?.length ?? 0);
}

/** The element of `key`, or undefined. Moves a rehash on by one bucket, as every access does. */
export function dictFind<V>(dict: Dict<V>, key: string): DictEntry<V> | undefined {
  if (dict.firstUsed + dict.secondUsed === 0) return undefined;
  if (dict.rehashIndex !== -1) dictRehash(dict, 1);
  const hash = hashBytes(key, dict.seed) | 0;
  return findIn(dict.first, key, hash) ?? (dict.second === undefined ? undefined : findIn(dict.second, key, hash));
}

function findIn<V>(table: Table<V>, key: string, hash: number): DictEntry<V> | undefined {
  let entry = table[hash & (table.length - 1)];
  while (entry !== undefined && (entry.hash !== hash || entry.key !== key)) entry = entry.next;
  return entry;
}

/** Sets `key`; true if it is new. */
export function dictSet<V>(dict: Dict<V>, key: string, value: V): boolean {
  return dictPut(dict, key, value) === undefined;
}

/** Sets `key` and answers the value it had, or undefined. */
export function dictPut<V>(dict: Dict<V>, key: string, value: V): V | undefined {
  const existing = findOrAdd(dict, key, value);
  if (existing === undefined) return undefined;
  const before = existing.value;
  dict.keeper?.keep(existing);
  if (dict.weigh !== undefined) dict.weight += dict.weigh(key, value) - dict.weigh(key, before);
  existing.value = value;
  return before;
}

/** Sets `key` if it is not there; false if it is, and nothing changes. */
export function dictAdd<V>(dict: Dict<V>, key: string, value: V): boolean {
  return findOrAdd(dict, key, value) === undefined;
}

function findOrAdd<V>(dict: Dict<V>, key: string, value: V): DictEntry<V> | undefined {
  if (dict.rehashIndex !== -1) dictRehash(dict, 1);
  const hash = hashBytes(key, dict.seed) | 0;
  const existing = findIn(dict.first, key, hash) ?? (dict.second === undefined ? undefined : findIn(dict.second, key, hash));
  if (existing !== undefined) return existing;
  if (dict.weigh !== undefined) dict.weight += dict.weigh(key, value);
  if (dict.second === undefined && dict.firstUsed >= dict.first.length) resizeTo(dict, dict.firstUsed + 1);
  const table = dict.second ?? dict.first;
  const index = hash & (table.length - 1);
  const entry = { key, value, hash, next: table[index] };
  table[index] = entry;
  dict.keeper?.leaveOut(entry);
  if (dict.second === undefined) dict.firstUsed += 1;
  else dict.secondUsed += 1;
  return undefined;
}

/** Removes `key` and answers its element, or undefined. Does not shrink: see `dictShrinkIfNeeded`. */
export function dictDelete<V>(dict: Dict<V>, key: string): DictEntry<V> | undefined {
  if (dict.firstUsed + dict.secondUsed === 0) return undefined;
  if (dict.rehashIndex !== -1) dictRehash(dict, 1);
  const hash = hashBytes(key, dict.seed) | 0;
  let removed = deleteIn(dict.first, key, hash);
  if (removed !== undefined) dict.firstUsed -= 1;
  else if (dict.second !== undefined) {
    removed = deleteIn(dict.second, key, hash);
    if (removed !== undefined) dict.secondUsed -= 1;
  }
  if (removed === undefined) return undefined;
  dict.keeper?.keep(removed);
  if (dict.weigh !== undefined) dict.weight -= dict.weigh(key, removed.value);
  return removed;
}

function deleteIn<V>(table: Table<V>, key: string, hash: number): DictEntry<V> | undefined {
  const index = hash & (table.length - 1);
  let previous: DictEntry<V> | undefined;
  for (let entry = table[index]; entry !== undefined; entry = entry.next) {
    if (entry.hash === hash && entry.key === key) {
      if (previous === undefined) table[index] = entry.next;
      else previous.next = entry.next;
      return entry;
    }
    previous = entry;
  }
  return undefined;
}

/** Makes room for `size` elements at once, as Redis does before it fills a set or hash of known size. */
export function dictExpand(dict: Dict<unknown>, size: number): void {
  if (dict.second === undefined && size > dict.first.length) resizeTo(dict, size);
}

/** Starts to shrink when less than a tenth of the buckets is used (Redis: after deletions, and in its cron for a database). */
export function dictShrinkIfNeeded(dict: Dict<unknown>): void {
  const slots = dictSlots(dict);
  if (slots <= INITIAL_SIZE || dict.second !== undefined) return;
  if ((dictSize(dict) * 100) / slots < MIN_FILL) resizeTo(dict, Math.max(dict.firstUsed, INITIAL_SIZE));
}

function resizeTo<V>(dict: Dict<V>, wanted: number): void {
  if (dict.keeper !== undefined) return;
  let size = INITIAL_SIZE;
  while (size < wanted) size *= 2;
  if (size === dict.first.length) return;
  const table = makeTable<V>(size);
  if (dict.first.length === 0) {
    dict.first = table;
    return;
  }
  dict.second = table;
  dict.secondUsed = 0;
  dict.rehashIndex = 0;
}

function makeTable<V>(size: number): Table<V> {
  return new Array<DictEntry<V> | undefined>(size).fill(undefined);
}

/** Moves up to `buckets` buckets, looking at no more than ten times as many empty ones. False when the rehash is done, or has to wait. */
export function dictRehash<V>(dict: Dict<V>, buckets: number): boolean {
  const target = dict.second;
  if (target === undefined || dict.keeper !== undefined) return false;
  let empty = buckets * 10;
  for (let moved = 0; moved < buckets && dict.firstUsed > 0; moved += 1) {
    let entry = dict.first[dict.rehashIndex];
    while (entry === undefined) {
      dict.rehashIndex += 1;
      empty -= 1;
      if (empty === 0) return true;
      entry = dict.first[dict.rehashIndex];
    }
    dict.first[dict.rehashIndex] = undefined;
    while (entry !== undefined) {
      const next: DictEntry<V> | undefined = entry.next;
      const index = entry.hash & (target.length - 1);
      entry.next = target[index];
      target[index] = entry;
      dict.firstUsed -= 1;
      dict.secondUsed += 1;
      entry = next;
    }
    dict.rehashIndex += 1;
  }
  if (dict.firstUsed > 0) return true;
  dict.first = target;
  dict.firstUsed = dict.secondUsed;
  dict.second = undefined;
  dict.secondUsed = 0;
  dict.rehashIndex = -1;
  return false;
}

/**
 * One step of SCAN: answers every element of the bucket(s) of `cursor` to `visit` and returns the next cursor, 0 at the end.
 * The cursor counts in reverse-binary order: the high bits of the bucket number advance first, so buckets that a resize
 * splits or joins are neighbours in the walk and none is skipped. Never moves a rehash on itself. `visit` must not change the dict.
 */
export function dictScan<V>(dict: Dict<V>, cursor: number, visit: (entry: DictEntry<V>) => void): number {
  if (dictSize(dict) === 0) return 0;
  const second = dict.second;
  if (second === undefined) {
    const mask = dict.first.length - 1;
    visitBucket(dict.first[(cursor & mask) >>> 0], visit);
    return nextCursor(cursor, mask);
  }
  const [small, large] = dict.first.length <= second.length ? [dict.first, second] : [second, dict.first];
  const smallMask = small.length - 1;
  const largeMask = large.length - 1;
  visitBucket(small[(cursor & smallMask) >>> 0], visit);
  // All buckets of the larger table that the bucket of the smaller one expands to.
  let next = cursor;
  do {
    visitBucket(large[(next & largeMask) >>> 0], visit);
    next = nextCursor(next, largeMask);
  } while ((next & (smallMask ^ largeMask)) !== 0);
  return next;
}

function visitBucket<V>(bucket: DictEntry<V> | undefined, visit: (entry: DictEntry<V>) => void): void {
  for (let entry = bucket; entry !== undefined; entry = entry.next) visit(entry);
}

/** `cursor` plus one, counted on the reversed bits of the mask. Bits above the mask are dropped, as in Redis's 64 bits. */
function nextCursor(cursor: number, mask: number): number {
  return reverseBits((reverseBits(cursor | ~mask) + 1) | 0);
}

function reverseBits(value: number): number {
  let bits = value;
  bits = ((bits >>> 1) & 0x55555555) | ((bits & 0x55555555) << 1);
  bits = ((bits >>> 2) & 0x33333333) | ((bits & 0x33333333) << 2);
  bits = ((bits >>> 4) & 0x0f0f0f0f) | ((bits & 0x0f0f0f0f) << 4);
  bits = ((bits >>> 8) & 0x00ff00ff) | ((bits & 0x00ff00ff) << 8);
  return ((bits >>> 16) | (bits << 16)) >>> 0;
}

/** True if a walk of `dictScan` that stands at `cursor` has been at an element of this hash, however the table was resized meanwhile. */
export function dictScanned(cursor: number, hash: number): boolean {
  return reverseBits(hash) < reverseBits(cursor);
}

/** The number of the bucket, of `dictSlots`, of an element of this hash that was there before `keeper` was. */
export function dictSlot({ first, second, rehashIndex }: Dict<unknown>, hash: number): number {
  const slot = hash & (first.length - 1);
  return second === undefined || slot >= rehashIndex ? slot : first.length + (hash & (second.length - 1));
}

/** Calls `visit` for every element of a bucket, by its number. */
export function dictVisit<V>({ first, second }: Dict<V>, slot: number, visit: (entry: DictEntry<V>) => void): void {
  visitBucket(slot < first.length ? first[slot] : second?.[slot - first.length], visit);
}

/** Calls `visit` for every element; stops when it answers false. The dict must not change meanwhile. */
export function dictForEach<V>(dict: Dict<V>, visit: (entry: DictEntry<V>) => boolean | void): void {
  for (const table of [dict.first, dict.second ?? []]) {
    for (const bucket of table) {
      for (let entry = bucket; entry !== undefined; entry = entry.next) if (visit(entry) === false) return;
    }
  }
}

/** Elements in a bucket up to which `dictRandom` is even; more are so rare that no one can tell. */
const CHAIN = 4;

/** A random element, each as likely as any other: a bucket is taken the more often the more it holds. `random` answers [0, 1). */
export function dictRandom<V>(dict: Dict<V>, random: () => number): DictEntry<V> | undefined {
  const size = dictSize(dict);
  if (size === 0) return undefined;
  if (dict.rehashIndex !== -1) dictRehash(dict, 1);
  for (;;) {
    const slot = Math.floor(random() * dictSlots(dict));
    const bucket = slot < dict.first.length ? dict.first[slot] : dict.second?.[slot - dict.first.length];
    let length = 0;
    for (let entry = bucket; entry !== undefined; entry = entry.next) length += 1;
    if (bucket === undefined || random() * CHAIN >= length) continue;
    let chosen = bucket;
    for (let step = Math.floor(random() * length); step > 0 && chosen.next !== undefined; step -= 1) chosen = chosen.next;
    return chosen;
  }
}

/**
 * Up to `count` elements from a random place on, as Redis takes samples: neighbours, not evenly spread, some perhaps twice; fewer
 * where most buckets are empty.
 */
export function dictSample<V>(dict: Dict<V>, count: number, random: () => number): DictEntry<V>[] {
  const wanted = Math.min(count, dictSize(dict));
  const found: DictEntry<V>[] = [];
  if (wanted === 0) return found;
  const tables = dict.second === undefined ? [dict.first] : [dict.first, dict.second];
  let place = Math.floor(random() * Math.max(dict.first.length, dict.second?.length ?? 0));
  let empty = 0;
  for (let steps = count * 10; steps > 0 && found.length < wanted; steps -= 1) {
    for (const table of tables) {
      let entry = table[place & (table.length - 1)];
      empty = entry === undefined ? empty + 1 : 0;
      for (; entry !== undefined && found.length < wanted; entry = entry.next) found.push(entry);
    }
    // After a stretch of empty buckets another place is more likely to have something.
    place = empty > Math.max(5, count) ? Math.floor(random() * Math.max(dict.first.length, dict.second?.length ?? 0)) : place + 1;
    if (empty > Math.max(5, count)) empty = 0;
  }
  return found;
}
