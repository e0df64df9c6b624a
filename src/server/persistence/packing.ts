import { latin1Kind, readerOf } from '../../protocol/rdb/bytes.ts';
import { takeWholeValue } from '../../protocol/rdb/decodeValue.ts';
import { rdbTypes } from '../../protocol/rdb/value.ts';
import type { RdbValue } from '../../protocol/rdb/value.ts';
import { valueBytes } from '../memory/usage.ts';
import { NO_EXPIRY } from '../store/value.ts';
import type { Bytes, Container, PackedValue, StoreEnvironment, Value } from '../store/value.ts';
import type { Taking } from './loader.ts';

/** Longest value that is packed, in bytes of the file: what Redis puts into a node of a list. It is unpacked in much less than a ms. */
const LONGEST = 8192;

/** Types after this one have fields that expire, or mean different things to Redis and Valkey. */
const LAST = rdbTypes.stream3;

/** What is unpacked stands here meanwhile: nothing of a value points to it. */
const memory = Buffer.alloc(LONGEST);

/**
 * Makes values of records with `make`, and of those that are small and have parts keeps the bytes alone: the value that was made
 * shows that they are sound, and what it weighs. What is unpacked later gets the encoding that it would have got now.
 */
export function packing({ limits, ...rest }: StoreEnvironment, make: (value: RdbValue<Bytes>, environment: StoreEnvironment) => Value): Taking['make'] {
  const environment = { ...rest, limits: { ...limits } };
  const unpack = ({ bytes, rdbType, expireAt, accessed, counted }: PackedValue): Container => {
    memory.write(bytes, 'latin1');
    const value = make(takeWholeValue(readerOf(memory, 0, 0, bytes.length), rdbType, latin1Kind, 'redis'), environment) as Container;
    value.expireAt = expireAt;
    value.accessed = accessed;
    value.counted = counted;
    return value;
  };
  return (record, bytesOf) => {
    const value = make(record.value, environment);
    if (value.type === 'string' || value.type === 'module' || record.place.length > LONGEST || record.type > LAST) return value;
    return { type: 'packed', of: value.type, bytes: bytesOf(record.place).toString('latin1'), rdbType: record.type, unpack, expireAt: NO_EXPIRY, accessed: 0, counted: valueBytes(value) };
  };
}
