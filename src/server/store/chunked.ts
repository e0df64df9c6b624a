/**
 * A sequence in chunks: O(1) at both ends, cheap in the middle, no copy of the whole. Holds the items of a list and the
 * entries of a stream. Treat the fields as read-only outside this file.
 */
export interface Chunked<T> {
  chunks: T[][];
  length: number;
  /** The weight of an item, bytes; always the same for the same item. */
  readonly weigh: ((item: T) => number) | undefined;
  /** The sum of the weights. */
  weight: number;
}

const CHUNK = 128;

/** Makes an empty sequence. */
export function createChunked<T>(weigh?: (item: T) => number): Chunked<T> {
  return { chunks: [], length: 0, weigh, weight: 0 };
}

/** Makes a sequence of these items. */
export function chunkedOf<T>(items: readonly T[], weigh?: (item: T) => number): Chunked<T> {
  const chunks: T[][] = [];
  for (let at = 0; at < items.length; at += CHUNK) chunks.push(items.slice(at, at + CHUNK));
  let weight = 0;
  if (weigh !== undefined) for (const item of items) weight += weigh(item);
  return { chunks, length: items.length, weigh, weight };
}

/** Adds at the end. */
export function pushBack<T>(sequence: Chunked<T>, item: T): void {
  const last = sequence.chunks.at(-1);
  // An array that grows takes room for 16 more: most sequences have one chunk and never need it.
  if (last === undefined) sequence.chunks = [[item]];
  else if (last.length >= CHUNK) sequence.chunks.push([item]);
  else last.push(item);
  sequence.length += 1;
  if (sequence.weigh !== undefined) sequence.weight += sequence.weigh(item);
}

/** Adds at the front. */
export function pushFront<T>(sequence: Chunked<T>, item: T): void {
  const head = sequence.chunks[0];
  if (head === undefined || head.length >= CHUNK) sequence.chunks.unshift([item]);
  else head.unshift(item);
  sequence.length += 1;
  if (sequence.weigh !== undefined) sequence.weight += sequence.weigh(item);
}

/** Takes from the end, or undefined. */
export function popBack<T>(sequence: Chunked<T>): T | undefined {
  const last = sequence.chunks.at(-1);
  if (last === undefined) return undefined;
  const item = last.pop();
  if (last.length === 0) sequence.chunks.pop();
  sequence.length -= 1;
  if (sequence.weigh !== undefined) sequence.weight -= sequence.weigh(item as T);
  return item;
}

/** Takes from the front, or undefined. */
export function popFront<T>(sequence: Chunked<T>): T | undefined {
  const head = sequence.chunks[0];
  if (head === undefined) return undefined;
  const item = head.shift();
  if (head.length === 0) sequence.chunks.shift();
  sequence.length -= 1;
  if (sequence.weigh !== undefined) sequence.weight -= sequence.weigh(item as T);
  return item;
}

/** Chunk number and offset of `index` (0 to length - 1), walked from the nearer end. */
function locate(sequence: { readonly chunks: readonly (readonly unknown[])[]; readonly length: number }, index: number): { chunk: number; offset: number } {
  if (index < sequence.length / 2) {
    let offset = index;
    let chunk = 0;
    for (;;) {
      const size = sequence.chunks[chunk]?.length ?? 0;
      if (offset < size || chunk >= sequence.chunks.length - 1) return { chunk, offset };
      offset -= size;
      chunk += 1;
    }
  }
  let fromEnd = sequence.length - index;
  let chunk = sequence.chunks.length - 1;
  for (;;) {
    const size = sequence.chunks[chunk]?.length ?? 0;
    if (fromEnd <= size || chunk <= 0) return { chunk, offset: size - fromEnd };
    fromEnd -= size;
    chunk -= 1;
  }
}

/** The item at `index`, or undefined. */
export function itemAt<T>(sequence: Chunked<T>, index: number): T | undefined {
  if (index < 0 || index >= sequence.length) return undefined;
  const { chunk, offset } = locate(sequence, index);
  return sequence.chunks[chunk]?.[offset];
}

/** Replaces the item at `index`, which exists. */
export function replaceAt<T>(sequence: Chunked<T>, index: number, item: T): void {
  const { chunk, offset } = locate(sequence, index);
  const items = sequence.chunks[chunk];
  if (items === undefined) return;
  if (sequence.weigh !== undefined) sequence.weight += sequence.weigh(item) - sequence.weigh(items[offset] as T);
  items[offset] = item;
}

