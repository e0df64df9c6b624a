/** What was met that is not as it should be: `truncated` means that more bytes could mend it. */
export type RdbFault = 'truncated' | 'corrupt' | 'unsupported';

/** A dump that cannot be read, and where. */
export class RdbError extends Error {
  readonly fault: RdbFault;
  /** Of the byte, or of the compressed or packed value it is in, from the start of the file or payload. */
  readonly offset: number;
  /** Of the value that it was met in, as RDB numbers types; undefined outside of one. */
  readonly type: number | undefined;
  /** Where it is `truncated`: the offset up to which bytes are needed at least. */
  readonly needed: number;

  constructor(fault: RdbFault, what: string, offset: number, type?: number, needed = 0) {
    super(what);
    this.name = 'RdbError';
    this.fault = fault;
    this.offset = offset;
    this.type = type;
    this.needed = needed;
  }
}

/** How byte strings are handed out: as Buffers, or as text of one character per byte. */
export interface ByteKind<T> {
  /** The bytes `start` to `end`; the source is not kept. */
  readonly slice: (bytes: Buffer, start: number, end: number) => T;
  /** ASCII text. */
  readonly text: (text: string) => T;
}

/** Byte strings as Buffers of their own. */
export const bufferKind: ByteKind<Buffer> = {
  slice: (bytes, start, end) => Buffer.from(bytes.subarray(start, end)),
  text: (text) => Buffer.from(text, 'latin1'),
};

/** Byte strings as latin1 text. */
export const latin1Kind: ByteKind<string> = {
  slice: (bytes, start, end) => (end - start <= LONGEST_KNOWN ? knownText(bytes, start, end) : bytes.toString('latin1', start, end)),
  text: (text) => text,
};

/** Texts that were made last, each at a place told by its bytes: the fields of a million hashes are the same few. */
const known = new Array<string>(4096).fill('');
const LONGEST_KNOWN = 20;

function knownText(bytes: Buffer, start: number, end: number): string {
  const length = end - start;
  let hash = length;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] as number), 0x9e3779b1);
  const place = hash >>> 20;
  const text = known[place] as string;
  if (text.length === length) {
    let same = 0;
    while (same < length && text.charCodeAt(same) === bytes[start + same]) same += 1;
    if (same === length) return text;
  }
  return (known[place] = bytes.toString('latin1', start, end));
}

/** A place in bytes that are read from front to back. */
export interface ByteReader {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
  /** Offset of `bytes[0]` in the file; of the whole value if these bytes were unpacked from one. */
  readonly base: number;
  /** What these bytes are of, if they were unpacked: their end is then not the end of what has arrived. */
  readonly within: string | undefined;
}

/** Reads a file, a part of one, or a payload. */
export function readerOf(bytes: Buffer, base = 0, start = 0, end = bytes.length): ByteReader {
  return { bytes, at: start, end, base, within: undefined };
}

/** Reads a string that holds a structure of its own (`a listpack`), `base` bytes into the file: the bytes `start` to `end` of `bytes`. */
export function readerWithin(bytes: Buffer, base: number, within: string, start = 0, end = bytes.length): ByteReader {
  return { bytes, at: start, end, base, within };
}

/** Throws RdbError `corrupt` at the reader's place. */
export function corrupt(reader: ByteReader, what: string): never {
  throw new RdbError('corrupt', what, reader.within === undefined ? reader.base + reader.at : reader.base);
}

/** Throws RdbError `truncated`, or `corrupt` in what was unpacked: `count` bytes should be there. `where` the data end. */
export function truncated(reader: ByteReader, where: string, count = 1): never {
  if (reader.within !== undefined) corrupt(reader, `${reader.within} runs past its end`);
  throw new RdbError('truncated', `the data ends ${where}`, reader.base + reader.end, undefined, reader.base + reader.at + count);
}

/** Makes sure that `count` bytes are there and steps over them; answers where they start. */
export function take(reader: ByteReader, count: number): number {
  const start = reader.at;
  if (start + count > reader.end) {
    truncated(reader, 'in the middle of a value', count);
  }
  reader.at = start + count;
  return start;
}

/** One byte. */
export function takeByte(reader: ByteReader): number {
  return reader.bytes[take(reader, 1)] as number;
}

/** Throws `corrupt` unless every byte was read. */
export function expectEnd(reader: ByteReader): void {
  if (reader.at !== reader.end) corrupt(reader, `${reader.within ?? 'the value'} has ${reader.end - reader.at} bytes too many`);
}

/** Bytes that grow at the end. */
export interface ByteWriter {
  bytes: Buffer;
  size: number;
}

/** Makes an empty writer. */
export function createByteWriter(capacity = 1024): ByteWriter {
  return { bytes: Buffer.allocUnsafe(capacity), size: 0 };
}

/** Makes room for `count` bytes and answers where they start. */
export function reserve(writer: ByteWriter, count: number): number {
  const start = writer.size;
  const size = start + count;
  if (size > writer.bytes.length) {
    const grown = Buffer.allocUnsafe(Math.max(size, writer.bytes.length * 2));
    writer.bytes.copy(grown, 0, 0, start);
    writer.bytes = grown;
  }
  writer.size = size;
  return start;
}

/** Appends one byte. */
export function putByte(writer: ByteWriter, byte: number): void {
  const at = reserve(writer, 1);
  writer.bytes[at] = byte;
}

/** Length up to which it is faster to write each byte than to call what writes them all. */
const SHORT = 24;

/** Appends a byte string: a Buffer, or latin1 text. */
export function putBytes(writer: ByteWriter, bytes: Uint8Array | string): void {
  const { length } = bytes;
  const at = reserve(writer, length);
  const target = writer.bytes;
  if (typeof bytes !== 'string') {
    if (length > SHORT) target.set(bytes, at);
    else for (let index = 0; index < length; index += 1) target[at + index] = bytes[index] as number;
  } else if (length > SHORT) target.write(bytes, at, 'latin1');
  else for (let index = 0; index < length; index += 1) target[at + index] = bytes.charCodeAt(index);
}

/** What was written, a view on the writer's memory. */
export function written(writer: ByteWriter): Buffer {
  return writer.bytes.subarray(0, writer.size);
}
