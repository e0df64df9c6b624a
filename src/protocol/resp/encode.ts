import { formatDouble } from './number.ts';
import type { Reply, RespVersion } from './reply.ts';

/** Bytes on their way out. Small pieces share one buffer; large ones pass through as chunks of their own. */
export interface ReplyWriter {
  /** Appends a reply in the version's form. */
  write(reply: Reply, version: RespVersion): void;
  /** Appends only the header of an aggregate of `length` items (of `length / 2` pairs for a map). */
  writeHeader(kind: 'array' | 'set' | 'map' | 'push' | 'attribute', length: number, version: RespVersion): void;
  /** Bytes not yet taken. */
  readonly size: number;
  /** The chunks written since the last call; they are the caller's. */
  take(): Buffer[];
}

const CHUNK = 32 * 1024;
const LARGE = 16 * 1024;

/** Makes a writer; one may serve many connections if each takes its chunks before the next one writes. */
export function createReplyWriter(): ReplyWriter {
  let buffer = Buffer.allocUnsafe(CHUNK);
  let used = 0;
  let done: Buffer[] = [];
  let doneSize = 0;

  const seal = (): void => {
    if (used === 0) return;
    done.push(Buffer.from(buffer.subarray(0, used)));
    doneSize += used;
    used = 0;
  };
  const reserve = (size: number): void => {
    if (used + size <= buffer.length) return;
    seal();
    if (size > buffer.length) buffer = Buffer.allocUnsafe(size);
  };
  const text = (value: string): void => {
    reserve(value.length);
    if (value.length < 24) {
      for (let index = 0; index < value.length; index += 1) buffer[used + index] = value.charCodeAt(index);
      used += value.length;
    } else {
      used += buffer.write(value, used, 'latin1');
    }
  };
  const bulkText = (value: string): void => {
    text(`$${value.length}\r\n`);
    if (value.length > LARGE) {
      chunk(Buffer.from(value, 'latin1'));
      text('\r\n');
    } else {
      text(value);
      text('\r\n');
    }
  };
  const chunk = (value: Buffer): void => {
    seal();
    done.push(value);
    doneSize += value.length;
  };
  const bytes = (value: Buffer): void => {
    if (value.length > LARGE) return chunk(value);
    reserve(value.length);
    used += value.copy(buffer, used);
  };
  const bulk = (value: Buffer): void => {
    text(`$${value.length}\r\n`);
    bytes(value);
    text('\r\n');
  };
  const line = (prefix: string, value: string): void => text(`${prefix}${value.replace(/[\r\n]/g, ' ')}\r\n`);

  const writeHeader: ReplyWriter['writeHeader'] = (kind, length, version) => {
    const resp3 = version === 3;
    switch (kind) {
      case 'array':
        return text(`*${length}\r\n`);
      case 'set':
        return text(`${resp3 ? '~' : '*'}${length}\r\n`);
      case 'push':
        return text(`${resp3 ? '>' : '*'}${length}\r\n`);
      case 'map':
        return text(resp3 ? `%${length / 2}\r\n` : `*${length}\r\n`);
      case 'attribute':
        return text(`|${length / 2}\r\n`);
    }
  };

  const write = (reply: Reply, version: RespVersion): void => {
    switch (reply.kind) {
      case 'latin1':
        return bulkText(reply.value);
      case 'integer':
        return text(`:${reply.value}\r\n`);
      case 'simple':
        return line('+', reply.text);
      case 'error':
        return line('-', reply.text);
      case 'bulk':
        return bulk(reply.value);
      case 'null':
        return text(version === 3 ? '_\r\n' : '$-1\r\n');
      case 'nullArray':
        return text(version === 3 ? '_\r\n' : '*-1\r\n');
      case 'double':
        return version === 3 ? text(`,${reply.text ?? formatDouble(reply.value)}\r\n`) : bulkText(reply.text ?? formatDouble(reply.value));
      case 'boolean':
        return text(version === 3 ? (reply.value ? '#t\r\n' : '#f\r\n') : reply.value ? ':1\r\n' : ':0\r\n');
      case 'bigNumber':
        return version === 3 ? line('(', reply.text) : bulkText(reply.text);
      case 'verbatim':
        if (version === 2) return bulk(reply.value);
        text(`=${reply.value.length + 4}\r\n${reply.format.padEnd(3).slice(0, 3)}:`);
        bytes(reply.value);
        return text('\r\n');
      case 'attribute':
        // RESP2 has no attributes: Redis leaves them out.
        if (version === 2) return;
        break;
      case 'sequence':
        for (const item of reply.items) write(item, version);
        return;
      case 'array':
      case 'set':
      case 'map':
      case 'push':
        break;
    }
    writeHeader(reply.kind, reply.items.length, version);
    for (const item of reply.items) write(item, version);
  };

  return {
    write,
    writeHeader,
    get size() {
      return doneSize + used;
    },
    take() {
      seal();
      const chunks = done;
      done = [];
      doneSize = 0;
      return chunks;
    },
  };
}

/** One reply as bytes. */
export function encodeReply(reply: Reply, version: RespVersion): Buffer {
  const writer = createReplyWriter();
  writer.write(reply, version);
  return Buffer.concat(writer.take());
}

/** One request as a client sends it: an array of bulk strings. Text is written as UTF-8. */
export function encodeRequest(args: readonly (Buffer | string)[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const value = typeof arg === 'string' ? Buffer.from(arg) : arg;
    parts.push(Buffer.from(`$${value.length}\r\n`), value, Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}
