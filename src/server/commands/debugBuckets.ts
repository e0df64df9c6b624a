import type { Dict } from '../store/dict.ts';
import { dictScan, dictScanned, dictSize } from '../store/dict.ts';
import { fail } from './support.ts';

/** Most buckets that are drawn. */
const MOST = 256;
/** Longest line of names. */
const WIDEST = 60;

/**
 * DEBUG BUCKETS [cursor], of the practice server alone: the hash table as SCAN walks it, a line for each step, with what a walk that stands at
 * `cursor` has been at. While the table is resized one step takes a bucket of the smaller table and those of the larger one that belong to it.
 */
export function drawBuckets(dict: Dict<unknown>, cursor: number): string {
  const large = Math.max(dict.first.length, dict.second?.length ?? 0);
  if (large > MOST) fail(`ERR the table has ${large} buckets; at most ${MOST} are drawn`);
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
  let here = cursor !== 0;
  do {
    const names: string[] = [];
    const next = dictScan(dict, at, ({ key }) => void names.push(key));
    const bucket = at & (small - 1);
    const been = cursor !== 0 && dictScanned(cursor, at);
    // The walk goes on in the first bucket that it has not been at, in part or as a whole.
    const mark = been ? 'x' : here ? '>' : ' ';
    if (!been) here = false;
    const text = names.join(' ');
    lines.push(`   ${mark}   ${String(bucket).padStart(5)}   ${bucket.toString(2).padStart(bits, '0').padEnd(Math.max(4, bits))}  ${text.length > WIDEST ? `${text.slice(0, WIDEST - 3)}...` : text}`.trimEnd());
    at = next;
  } while (at !== 0);
  return `${lines.join('\n')}\n`;
}
