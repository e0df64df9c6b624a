import { RdbError, corrupt, latin1Kind, readerOf, take, takeByte, truncated } from './bytes.ts';
import type { ByteKind, ByteReader } from './bytes.ts';
import { addCrc64, crc64Bytes, startCrc64 } from './crc64.ts';
import { isKnownType, takeValue, typeInError } from './decodeValue.ts';
import { moduleName, skipKeyMetadata, skipModuleValues } from './module.ts';
import { skipString, takeBigNumber, takeCount, takeMilliseconds, takeNumber, takeString } from './primitives.ts';
import type { Milliseconds, RdbDialect, RdbValue } from './value.ts';

/** What a file holds, in its order. */
export type RdbRecord<T> =
  | { readonly kind: 'header'; readonly version: number; readonly dialect: RdbDialect }
  /** Something about the file: who wrote it, when (`redis-ver`, `ctime`, `repl-id` ...). Unknown names are to be ignored. */
  | { readonly kind: 'aux'; readonly name: T; readonly value: T }
  | { readonly kind: 'database'; readonly index: number }
  /** How many keys follow in this database, and how many of them expire. */
  | { readonly kind: 'size'; readonly keys: number | bigint; readonly expires: number | bigint }
  /** How many keys of a cluster's slot follow. */
  | { readonly kind: 'slot'; readonly slot: number | bigint; readonly keys: number | bigint; readonly expires: number | bigint }
  /** Slots that a node of a Valkey cluster was taking over from another one. */
  | { readonly kind: 'slotImport'; readonly job: T }
  /** A library of functions. */
  | { readonly kind: 'function'; readonly source: T }
  /** What a module keeps beside its keys; Redis does not start without the module. */
  | { readonly kind: 'moduleAux'; readonly module: string }
  | RdbKeyRecord<T>
  /** `checksum`: false if the file has none. */
  | { readonly kind: 'end'; readonly checksum: boolean };

export interface RdbKeyRecord<T> {
  readonly kind: 'key';
  readonly key: T;
  /** As the file numbers it. */
  readonly type: number;
  readonly value: RdbValue<T>;
  readonly expireAt: Milliseconds | undefined;
  /** S since the last access, where the file was written under an LRU policy. */
  readonly idle: number | bigint | undefined;
  /** Logarithmic counter of accesses, under an LFU policy. */
  readonly frequency: number | undefined;
  /** Of its first byte in the file. */
  readonly offset: number;
  /** Of the value, behind its key. */
  readonly place: RdbPlace;
}

/** The bytes of a file that a value takes. */
export interface RdbPlace {
  readonly offset: number;
  readonly length: number;
}

/** What stands where a type could: what follows is no key, or something about the next one. */
export const opcodes = {
  keyMetadata: 0xf3, slotInfo: 0xf4, functionOld: 0xf6, function: 0xf5, moduleAux: 0xf7, idle: 0xf8, frequency: 0xf9, aux: 0xfa, resize: 0xfb, expireMs: 0xfc, expireS: 0xfd, database: 0xfe, end: 0xff,
} as const;

/** From here on a number is an opcode, not a type; some of them belong to versions that this does not know. */
export const FIRST_OPCODE = 0xf0;

/** Versions that are known through and through. */
const KNOWN = { redis: { from: 1, to: 13 }, valkey: { from: 80, to: 80 } } as const;
/** True for versions that are known, be they of a file or of a payload, where the numbers of Valkey begin at 80. */
export function isKnownVersion(version: number): boolean {
  return Object.values(KNOWN).some(({ from, to }) => version >= from && version <= to);
}

/** The highest number of a type that servers with this version of dumps know; the footer of a payload may be older than its type. */
export function newestType(version: number): number {
  return [[8, 14], [9, 15], [10, 19], [11, 21], [12, 25]].find(([last = 0]) => version <= last)?.[1] ?? Infinity;
}

/** Bytes of magic and version. */
export const MAGIC = 9;
/** Since this version a checksum follows the end. */
export const CHECKSUM = 5;

/** Since this version of Redis's dumps a key may have metadata of modules; to Valkey the same opcode is the import of slots. */
export const KEY_METADATA = 13;

