import { packedBytes } from '../memory/weights.ts';
import { chunkedOf } from './chunked.ts';
import { NO_EXPIRY } from './value.ts';
import type { Bytes, ListValue } from './value.ts';

/** A list of these items. */
export function makeList(items: readonly Bytes[] = []): ListValue {
  return { type: 'list', items: chunkedOf(items, packedBytes), expireAt: NO_EXPIRY, accessed: 0, counted: 0 };
}
