import { corrupt, take, takeByte } from './bytes.ts';
import type { ByteReader } from './bytes.ts';
import { longAt } from './packed.ts';
import type { PackedCursor, PackedItem } from './packed.ts';

/** u32 total size, u32 offset of the last entry, u16 number of entries. */
const HEADER = 10;
const END = 0xff;
/** A previous length of five bytes starts with it. */
const LONG = 0xfe;
const UNCOUNTED = 0xffff;

/** Steps through a ziplist, the packed form before listpacks (RDB 2 to 9). Throws `corrupt` where its sizes do not agree. */
export function ziplistCursor(reader: ByteReader): PackedCursor {
  const { bytes, at, end } = reader;
  const size = end - at;
  if (size < HEADER + 1 || bytes.readUInt32LE(at) !== size || bytes[end - 1] !== END) corrupt(reader, 'a ziplist whose size is not what it says');
  const tail = at + bytes.readUInt32LE(at + 4);
  const count = bytes.readUInt16LE(at + 8);
  reader.at = at + HEADER;
  const item: PackedItem = { integer: undefined, start: 0, end: 0 };
  let previous = 0;
  let last = at + HEADER;
  let seen = 0;
  const next = (): boolean => {
    const start = reader.at;
    if (bytes[start] === END) {
      if (start !== end - 1) corrupt(reader, 'a ziplist that ends too early');
      if (tail !== last) corrupt(reader, 'a ziplist whose tail is not its last entry');
      if (count !== UNCOUNTED && count !== seen) corrupt(reader, `a ziplist of ${seen} entries that says ${count}`);
      return false;
    }
    const lead = takeByte(reader);
    const before = lead === LONG ? bytes.readUInt32LE(take(reader, 4)) : lead;
    if (before !== previous) corrupt(reader, 'a ziplist entry whose distance to the one before is wrong');
    takeEntry(reader, item);
    previous = reader.at - start;
    last = start;
    seen += 1;
    return true;
  };
  return { reader, item, next };
}

function takeEntry(reader: ByteReader, item: PackedItem): void {
  const { bytes } = reader;
  const first = takeByte(reader);
  const text = (length: number): void => {
    item.integer = undefined;
    item.start = take(reader, length);
    item.end = reader.at;
  };
  if (first < 0x40) return text(first);
  if (first < 0x80) return text(((first & 63) << 8) | takeByte(reader));
  if (first > 0xf0 && first < 0xfe) {
    item.integer = (first & 15) - 1;
    return;
  }
  switch (first) {
    case 0x80: return text(bytes.readUInt32BE(take(reader, 4)));
    case 0xc0: item.integer = bytes.readInt16LE(take(reader, 2)); return;
    case 0xd0: item.integer = bytes.readInt32LE(take(reader, 4)); return;
    case 0xe0: item.integer = longAt(bytes, take(reader, 8)); return;
    case 0xf0: item.integer = bytes.readIntLE(take(reader, 3), 3); return;
    case 0xfe: item.integer = bytes.readInt8(take(reader, 1)); return;
    default: corrupt(reader, `a ziplist entry of the unknown kind 0x${first.toString(16)}`);
  }
}

/** The fields and values of a zipmap, the small hash of Redis 2.4, flat. Throws `corrupt`. */
export function zipmapItems<T>(reader: ByteReader, slice: (bytes: Buffer, start: number, end: number) => T): T[] {
  const items: T[] = [];
  const count = takeByte(reader);
  const length = (): number => {
    const first = takeByte(reader);
    return first === LONG ? reader.bytes.readUInt32LE(take(reader, 4)) : first;
  };
  const piece = (size: number): void => {
    const start = take(reader, size);
    items.push(slice(reader.bytes, start, reader.at));
  };
  for (;;) {
    const field = length();
    if (field === END) break;
    piece(field);
    const value = length();
    if (value === END) corrupt(reader, 'a zipmap that ends in the middle of a pair');
    const free = takeByte(reader);
    piece(value);
    take(reader, free);
  }
  if (items.length === 0) corrupt(reader, 'a zipmap of nothing');
  if (count !== LONG && count * 2 !== items.length) corrupt(reader, `a zipmap of ${items.length / 2} pairs that says ${count}`);
  return items;
}
