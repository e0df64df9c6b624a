import { displayShort } from '../keyspace/display.ts';
import type { MemberRow } from './members.ts';

/** What bytes look like: JSON, other text, or neither. */
export type TextLanguage = 'json' | 'plaintext' | 'hex';

/** JSON above this many bytes is called text: parsing it would hold the event loop. */
const maxParsed = 1 << 20;

/** Decides how bytes are shown. They are never re-formatted: numbers beyond 2^53 and the order of keys stay as they are. */
export function describeBytes(bytes: Buffer): TextLanguage {
  const text = decodeText(bytes);
  if (text === undefined) return 'hex';
  return isJson(text) ? 'json' : 'plaintext';
}

/** UTF-8 text, or undefined for bytes that are not, or that hold control characters other than tab, CR and LF. */
function decodeText(bytes: Buffer): string | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
  return /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text) ? undefined : text;
}

/** Only objects and arrays: a bare number or word is text to its reader. */
function isJson(text: string): boolean {
  if (text.length > maxParsed || !/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const bytesPerLine = 16;

/** A hex dump in the classic form: offset, sixteen bytes, their ASCII. `offset` is that of the first byte in the value. */
export function hexDump(bytes: Buffer, offset = 0): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += bytesPerLine) {
    const line = bytes.subarray(at, at + bytesPerLine);
    const hex = [...line].map((byte) => byte.toString(16).padStart(2, '0'));
    const columns = `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`.padEnd(bytesPerLine * 3 + 1);
    const ascii = [...line].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${(offset + at).toString(16).padStart(8, '0')}  ${columns} |${ascii}|`);
  }
  return `${lines.join('\n')}\n`;
}

/** Characters shown of a name or value in a listing; the whole of it opens by itself. */
const maxListed = 10_000;
const listed = (bytes: Buffer): string => displayShort(bytes, maxListed);

/** Rows as text, a line each; whatever is not printable is escaped, so that a line is a member. What is very long is cut. */
export function renderCollection(rows: readonly MemberRow[]): string {
  return rows.map(renderRow).join('');
}

function renderRow(row: MemberRow): string {
  switch (row.kind) {
    case 'field':
      return `${listed(row.field)}: ${listed(row.value)}\n`;
    case 'member':
      return `${listed(row.member)}\n`;
    case 'scored':
      return `${row.score}  ${listed(row.member)}\n`;
    case 'item':
      return `${row.index}: ${listed(row.value)}\n`;
    case 'entry':
      return `${row.id}\n${row.fields.map(([field, value]) => `  ${listed(field)}: ${listed(value)}\n`).join('')}`;
    case 'range':
      return renderCollection(row.rows);
  }
}
