import type { Bytes } from './value.ts';

/** Bytes that are looked at together: text is copied to here, where four of them are one number. */
const CHUNK = 65536;
const bytes = Buffer.alloc(CHUNK);
const words = new Int32Array(bytes.buffer, bytes.byteOffset, CHUNK / 4);

/** Copies the next bytes from `at` on, up to `end`; answers how many. What is left of the last word is filled with `fill`. */
function load(data: Bytes, at: number, end: number, fill: number): number {
  const size = Math.min(CHUNK, end - at);
  bytes.write(data.slice(at, at + size), 'latin1');
  for (let rest = size; rest % 4 !== 0; rest += 1) bytes[rest] = fill;
  return size;
}

/** Ones of 32 bits. */
function onesOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The ones from bit `start` to bit `end`, both included and within the data; bit 0 is the highest of the first byte. O(n). */
export function countOnes(data: Bytes, start: number, end: number): number {
  if (end < start) return 0;
  const [first, last] = [Math.floor(start / 8), Math.floor(end / 8)];
  const head = data.charCodeAt(first) & (0xff >> (start & 7));
  const tail = 0xff << (7 - (end & 7));
  if (first === last) return onesOf(head & tail);
  let count = onesOf(head) + onesOf(data.charCodeAt(last) & tail & 0xff);
  for (let at = first + 1; at < last; at += CHUNK) {
    const size = Math.ceil(load(data, at, last, 0) / 4);
    for (let index = 0; index < size; index += 1) count += onesOf(words[index] as number);
  }
  return count;
}

/** The first bit of that value from `start` to `end`, both included, or -1. O(n). */
export function findBit(data: Bytes, bit: number, start: number, end: number): number {
  const inByte = (at: number): number => {
    const byte = data.charCodeAt(at);
    for (let index = at * 8; index < at * 8 + 8; index += 1) {
      if (index >= start && index <= end && ((byte >> (7 - (index & 7))) & 1) === bit) return index;
    }
    return -1;
  };
  const [first, last] = [Math.floor(start / 8), Math.floor(end / 8)];
  const found = inByte(first);
  if (found !== -1 || first === last) return found;
  const none = bit === 1 ? 0 : -1;
  for (let at = first + 1; at < last; at += CHUNK) {
    const size = load(data, at, last, none);
    const stop = Math.ceil(size / 4);
    for (let index = 0; index < stop; index += 1) {
      if (words[index] === none) continue;
      for (let byte = at + index * 4; ; byte += 1) {
        const place = inByte(byte);
        if (place !== -1) return place;
      }
    }
  }
  return inByte(last);
}

/** The operations of BITOP. */
export const bitOperations = ['AND', 'OR', 'XOR', 'NOT'] as const;

/** A bitwise operation over sources that count as filled up with zeros to the longest of them, which may be overwritten. O(n). */
export function combineBits(operation: (typeof bitOperations)[number], sources: readonly Buffer[]): Buffer {
  const length = Math.max(0, ...sources.map((source) => source.length));
  const [first = Buffer.alloc(0)] = sources;
  const result = first.length === length ? first : Buffer.alloc(length);
  if (result !== first) first.copy(result);
  for (const source of operation === 'NOT' ? sources : sources.slice(1)) {
    const whole = source.length >> 2;
    // Buffers made of texts begin where a number of 32 bits may.
    combineInto(operation, new Int32Array(result.buffer, result.byteOffset, whole), new Int32Array(source.buffer, source.byteOffset, whole), 0);
    combineInto(operation, result, source, whole * 4);
    if (operation === 'AND') result.fill(0, source.length);
  }
  return result;
}

/** From `from` on, as far as the source goes. A loop for each: one that asks at every number holds the server 30 times as long as Redis is held. */
function combineInto(operation: (typeof bitOperations)[number], result: Int32Array | Buffer, source: Int32Array | Buffer, from: number): void {
  const end = source.length;
  switch (operation) {
    case 'AND':
      for (let at = from; at < end; at += 1) result[at] = (result[at] as number) & (source[at] as number);
      break;
    case 'OR':
      for (let at = from; at < end; at += 1) result[at] = (result[at] as number) | (source[at] as number);
      break;
    case 'XOR':
      for (let at = from; at < end; at += 1) result[at] = (result[at] as number) ^ (source[at] as number);
      break;
    case 'NOT':
      for (let at = from; at < end; at += 1) result[at] = ~(source[at] as number);
  }
}
