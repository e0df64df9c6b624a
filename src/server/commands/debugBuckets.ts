import type { Reply } from '../../protocol/resp/reply.ts';
import { type Dict, dictScan, dictScanned, dictSize, dictSlots, dictVisit } from '../store/dict.ts';
import { array, bulk, fail, integer } from './support.ts';

/** Most buckets that are drawn. */
const MOST = 256;
/** Longest line of names. */
const WIDEST = 60;

/**
 * DEBUG BUCKETS [cursor], of the practice server alone: the hash table as SCAN walks it, a line for each step, with what a walk that stands at
 * `cursor` has been at. While the table is resized one step takes a bucket of the smaller table and those of the larger one that belong to it.
 */
export function drawBuckets(dict: Dict<unknown>, cursor: number): string {
  const large = largest(dict);
  if (dictSize(dict) === 0) return 'The table is empty.\n';
  const small = dict.second === undefined ? large : Math.min(dict.first.length, dict.second.length);
  const bits = Math.log2(small);
  const lines = [
    dict.second === undefined
      ? `${dictSize(dict)} keys in ${large} buckets, in the order in which SCAN walks them:`
      : `${dictSize(dict)} keys, being moved from ${dict.first.length} to ${dict.second.length} buckets, in the order in which SCAN walks them:`,
    `  been  bucket  ${'bits'.padEnd(Math.max(4, bits))}  keys`,
  ];
  let at = 0;
  // Of a cursor from a larger table the bits above are dropped: a bucket that the walk has been at in part is visited as a whole.
  const place = cursor & (small - 1);
  do {
    const names: string[] = [];
    const next = dictScan(dict, at, ({ key }) => void names.push(key));
    const bucket = at & (small - 1);
    const mark = cursor === 0 ? ' ' : bucket === place ? '>' : dictScanned(place, bucket) ? 'x' : ' ';
    const text = names.join(' ');
    lines.push(`   ${mark}   ${String(bucket).padStart(5)}   ${bucket.toString(2).padStart(bits, '0').padEnd(Math.max(4, bits))}  ${text.length > WIDEST ? `${text.slice(0, WIDEST - 3)}...` : text}`.trimEnd());
    at = next;
  } while (at !== 0);
  return `${lines.join('\n')}\n`;
}

/**
 * DEBUG BUCKETS cursor TABLES: the same for programs. The sizes of the tables, first the one that is emptied while there are two; then
 * table, bucket and name of every key.
 */
export function listBuckets(dict: Dict<unknown>): Reply {
  largest(dict);
  const sizes = dict.second === undefined ? [dict.first.length] : [dict.first.length, dict.second.length];
  const keys: Reply[] = [];
  for (let slot = 0; slot < dictSlots(dict); slot += 1) {
    const [table, bucket] = slot < dict.first.length ? [0, slot] : [1, slot - dict.first.length];
    dictVisit(dict, slot, ({ key }) => void keys.push(array([integer(table), integer(bucket), bulk(key)])));
  }
  return array([array(sizes.map(integer)), array(keys)]);
}

/** The size of the larger table. Refuses one that is too large to be looked at. */
function largest({ first, second }: Dict<unknown>): number {
  const large = Math.max(first.length, second?.length ?? 0);
  return large > MOST ? fail(`ERR the table has ${large} buckets; at most ${MOST} are drawn`) : large;
}
