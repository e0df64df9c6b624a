import { packedBytes } from '../memory/weights.ts';
import { createChunked } from './chunked.ts';
import { NO_EXPIRY } from './value.ts';
import type { ListValue } from './value.ts';

/** An empty list. */
export function makeList(): ListValue {
  return { type: 'list', items: createChunked(packedBytes), expireAt: NO_EXPIRY, accessed: 0, counted: 0 };
}
