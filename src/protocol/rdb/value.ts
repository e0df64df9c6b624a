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

/** Elements that come some at a time. They are walked once, but items of a list and entries of a stream, which are counted first, several times. */
export interface Runs<R> {
  /** Elements of all runs together. */
  readonly length: number;
  readonly runs: Iterable<R>;
}

/** What is to be written: all at once, or in runs, between which others have their turn. */
export type Elements<E> = readonly E[] | Runs<readonly E[]>;

/** Fields of a hash of which some expire. */
export interface TimedFields<T> {
  /** Flat: field, value. */
  readonly pairs: readonly T[];
  /** One for each field. */
  readonly expiries: readonly (Milliseconds | undefined)[];
}

export interface ScoredElement<T> {
  readonly member: T;
  readonly score: number;
}

export interface GroupToWrite<T> extends Omit<RdbGroup<T>, 'pending' | 'consumers'> {
  readonly pending: Elements<RdbPending>;
  readonly consumers: readonly (Omit<RdbConsumer<T>, 'pending'> & { readonly pending: Elements<RdbStreamId> })[];
}

export interface StreamToWrite<T> extends Omit<RdbStream<T>, 'entries' | 'groups'> {
  readonly entries: Elements<RdbStreamEntry<T>>;
  readonly groups: readonly GroupToWrite<T>[];
}

/** A value to write: as `RdbValue`, or with elements in runs. */
export type ValueToWrite<T> =
  | RdbValue<T>
  | { readonly type: 'list'; readonly items: Elements<T> }
  | { readonly type: 'set'; readonly compact: boolean; readonly members: Elements<T> }
  /** In runs: the highest first. */
  | { readonly type: 'zset'; readonly compact: boolean; readonly members: Elements<ScoredElement<T>> }
  | { readonly type: 'hash'; readonly compact: boolean; readonly pairs: Elements<T>; readonly expiries?: undefined }
  /** No field expires before `soonest`. */
  | { readonly type: 'hash'; readonly soonest: Milliseconds; readonly fields: Runs<TimedFields<T>> }
  | StreamToWrite<T>;

/** Writing that pauses; whoever asks for the next step gives it its time. */
export type Steps = Generator<undefined, void>;

/** The runs of elements. */
export function runsOf<E>(elements: Elements<E>): Iterable<readonly E[]> {
  return 'runs' in elements ? elements.runs : [elements];
}

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
