import type { Database } from './database.ts';
import { dictFind } from './dict.ts';
import { Unread } from './unread.ts';

/**
 * Hashes of which a field expires. Every hash that ever had such a field is in the list that is looked through: O(its length); nothing is
 * read from a file for it.
 */
export function hashesWithTimes({ dict, fieldKeys }: Database): number {
  let count = 0;
  for (const key of fieldKeys) {
    const value = dictFind(dict, key)?.value;
    if (value?.type !== 'hash') continue;
    if (value instanceof Unread ? value.fieldsExpire : (value.times?.at.size ?? 0) > 0) count += 1;
  }
  return count;
}