/** How many times larger the memory gets that a record stands in which does not fit. */
const GROWTH = 1.5;

/** Reads a file piece by piece. */
export interface RdbParser<T> {
  /** The chunk is copied: its memory can be used again. */
  push(chunk: Buffer): void;
  /**
   * The next record, or undefined until more bytes come (and for good after `end`). Throws RdbError: `corrupt` or
   * `unsupported`, with the offset; a second call throws it again.
   */
  next(): RdbRecord<T> | undefined;
  /** Says that no more comes: from now on `next` throws RdbError `truncated` where more would be needed. */
  finish(): void;
  /** Bytes of all records so far. */
  offset(): number;
  /** The bytes of the file at a `place` of the last record, as they are; valid until the next `push`. */
  bytes(place: RdbPlace): Buffer;
}

/**
 * Makes a parser of one file; strings within values come as `inside` makes them, so that those who only want to know where values are
 * make none. `size`: of the file in bytes, where it is known; a record that says it goes on beyond that is not waited for.
 * Memory: the largest record, twice, and what was pushed and not read.
 */
export function createRdbParser<T>(kind: ByteKind<T>, inside: ByteKind<T> = kind, size = Infinity): RdbParser<T> {
  /** What was pushed and not read stands here; the same memory all along, as long as records are small. */
  let window = Buffer.alloc(0);
  let reader: ByteReader = readerOf(window);
  /** Bytes that must be there before it is any use to try again. */
  let needed = 1;
  /** First byte of the window that the checksum does not have yet. */
  let summed = 0;
  let header: { version: number; dialect: RdbDialect } | undefined;
  let failure: RdbError | undefined;
  let ended = false;
  let finished = false;
  const crc = startCrc64();
  let before: Ahead | undefined;

  const sumUp = (): void => {
    addCrc64(crc, reader.bytes, summed, reader.at);
    summed = reader.at;
  };
  const left = (): number => reader.end - reader.at;
  const parse = (): RdbRecord<T> => {
    if (header === undefined) {
      const { version, dialect } = (header = takeHeader(reader));
      return { kind: 'header', version, dialect };
    }
    const { version, dialect } = header;
    const [record, ahead] = takeRecord(reader, { kind, inside, version, dialect, before });
    before = ahead;
    if (record.kind !== 'end') return record;
    if (version < CHECKSUM) return { kind: 'end', checksum: false };
    const stop = reader.at;
    if (left() < 8) truncated(reader, 'where its checksum should be', 8);
    const at = take(reader, 8);
    addCrc64(crc, reader.bytes, summed, stop);
    const told = reader.bytes.subarray(at, at + 8);
    if (told.every((byte) => byte === 0)) return { kind: 'end', checksum: false };
    if (!crc64Bytes(crc).equals(told)) throw new RdbError('corrupt', 'the checksum is wrong (RDB CRC error): some byte before is not what was written', reader.base + at);
    return { kind: 'end', checksum: true };
  };

  return {
    push(chunk) {
      if (ended) return;
      sumUp();
      const kept = left();
      const full = kept + chunk.length;
      const from = window;
      if (full > window.length) window = Buffer.allocUnsafe(Math.max(full, Math.ceil(window.length * GROWTH)));
      if (from !== window || reader.at > 0) from.copy(window, 0, reader.at, reader.end);
      chunk.copy(window, kept);
      reader = readerOf(window, reader.base + reader.at, 0, full);
      summed = 0;
    },
    next() {
      if (failure !== undefined) throw failure;
      if (ended || left() < needed) return undefined;
      const start = reader.at;
      try {
        const record = parse();
        needed = finished ? left() : 1;
        if (record.kind === 'end') {
          ended = true;
          window = Buffer.alloc(0);
        }
        return record;
      } catch (error) {
        if (!(error instanceof RdbError)) throw error;
        if (error.fault !== 'truncated' || finished) throw (failure = error);
        if (error.needed > size) throw (failure = new RdbError('truncated', error.message, size, error.type, error.needed));
        // Twice as much before the next try: all the tries together cost at most twice the last one.
        needed = Math.max((reader.end - start) * 2 + 1, Math.min(error.needed, size) - reader.base - start);
        reader.at = start;
        return undefined;
      }
    },
    finish() {
      finished = true;
      // All that is here, be it nothing: what it lacks is told.
      needed = left();
    },
    offset: () => reader.base + reader.at,
    bytes: ({ offset, length }) => window.subarray(offset - reader.base, offset - reader.base + length),
  };
}

