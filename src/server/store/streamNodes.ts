import { EMPTY_LISTPACK, integerSize, textSize } from '../../protocol/rdb/listpack.ts';
import type { StreamNodeLimits } from '../../protocol/rdb/stream.ts';
import { createChunked, eachItem, itemAt, lowerBound, popFront, pushBack, removeAt } from './chunked.ts';
import type { Chunked } from './chunked.ts';
import type { Bytes, StreamEntry, StreamId, StreamNode } from './value.ts';

/** Redis's limits where nobody sets them. */
export const DEFAULT_NODES: StreamNodeLimits = { maxBytes: 4096, maxEntries: 100 };

/** Largest listpack of a stream, bytes, whatever the limits say. */
const MOST_BYTES = 2 ** 30;

/** No nodes. */
export function createNodes(): Chunked<StreamNode> {
  return createChunked<StreamNode>();
}

/** A copy that shares nothing changeable. */
export function copyNodes(nodes: Chunked<StreamNode>): Chunked<StreamNode> {
  const copy = createNodes();
  for (const node of eachItem(nodes)) pushBack(copy, { ...node });
  return copy;
}

/** Counts a new last entry into the last node, or into one of its own where that is full, as Redis packs its listpacks. */
export function nodeAppend(nodes: Chunked<StreamNode>, { id, fields }: StreamEntry, { maxBytes, maxEntries }: StreamNodeLimits): void {
  const raw = fields.reduce((sum, text) => sum + text.length, 0);
  let node = itemAt(nodes, nodes.length - 1);
  const full = node === undefined || node.bytes + raw >= Math.min(maxBytes || MOST_BYTES, MOST_BYTES) || (maxEntries > 0 && node.total >= maxEntries);
  if (node === undefined || full) {
    const names = Array.from({ length: fields.length / 2 }, (_, index) => fields[index * 2] as Bytes);
    const master = integerSize(1) * 2 + integerSize(names.length) + integerSize(0) + names.reduce((sum, name) => sum + textSize(name), 0);
    pushBack(nodes, (node = { first: id, last: id, live: 0, total: 0, bytes: EMPTY_LISTPACK + master, names }));
  }
  node.last = id;
  node.live += 1;
  node.total += 1;
  node.bytes += entrySize(node, id, fields);
}

function entrySize({ first, names }: StreamNode, id: StreamId, fields: readonly Bytes[]): number {
  const same = fields.length === names.length * 2 && names.every((name, index) => fields[index * 2] === name);
  let size = integerSize(0) + integerSize(id.ms - first.ms) + integerSize(id.seq - first.seq);
  for (let index = same ? 1 : 0; index < fields.length; index += same ? 2 : 1) size += textSize(fields[index] as Bytes);
  const elements = same ? 3 + fields.length / 2 : 4 + fields.length;
  return size + integerSize(elements) + (same ? 0 : integerSize(fields.length / 2));
}

/** Takes a deleted entry out of its node; a node without entries goes. */
export function nodeDelete(nodes: Chunked<StreamNode>, { ms, seq }: StreamId): void {
  const index = lowerBound(nodes, ({ last }) => last.ms > ms || (last.ms === ms && last.seq >= seq));
  const node = itemAt(nodes, index);
  if (node === undefined) return;
  node.live -= 1;
  if (node.live === 0) removeAt(nodes, index);
}

/** Takes the first `count` entries out of their nodes. */
export function nodesTrimFront(nodes: Chunked<StreamNode>, count: number): void {
  for (let left = count; left > 0;) {
    const node = itemAt(nodes, 0);
    if (node === undefined) return;
    const taken = Math.min(left, node.live);
    node.live -= taken;
    left -= taken;
    if (node.live === 0) popFront(nodes);
  }
}

/**
 * How many entries go with the nodes that an approximate trim removes whole from the front: while `removable` says so of a node
 * and what was counted before it, and no more than `limit` (0: any) entries in all.
 */
export function wholeNodes(nodes: Chunked<StreamNode>, limit: number, removable: (node: StreamNode, before: number) => boolean): number {
  let count = 0;
  for (let index = 0; ; index += 1) {
    const node = itemAt(nodes, index);
    if (node === undefined || (limit > 0 && count + node.live > limit) || !removable(node, count)) return count;
    count += node.live;
  }
}
