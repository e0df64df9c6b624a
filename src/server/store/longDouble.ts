/**
 * The x87 long double that INCRBYFLOAT and HINCRBYFLOAT count in: `mantissa * 2^exponent`, the mantissa of at most 64 bits.
 * With doubles 0.1 + 0.2 would be answered as 0.30000000000000004, and Redis answers 0.3.
 */
export interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const PRECISION = 64;
/** Largest exponent accepted: far beyond what a reply of 5 kB can hold, as in Redis. */
const MAX_DECIMAL_EXPONENT = 4932;

/** Parses a decimal number; undefined if it is none. `inf` and `nan` are answered by name. */
export function parseLongDouble(text: string): LongDouble | 'inf' | '-inf' | 'nan' | undefined {
  if (/^[+-]?inf(inity)?$/i.test(text)) return text.startsWith('-') ? '-inf' : 'inf';
  if (/^[+-]?nan$/i.test(text)) return 'nan';
  const hex = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?\d{1,5}))?$/i.exec(text);
  if (hex !== null) return parseHexadecimal(hex[1] ?? '', hex[2] ?? '', hex[3] ?? '', Number(hex[4] ?? '0'));
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (parts === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = parts;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const exponent = Number(exponentText) - fraction.length;
  if (digits === 0n || exponent < -2 * MAX_DECIMAL_EXPONENT) return { mantissa: 0n, exponent: 0 };
  if (exponent + whole.length + fraction.length > MAX_DECIMAL_EXPONENT + 1) return undefined;
  const value = exponent >= 0 ? round(digits * 10n ** BigInt(exponent), 1n) : round(digits, 10n ** BigInt(-exponent));
  return sign === '-' ? { mantissa: -value.mantissa, exponent: value.exponent } : value;
}

/** C's strtold takes hexadecimal too, and so does Redis. */
function parseHexadecimal(sign: string, whole: string, fraction: string, power: number): LongDouble | undefined {
  if (whole === '' && fraction === '') return undefined;
  if (Math.abs(power) + 4 * whole.length > 16_383) return undefined;
  const digits = round(BigInt(`0x${whole}${fraction}`), 1n);
  const exponent = digits.mantissa === 0n ? 0 : digits.exponent + power - 4 * fraction.length;
  return { mantissa: sign === '-' ? -digits.mantissa : digits.mantissa, exponent };
}

/** The sum, rounded to 64 bits. */
export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble {
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  const rounded = round(sum < 0n ? -sum : sum, 1n);
  return { mantissa: sum < 0n ? -rounded.mantissa : rounded.mantissa, exponent: rounded.exponent + exponent };
}

/** C's `%.17Lf` without trailing zeros, which is what Redis stores and answers. */
export function formatLongDouble({ mantissa, exponent }: LongDouble): string {
  const negative = mantissa < 0n;
  const size = negative ? -mantissa : mantissa;
  const scaled = size * 10n ** 17n;
  const digits = exponent >= 0 ? scaled << BigInt(exponent) : divideToEven(scaled, 1n << BigInt(-exponent));
  const text = digits.toString().padStart(18, '0');
  const fraction = text.slice(-17).replace(/0+$/, '');
  const number = text.slice(0, -17) + (fraction === '' ? '' : `.${fraction}`);
  return negative && number !== '0' ? `-${number}` : number;
}

/** `numerator / denominator` (both positive) with 64 bits, ties to even. */
function round(numerator: bigint, denominator: bigint): LongDouble {
  if (numerator === 0n) return { mantissa: 0n, exponent: 0 };
  let exponent = bits(numerator) - bits(denominator) - PRECISION;
  let mantissa = scale(numerator, denominator, exponent);
  if (bits(mantissa) > PRECISION) {
    exponent += 1;
    mantissa = scale(numerator, denominator, exponent);
  }
  return { mantissa, exponent };
}

function scale(numerator: bigint, denominator: bigint, exponent: number): bigint {
  return exponent >= 0 ? divideToEven(numerator, denominator << BigInt(exponent)) : divideToEven(numerator << BigInt(-exponent), denominator);
}

function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  return twice > denominator || (twice === denominator && (quotient & 1n) === 1n) ? quotient + 1n : quotient;
}

function bits(value: bigint): number {
  const hex = value.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(parseInt(hex[0] ?? '0', 16)));
}

/** A finite double as a long double, which holds it exactly. */
export function longDoubleOf(value: number): LongDouble {
  let exponent = 0;
  let whole = value;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    exponent -= 1;
  }
  return { mantissa: BigInt(whole), exponent };
}
