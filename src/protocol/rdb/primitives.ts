import { corrupt, putByte, putBytes, readerWithin, reserve, take, takeByte, truncated, written } from './bytes.ts';
import type { ByteKind, ByteReader, ByteWriter } from './bytes.ts';
import { parseInteger } from '../resp/number.ts';
import { lzfCompress, lzfDecompress } from './lzf.ts';

const INT8 = 0;
const INT16 = 1;
const INT32 = 2;
const LZF = 3;
/** Longest string that Redis tries to write as an integer, and shortest that it compresses. */
const INTEGER_DIGITS = 11;
const COMPRESSED = 21;

/** A length, or as its bitwise complement (below 0) the kind of a specially encoded string. */
function takeLengthOrKind(reader: ByteReader): number | bigint {
  const first = takeByte(reader);
  switch (first >> 6) {
    case 0: return first;
    case 1: return ((first & 63) << 8) | takeByte(reader);
    case 3: return ~(first & 63);
  }
  if (first === 0x80) return reader.bytes.readUInt32BE(take(reader, 4));
  if (first !== 0x81) {
    reader.at -= 1;
    corrupt(reader, `a length cannot start with 0x${first.toString(16)}`);
  }
  const wide = reader.bytes.readBigUInt64BE(take(reader, 8));
  return wide <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(wide) : wide;
}

/** An unsigned number of up to 64 bits, a bigint beyond 2^53. */
export function takeNumber(reader: ByteReader): number | bigint {
  const value = takeLengthOrKind(reader);
  if (typeof value === 'number' && value < 0) {
    reader.at -= 1;
    corrupt(reader, 'a string stands where a number should be');
  }
  return value;
}

/** An unsigned number of up to 64 bits, always as a bigint (parts of stream IDs). */
export function takeBigNumber(reader: ByteReader): bigint {
  const value = takeNumber(reader);
  return typeof value === 'number' && value < SMALL ? (smallBigints[value] ??= BigInt(value)) : BigInt(value);
}

/** Bigints are objects: the few that nearly every stream has are shared. */
const smallBigints: bigint[] = [];
const SMALL = 256;

/** A count of what takes so many bytes each at least: they must be there, so that nothing is made for a count that is not true. */
export function takeCount(reader: ByteReader, bytesEach: number): number {
  const value = takeSize(reader, bytesEach);
  if (reader.at + value * bytesEach > reader.end) truncated(reader, 'in the middle of a value', value * bytesEach);
  return value;
}

/** A count or size of what need not be there yet. */
function takeSize(reader: ByteReader, bytesEach: number): number {
  const value = takeNumber(reader);
  if (typeof value === 'bigint' || value * bytesEach > Number.MAX_SAFE_INTEGER) corrupt(reader, `a count of ${value} cannot be right`);
  return value;
}

/** A string. Integers become their decimal text, compressed ones are unpacked. Throws `corrupt`. */
export function takeString<T>(reader: ByteReader, kind: ByteKind<T>): T {
  const length = takeLengthOrKind(reader);
  if (typeof length === 'bigint') return corrupt(reader, `a string of ${length} bytes`);
  if (length >= 0) {
    const start = take(reader, length);
    return kind.slice(reader.bytes, start, start + length);
  }
  switch (~length) {
    case INT8: return kind.text(reader.bytes.readInt8(take(reader, 1)).toString());
    case INT16: return kind.text(reader.bytes.readInt16LE(take(reader, 2)).toString());
    case INT32: return kind.text(reader.bytes.readInt32LE(take(reader, 4)).toString());
    case LZF: {
      const unpacked = takeCompressed(reader);
      return kind.slice(unpacked, 0, unpacked.length);
    }
    default: return corrupt(reader, `a string of the unknown kind ${~length}`);
  }
}

/** LZF packs at most 264 bytes into 3. */
const BEST_RATIO = 264 / 3;

function takeCompressed(reader: ByteReader): Buffer {
  const packed = takeSize(reader, 1);
  const length = takeSize(reader, 1);
  if (length > packed * BEST_RATIO) corrupt(reader, `${packed} bytes cannot unpack to ${length}`);
  const start = take(reader, packed);
  return lzfDecompress(reader.bytes, start, start + packed, length) ?? corrupt(reader, 'a compressed string that does not unpack');
}

const viewKind: ByteKind<Buffer> = { slice: (bytes, start, end) => bytes.subarray(start, end), text: (text) => Buffer.from(text, 'latin1') };

