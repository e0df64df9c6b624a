import { randomInt } from 'node:crypto';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { columnBytes, createColumn, read, write } from './column.ts';
import { createHashIndex } from './hashIndex.ts';

/** Where a name's bytes are. One such record is reused by every `view` of a store: read it before the next call. */
export interface NameView {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/**
 * Names, each once, packed: their bytes, 4 bytes of place and a hash slot each, no object. An index is a name's for
 * good; a name that is gone is marked absent and keeps it, should it come back.
 */
export interface NameStore {
  /** Names that are present. */
  readonly size: number;
  /** Indices given out, absent names included: each is below this. */
  readonly count: number;
  /** Bytes held, columns and table included. */
  readonly bytes: number;
  /** The index of a name, added or made present if need be; `size` tells whether it was. Throws Failure `too-large`. */
  add(name: Buffer): number;
  /** The index of a name, absent or not; -1 for one never added. */
  indexOf(name: Buffer): number;
  /** True if the name is present. */
  has(name: Buffer): boolean;
  isPresent(index: number): boolean;
  /** True if a name was added before and is present now; false if it was absent already. */
  markAbsent(index: number): boolean;
  /** A copy of the name. */
  get(index: number): Buffer;
  view(index: number): NameView;
  /** Names seen (that is, given to `add`) since `clearSeen`. */
  readonly seen: number;
  clearSeen(): void;
  wasSeen(index: number): boolean;
}

const maxChunk = 1 << 20;
const offsetBits = 20;
const maxChunks = 1 << (32 - offsetBits);

/** New in every process: whoever may name keys could else choose names that all collide, and hold the loop for minutes. */
const seed = randomInt(2 ** 32);

/** FNV-1a with a final mix: FNV's low bits alone cluster on names that differ only at the end. */
export function hashBytes(bytes: Buffer, start: number, end: number): number {
  let hash = seed;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/** True if two ranges of equal length hold the same bytes. */
export function sameBytes(a: Buffer, aStart: number, b: Buffer, bStart: number, length: number): boolean {
  // A native call costs as much as comparing some dozens of bytes here.
  if (length > 64) return a.compare(b, bStart, bStart + length, aStart, aStart + length) === 0;
  for (let at = length - 1; at >= 0; at--) if (a[aStart + at] !== b[bStart + at]) return false;
  return true;
}

export function createNameStore(): NameStore {
  /** Each name with its length before it (7 bits a byte, the low ones first); a name lies in one chunk. */
  const chunks: Buffer[] = [];
  let chunk: Buffer = Buffer.alloc(0);
  let used = 0;
  let chunkBytes = 0;
  /** Chunk number and offset. */
  const places = createColumn();
  /** Two bits a name: present, seen. */
  const marks = createColumn();
  const presentMark = 1;
  const seenMark = 2;
  let count = 0;
  let size = 0;
  let seen = 0;

  const at: { bytes: Buffer; start: number; end: number } = { bytes: Buffer.alloc(0), start: 0, end: 0 };
  let wanted: Buffer = at.bytes;

  function view(index: number): NameView {
    const place = read(places, index);
    const bytes = chunks[place >>> offsetBits] as Buffer;
    let start = place & (maxChunk - 1);
    let length = bytes[start++] as number;
    if (length >= 0x80) {
      length &= 0x7f;
      for (let shift = 7; ; shift += 7) {
        const byte = bytes[start++] as number;
        length += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) break;
      }
    }
    at.bytes = bytes;
    at.start = start;
    at.end = start + length;
    return at;
  }

  const table = createHashIndex(
    (index) => {
      const { bytes, start, end } = view(index);
      return hashBytes(bytes, start, end);
    },
    (index) => {
      const { bytes, start, end } = view(index);
      return end - start === wanted.length && sameBytes(bytes, start, wanted, 0, wanted.length);
    },
  );

  const marksOf = (index: number): number => (read(marks, index >>> 4) >>> ((index & 15) << 1)) & 3;

  function mark(index: number, value: number): void {
    const shift = (index & 15) << 1;
    write(marks, index >>> 4, (read(marks, index >>> 4) & ~(3 << shift)) | (value << shift));
  }

  function append(name: Buffer): number {
    const room = name.length + 5;
    if (used + room > chunk.length) {
      if (chunks.length === maxChunks) throw new Failure('too-large', l10n.t('The names found take more than 4 GiB. Narrow the search with a filter.'));
      // The first chunks are small: most databases are. One that is too long for a chunk gets its own.
      chunk = Buffer.allocUnsafeSlow(Math.max(room, Math.min(maxChunk, 4096 << Math.min(chunks.length, 8))));
      chunks.push(chunk);
      chunkBytes += chunk.length;
      used = 0;
    }
    const place = (chunks.length - 1) * maxChunk + used;
    let length = name.length;
    for (; length >= 0x80; length = Math.floor(length / 0x80)) chunk[used++] = (length & 0x7f) | 0x80;
    chunk[used++] = length;
    // A native copy costs as much as dozens of bytes.
    if (name.length > 32) name.copy(chunk, used);
    else for (let byte = 0; byte < name.length; byte++) chunk[used + byte] = name[byte] as number;
    used += name.length;
    return place;
  }

  function indexOf(name: Buffer, hash: number): number {
    wanted = name;
    return table.find(hash);
  }

  return {
    get size() {
      return size;
    },
    get count() {
      return count;
    },
    get bytes() {
      return chunkBytes + columnBytes(places) + columnBytes(marks) + table.bytes;
    },
    add(name) {
      const hash = hashBytes(name, 0, name.length);
      const known = indexOf(name, hash);
      if (known >= 0) {
        const marked = marksOf(known);
        if ((marked & presentMark) === 0) size++;
        if ((marked & seenMark) === 0) seen++;
        if (marked !== (presentMark | seenMark)) mark(known, presentMark | seenMark);
        return known;
      }
      const index = count;
      write(places, index, append(name));
      // All sixteen at once: the names to come are present and seen when they come.
      if ((index & 15) === 0) write(marks, index >>> 4, 0xffffffff);
      table.insert(hash);
      count++;
      size++;
      seen++;
      return index;
    },
    indexOf: (name) => indexOf(name, hashBytes(name, 0, name.length)),
    has(name) {
      const index = indexOf(name, hashBytes(name, 0, name.length));
      return index >= 0 && (marksOf(index) & presentMark) !== 0;
    },
    isPresent: (index) => (marksOf(index) & presentMark) !== 0,
    markAbsent(index) {
      const marked = marksOf(index);
      if ((marked & presentMark) === 0) return false;
      mark(index, marked & ~presentMark);
      size--;
      return true;
    },
    get(index) {
      const { bytes, start, end } = view(index);
      return Buffer.from(bytes.subarray(start, end));
    },
    view,
    get seen() {
      return seen;
    },
    clearSeen() {
      seen = 0;
      for (const page of marks.pages) for (let word = 0; word < page.length; word++) page[word] = (page[word] as number) & 0x55555555;
      // Those that are yet to come are seen when they come.
      if ((count & 15) !== 0) write(marks, count >>> 4, read(marks, count >>> 4) | (-1 << ((count & 15) << 1)));
    },
    wasSeen: (index) => (marksOf(index) & seenMark) !== 0,
  };
}
