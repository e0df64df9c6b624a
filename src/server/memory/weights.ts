import type { Bytes } from '../store/value.ts';

/**
 * What redis-server 7.0 takes for things on a 64-bit machine, in bytes: figured from lengths alone, so that the same data
 * always weighs the same, whatever the garbage collector has left.
 */

/** Redis's dictEntry as the allocator gives it out, without its place in the table. */
export const ENTRY = 32;
/** An object's header. */
export const OBJECT = 16;

/** What the allocator gives out for `size` bytes: its size classes are 16 apart, then four to each doubling. */
export function allocated(size: number): number {
  if (size <= 8) return 8;
  if (size <= 128) return (size + 15) & ~15;
  if (size > 2 ** 30) return size;
  const step = 1 << (29 - Math.clz32(size - 1));
  return (size + step - 1) & ~(step - 1);
}

/** A string with its header: the longer it is, the longer the header. */
export function sdsBytes(length: number): number {
  return allocated(length + (length < 32 ? 2 : length < 256 ? 4 : length < 65536 ? 6 : 10));
}

/** A key with its entry in the keyspace. */
export function keyBytes(key: Bytes): number {
  return ENTRY + sdsBytes(key.length);
}

/** The value of a string key. */
export function stringBytes(encoding: 'int' | 'embstr' | 'raw', length: number): number {
  if (encoding === 'int') return OBJECT;
  return encoding === 'embstr' ? allocated(OBJECT + 4 + length) : OBJECT + sdsBytes(Math.max(length, 32));
}

const ZERO = 48;
const NINE = 57;

/** An element of a listpack; what looks like an integer is kept as one. */
export function packedBytes(text: Bytes): number {
  const { length } = text;
  const last = text.charCodeAt(length - 1);
  if (length > 0 && length <= 20 && last >= ZERO && last <= NINE && text.charCodeAt(0) <= NINE) {
    return length <= 2 ? 2 : length <= 4 ? 3 : length <= 5 ? 4 : length <= 7 ? 5 : length <= 10 ? 6 : 10;
  }
  return length < 63 ? length + 2 : length < 4096 ? length + 4 : length + 10;
}

/** A field and its value in a hash table. */
export function fieldBytes(field: Bytes, value: Bytes): number {
  return ENTRY + sdsBytes(field.length) + sdsBytes(value.length);
}

/** A member in a hash table. */
export function memberBytes(member: Bytes): number {
  return ENTRY + sdsBytes(member.length);
}

/** A member in a skiplist, of the average height, and in the table beside it. */
export function scoredBytes(member: Bytes): number {
  return ENTRY + 54 + sdsBytes(member.length);
}

/** A score in a listpack: an integer, or the digits of a double. */
export function scoreBytes(score: number): number {
  return Number.isInteger(score) ? (Math.abs(score) < 64 ? 2 : Math.abs(score) < 4096 ? 3 : Math.abs(score) < 2 ** 31 ? 6 : 10) : score.toString().length + 2;
}

/** An entry of a stream; its field names are most often those of the entry before, which take nothing. */
export function streamEntryBytes({ fields }: { readonly fields: readonly Bytes[] }): number {
  let sum = 9;
  for (let index = 1; index < fields.length; index += 2) sum += packedBytes(fields[index] as Bytes);
  return sum;
}

/** A pending entry, in the tree of its group and in that of its consumer. */
export const PENDING = 190;
export const GROUP = 300;
export const CONSUMER = 300;

/** A table of buckets with its header. */
export function tableBytes(slots: number): number {
  return 64 + slots * 8;
}

/** An expiry in the table of expiries, and its place there. */
export const EXPIRY = 48;
