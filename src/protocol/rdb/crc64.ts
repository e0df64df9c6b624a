/** A CRC-64 as two halves of 32 bits: no BigInt on the way, which would be thirty times as slow. */
export interface Crc64 {
  low: number;
  high: number;
}

/** The polynomial ad93d23594c935a9 ("Jones"), reflected. */
const POLYNOMIAL = { low: 0xac4bc9b5 | 0, high: 0x95ac9329 | 0 };
/** Tables for eight bytes at once: `LOW[256 * k + b]` is byte `b` followed by `k` zero bytes. */
const LOW = new Int32Array(8 * 256);
const HIGH = new Int32Array(8 * 256);

for (let byte = 0; byte < 256; byte += 1) {
  let low = byte;
  let high = 0;
  for (let bit = 0; bit < 8; bit += 1) {
    const odd = (low & 1) === 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (odd) {
      low ^= POLYNOMIAL.low;
      high ^= POLYNOMIAL.high;
    }
  }
  LOW[byte] = low;
  HIGH[byte] = high;
}
for (let index = 256; index < LOW.length; index += 1) {
  const low = LOW[index - 256] as number;
  const high = HIGH[index - 256] as number;
  LOW[index] = (low >>> 8) ^ (high << 24) ^ (LOW[low & 255] as number);
  HIGH[index] = (high >>> 8) ^ (HIGH[low & 255] as number);
}

/** The CRC-64 of nothing: Redis starts from zero and adds nothing at the end. */
export function startCrc64(): Crc64 {
  return { low: 0, high: 0 };
}

/** Takes in `bytes[start, end)`. O(n), eight bytes a step. */
export function addCrc64(crc: Crc64, bytes: Uint8Array, start = 0, end = bytes.length): void {
  let { low, high } = crc;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    low ^= (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
    high ^= (bytes[at + 4] as number) | ((bytes[at + 5] as number) << 8) | ((bytes[at + 6] as number) << 16) | ((bytes[at + 7] as number) << 24);
    const a = 1792 + (low & 255);
    const b = 1536 + ((low >>> 8) & 255);
    const c = 1280 + ((low >>> 16) & 255);
    const d = 1024 + (low >>> 24);
    const e = 768 + (high & 255);
    const f = 512 + ((high >>> 8) & 255);
    const g = 256 + ((high >>> 16) & 255);
    const h = high >>> 24;
    low = (LOW[a] as number) ^ (LOW[b] as number) ^ (LOW[c] as number) ^ (LOW[d] as number)
      ^ (LOW[e] as number) ^ (LOW[f] as number) ^ (LOW[g] as number) ^ (LOW[h] as number);
    high = (HIGH[a] as number) ^ (HIGH[b] as number) ^ (HIGH[c] as number) ^ (HIGH[d] as number)
      ^ (HIGH[e] as number) ^ (HIGH[f] as number) ^ (HIGH[g] as number) ^ (HIGH[h] as number);
  }
  for (; at < end; at += 1) {
    const index = (low ^ (bytes[at] as number)) & 255;
    low = (low >>> 8) ^ (high << 24) ^ (LOW[index] as number);
    high = (high >>> 8) ^ (HIGH[index] as number);
  }
  crc.low = low;
  crc.high = high;
}

/** The eight bytes, little endian, that follow a file or a DUMP payload. */
export function crc64Bytes({ low, high }: Crc64): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeInt32LE(low | 0, 0);
  bytes.writeInt32LE(high | 0, 4);
  return bytes;
}

/** The CRC-64 of `bytes[start, end)` as the eight bytes that follow them. */
export function crc64(bytes: Uint8Array, start = 0, end = bytes.length): Buffer {
  const crc = startCrc64();
  addCrc64(crc, bytes, start, end);
  return crc64Bytes(crc);
}
