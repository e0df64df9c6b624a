import type { Bytes } from '../../store/value.ts';

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
