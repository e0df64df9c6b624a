import type { ByteKind } from '../../protocol/rdb/bytes.ts';
import { latin1Kind } from '../../protocol/rdb/bytes.ts';
import type { RdbValue } from '../../protocol/rdb/value.ts';
import type { Bytes, ValueType } from '../store/value.ts';

/* What things take in the memory of this process, about; memory/weights.ts tells what redis-server would take. */

/** A key whose value is not read, beside its name, and what an expiry adds. */
const KEY = 176;
const EXPIRY = 96;
/** The start of a string, with what rounding up takes. */
const STRING = 24;

/** Bytes of a key whose value is not read. */
export function keyCost(nameLength: number, expires: boolean): number {
  return KEY + STRING + nameLength + (expires ? EXPIRY : 0);
}

/** The least that so many keys take whose values are not read, bytes. A damaged file may tell any number, but a key takes 3 bytes of it. */
export function indexCost(size: number, keys: number): number {
  return Math.min(keys, size / 3) * keyCost(0, false);
}

/**
 * Bytes of a file that is taken in whole: four times its size, since strings may be compressed and small values are unpacked into
 * objects, and 300 for each key that the file tells of (a damaged file may tell any number, but a key takes 4 bytes at least).
 */
export function wholeCost(size: number, keys: number): number {
  return size * 4 + Math.min(keys, size / 4) * 300;
}

/** A value itself, and each string in it beside its bytes. */
const VALUE = 128;
const each: Readonly<Record<ValueType, number>> = { string: STRING, list: 48, hash: 80, set: 112, zset: 320, stream: 320, module: 0 };

/** What a small encoding takes of that. */
const COMPACT = 0.4;

/** Counts strings and their bytes instead of making them. */
export interface Counter {
  /** Makes keys; with each the count begins anew. */
  readonly keys: ByteKind<Bytes>;
  /** Counts, and makes nothing. */
  readonly inside: ByteKind<Bytes>;
  /** Bytes of `value`, which was counted last, once it is read; `length` bytes of the file hold it. */
  weight(value: RdbValue<Bytes>, length: number): number;
}

/** Makes a counter. */
export function createCounter(): Counter {
  let strings = 0;
  let bytes = 0;
  const count = (length: number): Bytes => {
    strings += 1;
    bytes += length;
    return '';
  };
  return {
    keys: {
      // A record that has not arrived in full is read again from its key on.
      slice(source, start, end) {
        strings = 0;
        bytes = 0;
        return latin1Kind.slice(source, start, end);
      },
      text(text) {
        strings = 0;
        bytes = 0;
        return text;
      },
    },
    inside: { slice: (_, start, end) => count(end - start), text: (text) => count(text.length) },
    weight(value, length) {
      const structure = strings * each[value.type] * ('compact' in value && value.compact ? COMPACT : 1);
      // Pending entries of groups are no strings.
      return VALUE + bytes + structure + (value.type === 'stream' ? length * 4 : value.type === 'module' ? length : 0);
    },
  };
}
