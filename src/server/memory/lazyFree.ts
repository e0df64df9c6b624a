import type { ServerState } from '../state.ts';
import type { Value } from '../store/value.ts';
import { setSize } from '../store/setValue.ts';
import { hashLength } from '../store/hashValue.ts';

/** Values of more pieces than that are freed in the background by Redis. Here the garbage collector does it, and they are counted. */
const THRESHOLD = 64;
/** Bytes of a list's node. */
const LIST_NODE = 8192;
/** Entries of a stream in a node, where that has not been figured. */
const STREAM_NODE = 100;

/** How many allocations a value takes, about; a small encoding is one. */
function pieces(value: Value): number {
  switch (value.type) {
    case 'string':
    case 'module':
      return 1;
    case 'list':
      return Math.ceil(value.items.weight / LIST_NODE);
    case 'hash':
      return value.body.encoding === 'hashtable' ? hashLength(value) : 1;
    case 'set':
      return value.body.encoding === 'hashtable' ? setSize(value) : 1;
    case 'zset':
      return value.body.encoding === 'skiplist' ? value.body.list.length : 1;
    case 'stream': {
      let sum = value.nodes?.length ?? Math.ceil(value.entries.length / STREAM_NODE);
      for (const group of value.groups.values()) sum += 1 + group.pending.length;
      return sum;
    }
  }
}

/** Counts a value that UNLINK removes, or DEL where `lazyfree-lazy-user-del` says so. */
export function countLazyFree({ statistics }: ServerState, value: Value | undefined): void {
  if (value !== undefined && pieces(value) > THRESHOLD) statistics.lazyFreed += 1;
}
