import { RdbError, corrupt, readerOf, take, takeByte } from './bytes.ts';
import type { ByteReader } from './bytes.ts';
import { addCrc64, crc64Bytes, startCrc64 } from './crc64.ts';
import { CHECKSUM, FIRST_OPCODE, KEY_METADATA, MAGIC, opcodes, takeHeader, unknownOpcode } from './parser.ts';
import { STRING_HEAD, takeNumber, takeStringSize } from './primitives.ts';
import { rdbTypes } from './value.ts';
import type { RdbDialect } from './value.ts';

/** What a file has told so far. */
export interface RdbSummary {
  readonly version: number | undefined;
  readonly dialect: RdbDialect | undefined;
  readonly keys: number;
  /** Libraries of functions. */
  readonly libraries: number;
  /** All of it was read; `checksum`: false if it has none. */
  readonly end: { readonly checksum: boolean } | undefined;
}

/** Walks over a file and decodes nothing: it counts, and holds file and checksum against each other. */
export interface RdbSkimmer {
  readonly summary: RdbSummary;
  /** Throws RdbError, `corrupt` or `unsupported`; the skimmer is of no use then. What follows the end is ignored. */
  push(chunk: Buffer): void;
  /** No more comes. Throws RdbError, `truncated` if more would be needed. */
  finish(): void;
}

interface Window {
  reader: ByteReader;
  finished: boolean;
  /** First byte of the window that the checksum does not have yet. */
  summed: number;
}

/** Pauses until more bytes are in the window, or none will come. */
type Skim = Generator<undefined, void, void>;

/** Enough for any piece that is read in one go. */
const PIECE = STRING_HEAD + MAGIC;

/** Makes a skimmer of one file. Memory: a chunk, however long the values are. O(bytes), of which all but the checksum is skipped. */
export function createRdbSkimmer(): RdbSkimmer {
  const window: Window = { reader: readerOf(Buffer.alloc(0)), finished: false, summed: 0 };
  const summary: { -readonly [Name in keyof RdbSummary]: RdbSummary[Name] } = { version: undefined, dialect: undefined, keys: 0, libraries: 0, end: undefined };
  const crc = startCrc64();
  const sumUp = (): void => {
    addCrc64(crc, window.reader.bytes, window.summed, window.reader.at);
    window.summed = window.reader.at;
  };

  function* file(): Skim {
    yield* room(window);
    const { version, dialect } = takeHeader(window.reader);
    summary.version = version;
    summary.dialect = dialect;
    for (;;) {
      if (left(window) < PIECE) yield* room(window);
      const type = takeByte(window.reader);
      if (type === opcodes.end) break;
      if (type === opcodes.keyMetadata && dialect === 'redis' && version >= KEY_METADATA) yield* keyMetadata(window);
      else if (type < FIRST_OPCODE) {
        yield* strings(window, 1);
        yield* value(window, type, dialect);
        summary.keys += 1;
      } else {
        if (type === opcodes.function || type === opcodes.functionOld) summary.libraries += 1;
        yield* other(window, type, version, dialect);
      }
    }
    sumUp();
    if (version < CHECKSUM) {
      summary.end = { checksum: false };
      return;
    }
    if (left(window) < PIECE) yield* room(window);
    const { reader } = window;
    const at = take(reader, 8);
    const told = reader.bytes.subarray(at, at + 8);
    const checksum = told.some((byte) => byte !== 0);
    if (checksum && !crc64Bytes(crc).equals(told)) throw new RdbError('corrupt', 'the checksum is wrong: some byte before is not what was written', reader.base + at);
    summary.end = { checksum };
  }

  const skim = file();
  return {
    summary,
    push(chunk) {
      if (summary.end !== undefined) return;
      sumUp();
      const { reader } = window;
      const rest = reader.bytes.subarray(reader.at);
      window.reader = readerOf(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]), reader.base + reader.at);
      window.summed = 0;
      skim.next();
    },
    finish() {
      window.finished = true;
      skim.next();
    },
  };
}

const left = ({ reader }: Window): number => reader.end - reader.at;
const place = ({ reader }: Window): number => reader.base + reader.at;

/** Until a whole piece is there, or the end. */
function* room(window: Window): Skim {
  while (left(window) < PIECE && !window.finished) yield;
}

function* skip(window: Window, count: number): Skim {
  for (let rest = count; ;) {
    const here = Math.min(rest, left(window));
    window.reader.at += here;
    rest -= here;
    if (rest === 0) return;
    if (window.finished) take(window.reader, rest);
    yield;
  }
}

function* strings(window: Window, count: number): Skim {
  for (let rest = count; rest > 0; rest -= 1) {
    if (left(window) < PIECE) yield* room(window);
    const size = takeStringSize(window.reader);
    if (size <= left(window)) window.reader.at += size;
    else yield* skip(window, size);
  }
}

function* numbers(window: Window, count: number): Skim {
  for (let rest = count; rest > 0; rest -= 1) {
    if (left(window) < PIECE) yield* room(window);
    takeNumber(window.reader);
  }
}

/** A number is taken in; how many of something follow. */
function* howMany(window: Window): Generator<undefined, number, void> {
  if (left(window) < PIECE) yield* room(window);
  return Number(takeNumber(window.reader));
}

