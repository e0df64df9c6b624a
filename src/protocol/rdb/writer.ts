import { createByteWriter, putByte, putBytes, reserve, written } from './bytes.ts';
import { addCrc64, crc64Bytes, startCrc64 } from './crc64.ts';
import { putInSteps, putValue, rdbTypeOf } from './encodeValue.ts';
import type { EncodeOptions } from './encodeValue.ts';
import { putMilliseconds, putNumber, putString } from './primitives.ts';
import type { Milliseconds, Steps, ValueToWrite } from './value.ts';

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
  readonly value: ValueToWrite<T> | EncodedValue<T>;
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
  /** The same in steps. Whatever else is written between them comes behind it; but for `key` nothing may be started meanwhile. */
  keyInSteps(entry: KeyToWrite<T>): Steps;
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
  const out = createByteWriter(FIRST_CAPACITY);
  /** Where keys are written: behind a value that is written in steps while there is one. */
  let to = out;
  let summed = 0;
  let selected: number | undefined;
  const sized = new Set<number>();
  putBytes(out, `REDIS${version.toString().padStart(4, '0')}`);
  /** Writes what stands before a value, and answers the type. */
  const putHead = ({ key, value, expireAt, idle, frequency }: KeyToWrite<T>): number => {
    const type = value.type === 'encoded' ? value.rdbType : rdbTypeOf(value, version);
    if (expireAt !== undefined) {
      putByte(to, 0xfc);
      putMilliseconds(to, expireAt);
    }
    if (idle !== undefined) {
      putByte(to, 0xf8);
      putNumber(to, idle);
    }
    if (frequency !== undefined) {
      putByte(to, 0xf9);
      putByte(to, frequency);
    }
    putByte(to, type);
    putString(to, key, compress);
    return type;
  };
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
      putByte(to, 0xfe);
      putNumber(to, index);
      if (sized.has(index)) return;
      sized.add(index);
      putByte(to, 0xfb);
      putNumber(to, keys);
      putNumber(to, expires);
    },
    key(entry) {
      const { value } = entry;
      const type = putHead(entry);
      if (value.type === 'encoded') putBytes(to, value.bytes);
      else putValue(to, value, type, options);
    },
    *keyInSteps(entry) {
      const { value } = entry;
      const type = putHead(entry);
      if (value.type === 'encoded') return putBytes(to, value.bytes);
      const steps = putInSteps(out, value, type, options);
      to = createByteWriter();
      while (steps?.next().done === false) yield;
      putBytes(out, written(to));
      to = out;
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
      out.bytes = Buffer.allocUnsafe(Math.max(FIRST_CAPACITY, Math.ceil(bytes.length * 1.125)));
      out.size = 0;
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
