import { createByteWriter, putByte, putBytes, reserve, written } from './bytes.ts';
import { addCrc64, crc64Bytes, startCrc64 } from './crc64.ts';
import { putValue, rdbTypeOf } from './encodeValue.ts';
import type { EncodeOptions } from './encodeValue.ts';
import { putMilliseconds, putNumber, putString } from './primitives.ts';
import type { Milliseconds, RdbValue } from './value.ts';

/** A value as another file holds it; whoever writes it knows that the version has its type. */
export interface EncodedValue<T> {
  readonly type: 'encoded';
  /** As files number it. */
  readonly rdbType: number;
  readonly bytes: T;
}

/** One key on its way into a file. */
export interface KeyToWrite<T> {
  readonly key: T;
  readonly value: RdbValue<T> | EncodedValue<T>;
  readonly expireAt?: Milliseconds | undefined;
  /** S since the last access; only under an LRU policy. */
  readonly idle?: number | undefined;
  /** Only under an LFU policy. */
  readonly frequency?: number | undefined;
}

/** Writes a file piece by piece: header, `aux` and `library` as wanted, then for each database its keys, then `end`. */
export interface RdbWriter<T> {
  aux(name: string, value: string): void;
  /** A library of functions (from version 10 on). */
  library(source: T): void;
  /** The keys that follow belong to this database; `keys` and `expires` let a reader make room, and are written once. */
  database(index: number, keys: number, expires: number): void;
  /** Throws RdbError `unsupported` for what the version cannot say; nothing of the key is written then. Empty collections are not allowed. */
  key(entry: KeyToWrite<T>): void;
  end(): void;
  /** Bytes written and not taken yet. */
  held(): number;
  /** Takes them. */
  take(): Buffer;
  /** Hands them to `sink`; they stand only while that runs, since what comes next is written to the same memory. */
  drain(sink: (bytes: Uint8Array) => void): void;
}

const FIRST_CAPACITY = 64 * 1024;

/** Starts a file; `checksum` false writes eight zero bytes for it (rdbchecksum no). */
export function createRdbWriter<T extends Uint8Array | string>(options: EncodeOptions & { readonly checksum?: boolean }): RdbWriter<T> {
  const { version, compress } = options;
  const crc = startCrc64();
  let out = createByteWriter(FIRST_CAPACITY);
  let summed = 0;
  let selected: number | undefined;
  const sized = new Set<number>();
  putBytes(out, `REDIS${version.toString().padStart(4, '0')}`);
  const sumUp = (): void => {
    if (options.checksum !== false) addCrc64(crc, out.bytes, summed, out.size);
    summed = out.size;
  };
  return {
    aux(name, value) {
      putByte(out, 0xfa);
      putString(out, name, compress);
      putString(out, value, compress);
    },
    library(source) {
      putByte(out, 0xf5);
      putString(out, source, compress);
    },
    database(index, keys, expires) {
      if (index === selected) return;
      selected = index;
      putByte(out, 0xfe);
      putNumber(out, index);
      if (sized.has(index)) return;
      sized.add(index);
      putByte(out, 0xfb);
      putNumber(out, keys);
      putNumber(out, expires);
    },
    key({ key, value, expireAt, idle, frequency }) {
      const type = value.type === 'encoded' ? value.rdbType : rdbTypeOf(value, version);
      if (expireAt !== undefined) {
        putByte(out, 0xfc);
        putMilliseconds(out, expireAt);
      }
      if (idle !== undefined) {
        putByte(out, 0xf8);
        putNumber(out, idle);
      }
      if (frequency !== undefined) {
        putByte(out, 0xf9);
        putByte(out, frequency);
      }
      putByte(out, type);
      putString(out, key, compress);
      if (value.type === 'encoded') putBytes(out, value.bytes);
      else putValue(out, value, type, options);
    },
    end() {
      putByte(out, 0xff);
      sumUp();
      const at = reserve(out, 8);
      crc64Bytes(crc).copy(out.bytes, at);
      summed = out.size;
    },
    held: () => out.size,
    take() {
      sumUp();
      const bytes = written(out);
      // The next piece will be about as large.
      out = createByteWriter(Math.max(FIRST_CAPACITY, Math.ceil(bytes.length * 1.125)));
      summed = 0;
      return bytes;
    },
    drain(sink) {
      sumUp();
      sink(written(out));
      out.size = 0;
      summed = 0;
    },
  };
}
