/** A reply as it stood on the wire: numbers stay the text that was sent. */
export type Reply =
  | { readonly kind: 'simple' | 'error' | 'integer' | 'double' | 'boolean' | 'bigNumber'; readonly text: string }
  | { readonly kind: 'bulk' | 'bulkError' | 'verbatim'; readonly bytes: Buffer }
  /** `$-1`, `*-1` and `_` are three different nulls. */
  | { readonly kind: 'null'; readonly form: '$' | '*' | '_' }
  | { readonly kind: 'array' | 'set' | 'push'; readonly items: readonly Reply[] }
  | { readonly kind: 'map' | 'attribute'; readonly entries: readonly (readonly [Reply, Reply])[] }
  /** Not a reply: the connection ended where one was due. */
  | { readonly kind: 'closed' };

type Decoded = { readonly reply: Reply; readonly next: number };

const CR = 13;
const LINES: Readonly<Record<string, 'simple' | 'error' | 'integer' | 'double' | 'boolean' | 'bigNumber'>> = {
  '+': 'simple', '-': 'error', ':': 'integer', ',': 'double', '#': 'boolean', '(': 'bigNumber',
};

/**
 * Decodes the reply that begins at `at`. A number means that it is not all there: no use to try again before the
 * buffer has that many bytes. Throws on what is not RESP.
 */
export function decodeReply(buffer: Buffer, at: number): Decoded | number {
  const lineEnd = buffer.indexOf('\r\n', at, 'latin1');
  if (lineEnd < 0) return buffer.length + 1;
  const type = String.fromCharCode(buffer[at] ?? 0);
  const text = buffer.toString('latin1', at + 1, lineEnd);
  const next = lineEnd + 2;
  const line = LINES[type];
  if (line !== undefined) return { reply: { kind: line, text }, next };
  switch (type) {
    case '_':
      if (text !== '') throw new Error(`a null with the text ${text}`);
      return { reply: { kind: 'null', form: '_' }, next };
    case '$':
    case '!':
    case '=':
      return decodeBulk(buffer, type, text, next);
    case '*':
      return text === '-1' ? { reply: { kind: 'null', form: '*' }, next } : decodeItems(buffer, 'array', length(text), next);
    case '~':
      return decodeItems(buffer, 'set', length(text), next);
    case '>':
      return decodeItems(buffer, 'push', length(text), next);
    case '%':
    case '|':
      return decodeEntries(buffer, type === '%' ? 'map' : 'attribute', length(text), next);
    default:
      throw new Error(`not RESP: ${escapeBytes(buffer.subarray(at, Math.min(at + 40, lineEnd)))}`);
  }
}

function length(text: string): number {
  if (!/^(0|[1-9]\d*)$/.test(text)) throw new Error(`not a RESP length: ${text}`);
  return Number(text);
}

function decodeBulk(buffer: Buffer, type: '$' | '!' | '=', text: string, start: number): Decoded | number {
  if (type === '$' && text === '-1') return { reply: { kind: 'null', form: '$' }, next: start };
  const end = start + length(text);
  if (buffer.length < end + 2) return end + 2;
  if (buffer[end] !== CR) throw new Error('a bulk string is longer than its length says');
  const kind = type === '$' ? 'bulk' : type === '!' ? 'bulkError' : 'verbatim';
  return { reply: { kind, bytes: Buffer.from(buffer.subarray(start, end)) }, next: end + 2 };
}

function decodeItems(buffer: Buffer, kind: 'array' | 'set' | 'push', count: number, start: number): Decoded | number {
  const items: Reply[] = [];
  let at = start;
  while (items.length < count) {
    const item = decodeReply(buffer, at);
    if (typeof item === 'number') return item;
    items.push(item.reply);
    at = item.next;
  }
  return { reply: { kind, items }, next: at };
}

function decodeEntries(buffer: Buffer, kind: 'map' | 'attribute', count: number, start: number): Decoded | number {
  const flat = decodeItems(buffer, 'array', count * 2, start);
  if (typeof flat === 'number' || flat.reply.kind !== 'array') return flat;
  const { items } = flat.reply;
  const entries = Array.from({ length: count }, (_, i) => [items[2 * i], items[2 * i + 1]] as readonly [Reply, Reply]);
  return { reply: { kind, entries }, next: flat.next };
}

/** The canonical form: one line per scalar with its type, nesting by indent. Equal bytes on the wire print equally, others differently. */
export function printReply(reply: Reply, indent = ''): string {
  switch (reply.kind) {
    case 'simple':
    case 'error':
      return `${indent}${reply.kind} "${escapeBytes(Buffer.from(reply.text, 'latin1'))}"`;
    case 'integer':
    case 'double':
    case 'boolean':
    case 'bigNumber':
      return `${indent}${reply.kind} ${reply.text}`;
    case 'bulk':
    case 'bulkError':
    case 'verbatim':
      return `${indent}${reply.kind} "${escapeBytes(reply.bytes)}"`;
    case 'null':
      return `${indent}null ${reply.form}`;
    case 'array':
    case 'set':
    case 'push':
      return [`${indent}${reply.kind} of ${String(reply.items.length)}`, ...reply.items.map((item) => printReply(item, `${indent}  `))].join('\n');
    case 'map':
    case 'attribute':
      return [
        `${indent}${reply.kind} of ${String(reply.entries.length)}`,
        ...reply.entries.flatMap(([key, value]) => [printReply(key, `${indent}  `), printReply(value, `${indent}    `)]),
      ].join('\n');
    case 'closed':
      return `${indent}closed`;
  }
}

/** What a dead connection answers in place of a reply. Other errors (no reply in time, not RESP) are thrown again. */
export function replyTo(error: unknown): Reply {
  if (error instanceof Error && /closed|ECONNRESET|EPIPE/.test(error.message)) return { kind: 'closed' };
  throw error;
}

/** The text of a scalar reply (bulk as latin1), or undefined for a null or an aggregate. */
export function replyText(reply: Reply | undefined): string | undefined {
  if (reply === undefined) return undefined;
  if ('text' in reply) return reply.text;
  if ('bytes' in reply) return reply.bytes.toString('latin1');
  return undefined;
}

/** The elements of an array, set or push; throws for anything else, naming what came. */
export function replyItems(reply: Reply | undefined): readonly Reply[] {
  if (reply !== undefined && 'items' in reply) return reply.items;
  throw new Error(`an array was due, not ${reply === undefined ? 'nothing' : printReply(reply)}`);
}

/** Every byte visible in ASCII: printable as itself, the rest as `\xNN`, with `"` and `\` escaped. */
export function escapeBytes(bytes: Buffer): string {
  return bytes.toString('latin1').replace(/["\\]|[^\x20-\x7e]/g, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    if (character === '\r') return '\\r';
    if (character === '\n') return '\\n';
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
