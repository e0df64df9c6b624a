/** Longest run of literals, longest match and farthest match of the format. */
const MAX_LITERAL = 32;
const MAX_MATCH = 264;
const MAX_OFFSET = 8192;
const HASH_BITS = 16;
/** Bytes that Redis's packer wants to have left where it looks: a string that saves only 4 bytes stays as it is. */
const TAIL = 4;

/** True if the bytes `start` to `end` are LZF of exactly `length` bytes. */
function isWhole(source: Buffer, start: number, end: number, length: number): boolean {
  let from = start;
  let to = 0;
  while (from < end) {
    const control = source[from] as number;
    from += 1;
    if (control < MAX_LITERAL) {
      from += control + 1;
      to += control + 1;
      continue;
    }
    const long = control >> 5 === 7;
    if (from + (long ? 1 : 0) >= end) return false;
    const count = (control >> 5) + 2 + (long ? source[from] as number : 0);
    if (long) from += 1;
    if ((((control & 31) << 8) | (source[from] as number)) >= to) return false;
    from += 1;
    to += count;
  }
  return from === end && to === length;
}

/**
 * Unpacks LZF (control byte below 32: that many + 1 literals; else a match), or answers undefined if the bytes are not LZF of
 * exactly `length` bytes: nothing is allocated then. O(length).
 */
export function lzfDecompress(source: Buffer, start: number, end: number, length: number): Buffer | undefined {
  if (!isWhole(source, start, end, length)) return undefined;
  const target = Buffer.allocUnsafe(length);
  let from = start;
  let to = 0;
  while (from < end) {
    const control = source[from] as number;
    from += 1;
    if (control < MAX_LITERAL) {
      source.copy(target, to, from, from + control + 1);
      from += control + 1;
      to += control + 1;
      continue;
    }
    let count = (control >> 5) + 2;
    if (count === 9) {
      count += source[from] as number;
      from += 1;
    }
    let match = to - (((control & 31) << 8) | (source[from] as number)) - 1;
    from += 1;
    // Byte by byte: a match may reach into what it writes.
    for (const stop = to + count; to < stop; to += 1, match += 1) target[to] = target[match] as number;
  }
  return target;
}

/**
 * Where each hash of three bytes was last seen. Places are counted on from string to string, so that those of another string are
 * below all of this one and the table need not be cleared.
 */
const table = new Int32Array(1 << HASH_BITS);
let counted = 1;

/** The number of the first of `length` places. */
function countPlaces(length: number): number {
  if (counted + length > 2 ** 31 - 1) {
    table.fill(0);
    counted = 1;
  }
  const first = counted;
  counted += length;
  return first;
}

/** The place in the table of the three bytes from `at` on: as Redis's packer mixes them, so that the same repetitions are found. */
function slotOf(source: Buffer, at: number): number {
  const three = ((source[at] as number) << 16) | ((source[at + 1] as number) << 8) | (source[at + 2] as number);
  return ((three >> (24 - HASH_BITS)) - three * 5) & (table.length - 1);
}

/** How many bytes from `match` and from `at` on are alike, of which three are known to be; up to MAX_MATCH or two before `end`. */
function matchLength(source: Buffer, match: number, at: number, end: number): number {
  const limit = Math.min(MAX_MATCH, end - at - 2);
  // Redis compares the first 19 at one go where there are nearly that many, and finds one or two more than the limit then.
  const sure = limit > 16 ? 19 : limit;
  let length = 3;
  while (length < sure && source[match + length] === source[at + length]) length += 1;
  if (length === sure) while (length < limit && source[match + length] === source[at + length]) length += 1;
  return length;
}

/** Packed bytes are made here, unless they are many. */
const shared = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Packs the bytes `start` to `end`, or answers undefined where that saves fewer than 4 of them: Redis keeps such a string as it is.
 * The result is Redis's own but for what that finds by chance in a table which it does not clear; it stands until the next call. O(n).
 */
export function lzfCompress(source: Buffer, start = 0, end = source.length): Buffer | undefined {
  const length = end - start;
  const room = length - 4;
  if (room <= 0) return undefined;
  // The last literals are written before the room is looked at.
  const target = length <= shared.length ? shared : Buffer.allocUnsafe(length);
  const shift = countPlaces(length) - start;
  let to = 1;
  let literals = 0;
  let from = start;
  while (from < end - 2) {
    const slot = slotOf(source, from);
    const before = (table[slot] as number) - shift;
    table[slot] = from + shift;
    const distance = from - before - 1;
    // The very first byte is never the beginning of a match.
    const matches = before > start && distance < MAX_OFFSET && source[before] === source[from] && source[before + 1] === source[from + 1] && source[before + 2] === source[from + 2];
    if (!matches) {
      if (to >= room) return undefined;
      target[to] = source[from] as number;
      to += 1;
      from += 1;
      literals += 1;
      if (literals < MAX_LITERAL) continue;
      target[to - literals - 1] = literals - 1;
      literals = 0;
      to += 1;
      continue;
    }
    if (to - (literals === 0 ? 1 : 0) + TAIL >= room) return undefined;
    to = closeLiterals(target, to, literals);
    literals = 0;
    const reach = matchLength(source, before, from, end);
    const count = reach - 2;
    if (count < 7) {
      target[to] = (count << 5) | (distance >> 8);
      to += 1;
    } else {
      target[to] = (7 << 5) | (distance >> 8);
      target[to + 1] = count - 7;
      to += 2;
    }
    target[to] = distance & 255;
    to += 2;
    from += reach;
    if (from >= end - 2) break;
    // Of what is within a match only the last two places are remembered.
    table[slotOf(source, from - 2)] = from - 2 + shift;
    table[slotOf(source, from - 1)] = from - 1 + shift;
  }
  if (to + 3 > room) return undefined;
  for (; from < end; from += 1) {
    target[to] = source[from] as number;
    to += 1;
    literals += 1;
    if (literals < MAX_LITERAL) continue;
    target[to - literals - 1] = literals - 1;
    literals = 0;
    to += 1;
  }
  return target.subarray(0, closeLiterals(target, to, literals));
}

/** Writes how many literals stand before `to`, or takes back the byte that was kept for that. */
function closeLiterals(target: Buffer, to: number, literals: number): number {
  if (literals === 0) return to - 1;
  target[to - literals - 1] = literals - 1;
  return to;
}
