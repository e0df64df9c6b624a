import { corrupt, createByteWriter, reserve } from './bytes.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { longAt } from './packed.ts';

/** u32 bytes of each integer, u32 number of integers. */
const HEADER = 8;

/** The integers of an intset, ascending, as decimal text. Throws `corrupt`. */
export function intsetItems(reader: ByteReader): string[] {
  const { bytes, at: start, end } = reader;
  const size = end - start;
  const width = size < HEADER ? 0 : bytes.readUInt32LE(start);
  const count = size < HEADER ? 0 : bytes.readUInt32LE(start + 4);
  if (![2, 4, 8].includes(width) || size !== HEADER + width * count) corrupt(reader, 'an intset whose size is not what it says');
  if (count === 0) corrupt(reader, 'an intset of nothing');
  const items: string[] = [];
  let before: number | bigint = Number.NEGATIVE_INFINITY;
  for (let at = start + HEADER; at < end; at += width) {
    const value = width === 2 ? bytes.readInt16LE(at) : width === 4 ? bytes.readInt32LE(at) : longAt(bytes, at);
    if (value <= before) corrupt(reader, 'an intset that is not in order');
    before = value;
    items.push(value.toString());
  }
  return items;
}

/** Writes ascending integers as an intset of the smallest width. */
export function encodeIntset(items: readonly (number | bigint)[]): ByteWriter {
  const fits = (bits: number): boolean => items.every((value) => value >= -(2 ** (bits - 1)) && value < 2 ** (bits - 1));
  const width = fits(16) ? 2 : fits(32) ? 4 : 8;
  const out = createByteWriter(HEADER + width * items.length);
  reserve(out, HEADER + width * items.length);
  out.bytes.writeUInt32LE(width, 0);
  out.bytes.writeUInt32LE(items.length, 4);
  items.forEach((value, index) => {
    const at = HEADER + index * width;
    if (width === 8) out.bytes.writeBigInt64LE(BigInt(value), at);
    else out.bytes.writeIntLE(Number(value), at, width);
  });
  return out;
}
