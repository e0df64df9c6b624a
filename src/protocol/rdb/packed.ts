import { corrupt } from './bytes.ts';
import type { ByteKind, ByteReader } from './bytes.ts';

/** One element of a listpack or a ziplist: an integer, or the bytes `start` to `end`. */
export interface PackedItem {
  /** Undefined: it is a byte string. */
  integer: number | bigint | undefined;
  start: number;
  end: number;
}

/** Steps through a packed structure; each answers false at its end. */
export interface PackedCursor {
  readonly reader: ByteReader;
  readonly item: PackedItem;
  readonly next: () => boolean;
}

/** Texts of the integers that take two or three bytes in a listpack: they are shared, as a text for each would take ten times as much. */
const smallIntegers: string[] = [];
const SMALL = 4096;

function integerText(value: number | bigint): string {
  return typeof value === 'number' && value >= -SMALL && value < SMALL ? (smallIntegers[value + SMALL] ??= value.toString()) : value.toString();
}

/** The element a cursor stands on, as a byte string. */
export function packedText<T>({ reader, item }: PackedCursor, kind: ByteKind<T>): T {
  return item.integer === undefined ? kind.slice(reader.bytes, item.start, item.end) : kind.text(integerText(item.integer));
}

/** All elements from here on. */
export function packedTexts<T>(cursor: PackedCursor, kind: ByteKind<T>): T[] {
  const items: T[] = [];
  while (cursor.next()) items.push(packedText(cursor, kind));
  return items;
}

/** The next element, which must be an integer. Throws `corrupt`. */
export function nextInteger(cursor: PackedCursor): number | bigint {
  if (!cursor.next()) corrupt(cursor.reader, `${cursor.reader.within ?? 'it'} ends where a number should be`);
  const { integer, start, end } = cursor.item;
  if (integer !== undefined) return integer;
  const text = cursor.reader.bytes.toString('latin1', start, end);
  return /^-?\d{1,20}$/.test(text) ? BigInt(text) : corrupt(cursor.reader, `${cursor.reader.within ?? 'it'} has text where a number should be`);
}

/** The next element as a byte string. Throws `corrupt` at the end. */
export function nextText<T>(cursor: PackedCursor, kind: ByteKind<T>): T {
  if (!cursor.next()) corrupt(cursor.reader, `${cursor.reader.within ?? 'it'} ends in the middle of a pair`);
  return packedText(cursor, kind);
}

/** A little-endian integer of 8 bytes, a bigint beyond 2^53. */
export function longAt(bytes: Buffer, at: number): number | bigint {
  const value = bytes.readBigInt64LE(at);
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
