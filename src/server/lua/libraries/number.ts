import type { Bytes } from '../../store/value.ts';

/** A double as C's `%.Ng` writes it, 1 ≤ digits ≤ 17. */
export function formatGeneral(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0';
  const [mantissa, exponentText] = value.toExponential(digits - 1).split('e') as [string, string];
  const exponent = Number(exponentText);
  const strip = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  if (exponent < -4 || exponent >= digits) {
    return `${strip(mantissa)}e${exponent < 0 ? '-' : '+'}${Math.abs(exponent).toString().padStart(2, '0')}`;
  }
  return strip(value.toFixed(digits - 1 - exponent));
}

const NUMBER = /[+-]?(?:0x([0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p([+-]?\d+))?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|(inf(?:inity)?)|(nan))/iy;

/** The number at `at` as C's strtod reads it, and where it ends; undefined if there is none. */
export function readNumber(text: Bytes, at: number): { readonly value: number; readonly end: number } | undefined {
  NUMBER.lastIndex = at;
  const found = NUMBER.exec(text);
  if (found === null) return undefined;
  const [all, hex, power, infinite, nan] = found;
  const end = at + all.length;
  const sign = all.startsWith('-') ? -1 : 1;
  if (infinite !== undefined) return { value: sign * Infinity, end };
  if (nan !== undefined) return { value: NaN, end };
  if (hex === undefined) return { value: Number(all), end };
  const [whole = '', fraction = ''] = hex.split('.');
  const digits = Number(`0x0${whole}${fraction}`);
  return { value: sign * digits * 2 ** (Number(power ?? 0) - 4 * fraction.length), end };
}
