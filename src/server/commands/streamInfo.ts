import { normalizeInteger } from '../../protocol/resp/number.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context, Handlers } from '../state.ts';
import { eachItem, itemAt, sliceItems } from '../store/chunked.ts';
import { radixNodes } from '../store/radixNodes.ts';
import { inOrder, UNKNOWN_READ } from '../store/streamGroups.ts';
import { MIN_ID, compareIds, formatId, streamNodes } from '../store/streamValue.ts';
import type { Bytes, PendingEntry, StreamGroup, StreamId, StreamValue } from '../store/value.ts';
import { entryReply } from './streamArgs.ts';
import { NO_SUCH_KEY, NULL, arg, array, bulk, fail, integer, isOption, map, numberArg, readTyped, shown, wrongSubcommand } from './support.ts';

const isZero = (id: StreamId): boolean => compareIds(id, MIN_ID) === 0;

/** True if an entry at or after `start` has been deleted by XDEL. */
export function hasTombstones(stream: StreamValue, start: StreamId): boolean {
  const first = itemAt(stream.entries, 0);
  if (first === undefined || isZero(stream.maxDeletedId) || compareIds(first.id, stream.maxDeletedId) > 0) return false;
  return compareIds(start, stream.maxDeletedId) <= 0;
}

/** How many entries were ever added up to `id`, or UNKNOWN_READ where deletions hide it. */
export function entriesUpTo(stream: StreamValue, id: StreamId): bigint {
  const { entriesAdded, lastId, maxDeletedId } = stream;
  const length = BigInt(stream.entries.length);
  if (entriesAdded === 0n) return 0n;
  if (length === 0n && compareIds(id, lastId) < 1) return entriesAdded;
  const toLast = compareIds(id, lastId);
  if (toLast === 0) return entriesAdded;
  if (toLast > 0) return UNKNOWN_READ;
  const first = itemAt(stream.entries, 0)?.id ?? MIN_ID;
  if (!isZero(maxDeletedId) && compareIds(maxDeletedId, first) >= 0) return UNKNOWN_READ;
  const toFirst = compareIds(id, first);
  if (toFirst < 0) return entriesAdded - length;
  return toFirst === 0 ? entriesAdded - length + 1n : UNKNOWN_READ;
}

function lag(stream: StreamValue, group: StreamGroup): Reply {
  if (stream.entriesAdded === 0n) return integer(0);
  const known = group.entriesRead !== UNKNOWN_READ && !hasTombstones(stream, group.lastId);
  const read = known ? group.entriesRead : entriesUpTo(stream, group.lastId);
  return !known && read === UNKNOWN_READ ? NULL : integer(normalizeInteger(BigInt.asIntN(64, stream.entriesAdded - read)));
}

const readReply = (group: StreamGroup): Reply => (group.entriesRead === UNKNOWN_READ ? NULL : integer(normalizeInteger(group.entriesRead)));

/** XINFO STREAM key [FULL [COUNT n]] */
function xinfoStream(context: Context, args: readonly Bytes[]): Reply {
  const stream = readTyped(context, arg(args, 2), 'stream') ?? fail(NO_SUCH_KEY);
  let count: number | undefined;
  if (args.length > 3) {
    if (!isOption(args[3], 'FULL') || args.length === 5 || args.length > 6 || (args.length === 6 && !isOption(args[4], 'COUNT'))) {
      wrongSubcommand(args);
    }
    count = 10;
    if (args.length === 6) {
      count = numberArg(arg(args, 5));
      if (count < 0) count = 10;
    }
  }
  const { entries } = stream;
  const first = itemAt(entries, 0);
  const last = itemAt(entries, entries.length - 1);
  const nodes = streamNodes(stream).length;
  const head: [string, Reply][] = [
    ['length', integer(entries.length)],
    ['radix-tree-keys', integer(nodes)],
    ['radix-tree-nodes', integer(radixNodes(Array.from(eachItem(streamNodes(stream)), (node) => node.first)))],
    ['last-generated-id', bulk(formatId(stream.lastId))],
    ['max-deleted-entry-id', bulk(formatId(stream.maxDeletedId))],
    ['entries-added', integer(normalizeInteger(stream.entriesAdded))],
    ['recorded-first-entry-id', bulk(formatId(first?.id ?? MIN_ID))],
  ];
  if (count === undefined) {
    return map([
      ...head,
      ['groups', integer(stream.groups.size)],
      ['first-entry', first === undefined ? NULL : entryReply(first)],
      ['last-entry', last === undefined ? NULL : entryReply(last)],
    ]);
  }
  const limit = count === 0 ? Infinity : count;
  const listed = sliceItems(entries, 0, Math.min(entries.length, limit) - 1);
  const groups = inOrder(stream.groups).map(([name, group]) => fullGroup(stream, name, group, limit));
  return map([...head, ['entries', array(listed.map(entryReply))], ['groups', array(groups)]]);
}

function fullGroup(stream: StreamValue, name: Bytes, group: StreamGroup, limit: number): Reply {
  const pending = (list: StreamGroup['pending'], show: (entry: PendingEntry) => Reply[]): Reply =>
    array(sliceItems(list, 0, Math.min(list.length, limit) - 1).map((entry) => array([bulk(formatId(entry.id)), ...show(entry), integer(entry.deliveredAt), integer(entry.deliveries)])));
  return map([
    ['name', bulk(name)],
    ['last-delivered-id', bulk(formatId(group.lastId))],
    ['entries-read', readReply(group)],
    ['lag', lag(stream, group)],
    ['pel-count', integer(group.pending.length)],
    ['pending', pending(group.pending, (entry) => [bulk(entry.consumer.name)])],
    [
      'consumers',
      array(
        inOrder(group.consumers).map(([consumerName, consumer]) =>
          map([
            ['name', bulk(consumerName)],
            ['seen-time', integer(consumer.seenAt)],
            ['pel-count', integer(consumer.pending.length)],
            ['pending', pending(consumer.pending, () => [])],
          ]),
        ),
      ),
    ],
  ]);
}

function xinfoGroups(context: Context, args: readonly Bytes[]): Reply {
  const stream = readTyped(context, arg(args, 2), 'stream') ?? fail(NO_SUCH_KEY);
  return array(
    inOrder(stream.groups).map(([name, group]) =>
      map([
        ['name', bulk(name)],
        ['consumers', integer(group.consumers.size)],
        ['pending', integer(group.pending.length)],
        ['last-delivered-id', bulk(formatId(group.lastId))],
        ['entries-read', readReply(group)],
        ['lag', lag(stream, group)],
      ]),
    ),
  );
}

function xinfoConsumers(context: Context, args: readonly Bytes[]): Reply {
  const stream = readTyped(context, arg(args, 2), 'stream') ?? fail(NO_SUCH_KEY);
  const group = stream.groups.get(arg(args, 3)) ?? fail(`NOGROUP No such consumer group '${shown(arg(args, 3))}' for key name '${shown(arg(args, 2))}'`);
  return array(
    inOrder(group.consumers).map(([name, consumer]) =>
      map([
        ['name', bulk(name)],
        ['pending', integer(consumer.pending.length)],
        ['idle', integer(Math.max(0, context.now - consumer.seenAt))],
      ]),
    ),
  );
}

/** XINFO. */
export const streamInfoCommands: Handlers = { 'xinfo|consumers': xinfoConsumers, 'xinfo|groups': xinfoGroups, 'xinfo|stream': xinfoStream };
