/**
 * A double as C's `%.17g` writes it, which is what Redis 7.0 answers for scores (`0.10000000000000001`, `1e+20`, `inf`).
 */
export function formatDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e17) {
    if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0' : value.toString();
    // toString stops at the digits that tell neighbours apart: ...970 for ...968.
    return BigInt(value).toString();
  }
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const cut = isCut(value);
  const [rounded, exponentText] = value.toExponential(cut ? 17 : 16).split('e') as [string, string];
  const mantissa = cut ? rounded.slice(0, -1) : rounded;
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 17) return stripZeros(cut ? value.toFixed(17 - exponent).slice(0, -1) : value.toFixed(16 - exponent));
  const digits = Math.abs(exponent).toString().padStart(2, '0');
  return `${stripZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${digits}`;
}

/** True for a number that ends in a 5 behind 17 digits of which the last is even: C rounds such a half to the even digit, V8 away from zero. */
function isCut(value: number): boolean {
  const mantissa = value.toExponential(17).split('e', 1)[0] ?? '';
  return /[02468]\.?5$/.test(mantissa) && value.toExponential(60).startsWith(`${mantissa}000000000000000000000000000000`);
}

function stripZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

/**
 * A 64-bit integer in Redis's one canonical form (no `+`, no leading zero, no space, `-0` excluded), or undefined.
 * Answers a bigint only beyond 2^53.
 */
export function parseInteger(text: string): number | bigint | undefined {
  const length = text.length;
  if (length === 0 || length > 20) return undefined;
  const first = text.charCodeAt(0);
  const start = first === 45 ? 1 : 0;
  if (length === start) return undefined;
  const lead = text.charCodeAt(start);
  if (lead === 48) return length === 1 ? 0 : undefined;
  for (let index = start; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 48 || code > 57) return undefined;
  }
  if (length - start <= 15) return Number(text);
  const big = BigInt(text);
  if (big > int64Max || big < int64Min) return undefined;
  return normalizeInteger(big);
}

/** A bigint as a number where that is exact. */
export function normalizeInteger(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** The sum of two 64-bit integers, or undefined where it is none. */
export function addIntegers(a: number | bigint, b: number | bigint): number | bigint | undefined {
  if (typeof a === 'number' && typeof b === 'number' && Number.isSafeInteger(a + b)) return a + b;
  const sum = BigInt(a) + BigInt(b);
  return sum > int64Max || sum < int64Min ? undefined : normalizeInteger(sum);
}
