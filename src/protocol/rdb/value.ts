/** A time in ms since the epoch; a bigint beyond 2^53. */
export type Milliseconds = number | bigint;

/** An ID of a stream entry; both parts are unsigned 64-bit. */
export interface RdbStreamId {
  readonly ms: bigint;
  readonly seq: bigint;
}

export interface RdbStreamEntry<T> {
  readonly id: RdbStreamId;
  /** Flat: field, value. */
  readonly fields: readonly T[];
}

/** An entry that was delivered and not acknowledged. */
export interface RdbPending {
  readonly id: RdbStreamId;
  readonly deliveredAt: Milliseconds;
  readonly deliveries: number | bigint;
}

export interface RdbConsumer<T> {
  readonly name: T;
  readonly seenAt: Milliseconds;
  /** Since RDB 11; -1: never. */
  readonly activeAt: Milliseconds | undefined;
  /** IDs that stand in the group's pending list too. */
  readonly pending: readonly RdbStreamId[];
}

export interface RdbGroup<T> {
  readonly name: T;
  readonly lastId: RdbStreamId;
  /** -1: not known. In what was written before RDB 10 as Redis figures it. */
  readonly entriesRead: bigint;
  readonly pending: readonly RdbPending[];
  readonly consumers: readonly RdbConsumer<T>[];
}

/** What a stream of Redis 8.6 and later remembers of the producers whose entries it takes once only. */
export interface RdbIdempotency<T> {
  readonly duration: number | bigint;
  readonly maxEntries: number | bigint;
  readonly producers: readonly { readonly name: T; readonly items: readonly { readonly name: T; readonly id: RdbStreamId }[] }[];
  readonly added: number | bigint;
  readonly duplicates: number | bigint;
}

export interface RdbStream<T> {
  readonly type: 'stream';
  readonly entries: readonly RdbStreamEntry<T>[];
  readonly lastId: RdbStreamId;
  readonly maxDeletedId: RdbStreamId;
  /** Before RDB 10: the number of entries. */
  readonly entriesAdded: bigint;
  readonly groups: readonly RdbGroup<T>[];
  readonly idempotency?: RdbIdempotency<T>;
}

/**
 * A value of a dump. `compact`: in the small encoding (listpack, ziplist, intset, zipmap), so to be written as one again where
 * the version has it. Collections are in the order of the dump.
 */
export type RdbValue<T> =
  | { readonly type: 'string'; readonly value: T }
  | { readonly type: 'list'; readonly items: readonly T[] }
  | { readonly type: 'set'; readonly compact: boolean; readonly members: readonly T[] }
  | { readonly type: 'zset'; readonly compact: boolean; readonly members: readonly { readonly member: T; readonly score: number }[] }
  | {
    readonly type: 'hash';
    readonly compact: boolean;
    /** Flat: field, value. */
    readonly pairs: readonly T[];
    /** One for each field where any field expires; undefined: this one does not. */
    readonly expiries?: readonly (Milliseconds | undefined)[];
  }
  | RdbStream<T>
  /** A value of a module, which only the module understands: `body` is all of it behind the type. */
  | { readonly type: 'module'; readonly module: string; readonly body: Buffer };

/** Types as a dump numbers them. */
export const rdbTypes = {
  string: 0,
  list: 1,
  set: 2,
  zsetText: 3,
  hash: 4,
  zset: 5,
  moduleOld: 6,
  module: 7,
  hashZipmap: 9,
  listZiplist: 10,
  setIntset: 11,
  zsetZiplist: 12,
  hashZiplist: 13,
  listQuicklist: 14,
  stream: 15,
  hashListpack: 16,
  zsetListpack: 17,
  listQuicklist2: 18,
  stream2: 19,
  setListpack: 20,
  stream3: 21,
  /** Redis 7.4 before its release; in Valkey 9 the hash whose fields expire. */
  hashExpiring22: 22,
  hashListpackExpiring23: 23,
  hashExpiring: 24,
  hashListpackExpiring: 25,
  stream4: 26,
} as const;

/** Whose numbering a dump follows: the two differ from 22 on. */
export type RdbDialect = 'redis' | 'valkey';