/** Magic and version. Throws RdbError; `unsupported` for a version that is not known. */
export function takeHeader(reader: ByteReader): { version: number; dialect: RdbDialect } {
  const { at } = reader;
  const text = reader.bytes.toString('latin1', at, Math.min(at + MAGIC, reader.end));
  const parts = /^(?:(REDIS)(\d{4})|(VALKEY)(\d{3}))$/.exec(text);
  if (text.length < MAGIC && ['REDIS0000', 'VALKEY000'].some((magic) => magic.startsWith(text.replaceAll(/\d/g, '0')))) truncated(reader, text === '' ? 'before they begin' : 'within their first nine bytes', MAGIC);
  if (parts === null) return corrupt(reader, 'this is no dump of Redis or Valkey: it does not begin with REDIS or VALKEY and a version');
  const dialect = parts[1] === undefined ? 'valkey' : 'redis';
  const version = Number(parts[2] ?? parts[4]);
  const { from, to } = KNOWN[dialect];
  if (version < from || version > to) throw new RdbError('unsupported', `version ${version} of ${dialect === 'redis' ? 'Redis' : 'Valkey'} dumps; ${from} to ${to} can be read`, 0);
  reader.at = at + MAGIC;
  return { version, dialect };
}

/** How records of a file are read. */
interface Reading<T> {
  readonly kind: ByteKind<T>;
  readonly inside: ByteKind<T>;
  readonly version: number;
  readonly dialect: RdbDialect;
  /** What was told already of the next key. */
  readonly before: Ahead | undefined;
}

/** What stands before a key. */
interface Ahead {
  readonly expireAt: Milliseconds | undefined;
  readonly idle: number | bigint | undefined;
  readonly frequency: number | undefined;
}

function takeRecord<T>(reader: ByteReader, reading: Reading<T>): [record: RdbRecord<T>, ahead: Ahead | undefined] {
  const start = reader.at;
  let { expireAt, idle, frequency }: Ahead = reading.before ?? NOTHING;
  if (start === reader.end) truncated(reader, 'where a key or their end should be');
  for (;;) {
    const type = takeByte(reader);
    switch (type) {
      case opcodes.expireMs: expireAt = timeOf(takeMilliseconds(reader)); continue;
      case opcodes.expireS: expireAt = reader.bytes.readInt32LE(take(reader, 4)) * 1000; continue;
      case opcodes.idle: idle = takeNumber(reader); continue;
      case opcodes.frequency: frequency = takeByte(reader); continue;
    }
    if (type === opcodes.keyMetadata && reading.dialect === 'redis' && reading.version >= KEY_METADATA) {
      skipKeyMetadata(reader);
      continue;
    }
    if (type < FIRST_OPCODE) return [takeKey(reader, reading, type, start, { expireAt, idle, frequency }), undefined];
    const ahead = reader.at !== start + 1 || reading.before !== undefined;
    // KeyDB writes something about a key between the two.
    if (type === opcodes.aux) return [takeAux(reader, reading.kind), ahead ? { expireAt, idle, frequency } : undefined];
    if (ahead) corrupt(reader, 'an expiry or access time without a key behind it');
    return [takeOther(reader, reading, type), undefined];
  }
}

const NOTHING: Ahead = { expireAt: undefined, idle: undefined, frequency: undefined };

function takeAux<T>(reader: ByteReader, kind: ByteKind<T>): RdbRecord<T> {
  const name = takeString(reader, kind);
  return { kind: 'aux', name, value: takeString(reader, kind) };
}

/** Redis takes a time of -1 for none. */
const timeOf = (time: Milliseconds): Milliseconds | undefined => (time === -1 ? undefined : time);

