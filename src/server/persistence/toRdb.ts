import type { RdbGroup, RdbValue } from '../../protocol/rdb/value.ts';
import { allItems } from '../store/chunked.ts';
import { fieldTime } from '../store/hashTimes.ts';
import { hashEach } from '../store/hashValue.ts';
import { setMembers } from '../store/setValue.ts';
import { inOrder } from '../store/streamGroups.ts';
import type { Bytes, StreamGroup, Value } from '../store/value.ts';
import { zsetSize, zsetSlice } from '../store/zsetValue.ts';

/** A value as a dump holds it. What cannot change is shared, so it is to be written before the next command. O(n). */
export function toRdb(value: Value): RdbValue<Bytes> {
  switch (value.type) {
    case 'string': return { type: 'string', value: value.data };
    case 'list': return { type: 'list', items: allItems(value.items) };
    case 'set': return value.body.encoding === 'intset' ? { type: 'set', compact: true, members: value.body.numbers } : { type: 'set', compact: false, members: setMembers(value) };
    case 'zset': return value.body.encoding === 'listpack' ? { type: 'zset', compact: true, members: value.body.members } : { type: 'zset', compact: false, members: zsetSlice(value, 0, zsetSize(value) - 1) };
    case 'hash': {
      if (value.body.encoding === 'listpack' && value.times === undefined) return { type: 'hash', compact: true, pairs: value.body.pairs };
      const pairs: Bytes[] = [];
      const expiries: (number | undefined)[] = [];
      hashEach(value, (field, item) => {
        pairs.push(field, item);
        if (value.times !== undefined) expiries.push(fieldTime(value, field));
      });
      const hash = { type: 'hash', compact: value.body.encoding === 'listpack', pairs } as const;
      return hasFieldTimes(value) ? { ...hash, expiries } : hash;
    }
    case 'module': return { type: 'module', module: value.module, body: value.body };
    case 'stream': {
      const { lastId, maxDeletedId, entriesAdded } = value;
      const groups = inOrder(value.groups).map(([name, group]) => groupToRdb(name, group));
      return { type: 'stream', entries: allItems(value.entries), lastId, maxDeletedId, entriesAdded, groups };
    }
  }
}

/** True for a hash of which a field expires: only dumps of version 12 and later can hold it. */
export function hasFieldTimes(value: Value): boolean {
  return value.type === 'hash' && value.times !== undefined && value.times.at.size > 0;
}

function groupToRdb(name: Bytes, group: StreamGroup): RdbGroup<Bytes> {
  return {
    name,
    lastId: group.lastId,
    entriesRead: group.entriesRead,
    pending: allItems(group.pending),
    consumers: inOrder(group.consumers).map(([consumer, { seenAt, pending }]) => ({
      name: consumer, seenAt, activeAt: undefined, pending: allItems(pending).map(({ id }) => id),
    })),
  };
}
