import { displayName } from './display.ts';

/**
 * A pattern as it is typed, as bytes. Backslashes are Redis's own escapes and stay, with what they escape; `\xNN` alone is
 * read as that byte.
 */
export function parsePattern(text: string): Buffer {
  const parts: Buffer[] = [];
  let end = 0;
  for (const match of text.matchAll(/\\(?:x([0-9a-fA-F]{2})|[^])/g)) {
    const [whole, hex] = match;
    if (hex === undefined) continue;
    parts.push(Buffer.from(text.slice(end, match.index)), Buffer.from(hex, 'hex'));
    end = match.index + whole.length;
  }
  parts.push(Buffer.from(text.slice(end)));
  return Buffer.concat(parts);
}

/** A pattern as text to edit: bytes that are no text, or cannot be seen, as `\xNN`. `parsePattern` is its inverse. */
export function displayPattern(pattern: Buffer): string {
  let text = '';
  for (let at = 0; at < pattern.length; ) {
    const backslash = pattern.indexOf(0x5c, at);
    const end = backslash < 0 ? pattern.length : backslash;
    text += displayName(pattern.subarray(at, end)).replaceAll(/\\(?:[nrt]|u\{([0-9a-f]+)\})/g, asBytes);
    if (backslash < 0) break;
    // An escape of the pattern's own. Before an `x`, or a byte that is written as one, it would be read as ours.
    const escaped = pattern[backslash + 1];
    text += escaped === undefined || escaped === 0x78 || escaped < 0x20 || escaped > 0x7e ? '\\x5c' : `\\${String.fromCharCode(escaped)}`;
    at = backslash + (text.endsWith('\\x5c') ? 1 : 2);
  }
  return text;
}

const named: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\t': '\t' };

function asBytes(escape: string, code: string | undefined): string {
  const bytes = Buffer.from(code === undefined ? named[escape] ?? '' : String.fromCodePoint(Number.parseInt(code, 16)));
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
