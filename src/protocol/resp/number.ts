/**
 * A double as C's `%.17g` writes it, which is what Redis 7.0 answers for scores (`0.10000000000000001`, `1e+20`, `inf`).
 */
export function formatDouble(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e17) {
    if (Number.isSafeInteger(value)) return Object.is(value, -0) ? '-0' : value.toString();
    // toString stops at the digits that tell neighbours apart: ...970 for ...968.
    return BigInt(value).toString();
  }
  return formatGeneral(value, 17);
}

/** A double as C's `%.Ng` writes it, 1 ≤ digits ≤ 17. */
export function formatGeneral(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const [mantissa, exponent] = roundedToEven(Math.abs(value), digits);
  if (exponent < -4 || exponent >= digits) {
    return `${sign}${stripZeros(withPoint(mantissa, 1))}e${exponent < 0 ? '-' : '+'}${Math.abs(exponent).toString().padStart(2, '0')}`;
  }
  return sign + stripZeros(exponent < 0 ? `0.${'0'.repeat(-exponent - 1)}${mantissa}` : withPoint(mantissa, exponent + 1));
}

/** So many digits and the exponent of the first. Of a value halfway between two texts C takes the even one, and V8 the larger. */
function roundedToEven(value: number, digits: number): readonly [mantissa: string, exponent: number] {
  const split = (text: string): readonly [string, number] => {
    const [mantissa = '', exponent = '0'] = text.split('e');
    return [mantissa.replace('.', ''), Number(exponent)];
  };
  const [more, exponent] = split(value.toExponential(digits));
  if (/[02468]5$/.test(more) && split(value.toExponential(digits + HALFWAY))[0] === more + '0'.repeat(HALFWAY)) return [more.slice(0, -1), exponent];
  return split(value.toExponential(digits - 1));
}

/** Zeros behind a 5 that prove it to be halfway: no double has so many and then something. */
const HALFWAY = 40;

function withPoint(digits: string, at: number): string {
  return at >= digits.length ? digits : `${digits.slice(0, at)}.${digits.slice(at)}`;
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