function* value(window: Window, type: number, dialect: RdbDialect): Skim {
  switch (type) {
    case rdbTypes.string: case rdbTypes.hashZipmap: case rdbTypes.listZiplist: case rdbTypes.setIntset: case rdbTypes.zsetZiplist:
    case rdbTypes.hashZiplist: case rdbTypes.hashListpack: case rdbTypes.zsetListpack: case rdbTypes.setListpack:
      return yield* strings(window, 1);
    case rdbTypes.list: case rdbTypes.set: case rdbTypes.listQuicklist:
      return yield* strings(window, yield* howMany(window));
    case rdbTypes.hash:
      return yield* strings(window, 2 * (yield* howMany(window)));
    case rdbTypes.zset:
      for (let rest = yield* howMany(window); rest > 0; rest -= 1) {
        yield* strings(window, 1);
        yield* skip(window, 8);
      }
      return;
    case rdbTypes.zsetText:
      for (let rest = yield* howMany(window); rest > 0; rest -= 1) {
        yield* strings(window, 1);
        if (left(window) < PIECE) yield* room(window);
        const length = takeByte(window.reader);
        // 253 to 255 say it all: not a number, and the infinities.
        if (length < 253) yield* skip(window, length);
      }
      return;
    case rdbTypes.listQuicklist2:
      for (let rest = yield* howMany(window); rest > 0; rest -= 1) {
        yield* numbers(window, 1);
        yield* strings(window, 1);
      }
      return;
    case rdbTypes.stream: case rdbTypes.stream2: case rdbTypes.stream3: case rdbTypes.stream4:
      return yield* stream(window, type);
    case rdbTypes.module:
      yield* numbers(window, 1);
      return yield* moduleValues(window);
  }
  return yield* expiringHash(window, type, dialect);
}

function* expiringHash(window: Window, type: number, dialect: RdbDialect): Skim {
  if (dialect === 'valkey' && type === rdbTypes.hashExpiring22) {
    for (let rest = yield* howMany(window); rest > 0; rest -= 1) {
      yield* strings(window, 2);
      yield* skip(window, 8);
    }
    return;
  }
  const known = [rdbTypes.hashExpiring22, rdbTypes.hashListpackExpiring23, rdbTypes.hashExpiring, rdbTypes.hashListpackExpiring] as readonly number[];
  if (dialect === 'valkey' || !known.includes(type)) throw new RdbError('unsupported', `the unknown type ${type}`, place(window));
  // The smallest time to live; the two of before the release of Redis 7.4 lack it.
  if (type === rdbTypes.hashExpiring || type === rdbTypes.hashListpackExpiring) yield* skip(window, 8);
  if (type === rdbTypes.hashListpackExpiring || type === rdbTypes.hashListpackExpiring23) return yield* strings(window, 1);
  for (let rest = yield* howMany(window); rest > 0; rest -= 1) {
    yield* numbers(window, 1);
    yield* strings(window, 2);
  }
}

/** Bytes of an ID in a pending list. */
const RAW_ID = 16;

function* stream(window: Window, type: number): Skim {
  yield* strings(window, 2 * (yield* howMany(window)));
  // Length and last ID; then the first, the largest deleted, and how many there ever were.
  yield* numbers(window, type >= rdbTypes.stream2 ? 8 : 3);
  for (let groups = yield* howMany(window); groups > 0; groups -= 1) {
    yield* strings(window, 1);
    yield* numbers(window, type >= rdbTypes.stream2 ? 3 : 2);
    for (let pending = yield* howMany(window); pending > 0; pending -= 1) {
      yield* skip(window, RAW_ID + 8);
      yield* numbers(window, 1);
    }
    for (let consumers = yield* howMany(window); consumers > 0; consumers -= 1) {
      yield* strings(window, 1);
      yield* skip(window, type >= rdbTypes.stream3 ? 16 : 8);
      const ids = yield* howMany(window);
      yield* skip(window, RAW_ID * ids);
    }
  }
  if (type < rdbTypes.stream4) return;
  yield* numbers(window, 2);
  for (let producers = yield* howMany(window); producers > 0; producers -= 1) {
    yield* strings(window, 1);
    for (let items = yield* howMany(window); items > 0; items -= 1) {
      yield* strings(window, 1);
      yield* numbers(window, 2);
    }
  }
  yield* numbers(window, 2);
}

function* moduleValues(window: Window): Skim {
  for (;;) {
    const kind = yield* howMany(window);
    switch (kind) {
      case 0: return;
      case 1:
      case 2: yield* numbers(window, 1); break;
      case 3: yield* skip(window, 4); break;
      case 4: yield* skip(window, 8); break;
      case 5: yield* strings(window, 1); break;
      default: corrupt(window.reader, `a module value of the unknown kind ${kind}`);
    }
  }
}

function* keyMetadata(window: Window): Skim {
  for (let classes = yield* howMany(window); classes > 0; classes -= 1) {
    yield* skip(window, 4);
    yield* moduleValues(window);
  }
}

function* other(window: Window, opcode: number, version: number, dialect: RdbDialect): Skim {
  switch (opcode) {
    case opcodes.expireMs: return yield* skip(window, 8);
    case opcodes.expireS: return yield* skip(window, 4);
    case opcodes.idle: case opcodes.database: return yield* numbers(window, 1);
    case opcodes.frequency: return yield* skip(window, 1);
    case opcodes.aux: return yield* strings(window, 2);
    case opcodes.resize: return yield* numbers(window, 2);
    case opcodes.slotInfo: return yield* numbers(window, 3);
    case opcodes.function: return yield* strings(window, 1);
    case opcodes.functionOld:
      yield* strings(window, 2);
      return yield* strings(window, (yield* howMany(window)) === 0 ? 1 : 2);
    case opcodes.keyMetadata:
      // Of Redis's it is known by now that this version has none.
      if (dialect === 'redis') return unknownOpcode(window.reader, opcode, version, dialect);
      yield* strings(window, 1);
      for (let ranges = yield* howMany(window); ranges > 0; ranges -= 1) yield* numbers(window, 2);
      return;
    case opcodes.moduleAux:
      yield* numbers(window, 1);
      return yield* moduleValues(window);
    default: return unknownOpcode(window.reader, opcode, version, dialect);
  }
}
