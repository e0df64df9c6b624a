/** Bytes on their way out. Small pieces share a buffer; large ones become chunks of their own. */
export interface ByteWriter {
  /** Text of one byte a character. */
  text(value: string): void;
  /** A mark, text and CRLF: `+OK\r\n`. CR and LF within the text become spaces. */
  line(mark: number, value: string): void;
  /** A mark, a whole number from 0 to 2^31 - 1 and CRLF: `$12\r\n`. */
  head(mark: number, value: number): void;
  /** A bulk string: `$3\r\nabc\r\n`. */
  bulkText(value: string): void;
  bytes(value: Buffer): void;
  /** Bytes not yet taken. */
  size(): number;
  /** The chunks written since the last call; nobody writes into them again. */
  take(): Buffer[];
}

/** Bytes of a shared buffer. */
const SLAB = 32 * 1024;
/** From here on a piece is a chunk of its own. */
const LARGE = 16 * 1024;
/** Text up to here is written character by character: a call out of JavaScript costs as much as about so many. */
const SHORT = 48;
/** A buffer with less room than this is left alone. */
const WORTHWHILE = 256;
/** Longest head: a mark, ten digits and CRLF. */
const HEAD = 13;

const EMPTY = Buffer.alloc(0);
/** The buffer that the last writer left with room in it, from `spareFrom` on. A connection that has nothing to send has no buffer. */
let spare = EMPTY;
let spareFrom = 0;

/* These write where there is room, and answer where they stopped. */

function putText(buffer: Buffer, at: number, value: string): number {
  const { length } = value;
  if (length > SHORT) return at + buffer.write(value, at, 'latin1');
  for (let index = 0; index < length; index += 1) buffer[at + index] = value.charCodeAt(index);
  return at + length;
}

function putEnd(buffer: Buffer, at: number): number {
  buffer[at] = 13;
  buffer[at + 1] = 10;
  return at + 2;
}

function putHead(buffer: Buffer, at: number, mark: number, value: number): number {
  buffer[at] = mark;
  if (value < 10) {
    buffer[at + 1] = 48 + value;
    return putEnd(buffer, at + 2);
  }
  let digits = 2;
  for (let bound = 100; value >= bound; bound *= 10) digits += 1;
  let rest = value;
  for (let place = at + digits; place > at; place -= 1) {
    const tenth = (rest / 10) | 0;
    buffer[place] = 48 + rest - tenth * 10;
    rest = tenth;
  }
  return putEnd(buffer, at + digits + 1);
}

/** Makes a writer without a buffer; it takes one with the first byte and leaves it when its chunks are taken. */
export function createByteWriter(): ByteWriter {
  let buffer = EMPTY;
  let start = 0;
  let used = 0;
  let done: Buffer[] = [];
  let doneSize = 0;

  const seal = (): void => {
    if (used === start) return;
    done.push(buffer.subarray(start, used));
    doneSize += used - start;
    start = used;
  };
  const grow = (size: number): void => {
    seal();
    if (spareFrom + size <= spare.length) {
      buffer = spare;
      used = spareFrom;
      spare = EMPTY;
    } else {
      buffer = Buffer.allocUnsafeSlow(Math.max(size, SLAB));
      used = 0;
    }
    start = used;
  };
  const reserve = (size: number): void => {
    if (used + size > buffer.length) grow(size);
  };
  const chunk = (value: Buffer): void => {
    seal();
    done.push(value);
    doneSize += value.length;
  };

  const text = (value: string): void => {
    if (value.length > LARGE) return chunk(Buffer.from(value, 'latin1'));
    reserve(value.length);
    used = putText(buffer, used, value);
  };

  return {
    text,
    line(mark, value) {
      const { length } = value;
      if (length > LARGE) return text(`${String.fromCharCode(mark)}${value.replace(/[\r\n]/g, ' ')}\r\n`);
      reserve(length + 3);
      const first = used + 1;
      buffer[used] = mark;
      for (let index = 0; index < length; index += 1) {
        const code = value.charCodeAt(index);
        buffer[first + index] = code === 13 || code === 10 ? 32 : code;
      }
      used = putEnd(buffer, first + length);
    },
    head(mark, value) {
      reserve(HEAD);
      used = putHead(buffer, used, mark, value);
    },
    bulkText(value) {
      const { length } = value;
      if (length > LARGE) {
        reserve(HEAD);
        used = putHead(buffer, used, 36, length);
        chunk(Buffer.from(value, 'latin1'));
        reserve(2);
        used = putEnd(buffer, used);
      } else {
        reserve(length + HEAD + 2);
        used = putEnd(buffer, putText(buffer, putHead(buffer, used, 36, length), value));
      }
    },
    bytes(value) {
      if (value.length > LARGE) return chunk(value);
      reserve(value.length);
      used += value.copy(buffer, used);
    },
    size: () => doneSize + used - start,
    take() {
      seal();
      if (buffer.length - used >= WORTHWHILE) {
        spare = buffer;
        spareFrom = used;
      }
      buffer = EMPTY;
      start = 0;
      used = 0;
      const chunks = done;
      done = [];
      doneSize = 0;
      return chunks;
    },
  };
}
