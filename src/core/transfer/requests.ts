/** Requests put together as bytes, to be sent at once. */
export interface Requests {
  /** Appends bytes as they are. */
  put(bytes: Uint8Array, from?: number, to?: number): void;
  /** Bytes that were put and not yet taken. */
  readonly size: number;
  /** What was put; nobody writes into it again. */
  take(): Buffer;
}

const ROOM = 256 * 1024;
/** Room that is made at least once it is known how much is needed. */
const LEAST = 16 * 1024;

export function createRequests(): Requests {
  let buffer = Buffer.allocUnsafe(ROOM);
  let at = 0;
  return {
    put(bytes, from = 0, to = bytes.length) {
      const length = to - from;
      if (at + length > buffer.length) {
        const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + length));
        larger.set(buffer.subarray(0, at));
        buffer = larger;
      }
      // A loop beats a call for what is as short as a head or most names.
      if (length < 32) for (let index = from; index < to; index += 1) buffer[at + index - from] = bytes[index] as number;
      else buffer.set(bytes.subarray(from, to), at);
      at += length;
    },
    get size() {
      return at;
    },
    take() {
      const taken = buffer.subarray(0, at);
      // The next ones are mostly about as long: room that nobody fills is what the collector is kept busy with.
      buffer = Buffer.allocUnsafe(Math.min(ROOM, Math.max(LEAST, at + (at >> 2))));
      at = 0;
      return taken;
    },
  };
}

/** One argument as it stands in a request. */
export function argument(value: Buffer | string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
}

/** The bytes of an argument that stands in a request (or in a reply, where it looks the same). */
export function argumentValue(bytes: Buffer): Buffer {
  return bytes.subarray(valueStart(bytes), bytes.length - 2);
}

/** Where the value of an argument begins; it ends 2 bytes before the end. */
export function valueStart(bytes: Buffer): number {
  // After `$`, a digit or more, and CRLF: a loop beats a call.
  let at = 2;
  while (at < bytes.length && bytes[at] !== 10) at += 1;
  return at + 1;
}

/** Where every key keeps its name. */
export function sameName(name: Buffer): Buffer {
  return name;
}

/** The argument that a name becomes by `rename`; the same bytes where it keeps its name, which are not put together anew. */
export function renamedArgument(name: Buffer, rename: (name: Buffer) => Buffer): Buffer {
  if (rename === sameName) return name;
  const bytes = argumentValue(name);
  const renamed = rename(bytes);
  return renamed === bytes ? name : argument(renamed);
}

/** The head of a request of `count` arguments, and the first of these. */
export function head(count: number, ...first: readonly string[]): Buffer {
  return Buffer.concat([Buffer.from(`*${count}\r\n`), ...first.map(argument)]);
}
