import type { Context } from '../state.ts';
import { formatId } from '../store/streamValue.ts';
import type { Bytes, PendingEntry, StreamGroup } from '../store/value.ts';
import { propagate, streams } from './propagate.ts';

/** Which group of which stream. */
export interface GroupName {
  readonly key: Bytes;
  readonly group: Bytes;
}

/** Tells replicas that an entry is pending, whose, since when and how often it was delivered. */
export function propagatePending({ server, database }: Context, { key, group }: GroupName, { lastId }: StreamGroup, entry: PendingEntry): void {
  if (!streams(server)) return;
  const id = formatId(entry.id);
  propagate(server, database.index, ['XCLAIM', key, group, entry.consumer.name, '0', id, 'TIME', entry.deliveredAt.toString(), 'RETRYCOUNT', entry.deliveries.toString(), 'FORCE', 'JUSTID', 'LASTID', formatId(lastId)]);
}

/** Tells them how far the group has read. */
export function propagateGroup({ server, database }: Context, { key, group }: GroupName, { lastId, entriesRead }: StreamGroup): void {
  if (streams(server)) propagate(server, database.index, ['XGROUP', 'SETID', key, group, formatId(lastId), 'ENTRIESREAD', entriesRead.toString()]);
}

/** Tells them of a consumer for whom nothing is pending. */
export function propagateConsumer({ server, database }: Context, { key, group }: GroupName, consumer: Bytes): void {
  if (streams(server)) propagate(server, database.index, ['XGROUP', 'CREATECONSUMER', key, group, consumer]);
}
