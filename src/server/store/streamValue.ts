import type { StreamNodeLimits } from '../../protocol/rdb/stream.ts';
import { streamEntryBytes } from '../memory/weights.ts';
import { chunkedOf, eachItem, itemAt, lowerBound, pushBack, removeAt, sliceItems } from './chunked.ts';
import { DEFAULT_NODES, createNodes, nodeAppend, nodeDelete, nodesTrimFront } from './streamNodes.ts';
import { NO_EXPIRY } from './value.ts';
import type { Chunked } from './chunked.ts';
import type { StreamEntry, StreamId, StreamNode, StreamValue } from './value.ts';

/** Largest part of an ID. */
export const MAX_ID_PART = 2n ** 64n - 1n;
export const MIN_ID: StreamId = { ms: 0n, seq: 0n };
export const MAX_ID: StreamId = { ms: MAX_ID_PART, seq: MAX_ID_PART };

/** An empty stream. */
export function makeStream(): StreamValue {
  return streamOf([], { lastId: MIN_ID, maxDeletedId: MIN_ID, entriesAdded: 0n });
}

/** A stream of these entries, in the order of their IDs. */
export function streamOf(entries: readonly StreamEntry[], { lastId, maxDeletedId, entriesAdded }: Pick<StreamValue, 'lastId' | 'maxDeletedId' | 'entriesAdded'>): StreamValue {
  return { type: 'stream', groups: new Map(), entries: chunkedOf(entries, streamEntryBytes), nodes: undefined, lastId, maxDeletedId, entriesAdded, expireAt: NO_EXPIRY, accessed: 0, counted: 0 };
}

/** Negative, zero or positive, as a stands before, at or after b. */
export function compareIds(a: StreamId, b: StreamId): number {
  if (a.ms !== b.ms) return a.ms < b.ms ? -1 : 1;
  return a.seq === b.seq ? 0 : a.seq < b.seq ? -1 : 1;
}

/** `ms-seq`. */
export function formatId({ ms, seq }: StreamId): string {
  return `${ms}-${seq}`;
}

/** The next ID, or undefined after the largest. */
export function nextId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq < MAX_ID_PART) return { ms, seq: seq + 1n };
  return ms < MAX_ID_PART ? { ms: ms + 1n, seq: 0n } : undefined;
}

/** The ID before, or undefined before the smallest. */
export function previousId({ ms, seq }: StreamId): StreamId | undefined {
  if (seq > 0n) return { ms, seq: seq - 1n };
  return ms > 0n ? { ms: ms - 1n, seq: MAX_ID_PART } : undefined;
}

/** How the entries of a stream are packed; of one that was loaded, as if they had been appended. Asked before each change. */
export function streamNodes(stream: StreamValue): Chunked<StreamNode> {
  if (stream.nodes === undefined) {
    stream.nodes = createNodes();
    for (const entry of eachItem(stream.entries)) nodeAppend(stream.nodes, entry, DEFAULT_NODES);
  }
  return stream.nodes;
}

/** Appends an entry whose ID is above `lastId`. */
export function streamAppend(stream: StreamValue, entry: StreamEntry, limits: StreamNodeLimits = DEFAULT_NODES): void {
  nodeAppend(streamNodes(stream), entry, limits);
  pushBack(stream.entries, entry);
  stream.lastId = entry.id;
  stream.entriesAdded += 1n;
}

/** Index of the first entry with an ID of at least `id`. */
export function streamPosition(stream: StreamValue, id: StreamId): number {
  return lowerBound(stream.entries, (entry) => compareIds(entry.id, id) >= 0);
}

/** XDEL of one ID; true if it was there. */
export function streamDelete(stream: StreamValue, id: StreamId): boolean {
  const index = streamPosition(stream, id);
  const entry = itemAt(stream.entries, index);
  if (entry === undefined || compareIds(entry.id, id) !== 0) return false;
  nodeDelete(streamNodes(stream), id);
  removeAt(stream.entries, index);
  if (compareIds(id, stream.maxDeletedId) > 0) stream.maxDeletedId = id;
  return true;
}

/** Removes the first `count` entries (XTRIM); the number removed. Does not touch the largest deleted ID, as Redis does not. */
export function streamTrimFront(stream: StreamValue, count: number): number {
  const removed = Math.min(count, stream.entries.length);
  nodesTrimFront(streamNodes(stream), removed);
  removeAt(stream.entries, 0, removed);
  return removed;
}

/** The entry of an ID, or undefined. */
export function streamEntry(stream: StreamValue, id: StreamId): StreamEntry | undefined {
  const entry = itemAt(stream.entries, streamPosition(stream, id));
  return entry !== undefined && compareIds(entry.id, id) === 0 ? entry : undefined;
}

/** The entries after `id`, up to `count` (0: all). */
export function entriesAfter(stream: StreamValue, id: StreamId, count: number): StreamEntry[] {
  const start = nextId(id);
  if (start === undefined) return [];
  const from = streamPosition(stream, start);
  return sliceItems(stream.entries, from, (count === 0 ? stream.entries.length : from + count) - 1);
}