/** A string that holds a structure: a reader of it, where it stands if it is not compressed. `what` names it in errors. */
export function takeBlob(reader: ByteReader, what: string): ByteReader {
  const offset = reader.within === undefined ? reader.base + reader.at : reader.base;
  const at = reader.at;
  const length = takeLengthOrKind(reader);
  if (length >= 0 && typeof length === 'number') {
    const start = take(reader, length);
    return readerWithin(reader.bytes, offset, what, start, reader.at);
  }
  reader.at = at;
  return readerWithin(takeString(reader, viewKind), offset, what);
}

/** Steps over a string and answers whether it was there in full; nothing is unpacked. */
export function skipString(reader: ByteReader): void {
  take(reader, takeStringSize(reader));
}

/** Most bytes that `takeStringSize` takes. */
export const STRING_HEAD = 19;

/** Takes what stands before the bytes of a string, and answers how many of those follow. */
export function takeStringSize(reader: ByteReader): number {
  const length = takeLengthOrKind(reader);
  if (typeof length === 'bigint') return corrupt(reader, `a string of ${length} bytes`);
  if (length >= 0) return length;
  const kind = ~length;
  if (kind < LZF) return 1 << kind;
  if (kind !== LZF) return corrupt(reader, `a string of the unknown kind ${kind}`);
  const packed = takeSize(reader, 1);
  takeSize(reader, 1);
  return packed;
}

/** Writes a number in the shortest form. */
export function putNumber(writer: ByteWriter, value: number | bigint): void {
  if (value < 64) putByte(writer, Number(value));
  else if (value < 16384) {
    const at = reserve(writer, 2);
    writer.bytes.writeUInt16BE(0x4000 | Number(value), at);
  } else if (value < 2 ** 32) {
    const at = reserve(writer, 5);
    writer.bytes[at] = 0x80;
    writer.bytes.writeUInt32BE(Number(value), at + 1);
  } else {
    const at = reserve(writer, 9);
    writer.bytes[at] = 0x81;
    writer.bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value)), at + 1);
  }
}

/** The 32-bit integer whose canonical decimal text this is, or undefined. */
function smallInteger(bytes: Uint8Array | string): number | undefined {
  if (bytes.length > INTEGER_DIGITS) return undefined;
  const value = parseInteger(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1'));
  return typeof value === 'number' && value === (value | 0) ? value : undefined;
}

/** Writes a string as Redis does: an integer if it is one, compressed (with `compress`) if that saves anything. */
export function putString(writer: ByteWriter, bytes: Uint8Array | string, compress: boolean): void {
  const integer = smallInteger(bytes);
  if (integer !== undefined) return putInteger(writer, integer);
  putPlain(writer, bytes, compress);
}

/** Writes a structure as a string. */
export function putBlob(writer: ByteWriter, blob: ByteWriter, compress: boolean): void {
  putPlain(writer, written(blob), compress);
}

function putPlain(writer: ByteWriter, bytes: Uint8Array | string, compress: boolean): void {
  const start = writer.size;
  putNumber(writer, bytes.length);
  const at = writer.size;
  putBytes(writer, bytes);
  if (!compress || bytes.length < COMPRESSED) return;
  const packed = lzfCompress(writer.bytes, at, writer.size);
  if (packed === undefined) return;
  writer.size = start;
  putByte(writer, 0xc0 | LZF);
  putNumber(writer, packed.length);
  putNumber(writer, bytes.length);
  putBytes(writer, packed);
}

function putInteger(writer: ByteWriter, value: number): void {
  if (value >= -128 && value <= 127) {
    const at = reserve(writer, 2);
    writer.bytes[at] = 0xc0 | INT8;
    writer.bytes.writeInt8(value, at + 1);
  } else if (value >= -32768 && value <= 32767) {
    const at = reserve(writer, 3);
    writer.bytes[at] = 0xc0 | INT16;
    writer.bytes.writeInt16LE(value, at + 1);
  } else {
    const at = reserve(writer, 5);
    writer.bytes[at] = 0xc0 | INT32;
    writer.bytes.writeInt32LE(value, at + 1);
  }
}

/** A time in ms since the epoch, 64 bits signed: a bigint beyond 2^53. */
export function takeMilliseconds(reader: ByteReader): number | bigint {
  const value = reader.bytes.readBigInt64LE(take(reader, 8));
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Writes a time in ms since the epoch. */
export function putMilliseconds(writer: ByteWriter, value: number | bigint): void {
  const at = reserve(writer, 8);
  writer.bytes.writeBigInt64LE(BigInt(value), at);
}
