import type { StreamId } from './value.ts';

/** Hexadecimal digits of an ID in a radix tree: 16 bytes, the highest first. */
const DIGITS = 32;

/**
 * How many nodes the radix tree has in which Redis keeps these IDs, which ascend (XINFO STREAM): one for each run of bytes that
 * all keys below it share, one for each place where they part, one for each end.
 */
export function radixNodes(ids: readonly StreamId[]): number {
  if (ids.length === 0) return 1;
  const keys = ids.map(({ ms, seq }) => ms.toString(16).padStart(DIGITS / 2, '0') + seq.toString(16).padStart(DIGITS / 2, '0'));
  return countNodes(keys, 0, keys.length, 0);
}

/** The nodes of the keys from `from` up to `to`, which share the digits before `at`. */
function countNodes(keys: readonly string[], from: number, to: number, at: number): number {
  const [first = '', last = ''] = [keys[from], keys[to - 1]];
  let end = at;
  while (end < DIGITS && first.startsWith(last.slice(end, end + 2), end)) end += 2;
  const run = end > at ? 1 : 0;
  if (end >= DIGITS) return run + 1;
  let nodes = run + 1;
  for (let start = from; start < to; ) {
    const byte = keys[start]?.slice(end, end + 2) ?? '';
    let next = start + 1;
    while (next < to && keys[next]?.startsWith(byte, end) === true) next += 1;
    nodes += countNodes(keys, start, next, end + 2);
    start = next;
  }
  return nodes;
}
