import type { Bytes } from '../store/value.ts';

const units: Readonly<Record<string, bigint>> = {
  '': 1n, b: 1n, k: 1000n, kb: 1024n, m: 1000n ** 2n, mb: 1024n ** 2n, g: 1000n ** 3n, gb: 1024n ** 3n,
};

const MOST = 2n ** 64n - 1n;

/** An amount of memory (`100`, `10k`, `1gb`) in bytes, as an unsigned 64-bit number; undefined if it is none. Nothing at all is 0, as in Redis. */
export function parseMemory(text: Bytes): bigint | undefined {
  const parts = /^(\d{0,127})([a-zA-Z]*)$/.exec(text);
  const unit = units[parts?.[2]?.toLowerCase() ?? 'none'];
  if (parts === null || unit === undefined) return undefined;
  const count = BigInt(parts[1] === '' ? '0' : (parts[1] ?? '0'));
  // strtoull stops at the largest number; the multiplication then wraps.
  return BigInt.asUintN(64, (count > MOST ? MOST : count) * unit);
}

/** Bytes in the largest unit in which they are a whole number: `1gb`, `100mb`, `1048577`. */
export function formatMemory(bytes: bigint): Bytes {
  if (bytes === 0n) return '0';
  for (const unit of ['gb', 'mb', 'kb'] as const) {
    const size = units[unit] ?? 1n;
    if (bytes % size === 0n) return `${bytes / size}${unit}`;
  }
  return bytes.toString();
}
