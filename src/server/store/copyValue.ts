import { copyChunked } from './chunked.ts';
import { createDict, dictExpand, dictForEach, dictSet, dictSize } from './dict.ts';
import type { Dict } from './dict.ts';
import { createSkiplist, skipInsert } from './skiplist.ts';
import { copyGroup } from './streamGroups.ts';
import { copyNodes } from './streamNodes.ts';
import type { StoreEnvironment, Value } from './value.ts';

/** A copy that shares nothing changeable, in the same encoding (COPY). The expiry comes along. */
export function copyValue(value: Value, env: StoreEnvironment): Value {
  switch (value.type) {
    case 'string':
    case 'module':
      return { ...value };
    case 'list':
      return { ...value, items: copyChunked(value.items) };
    case 'hash':
      return {
        ...value,
        times: value.times === undefined ? undefined : { ...value.times, at: new Map(value.times.at) },
        body: value.body.encoding === 'listpack' ? { encoding: 'listpack', pairs: [...value.body.pairs] } : { encoding: 'hashtable', dict: copyDict(value.body.dict, env) },
      };
    case 'set':
      return {
        ...value,
        body: value.body.encoding === 'intset' ? { encoding: 'intset', numbers: [...value.body.numbers] } : { encoding: 'hashtable', dict: copyDict(value.body.dict, env) },
      };
    case 'zset': {
      if (value.body.encoding === 'listpack') return { ...value, body: { encoding: 'listpack', members: [...value.body.members] } };
      const list = createSkiplist(env.random);
      for (let node = value.body.list.header.next; node !== undefined; node = node.next) skipInsert(list, node.score, node.member);
      return { ...value, body: { encoding: 'skiplist', scores: copyDict(value.body.scores, env), list } };
    }
    case 'stream':
      return { ...value, entries: copyChunked(value.entries), nodes: value.nodes && copyNodes(value.nodes), groups: new Map([...value.groups].map(([name, group]) => [name, copyGroup(group)])) };
  }
}

function copyDict<V>(dict: Dict<V>, env: StoreEnvironment): Dict<V> {
  const copy = createDict<V>(env.seed, dict.weigh);
  dictExpand(copy, dictSize(dict));
  dictForEach(dict, (entry) => {
    dictSet(copy, entry.key, entry.value);
  });
  return copy;
}
