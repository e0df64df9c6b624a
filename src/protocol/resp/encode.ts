import { createByteWriter } from './byteWriter.ts';
import { formatDouble } from './number.ts';
import type { Reply, RespVersion } from './reply.ts';

/** Replies on their way out as bytes. */
export interface ReplyWriter {
  /** Appends a reply in the version's form. */
  write(reply: Reply, version: RespVersion): void;
  /** Appends a bulk string of one byte a character. */
  writeText(value: string): void;
  /** Appends only the header of an aggregate of `length` items (of `length / 2` pairs for a map). */
  writeHeader(kind: 'array' | 'set' | 'map' | 'push' | 'attribute', length: number, version: RespVersion): void;
  /** Bytes not yet taken. */
  readonly size: number;
  /** The chunks written since the last call; nobody writes into them again. */
  take(): Buffer[];
}

const SIMPLE = 43;
const ERROR = 45;
const BIG_NUMBER = 40;
const BULK = 36;
const INTEGER = 58;
const AGGREGATES = { array: 42, set: 126, map: 37, push: 62, attribute: 124 } as const;
/** Largest number that a head takes. */
const SMALL = 2 ** 31 - 1;

/** An error's text as Redis sends it: it ends before any line ends behind it (those within become blanks). */
function withoutLineEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === 10 || text.charCodeAt(end - 1) === 13)) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

/** Makes a writer. */
export function createReplyWriter(): ReplyWriter {
  const writer = createByteWriter();
  const { text, line, head, bulkText, bytes } = writer;

  const bulk = (value: Buffer): void => {
    head(BULK, value.length);
    bytes(value);
    text('\r\n');
  };
  const integer = (value: number | bigint): void => {
    if (typeof value === 'number' && value >= 0 && value <= SMALL) head(INTEGER, value);
    else text(`:${value}\r\n`);
  };

  const writeHeader: ReplyWriter['writeHeader'] = (kind, length, version) => {
    const map = kind === 'map' || kind === 'attribute';
    const resp3 = version === 3 || kind === 'attribute';
    head(resp3 ? AGGREGATES[kind] : AGGREGATES.array, map && resp3 ? length / 2 : length);
  };

  const write = (reply: Reply, version: RespVersion): void => {
    switch (reply.kind) {
      case 'latin1':
        return bulkText(reply.value);
      case 'integer':
        return integer(reply.value);
      case 'simple':
        return line(SIMPLE, reply.text);
      case 'error':
        return line(ERROR, withoutLineEnd(reply.text));
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
        return version === 3 ? line(BIG_NUMBER, reply.text) : bulkText(reply.text);
      case 'verbatim':
        if (version === 2) return bulk(reply.value);
        text(`=${reply.value.length + 4}\r\n${reply.format.padEnd(3).slice(0, 3)}:`);
        bytes(reply.value);
        return text('\r\n');
      case 'attribute':
        // RESP2 has no attributes: Redis leaves them out.
        if (version === 2) return;
        break;
      case 'texts': {
        const { values } = reply;
        writeHeader(reply.as, values.length, version);
        for (let index = 0; index < values.length; index += 1) bulkText(values[index] as string);
        return;
      }
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
    const { items } = reply;
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index] as Reply;
      if (item.kind === 'latin1') bulkText(item.value);
      else write(item, version);
    }
  };

  return {
    write,
    writeText: bulkText,
    writeHeader,
    get size() {
      return writer.size();
    },
    take: writer.take,
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
  const head = `*${args.length}\r\n`;
  let size = head.length;
  for (const arg of args) {
    const length = typeof arg === 'string' ? Buffer.byteLength(arg) : arg.length;
    size += length + String(length).length + 5;
  }
  const request = Buffer.allocUnsafe(size);
  let at = request.write(head, 0, 'latin1');
  for (const arg of args) {
    const length = typeof arg === 'string' ? Buffer.byteLength(arg) : arg.length;
    at += request.write(`$${length}\r\n`, at, 'latin1');
    at += typeof arg === 'string' ? request.write(arg, at, 'utf8') : arg.copy(request, at);
    at += request.write('\r\n', at, 'latin1');
  }
  return request;
}
