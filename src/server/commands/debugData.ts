import type { Reply } from '../../protocol/resp/reply.ts';
import { fromRdb } from '../persistence/fromRdb.ts';
import { toRdb } from '../persistence/toRdb.ts';
import type { Context } from '../state.ts';
import { findValue, isExpired, putValue, removeValue } from '../store/database.ts';
import { dictExpand, dictForEach } from '../store/dict.ts';
import { makeString } from '../store/stringValue.ts';
import type { Bytes, Value } from '../store/value.ts';
import { OK, changed, fail, positiveArg } from './support.ts';

/** Room for so many keys at most is made at once. */
const MOST_AT_ONCE = 2 ** 22;

/** DEBUG POPULATE count [prefix] [size] */
export function populate(context: Context, [countText = '', prefix = 'key', sizeText]: readonly Bytes[]): Reply {
  const count = positiveArg(countText);
  const size = sizeText === undefined ? 0 : positiveArg(sizeText);
  const db = context.database;
  dictExpand(db.dict, Math.min(count, MOST_AT_ONCE));
  for (let index = 0; index < count; index += 1) {
    const key = `${prefix}:${index}`;
    if (findValue(db, key) !== undefined) continue;
    const text = `value:${index}`;
    const value = size === 0 ? makeString(text) : makeString(text.slice(0, size).padEnd(size, '\0'));
    value.accessed = Math.floor(context.now / 1000);
    putValue(db, key, value);
    changed(context, key);
  }
  return OK;
}

/**
 * DEBUG RELOAD: every value anew, as it would come out of a file: in the encoding of a loaded one, expired keys left out, used
 * just now. The options say what happens to keys that a file lacks or has; here there is none, so they change nothing.
 */
export function reload(context: Context, options: readonly Bytes[]): Reply {
  for (const option of options) {
    if (!['MERGE', 'NOFLUSH', 'NOSAVE'].includes(option.toUpperCase())) fail('ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.');
  }
  const { server, now } = context;
  for (const db of server.databases) {
    const all: [Bytes, Value][] = [];
    dictForEach(db.dict, ({ key, value }) => {
      all.push([key, value]);
    });
    for (const [key, value] of all) {
      if (isExpired(value, now)) {
        removeValue(db, key);
        continue;
      }
      const loaded = fromRdb(toRdb(value), server.environment);
      loaded.expireAt = value.expireAt;
      loaded.accessed = Math.floor(now / 1000);
      putValue(db, key, loaded);
    }
  }
  return OK;
}