function takeKey<T>(
  reader: ByteReader, { kind, inside, version, dialect }: Reading<T>, type: number, start: number, { expireAt, idle, frequency }: Ahead,
): RdbKeyRecord<T> {
  if (!isKnownType(type, dialect)) unknownType(reader, type, version, dialect);
  const key = takeString(reader, kind);
  try {
    const from = reader.at;
    const value = takeValue(reader, type, inside, dialect);
    return { kind: 'key', key, type, value, expireAt, idle, frequency, offset: reader.base + start, place: { offset: reader.base + from, length: reader.at - from } };
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    throw new RdbError(error.fault, `${error.message} (key ${keyInError(key)})`, error.offset, type, error.needed);
  }
}

/** Bytes of a name that is looked for behind a type which nobody knows. */
const NAME = 1024;

/** Throws RdbError `unsupported` for the type that was just read, with the name behind it if there is one: what follows need not be a key. */
function unknownType(reader: ByteReader, type: number, version: number, dialect: RdbDialect): never {
  const at = reader.at - 1;
  const what = `${typeInError(type)} in version ${version} of ${ofWhom(dialect)} dumps`;
  let name = '';
  try {
    const ahead = readerOf(reader.bytes, reader.base, reader.at, Math.min(reader.end, reader.at + NAME));
    name = ` (key ${keyInError(takeString(ahead, latin1Kind))})`;
  } catch (error) {
    if (!(error instanceof RdbError)) throw error;
    // More may come of the name.
    if (error.needed > reader.base + reader.end && error.needed <= reader.base + reader.at + NAME) throw new RdbError('truncated', what, reader.base + at, type, error.needed);
  }
  throw new RdbError('unsupported', `${what}${name}`, reader.base + at, type);
}

const ofWhom = (dialect: RdbDialect): string => (dialect === 'redis' ? 'Redis' : 'Valkey');

/** As much of a key as an error needs, without what a terminal would act on. */
export function keyInError(key: unknown): string {
  const text = Buffer.isBuffer(key) ? key.toString('latin1') : String(key);
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text).replaceAll(/[\x7f-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}

function takeOther<T>(reader: ByteReader, { kind, version, dialect }: Reading<T>, opcode: number): RdbRecord<T> {
  switch (opcode) {
    case opcodes.database: {
      const index = takeNumber(reader);
      return { kind: 'database', index: index < 2 ** 31 ? Number(index) : corrupt(reader, `a database number of ${index}`) };
    }
    case opcodes.resize: {
      const keys = takeNumber(reader);
      return { kind: 'size', keys, expires: takeNumber(reader) };
    }
    case opcodes.slotInfo: {
      const slot = takeNumber(reader);
      const keys = takeNumber(reader);
      return { kind: 'slot', slot, keys, expires: takeNumber(reader) };
    }
    case opcodes.function: return { kind: 'function', source: takeString(reader, kind) };
    case opcodes.functionOld: return { kind: 'function', source: kind.text(takeOldFunction(reader)) };
    case opcodes.keyMetadata: {
      if (dialect === 'redis') return unknownOpcode(reader, opcode, version, dialect);
      const job = takeString(reader, kind);
      for (let ranges = takeCount(reader, 2); ranges > 0; ranges -= 1) {
        takeNumber(reader);
        takeNumber(reader);
      }
      return { kind: 'slotImport', job };
    }
    case opcodes.moduleAux: {
      const module = moduleName(takeBigNumber(reader));
      skipModuleValues(reader);
      return { kind: 'moduleAux', module };
    }
    case opcodes.end: return { kind: 'end', checksum: false };
    default: return unknownOpcode(reader, opcode, version, dialect);
  }
}

/** A library as release candidates of Redis 7.0 wrote it, whose name and engine stood beside its code: Redis 7.0 puts them in front of that. */
function takeOldFunction(reader: ByteReader): string {
  const name = takeString(reader, latin1Kind);
  const engine = takeString(reader, latin1Kind);
  if (takeNumber(reader) !== 0) skipString(reader); // What it is for.
  return `#!${engine} name=${name}\n${takeString(reader, latin1Kind)}`;
}

/** Throws RdbError `unsupported` for the opcode that was just read. */
export function unknownOpcode(reader: ByteReader, opcode: number, version: number, dialect: RdbDialect): never {
  throw new RdbError('unsupported', `the unknown opcode ${opcode} in version ${version} of ${ofWhom(dialect)} dumps`, reader.base + reader.at - 1);
}
