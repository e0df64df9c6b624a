const MULTIPLIER = 0xc6a4a7935bd1e995n;
const MASK = (1n << 64n) - 1n;

const times = (value: bigint): bigint => (value * MULTIPLIER) & MASK;
const shifted = (value: bigint): bigint => value ^ (value >> 47n);

/** MurmurHash64A of a byte string (one character per byte), as Redis takes it for HyperLogLogs. */
export function murmur64(text: string, seed: bigint): bigint {
  const { length } = text;
  const whole = length & ~7;
  let hash = seed ^ times(BigInt(length));
  for (let at = 0; at < whole; at += 8) hash = times(hash ^ times(shifted(times(littleEndian(text, at, 8)))));
  if (length > whole) hash = times(hash ^ littleEndian(text, whole, length - whole));
  return shifted(times(shifted(hash)));
}

/** `count` bytes from `at` on as a number, the first byte lowest. */
function littleEndian(text: string, at: number, count: number): bigint {
  let [low, high] = [0, 0];
  for (let index = Math.min(count, 4) - 1; index >= 0; index -= 1) low = (low << 8) | text.charCodeAt(at + index);
  for (let index = count - 1; index >= 4; index -= 1) high = (high << 8) | text.charCodeAt(at + index);
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
