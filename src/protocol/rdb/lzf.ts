/** Longest run of literals, longest match and farthest match of the format. */
const MAX_LITERAL = 32;
const MAX_MATCH = 264;
const MAX_OFFSET = 8192;
const HASH_BITS = 16;
/** Bytes that Redis's packer wants to have left where it looks: a string that saves only 4 bytes stays as it is. */
const TAIL = 4;

/**
 * Unpacks LZF (control byte below 32: that many + 1 literals; else a match), or answers undefined if the bytes are not LZF of
 * exactly `length` bytes. O(length).
 */
export function lzfDecompress(source: Buffer, start: number, end: number, length: number): Buffer | undefined {
  const target = Buffer.allocUnsafe(length);
  let from = start;
  let to = 0;
  while (from < end) {
    const control = source[from] as number;
    from += 1;
    if (control < MAX_LITERAL) {
      const count = control + 1;
      if (from + count > end || to + count > length) return undefined;
      source.copy(target, to, from, from + count);
      from += count;
      to += count;
      continue;
    }
    let count = control >> 5;
    if (count === 7) {
      if (from >= end) return undefined;
      count += source[from] as number;
      from += 1;
    }
    if (from >= end) return undefined;
    let match = to - (((control & 31) << 8) | (source[from] as number)) - 1;
    from += 1;
    count += 2;
    if (match < 0 || to + count > length) return undefined;
    // Byte by byte: a match may reach into what it writes.
    for (const stop = to + count; to < stop; to += 1, match += 1) target[to] = target[match] as number;
  }
  return to === length ? target : undefined;
}

/** Where each hash of three bytes was last seen. */
const table = new Int32Array(1 << HASH_BITS);

/** The place in the table of the three bytes from `at` on: as Redis's packer mixes them, so that the same repetitions are found. */
function slotOf(source: Buffer, at: number): number {
  const three = ((source[at] as number) << 16) | ((source[at + 1] as number) << 8) | (source[at + 2] as number);
  return ((three >> (24 - HASH_BITS)) - three * 5) & (table.length - 1);
}

/** How many bytes from `match` and from `at` on are alike, of which three are known to be; up to MAX_MATCH or two before the end. */
function matchLength(source: Buffer, match: number, at: number): number {
  const limit = Math.min(MAX_MATCH, source.length - at - 2);
  // Redis compares the first 19 at one go where there are nearly that many, and finds one or two more than the limit then.
  const sure = limit > 16 ? 19 : limit;
  let length = 3;
  while (length < sure && source[match + length] === source[at + length]) length += 1;
  if (length === sure) while (length < limit && source[match + length] === source[at + length]) length += 1;
  return length;
}

/**
 * Packs bytes, or answers undefined where that saves fewer than 4 of them: Redis keeps such a string as it is. The result is
 * Redis's own but for what that finds by chance in a table which it does not clear. O(n).
 */
export function lzfCompress(source: Buffer): Buffer | undefined {
  const { length } = source;
  const room = length - 4;
  if (room <= 0) return undefined;
  // The last literals are written before the room is looked at.
  const target = Buffer.allocUnsafe(room + 4);
  table.fill(-1);
  let to = 1;
  let literals = 0;
  let from = 0;
  /** Writes how many literals stand before, or takes back the byte that was kept for that. */
  const closeLiterals = (): void => {
    if (literals > 0) target[to - literals - 1] = literals - 1;
    else to -= 1;
    literals = 0;
  };
  const literal = (): void => {
    target[to] = source[from] as number;
    to += 1;
    from += 1;
    literals += 1;
    if (literals < MAX_LITERAL) return;
    closeLiterals();
    to += 1;
  };
  while (from < length - 2) {
    const slot = slotOf(source, from);
    const before = table[slot] as number;
    table[slot] = from;
    const distance = from - before - 1;
    // The very first byte is never the beginning of a match.
    const matches = before > 0 && distance < MAX_OFFSET && source[before] === source[from] && source[before + 1] === source[from + 1] && source[before + 2] === source[from + 2];
    if (!matches) {
      if (to >= room) return undefined;
      literal();
      continue;
    }
    if (to - (literals === 0 ? 1 : 0) + TAIL >= room) return undefined;
    closeLiterals();
    const reach = matchLength(source, before, from);
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
    if (from >= length - 2) break;
    // Of what is within a match only the last two places are remembered.
    for (const at of [from - 2, from - 1]) table[slotOf(source, at)] = at;
  }
  if (to + 3 > room) return undefined;
  while (from < length) literal();
  closeLiterals();
  return target.subarray(0, to);
}
