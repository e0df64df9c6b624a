/** Longest run of literals, longest match and farthest match of the format. */
const MAX_LITERAL = 32;
const MAX_MATCH = 264;
const MAX_OFFSET = 8192;
const HASH_BITS = 14;
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

const table = new Int32Array(1 << HASH_BITS);

/** Packs bytes, or answers undefined where that saves fewer than 4 of them: Redis keeps such a string as it is. O(n). */
export function lzfCompress(source: Buffer): Buffer | undefined {
  const { length } = source;
  const room = length - 4;
  if (room <= 0) return undefined;
  const target = Buffer.allocUnsafe(room);
  table.fill(-1);
  let to = 1;
  /** Where the control byte of the literals that are being collected stands. */
  let control = 0;
  let literals = 0;
  let from = 0;
  const closeLiterals = (): void => {
    if (literals > 0) target[control] = literals - 1;
    else to -= 1;
    literals = 0;
  };
  while (from < length) {
    if (from === length - 2 && to + TAIL > room + 1) return undefined;
    let reach = 0;
    let distance = 0;
    if (from + 2 < length) {
      const three = ((source[from] as number) << 16) | ((source[from + 1] as number) << 8) | (source[from + 2] as number);
      const slot = (Math.imul(three, 0x9e3779b1) >>> (32 - HASH_BITS)) & (table.length - 1);
      const before = table[slot] as number;
      table[slot] = from;
      distance = from - before - 1;
      if (before >= 0 && distance < MAX_OFFSET && source[before] === source[from] && source[before + 1] === source[from + 1] && source[before + 2] === source[from + 2]) {
        const limit = Math.max(3, Math.min(MAX_MATCH, length - from - 2));
        reach = 3;
        while (reach < limit && source[before + reach] === source[from + reach]) reach += 1;
      }
    }
    if (reach === 0) {
      if (to >= room) return undefined;
      target[to] = source[from] as number;
      to += 1;
      from += 1;
      literals += 1;
      if (literals === MAX_LITERAL) {
        closeLiterals();
        control = to;
        to += 1;
      }
      continue;
    }
    closeLiterals();
    if (to + TAIL >= room) return undefined;
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
    control = to + 1;
    to += 2;
    from += reach;
  }
  closeLiterals();
  return to <= room ? target.subarray(0, to) : undefined;
}
