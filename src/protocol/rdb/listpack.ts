import { createByteWriter, corrupt, putByte, putBytes, reserve, take, takeByte } from './bytes.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { longAt } from './packed.ts';
import type { PackedCursor, PackedItem } from './packed.ts';
import { parseInteger } from '../resp/number.ts';

/** u32 total size, u16 number of elements. */
const HEADER = 6;
const END = 0xff;
/** In the header: more elements than it can say. */
const UNCOUNTED = 0xffff;

/** Steps through a listpack. Throws `corrupt` where its sizes, its count or its back links do not agree. */
export function listpackCursor(reader: ByteReader): PackedCursor {
  const { bytes, at, end } = reader;
  const size = end - at;
  if (size < HEADER + 1 || bytes.readUInt32LE(at) !== size || bytes[end - 1] !== END) corrupt(reader, 'a listpack whose size is not what it says');
  const count = bytes.readUInt16LE(at + 4);
  reader.at = at + HEADER;
  const item: PackedItem = { integer: undefined, start: 0, end: 0 };
  let seen = 0;
  const next = (): boolean => {
    const start = reader.at;
    if (bytes[start] === END) {
      if (start !== end - 1) corrupt(reader, 'a listpack that ends too early');
      if (count !== UNCOUNTED && count !== seen) corrupt(reader, `a listpack of ${seen} elements that says ${count}`);
      return false;
    }
    seen += 1;
    takeElement(reader, item);
    skipBackLink(reader, reader.at - start);
    return true;
  };
  return { reader, item, next };
}

function takeElement(reader: ByteReader, item: PackedItem): void {
  const { bytes } = reader;
  const first = takeByte(reader);
  if (first < 0x80) item.integer = first;
  else if (first < 0xc0) takeText(reader, item, first & 63);
  else if (first < 0xe0) {
    const value = ((first & 31) << 8) | takeByte(reader);
    item.integer = value < 4096 ? value : value - 8192;
  } else if (first < 0xf0) takeText(reader, item, ((first & 15) << 8) | takeByte(reader));
  else switch (first) {
    case 0xf0: return takeText(reader, item, bytes.readUInt32LE(take(reader, 4)));
    case 0xf1: item.integer = bytes.readInt16LE(take(reader, 2)); return;
    case 0xf2: item.integer = bytes.readIntLE(take(reader, 3), 3); return;
    case 0xf3: item.integer = bytes.readInt32LE(take(reader, 4)); return;
    case 0xf4: item.integer = longAt(bytes, take(reader, 8)); return;
    default: corrupt(reader, `a listpack element cannot start with 0x${first.toString(16)}`);
  }
}

function takeText(reader: ByteReader, item: PackedItem, length: number): void {
  item.integer = undefined;
  item.start = take(reader, length);
  item.end = reader.at;
}

/** The size of an element behind it, most significant seven bits first; all but the first byte have the high bit. */
function skipBackLink(reader: ByteReader, size: number): void {
  const at = take(reader, backLinkSize(size));
  let rest = size;
  for (let index = reader.at - 1; index >= at; index -= 1) {
    if (reader.bytes[index] !== ((rest & 127) | (index === at ? 0 : 128))) corrupt(reader, 'a listpack element whose size behind it is wrong');
    rest = Math.floor(rest / 128);
  }
}

/** Redis goes one early from two to three, three to four and four to five bytes: the last size that would fit takes one more. */
function backLinkSize(size: number): number {
  return size < 2 ** 7 ? 1 : size < 2 ** 14 - 1 ? 2 : size < 2 ** 21 - 1 ? 3 : size < 2 ** 28 - 1 ? 4 : 5;
}

/** Bytes of an empty listpack. */
export const EMPTY_LISTPACK = HEADER + 1;

