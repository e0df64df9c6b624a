import type { Reply } from '../../protocol/resp/reply.ts';
import { block } from '../run/blocking.ts';
import { propagateConsumer, propagateGroup, propagatePending } from '../replication/streamEffects.ts';
import type { Context, Handlers } from '../state.ts';
import { itemAt } from '../store/chunked.ts';
import { UNKNOWN_READ, addPending, findPending, pendingPosition, redeliver } from '../store/streamGroups.ts';
import { MAX_ID, MIN_ID, compareIds, entriesAfter, formatId, nextId, streamEntry } from '../store/streamValue.ts';
import type { Bytes, StreamConsumer, StreamEntry, StreamGroup, StreamId, StreamValue } from '../store/value.ts';
import { timeoutArg } from './blockingArgs.ts';
import { entryReply, idArg } from './streamArgs.ts';
import { namedConsumer } from './streamGroup.ts';
import { entriesUpTo, hasTombstones } from './streamInfo.ts';
import { NULL_ARRAY, SYNTAX, arg, array, bulk, fail, isOption, lookupWrite, numberArg, readTyped, shown } from './support.ts';

/** Entries that a blocked client gets at once where it names no COUNT. */
const BLOCKED_COUNT = 1000;

interface ReadOptions {
  readonly name: 'xread' | 'xreadgroup';
  /** Ms since the epoch, 0 for ever; undefined: does not block. */
  readonly deadline: number | undefined;
  /** 0: all. */
  readonly count: number;
  readonly noAck: boolean;
  readonly group: Bytes | undefined;
  readonly consumer: Bytes;
  readonly keys: readonly Bytes[];
  readonly ids: readonly Bytes[];
}

function parseRead(context: Context, args: readonly Bytes[], name: ReadOptions['name']): ReadOptions {
  const grouped = name === 'xreadgroup';
  let deadline: number | undefined;
  let [count, noAck, consumer] = [0, false, ''];
  let group: Bytes | undefined;
  let rest: readonly Bytes[] | undefined;
  for (let index = 1; rest === undefined && index < args.length; index += 1) {
    const option = arg(args, index);
    const next = args[index + 1];
    if (isOption(option, 'BLOCK') && next !== undefined) {
      if (context.server.scripting.running !== undefined) fail(`ERR ${shown(arg(args, 0))} command is not allowed with BLOCK option from scripts`);
      if (context.server.scripting.running !== undefined) fail(`ERR ${arg(args, 0)} command is not allowed with BLOCK option from scripts`);
      deadline = timeoutArg(next, 'ms', context.now);
      index += 1;
    } else if (isOption(option, 'COUNT') && next !== undefined) {
      count = Math.max(0, numberArg(next));
      index += 1;
    } else if (isOption(option, 'STREAMS') && next !== undefined) {
      rest = args.slice(index + 1);
      if (rest.length % 2 === 1) fail("ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.");
    } else if (isOption(option, 'GROUP') && args.length - index > 2) {
      if (!grouped) fail('ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.');
      group = next;
      consumer = arg(args, index + 2);
      index += 2;
    } else if (isOption(option, 'NOACK')) {
      if (!grouped) fail('ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.');
      noAck = true;
    } else fail(SYNTAX);
  }
  if (rest === undefined) return fail(SYNTAX);
  if (grouped && group === undefined) fail('ERR Missing GROUP option for XREADGROUP');
  const half = rest.length / 2;
  return { name, deadline, count, noAck, group, consumer, keys: rest.slice(0, half), ids: rest.slice(half) };
}

/** The ID after which to read; MAX_ID stands for `>`, as in Redis. */
function resolveId(context: Context, options: ReadOptions, at: number): StreamId {
  const key = arg(options.keys, at);
  const text = arg(options.ids, at);
  const stream = readTyped(context, key, 'stream');
  if (options.group !== undefined && stream?.groups.get(options.group) === undefined) {
    fail(`NOGROUP No such key '${shown(key)}' or consumer group '${shown(options.group)}' in XREADGROUP with GROUP option`);
  }
  if (text === '$') {
    if (options.group !== undefined) {
      fail(
        'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.',
      );
    }
    return stream?.lastId ?? MIN_ID;
  }
  if (text !== '>') return idArg(text, 0n);
  if (options.group === undefined) fail('ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.');
  return MAX_ID;
}

/** The consumer that reads. Where nothing is pending for it replicas would not hear of a new one. */
function readingConsumer(context: Context, key: Bytes, group: StreamGroup, options: ReadOptions): StreamConsumer {
  if (options.noAck && !group.consumers.has(options.consumer)) propagateConsumer(context, { key, group: options.group ?? '' }, options.consumer);
  return namedConsumer(context, key, group, options.consumer);
}

