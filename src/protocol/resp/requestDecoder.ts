import { createByteQueue } from './byteQueue.ts';
import { splitInline } from './inline.ts';
import { parseInteger } from './number.ts';
import { RespError } from './reply.ts';

/** How arguments are made of the bytes `start` to `end` of a chunk. The chunk is not kept. */
export type MakeArgument<T> = (chunk: Buffer, start: number, end: number) => T;

/** Longest text that is looked for among those met lately, characters. */
const SHORT = 8;
/** Short texts met lately, each in the place that its length and ends give it: names of commands and options come again and again. */
const recent = new Array<string>(1024).fill('');

/**
 * Arguments as text, one character per byte. Most short ones are a text that is there already: no call out of JavaScript,
 * nothing allocated, and a `Map` that they are looked up in knows their hash.
 */
export const latin1Argument: MakeArgument<string> = (chunk, start, end) => {
  const length = end - start;
  if (length > SHORT || length === 0) return chunk.toString('latin1', start, end);
  const place = ((chunk[start] ?? 0) * 37 + (chunk[end - 1] ?? 0) * 5 + (chunk[start + (length >> 1)] ?? 0) * 11 + length) & 1023;
  const known = recent[place] ?? '';
  if (known.length === length) {
    let index = 0;
    while (index < length && known.charCodeAt(index) === chunk[start + index]) index += 1;
    if (index === length) return known;
  }
  const text = chunk.toString('latin1', start, end);
  recent[place] = text;
  return text;
};

/** Arguments as buffers of their own. */
export const bufferArgument: MakeArgument<Buffer> = (chunk, start, end) => Buffer.from(chunk.subarray(start, end));

/** Limits; bytes and counts. They may change while decoding (AUTH lifts the first two). */
export interface RequestLimits {
  /** Largest number of arguments. */
  maxArguments: number;
  /** Largest argument (proto-max-bulk-len). */
  maxBulk: number;
  /** Largest request that comes in pieces, bytes, with what each argument costs. Redis has no such bound; to V8 a list without one is the end of the process. */
  maxRequest: number;
  /** Redis allows a client that has not authenticated 10 arguments of 16 kB each. */
  unauthenticated: boolean;
}

/** Reads requests: arrays of bulk strings and inline commands, split in any way. */
export interface RequestDecoder<T> {
  push(chunk: Buffer): void;
  /** The next whole request, or undefined until more bytes come. Throws RespError with Redis's own text (`Protocol error: ...`). */
  next(): T[] | undefined;
  readonly limits: RequestLimits;
  /** Bytes held and not yet decoded. */
  held(): number;
  /** Bytes of the argument that has not come as a whole, with its end; 0 where there is none. */
  awaited(): number;
  /** Bytes of the arguments decoded so far of a request that is not whole yet. */
  decoded(): number;
  /** Bytes of all requests decoded so far: the offset of a replication stream. */
  consumed(): number;
}

const MAX_INLINE = 64 * 1024;
/** What an argument costs beyond its bytes, about. */
const ARGUMENT_COST = 32;

function hasZero(buffer: Buffer, start: number, end: number): boolean {
  const zero = buffer.indexOf(0, start);
  return zero !== -1 && zero < end;
}