/** Bytes that an integer takes as an element. */
export function integerSize(value: number | bigint): number {
  if (value >= 0 && value < 128) return 2;
  if (value >= -4096 && value < 4096) return 3;
  return value >= -(2 ** 15) && value < 2 ** 15 ? 4 : value >= -(2 ** 23) && value < 2 ** 23 ? 5 : value >= -(2 ** 31) && value < 2 ** 31 ? 6 : 10;
}

/** Bytes that a byte string takes as an element. */
export function textSize(text: Uint8Array | string): number {
  const integer = integerOf(text);
  if (integer !== undefined) return integerSize(integer);
  const { length } = text;
  const size = length + (length < 64 ? 1 : length < 4096 ? 2 : 5);
  return size + backLinkSize(size);
}

/** The integer whose canonical text this is, or undefined. */
export function integerOf(text: Uint8Array | string): number | bigint | undefined {
  return text.length > 20 ? undefined : parseInteger(typeof text === 'string' ? text : Buffer.from(text).toString('latin1'));
}

/** A listpack that is being written. */
export interface ListpackWriter {
  readonly out: ByteWriter;
  count: number;
}

/** Starts a listpack. */
export function createListpack(): ListpackWriter {
  const out = createByteWriter(256);
  reserve(out, HEADER);
  return { out, count: 0 };
}

/** Appends a byte string; one that is the canonical text of a 64-bit integer becomes an integer, as Redis does. */
export function pushText(list: ListpackWriter, text: Uint8Array | string): void {
  const integer = integerOf(text);
  if (integer !== undefined) return pushInteger(list, integer);
  const { out } = list;
  const start = out.size;
  const { length } = text;
  if (length < 64) putByte(out, 0x80 | length);
  else if (length < 4096) {
    const at = reserve(out, 2);
    out.bytes.writeUInt16BE(0xe000 | length, at);
  } else {
    const at = reserve(out, 5);
    out.bytes[at] = 0xf0;
    out.bytes.writeUInt32LE(length, at + 1);
  }
  putBytes(out, text);
  closeElement(list, start);
}

/** Appends a signed 64-bit integer. */
export function pushInteger(list: ListpackWriter, value: number | bigint): void {
  const { out } = list;
  const start = out.size;
  if (value >= 0 && value < 128) putByte(out, Number(value));
  else if (value >= -4096 && value < 4096) {
    const at = reserve(out, 2);
    out.bytes.writeUInt16BE(0xc000 | (Number(value) & 0x1fff), at);
  } else if (value >= -(2 ** 15) && value < 2 ** 15) putWide(out, 0xf1, 2, Number(value));
  else if (value >= -(2 ** 23) && value < 2 ** 23) putWide(out, 0xf2, 3, Number(value));
  else if (value >= -(2 ** 31) && value < 2 ** 31) putWide(out, 0xf3, 4, Number(value));
  else {
    const at = reserve(out, 9);
    out.bytes[at] = 0xf4;
    out.bytes.writeBigInt64LE(BigInt(value), at + 1);
  }
  closeElement(list, start);
}

function putWide(out: ByteWriter, tag: number, size: number, value: number): void {
  const at = reserve(out, 1 + size);
  out.bytes[at] = tag;
  out.bytes.writeIntLE(value, at + 1, size);
}

function closeElement(list: ListpackWriter, start: number): void {
  const { out } = list;
  let size = out.size - start;
  const at = reserve(out, backLinkSize(size));
  for (let index = out.size - 1; index >= at; index -= 1) {
    out.bytes[index] = (size & 127) | (index === at ? 0 : 128);
    size = Math.floor(size / 128);
  }
  list.count += 1;
}

/** Lets the next one be written to the same memory. */
export function emptyListpack(list: ListpackWriter): void {
  list.out.size = HEADER;
  list.count = 0;
}

/** Ends a listpack; nothing may be pushed after. */
export function closeListpack({ out, count }: ListpackWriter): ByteWriter {
  putByte(out, END);
  out.bytes.writeUInt32LE(out.size, 0);
  out.bytes.writeUInt16LE(Math.min(count, UNCOUNTED), 4);
  return out;
}
