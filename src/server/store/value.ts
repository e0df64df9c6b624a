import type { Chunked } from './chunked.ts';
import type { Dict } from './dict.ts';
import type { ScoredMember, Skiplist } from './skiplist.ts';

/**
 * Bytes are kept as text of one character per byte (latin1): a third of the memory of a Buffer, compared and hashed by V8,
 * and ordered as memcmp orders. Only the decoder and the encoder turn bytes into it and back.
 */
export type Bytes = string;

/** Types as TYPE answers them, but for a module's value: of that it answers the name of its own type. */
export type ValueType = 'string' | 'list' | 'hash' | 'set' | 'zset' | 'stream' | 'module';

/** `expireAt` of a value that does not expire. */
export const NO_EXPIRY = -1;

interface Timed {
  /** When it expires, ms since the epoch (a bigint beyond 2^53), or NO_EXPIRY. The only place where an expiry is kept. */
  expireAt: number | bigint;
  /** Last access, s since the epoch (OBJECT IDLETIME); how often it is used under an LFU policy (frequency.ts). */
  accessed: number;
}

export interface StringValue extends Timed {
  readonly type: 'string';
  readonly encoding: 'int' | 'embstr' | 'raw';
  readonly data: Bytes;
}

/** A value that changes in place. */
interface Changing extends Timed {
  /** What its database counts it with, bytes; 0 in none. */
  counted: number;
}

export interface ListValue extends Changing {
  readonly type: 'list';
  readonly items: Chunked<Bytes>;
}

/** `pairs` is flat: field, value, field, value, in the order of insertion. */
export type HashBody = { readonly encoding: 'listpack'; readonly pairs: Bytes[] } | { readonly encoding: 'hashtable'; readonly dict: Dict<Bytes> };
/** When fields expire, ms since the epoch. */
export interface FieldTimes {
  readonly at: Map<Bytes, number>;
  /** None of them does before. */
  soonest: number;
}
export interface HashValue extends Changing {
  readonly type: 'hash';
  body: HashBody;
  /** There since a field was first given a time, also where none has one any more. */
  times: FieldTimes | undefined;
}

/** `numbers` are integers in canonical form, ascending. */
export type SetBody = { readonly encoding: 'intset'; readonly numbers: Bytes[] } | { readonly encoding: 'hashtable'; readonly dict: Dict<true> };
export interface SetValue extends Changing {
  readonly type: 'set';
  body: SetBody;
}

/** `members` are in order of score, then bytes. */
export type ZsetBody =
  | { readonly encoding: 'listpack'; readonly members: ScoredMember[] }
  | { readonly encoding: 'skiplist'; readonly scores: Dict<number>; readonly list: Skiplist };
export interface ZsetValue extends Changing {
  readonly type: 'zset';
  body: ZsetBody;
}

/** An ID of a stream entry; both parts are unsigned 64-bit. */
export interface StreamId {
  readonly ms: bigint;
  readonly seq: bigint;
}
export interface StreamEntry {
  readonly id: StreamId;
  /** Flat: field, value. */
  readonly fields: readonly Bytes[];
}
/** A listpack of a stream: the entries from `first` to `last`, the deleted among them. */
export interface StreamNode {
  readonly first: StreamId;
  last: StreamId;
  /** Entries that are not deleted. */
  live: number;
  total: number;
  /** Of the listpack. */
  bytes: number;
  /** Fields of the first entry: one that has the same does not repeat them. */
  readonly names: readonly Bytes[];
}
/** An entry that was delivered and not acknowledged. It never changes: another takes its place. */
export interface PendingEntry {
  readonly id: StreamId;
  readonly consumer: StreamConsumer;
  /** Ms since the epoch. */
  readonly deliveredAt: number;
  readonly deliveries: number;
}
export interface StreamConsumer {
  readonly name: Bytes;
  /** Ms since the epoch. */
  seenAt: number;
  /** By ID; the same entries as in the group. */
  readonly pending: Chunked<PendingEntry>;
}
export interface StreamGroup {
  lastId: StreamId;
  /** Entries of the stream up to `lastId`, those deleted since among them; -1 if that is not known. */
  entriesRead: bigint;
  /** By ID. */
  readonly pending: Chunked<PendingEntry>;
  readonly consumers: Map<Bytes, StreamConsumer>;
}
export interface StreamValue extends Changing {
  readonly type: 'stream';
  readonly groups: Map<Bytes, StreamGroup>;
  readonly entries: Chunked<StreamEntry>;
  /** How they are packed: what an approximate trim removes goes by nodes. Undefined until `streamNodes` is asked, which most that are loaded never are. */
  nodes: Chunked<StreamNode> | undefined;
  lastId: StreamId;
  maxDeletedId: StreamId;
  entriesAdded: bigint;
}

/** A value that only its module understands. It comes from a file that is looked at, and nothing changes it. */
export interface ModuleValue extends Changing {
  readonly type: 'module';
  /** Its type, nine characters. */
  readonly module: string;
  /** As a dump holds it. */
  readonly body: Buffer;
}

export type Container = ListValue | HashValue | SetValue | ZsetValue | StreamValue | ModuleValue;
export type Value = StringValue | Container;

/**
 * A small value as the bytes of the file that it came from, which take a tenth of the objects: so Redis keeps its small encodings
 * all along. Only tables of databases hold such; `findValue` puts the value itself in its place.
 */
export interface PackedValue extends Changing {
  readonly type: 'packed';
  /** The type of the value. */
  readonly of: Container['type'];
  readonly bytes: Bytes;
  /** As the file numbers it. */
  readonly rdbType: number;
  /** Makes the value, which has its time, access and weight. It cannot fail: the bytes were read before. */
  readonly unpack: (packed: PackedValue) => Container;
}

/** What databases hold. */
export type Stored = Value | PackedValue;

/** Where small encodings end; from CONFIG. */
export interface EncodingLimits {
  hashMaxListpackEntries: number;
  hashMaxListpackValue: number;
  setMaxIntsetEntries: number;
  zsetMaxListpackEntries: number;
  zsetMaxListpackValue: number;
}

/** What values are made with. */
export interface StoreEnvironment {
  readonly limits: EncodingLimits;
  /** Seed of every dict. */
  readonly seed: number;
  /** [0, 1). */
  readonly random: () => number;
}