/** Inserts before `index`; `length` appends. */
export function insertAt<T>(sequence: Chunked<T>, index: number, item: T): void {
  if (index <= 0) return pushFront(sequence, item);
  if (index >= sequence.length) return pushBack(sequence, item);
  const { chunk, offset } = locate(sequence, index);
  const items = sequence.chunks[chunk] ?? [];
  items.splice(offset, 0, item);
  if (items.length > CHUNK) sequence.chunks.splice(chunk + 1, 0, items.splice(items.length >>> 1));
  sequence.length += 1;
  if (sequence.weigh !== undefined) sequence.weight += sequence.weigh(item);
}

/** Removes `count` items from `index` on; what is beyond the end is ignored. */
export function removeAt<T>(sequence: Chunked<T>, index: number, count = 1): void {
  if (count >= sequence.length && index === 0) return clear(sequence);
  let left = Math.min(count, sequence.length - index);
  if (left <= 0) return;
  sequence.length -= left;
  const { chunk, offset } = locate({ chunks: sequence.chunks, length: sequence.length + left }, index);
  let at = chunk;
  let from = offset;
  let whole = 0;
  let firstWhole = -1;
  while (left > 0) {
    const items = sequence.chunks[at];
    if (items === undefined) break;
    const size = Math.min(left, items.length - from);
    left -= size;
    if (sequence.weigh !== undefined) for (let item = from; item < from + size; item += 1) sequence.weight -= sequence.weigh(items[item] as T);
    if (size === items.length) {
      if (firstWhole === -1) firstWhole = at;
      whole += 1;
    } else items.splice(from, size);
    at += 1;
    from = 0;
  }
  if (whole > 0) sequence.chunks.splice(firstWhole, whole);
}

/** Removes everything. */
function clear<T>(sequence: Chunked<T>): void {
  sequence.chunks.length = 0;
  sequence.length = 0;
  sequence.weight = 0;
}

/** Keeps only the items for which `keep` is true of their index. */
export function filterItems<T>(sequence: Chunked<T>, keep: (index: number) => boolean): void {
  const old = sequence.chunks.splice(0);
  clear(sequence);
  let index = 0;
  for (const chunk of old) {
    for (const item of chunk) {
      if (keep(index)) pushBack(sequence, item);
      index += 1;
    }
  }
}

/** The items from `start` to `end`, both included and within bounds. */
export function sliceItems<T>(sequence: Chunked<T>, start: number, end: number): T[] {
  if (start > end || start >= sequence.length) return [];
  const result: T[] = [];
  let { chunk, offset } = locate(sequence, start);
  let left = Math.min(end, sequence.length - 1) - start + 1;
  while (left > 0) {
    const items = sequence.chunks[chunk];
    if (items === undefined) break;
    const stop = Math.min(items.length, offset + left);
    for (let index = offset; index < stop; index += 1) result.push(items[index] as T);
    left -= stop - offset;
    chunk += 1;
    offset = 0;
  }
  return result;
}

/** All items, first to last: to be read before the sequence changes. */
export function allItems<T>({ chunks }: Chunked<T>): readonly T[] {
  return chunks.length === 1 ? chunks[0] as T[] : chunks.flat();
}

/** Every item, first to last. */
export function* eachItem<T>(sequence: Chunked<T>): Generator<T> {
  for (const chunk of sequence.chunks) yield* chunk;
}

/** Index of the first item for which `reached` is true (it must stay true from there on), or `length`. */
export function lowerBound<T>(sequence: Chunked<T>, reached: (item: T) => boolean): number {
  let low = 0;
  let high = sequence.chunks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const last = sequence.chunks[middle]?.at(-1);
    if (last !== undefined && reached(last)) high = middle;
    else low = middle + 1;
  }
  const items = sequence.chunks[low];
  if (items === undefined) return sequence.length;
  let start = 0;
  let end = items.length;
  while (start < end) {
    const middle = (start + end) >>> 1;
    if (reached(items[middle] as T)) end = middle;
    else start = middle + 1;
  }
  let before = 0;
  for (let chunk = 0; chunk < low; chunk += 1) before += sequence.chunks[chunk]?.length ?? 0;
  return before + start;
}

/** A copy with chunks of its own. */
export function copyChunked<T>(sequence: Chunked<T>): Chunked<T> {
  return { ...sequence, chunks: sequence.chunks.map((chunk) => [...chunk]) };
}
