import { createByteQueue } from './byteQueue.ts';
import { normalizeInteger } from './number.ts';
import { RespError } from './reply.ts';
import type { Reply } from './reply.ts';

/** Bounds on what a server may send; a reply beyond them throws. */
export interface ReplyLimits {
  /** Largest bulk string, bytes. */
  readonly maxBulk: number;
  /** Largest number of items of one aggregate. */
  readonly maxItems: number;
  /** Deepest nesting. */
  readonly maxDepth: number;
  /** Longest line (simple strings, errors, numbers), bytes. */
  readonly maxLine: number;
}

/** Reads replies of RESP2 and RESP3, split in any way. */
export interface ReplyDecoder {
  push(chunk: Buffer): void;
  /** The next whole reply (a push or an attribute is one of its own), or undefined until more bytes come. Throws RespError. */
  next(): Reply | undefined;
  /** Bytes held and not yet decoded. */
  held(): number;
  /** The bytes after the last reply, when the stream turns into something else (the RDB payload of PSYNC). Empties the decoder. */
  rest(): Buffer;
}

/** Bytes of a value that is not copied. */
const LARGE = 1024 * 1024;

type Aggregate = 'array' | 'set' | 'map' | 'push' | 'attribute';
interface Frame {
  readonly kind: Aggregate;
  readonly items: Reply[];
  remaining: number;
}

const aggregates: Readonly<Record<string, Aggregate>> = { '*': 'array', '~': 'set', '%': 'map', '>': 'push', '|': 'attribute' };

/** Makes a decoder. */
export function createReplyDecoder(limits?: Partial<ReplyLimits>): ReplyDecoder {
  const bounds: ReplyLimits = { maxBulk: 1024 ** 3, maxItems: 2 ** 32, maxDepth: 32, maxLine: 1024 * 1024, ...limits };
  const queue = createByteQueue();
  const stack: Frame[] = [];
  /** The bulk whose bytes are awaited: its mark and length. */
  let bulk: { readonly mark: string; readonly length: number } | undefined;

  const length = (text: string, limit: number): number => {
    if (!/^-?\d{1,15}$/.test(text)) throw new RespError(`the server sent a length that is no number: ${JSON.stringify(text.slice(0, 20))}`);
    const value = Number(text);
    if (value > limit || value < -1) throw new RespError(`the server sent a length out of bounds: ${text}`);
    return value;
  };

  const readBulk = (): Reply | undefined => {
    if (bulk === undefined) return undefined;
    const size = bulk.length + 2;
    if (queue.available() < size) {
      queue.expect(size);
      return undefined;
    }
    const end = queue.position + bulk.length;
    if (queue.buffer[end] !== 13 || queue.buffer[end + 1] !== 10) throw new RespError('a bulk string does not end where it should');
    const view = queue.buffer.subarray(queue.position, end);
    // Nobody writes into a window again. A small value would keep a large one alive; a copy of a large one would hold the thread.
    const value = bulk.length < LARGE ? Buffer.from(view) : view;
    queue.position += size;
    const { mark } = bulk;
    bulk = undefined;
    if (mark === '$') return { kind: 'bulk', value };
    if (mark === '!') return { kind: 'error', text: value.toString('latin1') };
    if (value.length < 4 || value[3] !== 58) throw new RespError('a verbatim string without a format');
    return { kind: 'verbatim', format: value.toString('latin1', 0, 3), value: value.subarray(4) };
  };

  /** One line: a whole reply, or undefined when it opened a frame or a bulk. */
  const readLine = (mark: string, text: string): Reply | undefined => {
    switch (mark) {
      case '+':
        return { kind: 'simple', text };
      case '-':
        return { kind: 'error', text };
      case ':':
        if (!/^[+-]?\d{1,19}$/.test(text)) throw new RespError('an integer reply that is no integer');
        return { kind: 'integer', value: normalizeInteger(BigInt(text.replace('+', ''))) };
      case '_':
        return { kind: 'null' };
      case '#':
        if (text !== 't' && text !== 'f') throw new RespError('a boolean that is neither t nor f');
        return { kind: 'boolean', value: text === 't' };
      case ',':
        return asDouble(text);
      case '(':
        if (!/^[+-]?\d+$/.test(text)) throw new RespError('a big number that is no number');
        return { kind: 'bigNumber', text };
      case '$':
      case '=':
      case '!': {
        const size = length(text, bounds.maxBulk);
        if (size === -1) return { kind: 'null' };
        bulk = { mark, length: size };
        return undefined;
      }
      default: {
        const kind = aggregates[mark];
        if (kind === undefined) throw new RespError(`the server does not speak RESP: a reply starts with ${JSON.stringify(mark)}`);
        const count = length(text, bounds.maxItems);
        if (count === -1) return { kind: 'nullArray' };
        const remaining = kind === 'map' || kind === 'attribute' ? count * 2 : count;
        if (remaining === 0) return { kind, items: [] };
        if (stack.length >= bounds.maxDepth) throw new RespError('replies nested too deeply');
        stack.push({ kind, items: [], remaining });
        return undefined;
      }
    }
  };

  /** Puts a finished reply into its frames; answers it when it is outermost. */
  const close = (reply: Reply): Reply | undefined => {
    let whole = reply;
    for (;;) {
      const frame = stack.at(-1);
      if (frame === undefined) return whole;
      frame.items.push(whole);
      // An attribute inside an aggregate annotates the next item and does not count.
      if (whole.kind !== 'attribute') frame.remaining -= 1;
      if (frame.remaining > 0) return undefined;
      stack.pop();
      whole = { kind: frame.kind, items: frame.items };
    }
  };

  const next = (): Reply | undefined => {
    while (queue.ready()) {
      let reply: Reply | undefined;
      if (bulk === undefined) {
        if (queue.available() === 0) return undefined;
        const feed = queue.findLineFeed();
        if (feed === -1) {
          if (queue.available() > bounds.maxLine) throw new RespError('a line of a reply is too long');
          return undefined;
        }
        const start = queue.position;
        if (feed - start < 2 || queue.buffer[feed - 1] !== 13) throw new RespError('a line of a reply does not end in CRLF');
        queue.position = feed + 1;
        reply = readLine(String.fromCharCode(queue.buffer[start] ?? 0), queue.buffer.toString('latin1', start + 1, feed - 1));
      }
      if (bulk !== undefined) {
        reply = readBulk();
        if (reply === undefined) return undefined;
      }
      const whole = reply === undefined ? undefined : close(reply);
      if (whole !== undefined) return whole;
    }
    return undefined;
  };

  const rest = (): Buffer => {
    const bytes = Buffer.from(queue.buffer.subarray(queue.position));
    queue.position = queue.buffer.length;
    return bytes;
  };

  return { push: queue.push, next, held: queue.held, rest };
}

/** Its text is kept where JavaScript would write the number in another way. */
function asDouble(text: string): Reply {
  const value = parseDouble(text);
  return String(value) === text ? { kind: 'double', value } : { kind: 'double', value, text };
}

function parseDouble(text: string): number {
  if (text === 'inf') return Infinity;
  if (text === '-inf') return -Infinity;
  if (text === 'nan' || text === '-nan') return NaN;
  const value = Number(text);
  if (text === '' || Number.isNaN(value)) throw new RespError('a double that is no number');
  return value;
}
