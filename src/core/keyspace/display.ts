import { isUtf8 } from 'node:buffer';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';

/**
 * What must not be shown as it is: controls and line ends, format characters (bidi, zero width), every space but the
 * plain one, fillers that are letters by category but draw nothing, and the backslash that starts our escapes.
 */
const hidden = /[\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]/gu;
const named: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const meant: Readonly<Record<string, number>> = { '\\': 0x5c, n: 0x0a, r: 0x0d, t: 0x09 };

/**
 * Bytes as one line of text that says exactly which bytes they are: UTF-8 as it is, `\n`, `\r`, `\t`, `\\`, `\xNN` for a
 * control or a byte that is no UTF-8, `\u{…}` for characters that cannot be seen. `parseName` is its inverse.
 */
export function displayName(bytes: Buffer): string {
  if (isUtf8(bytes)) return escapeText(bytes.toString('utf8'));
  let text = '';
  let valid = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceAt(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += escapeText(bytes.toString('utf8', valid, at)) + hexEscape(bytes[at] as number);
    valid = ++at;
  }
  return text + escapeText(bytes.toString('utf8', valid));
}

function escapeText(text: string): string {
  return text.replace(hidden, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return named[character] ?? (code < 0x80 ? hexEscape(code) : `\\u{${code.toString(16)}}`);
  });
}

const hexEscape = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;

/** Length of the valid UTF-8 sequence at `at`, or 0. */
function sequenceAt(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  return length > 0 && at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

/** The bytes that a text written as by `displayName` means. Throws Failure `bad-input` for an escape that does not exist. */
export function parseName(text: string): Buffer {
  if (!text.includes('\\')) return Buffer.from(text);
  const parts: Buffer[] = [];
  const escape = /\\(?:([\\nrt])|x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\})?/g;
  let end = 0;
  for (const match of text.matchAll(escape)) {
    const [whole, letter, hex, code] = match;
    parts.push(Buffer.from(text.slice(end, match.index)));
    if (letter !== undefined) parts.push(Buffer.of(meant[letter] ?? 0));
    else if (hex !== undefined) parts.push(Buffer.from(hex, 'hex'));
    else parts.push(Buffer.from(characterOf(code)));
    end = match.index + whole.length;
  }
  parts.push(Buffer.from(text.slice(end)));
  return Buffer.concat(parts);
}

function characterOf(code: string | undefined): string {
  const point = code === undefined ? -1 : Number.parseInt(code, 16);
  if (point < 0) throw new Failure('bad-input', l10n.t('A backslash starts an escape: write \\\\ for a backslash, \\n, \\r, \\t, \\xNN for a byte, or \\u{…} for a character.'));
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) throw new Failure('bad-input', l10n.t('\\u{{0}} is not a character of Unicode.', code ?? ''));
  return String.fromCodePoint(point);
}

/** `shorten(displayName(bytes), max)` without making text of what is not shown: names and values may have megabytes. */
export function displayShort(bytes: Buffer, max: number): string {
  // A UTF-16 unit stands for at most three bytes; a character that the cut splits lies beyond `max`.
  return shorten(displayName(bytes.subarray(0, (max + 1) * 4)), max);
}

/** At most `max` UTF-16 units of `text`, cut ones marked with `…`. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = Math.max(0, max - 1);
  const last = text.charCodeAt(end - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return `${text.slice(0, splitsPair ? end - 1 : end)}…`;
}