/** Makes a decoder whose arguments are made by `make`. */
export function createRequestDecoder<T>(make: MakeArgument<T>, limits?: Partial<RequestLimits>): RequestDecoder<T> {
  const queue = createByteQueue();
  const bounds: RequestLimits = { maxArguments: 2 ** 31 - 1, maxBulk: 512 * 1024 * 1024, maxRequest: 1024 ** 3, unauthenticated: false, ...limits };
  let remaining = 0;
  let bulkLength = -1;
  let args: T[] = [];
  let cost = 0;
  let partial = 0;

  /** Where the line ends that a count or length stands in: at a CR, which some byte follows. To C a zero byte ends the text before that. */
  const findReturn = (tooBig: string): number => {
    const { buffer, position } = queue;
    const end = buffer.indexOf(13, position);
    if (end !== -1 && !hasZero(buffer, position, end)) return end + 1 < buffer.length ? end : -1;
    if (queue.available() > MAX_INLINE) throw new RespError(tooBig);
    return -1;
  };

  /** The text of the line behind its first character, consumed with two bytes for its end, whatever they are. */
  const takeLine = (end: number): string => {
    const start = queue.position;
    queue.position = end + 2;
    return queue.buffer.toString('latin1', start + 1, Math.max(start + 1, end));
  };

  const nextInline = (): T[] | undefined => {
    const feed = queue.findLineFeed();
    if (feed === -1 || hasZero(queue.buffer, queue.position, feed)) {
      if (queue.available() > MAX_INLINE) throw new RespError('Protocol error: too big inline request');
      return undefined;
    }
    const end = feed > queue.position && queue.buffer[feed - 1] === 13 ? feed - 1 : feed;
    const parts = splitInline(queue.buffer.toString('latin1', queue.position, end));
    queue.position = feed + 1;
    if (parts === undefined) throw new RespError('Protocol error: unbalanced quotes in request');
    return parts.map((part) => make(Buffer.from(part, 'latin1'), 0, part.length));
  };

  const readCount = (): boolean => {
    const end = findReturn('Protocol error: too big mbulk count string');
    if (end === -1) return false;
    const count = parseInteger(takeLine(end));
    if (count === undefined || count > bounds.maxArguments) throw new RespError('Protocol error: invalid multibulk length');
    if (count > 10 && bounds.unauthenticated) throw new RespError('Protocol error: unauthenticated multibulk length');
    remaining = Math.max(0, Number(count));
    args = [];
    cost = 0;
    partial = 0;
    return true;
  };

  const readLength = (): boolean => {
    const end = findReturn('Protocol error: too big bulk count string');
    if (end === -1) return false;
    const mark = queue.buffer[queue.position] ?? 0;
    if (mark !== 36) throw new RespError(`Protocol error: expected '$', got '${String.fromCharCode(mark)}'`);
    const length = parseInteger(takeLine(end));
    if (typeof length !== 'number' || length < 0 || length > bounds.maxBulk) throw new RespError('Protocol error: invalid bulk length');
    if (length > 16384 && bounds.unauthenticated) throw new RespError('Protocol error: unauthenticated bulk length');
    bulkLength = length;
    return true;
  };

  /** Where `nextWhole` reads. */
  let cursor = 0;

  /** The length from `cursor` to a CRLF that is here; -1 for anything but a few digits. */
  const lengthAtCursor = (buffer: Buffer): number => {
    const start = cursor;
    const end = Math.min(buffer.length, start + 8) - 1;
    let value = 0;
    for (let index = start; index < end; index += 1) {
      const digit = (buffer[index] ?? 0) - 48;
      if (digit < 0 || digit > 9) {
        // A leading zero is an error, and CR alone no end: both are left to `nextInPieces`.
        if (digit !== -35 || buffer[index + 1] !== 10 || index === start || (buffer[start] === 48 && index > start + 1)) return -1;
        cursor = index + 2;
        return value;
      }
      value = value * 10 + digit;
    }
    return -1;
  };

  /** A request that is here as a whole and that nothing is wrong with, as nearly all are; otherwise undefined, and nothing is consumed. */
  const nextWhole = (): T[] | undefined => {
    const { buffer, position } = queue;
    if (buffer[position] !== 42 || bounds.unauthenticated) return undefined;
    cursor = position + 1;
    const count = lengthAtCursor(buffer);
    if (count <= 0 || count > bounds.maxArguments) return undefined;
    const request: T[] = [];
    for (let index = 0; index < count; index += 1) {
      if (cursor >= buffer.length || buffer[cursor] !== 36) return undefined;
      cursor += 1;
      const length = lengthAtCursor(buffer);
      if (length < 0 || length > bounds.maxBulk) return undefined;
      const end = cursor + length;
      if (end + 2 > buffer.length) return undefined;
      request.push(make(buffer, cursor, end));
      cursor = end + 2;
    }
    queue.position = cursor;
    return request;
  };

  const nextInPieces = (): T[] | undefined => {
    for (;;) {
      if (!queue.ready() || (queue.available() === 0 && bulkLength !== 0)) return undefined;
      if (remaining === 0) {
        if (queue.buffer[queue.position] !== 42) {
          const inline = nextInline();
          // An empty line is nothing, not even an error.
          if (inline === undefined || inline.length > 0) return inline;
          continue;
        }
        if (!readCount()) return undefined;
        continue;
      }
      if (bulkLength < 0) {
        if (!readLength()) return undefined;
        cost += bulkLength + ARGUMENT_COST;
        if (cost > bounds.maxRequest) throw new RespError('Protocol error: too big request');
      }
      const size = bulkLength + 2;
      if (queue.available() < size) {
        queue.expect(size);
        return undefined;
      }
      args.push(make(queue.buffer, queue.position, queue.position + bulkLength));
      partial += bulkLength;
      queue.position += size;
      bulkLength = -1;
      remaining -= 1;
      if (remaining === 0) {
        const request = args;
        args = [];
        return request;
      }
    }
  };

  const next = (): T[] | undefined => {
    if (remaining === 0 && queue.ready() && queue.available() > 0) {
      const request = nextWhole();
      if (request !== undefined) return request;
    }
    return nextInPieces();
  };

  return { push: queue.push, next, limits: bounds, decoded: () => (remaining === 0 ? 0 : partial), held: queue.held, awaited: queue.awaited, consumed: queue.consumed };
}