/** Reads for a group: moves it on, and notes what is delivered as pending. */
function deliver(context: Context, key: Bytes, stream: StreamValue, group: StreamGroup, options: ReadOptions, count: number): StreamEntry[] {
  const consumer = readingConsumer(context, key, group, options);
  const entries = entriesAfter(stream, group.lastId, count);
  const name = { key, group: options.group ?? '' };
  for (const { id } of entries) {
    if (group.entriesRead !== UNKNOWN_READ && !hasTombstones(stream, id)) group.entriesRead += 1n;
    else if (stream.entriesAdded > 0n) group.entriesRead = entriesUpTo(stream, id);
    group.lastId = id;
    if (options.noAck) continue;
    const held = findPending(group.pending, id);
    const delivery = { consumer, deliveredAt: context.now, deliveries: 1 };
    const entry = held === undefined ? { id, ...delivery } : redeliver(group, held, delivery);
    if (held === undefined) addPending(group, entry);
    propagatePending(context, name, group, entry);
  }
  if (options.noAck && entries.length > 0) propagateGroup(context, name, group);
  return entries;
}

/** What is pending for a consumer after an ID; null fields for what the stream has no more. */
function history(context: Context, stream: StreamValue, group: StreamGroup, consumer: StreamConsumer, after: StreamId, count: number): Reply[] {
  const replies: Reply[] = [];
  const list = consumer.pending;
  for (let index = pendingPosition(list, nextId(after) ?? MIN_ID); count === 0 || replies.length < count; index += 1) {
    const held = itemAt(list, index);
    if (held === undefined) break;
    const entry = streamEntry(stream, held.id);
    if (entry === undefined) replies.push(array([bulk(formatId(held.id)), NULL_ARRAY]));
    else {
      redeliver(group, held, { consumer, deliveredAt: context.now, deliveries: held.deliveries + 1 });
      replies.push(entryReply(entry));
    }
  }
  return replies;
}

/** Streams by key: a map, which RESP2 has as pairs. */
function streamsReply(context: Context, streams: readonly (readonly [Bytes, Reply])[]): Reply {
  if (context.session.version === 3) return { kind: 'map', items: streams.flatMap(([key, entries]) => [bulk(key), entries]) };
  return array(streams.map(([key, entries]) => array([bulk(key), entries])));
}

/** The entries of one stream for a client that asks now; undefined if there are none to give. */
function readNow(context: Context, options: ReadOptions, key: Bytes, after: StreamId): Reply | undefined {
  const stream = readTyped(context, key, 'stream');
  if (stream === undefined) return undefined;
  const last = itemAt(stream.entries, stream.entries.length - 1);
  if (options.group === undefined) {
    if (last === undefined || compareIds(last.id, after) <= 0) return undefined;
    return array(entriesAfter(stream, after, options.count).map(entryReply));
  }
  const group = stream.groups.get(options.group);
  if (group === undefined) return undefined;
  if (compareIds(after, MAX_ID) !== 0) return array(history(context, stream, group, readingConsumer(context, key, group, options), after, options.count));
  if (last === undefined || compareIds(last.id, group.lastId) <= 0) return undefined;
  return array(deliver(context, key, stream, group, options, options.count).map(entryReply));
}

/** The same for a blocked client whose key was touched. */
function readBlocked(context: Context, options: ReadOptions, key: Bytes, after: StreamId): Reply | undefined {
  const value = lookupWrite(context, key);
  const stream = value?.type === 'stream' ? value : undefined;
  const count = options.count === 0 ? BLOCKED_COUNT : options.count;
  if (options.group === undefined) {
    if (stream === undefined || compareIds(stream.lastId, after) <= 0) return undefined;
    return streamsReply(context, [[key, array(entriesAfter(stream, after, count).map(entryReply))]]);
  }
  if (stream === undefined) return fail('UNBLOCKED the stream key no longer exists');
  const group = stream.groups.get(options.group) ?? fail('NOGROUP the consumer group this client was blocked on no longer exists');
  if (compareIds(stream.lastId, group.lastId) <= 0) return undefined;
  return streamsReply(context, [[key, array(deliver(context, key, stream, group, options, count).map(entryReply))]]);
}

function read(context: Context, args: readonly Bytes[], name: ReadOptions['name']): Reply {
  const options = parseRead(context, args, name);
  const ids = options.keys.map((_, at) => resolveId(context, options, at));
  const found = options.keys.flatMap((key, at): (readonly [Bytes, Reply])[] => {
    const entries = readNow(context, options, key, ids[at] ?? MIN_ID);
    return entries === undefined ? [] : [[key, entries]];
  });
  if (found.length > 0) return streamsReply(context, found);
  if (options.deadline === undefined || !context.mayBlock) return NULL_ARRAY;
  return block(context, {
    keys: options.keys,
    deadline: options.deadline,
    timedOut: NULL_ARRAY,
    serve: (key) => readBlocked(context, options, key, ids[options.keys.indexOf(key)] ?? MIN_ID),
  });
}

/** XREAD and XREADGROUP. */
export const streamReadCommands: Handlers = {
  xread: (context, args) => read(context, args, 'xread'),
  xreadgroup: (context, args) => read(context, args, 'xreadgroup'),
};
