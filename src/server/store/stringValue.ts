import { parseInteger } from '../../protocol/resp/number.ts';
import { NO_EXPIRY } from './value.ts';
import type { Bytes, StringValue } from './value.ts';

/** Longest string that Redis embeds in its object, bytes. */
const EMBEDDED = 44;

/** A string as SET stores it: encoded as an integer or embedded where Redis does so. */
export function makeString(data: Bytes, expireAt: number | bigint = NO_EXPIRY): StringValue {
  const encoding = data.length <= 20 && parseInteger(data) !== undefined ? 'int' : data.length <= EMBEDDED ? 'embstr' : 'raw';
  return { type: 'string', encoding, data, expireAt, accessed: 0 };
}

/** An integer as a string. */
export function makeInteger(value: number | bigint, expireAt: number | bigint = NO_EXPIRY): StringValue {
  return { type: 'string', encoding: 'int', data: value.toString(), expireAt, accessed: 0 };
}

/** A string that is never integer-encoded (INCRBYFLOAT), and never embedded either when `raw` (APPEND, SETRANGE). */
export function makePlainString(data: Bytes, expireAt: number | bigint, raw: boolean): StringValue {
  return { type: 'string', encoding: !raw && data.length <= EMBEDDED ? 'embstr' : 'raw', data, expireAt, accessed: 0 };
}
