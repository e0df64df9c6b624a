import { copyChunked, createChunked, eachItem, insertAt, itemAt, lowerBound, pushBack, removeAt, replaceAt } from './chunked.ts';
import type { Chunked } from './chunked.ts';
import { compareIds } from './streamValue.ts';
import type { Bytes, PendingEntry, StreamConsumer, StreamGroup, StreamId } from './value.ts';

/** `entriesRead` of a group whose number of entries read is not known. */
export const UNKNOWN_READ = -1n;

/** A group that has read up to `lastId`. */
export function makeGroup(lastId: StreamId, entriesRead: bigint): StreamGroup {
  return { lastId, entriesRead, pending: createChunked(), consumers: new Map() };
}

/** The consumer of a name, made if there is none; it counts as seen now. */
export function seeConsumer(group: StreamGroup, name: Bytes, now: number): StreamConsumer {
  let consumer = group.consumers.get(name);
  if (consumer === undefined) group.consumers.set(name, (consumer = { name, seenAt: now, pending: createChunked() }));
  consumer.seenAt = now;
  return consumer;
}

/** Names in the order of a radix tree: by bytes. */
export function inOrder<T>(named: ReadonlyMap<Bytes, T>): [Bytes, T][] {
  return [...named].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Index of the first pending entry with an ID of at least `id`. */
export function pendingPosition(list: Chunked<PendingEntry>, id: StreamId): number {
  const last = itemAt(list, list.length - 1);
  if (last === undefined || compareIds(last.id, id) < 0) return list.length;
  return lowerBound(list, (entry) => compareIds(entry.id, id) >= 0);
}

/** The pending entry of an ID, or undefined. */
export function findPending(list: Chunked<PendingEntry>, id: StreamId): PendingEntry | undefined {
  const entry = itemAt(list, pendingPosition(list, id));
  return entry !== undefined && compareIds(entry.id, id) === 0 ? entry : undefined;
}

function insertPending(list: Chunked<PendingEntry>, entry: PendingEntry): void {
  const at = pendingPosition(list, entry.id);
  if (at === list.length) pushBack(list, entry);
  else insertAt(list, at, entry);
}

function removePending(list: Chunked<PendingEntry>, id: StreamId): void {
  if (findPending(list, id) !== undefined) removeAt(list, pendingPosition(list, id));
}

/** Adds a new pending entry to a group and to its consumer. */
export function addPending(group: StreamGroup, entry: PendingEntry): void {
  insertPending(group.pending, entry);
  insertPending(entry.consumer.pending, entry);
}

/** Delivers a pending entry of a group again; answers what stands in its place. */
export function redeliver(group: StreamGroup, before: PendingEntry, delivery: Omit<PendingEntry, 'id'>): PendingEntry {
  const { id, consumer } = before;
  const entry = { id, ...delivery };
  replaceAt(group.pending, pendingPosition(group.pending, id), entry);
  if (entry.consumer === consumer) replaceAt(consumer.pending, pendingPosition(consumer.pending, id), entry);
  else {
    removePending(consumer.pending, id);
    insertPending(entry.consumer.pending, entry);
  }
  return entry;
}

/** Takes a pending entry away (XACK); false if there is none. */
export function dropPending(group: StreamGroup, id: StreamId): boolean {
  const entry = findPending(group.pending, id);
  if (entry === undefined) return false;
  removePending(group.pending, id);
  removePending(entry.consumer.pending, id);
  return true;
}

/** Removes a consumer with what is pending for it; the number of entries that were. */
export function deleteConsumer(group: StreamGroup, name: Bytes): number {
  const consumer = group.consumers.get(name);
  if (consumer === undefined) return 0;
  for (const { id } of eachItem(consumer.pending)) removePending(group.pending, id);
  group.consumers.delete(name);
  return consumer.pending.length;
}

/** A copy that shares nothing changeable. */
export function copyGroup(group: StreamGroup): StreamGroup {
  const copy = makeGroup(group.lastId, group.entriesRead);
  for (const { name, seenAt } of group.consumers.values()) copy.consumers.set(name, { name, seenAt, pending: createChunked() });
  for (const entry of eachItem(copyChunked(group.pending))) {
    const consumer = copy.consumers.get(entry.consumer.name);
    if (consumer !== undefined) addPending(copy, { ...entry, consumer });
  }
  return copy;
}
