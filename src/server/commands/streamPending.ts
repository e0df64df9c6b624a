import type { Reply } from '../../protocol/resp/reply.ts';
import { propagateGroup, propagatePending } from '../replication/streamEffects.ts';
import { isObeyed } from '../replication/state.ts';
import type { Context, Handlers } from '../state.ts';
import { itemAt } from '../store/chunked.ts';
import { touchValue } from '../store/database.ts';
import { addPending, dropPending, findPending, inOrder, pendingPosition, redeliver } from '../store/streamGroups.ts';
import { MIN_ID, compareIds, formatId, streamEntry } from '../store/streamValue.ts';
import type { Bytes, PendingEntry, StreamConsumer, StreamGroup, StreamId, StreamValue, Value } from '../store/value.ts';
import { entryReply, idArg, rangeBound } from './streamArgs.ts';
import { namedConsumer } from './streamGroup.ts';
import { CommandError, EMPTY_ARRAY, NULL, NULL_ARRAY, SYNTAX, arg, array, bulk, bulks, fail, integer, isOption, lookupRead, numberArg, rangeArg, shown, typed } from './support.ts';

function lookupGroup(context: Context, args: readonly Bytes[]): { readonly stream: StreamValue; readonly group: StreamGroup } {
  return groupIn(context, lookupRead(context, arg(args, 1)), args);
}

function groupIn(context: Context, value: Value | undefined, args: readonly Bytes[]): { readonly stream: StreamValue; readonly group: StreamGroup } {
  const stream = typed(value, 'stream');
  if (stream !== undefined) touchValue(context.database, arg(args, 1), stream);
  const group = stream?.groups.get(arg(args, 2));
  if (stream === undefined || group === undefined) return fail(`NOGROUP No such key '${shown(arg(args, 1))}' or consumer group '${shown(arg(args, 2))}'`);
  return { stream, group };
}

/** XPENDING key group [[IDLE min] start end count [consumer]] */
function xpending(context: Context, args: readonly Bytes[]): Reply {
  if (args.length === 3) return pendingSummary(lookupGroup(context, args).group);
  if (args.length < 6 || args.length > 9) fail(SYNTAX);
  let at = 3;
  let least = 0;
  if (isOption(args[3], 'IDLE')) {
    least = numberArg(arg(args, 4));
    if (args.length < 8) fail(SYNTAX);
    at = 5;
  }
  const count = numberArg(arg(args, at + 2));
  const start = rangeBound(arg(args, at), 'start');
  const end = rangeBound(arg(args, at + 1), 'end');
  const { group } = lookupGroup(context, args);
  const name = args[at + 3];
  const list = name === undefined ? group.pending : group.consumers.get(name)?.pending;
  if (list === undefined) return EMPTY_ARRAY;
  const found: Reply[] = [];
  for (let index = pendingPosition(list, start); found.length < count; index += 1) {
    const entry = itemAt(list, index);
    if (entry === undefined || compareIds(entry.id, end) > 0) break;
    const idle = context.now - entry.deliveredAt;
    if (least !== 0 && idle < least) continue;
    found.push(array([bulk(formatId(entry.id)), bulk(entry.consumer.name), integer(Math.max(0, idle)), integer(entry.deliveries)]));
  }
  return array(found);
}

function pendingSummary({ pending, consumers }: StreamGroup): Reply {
  const first = itemAt(pending, 0);
  const last = itemAt(pending, pending.length - 1);
  if (first === undefined || last === undefined) return array([integer(0), NULL, NULL, NULL_ARRAY]);
  const busy = inOrder(consumers).filter(([, consumer]) => consumer.pending.length > 0);
  return array([
    integer(pending.length),
    bulk(formatId(first.id)),
    bulk(formatId(last.id)),
    array(busy.map(([name, consumer]) => bulks([name, consumer.pending.length.toString()]))),
  ]);
}

interface ClaimOptions {
  readonly ids: readonly StreamId[];
  readonly force: boolean;
  readonly justId: boolean;
  /** Ms since the epoch. */
  readonly deliveredAt: number;
  /** Negative: counted on. */
  readonly deliveries: number;
  readonly lastId: StreamId;
}

/** IDs to the first argument that is none; Redis takes what follows for options. */
function leadingIds(args: readonly Bytes[]): StreamId[] {
  const ids: StreamId[] = [];
  try {
    for (const text of args) ids.push(idArg(text, 0n));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
  }
  return ids;
}

function parseClaim(context: Context, args: readonly Bytes[]): ClaimOptions {
  const ids = leadingIds(args.slice(5));
  let [force, justId, deliveredAt, deliveries, lastId] = [false, false, -1, -1, MIN_ID];
  for (let index = 5 + ids.length; index < args.length; index += 1) {
    const option = arg(args, index);
    const next = args[index + 1];
    if (isOption(option, 'FORCE')) force = true;
    else if (isOption(option, 'JUSTID')) justId = true;
    else if (next === undefined) fail(`ERR Unrecognized XCLAIM option '${shown(option)}'`);
    else {
      const name = option.toUpperCase();
      const number = (): number => numberArg(next, `ERR Invalid ${name} option argument for XCLAIM`);
      if (name === 'IDLE') deliveredAt = context.now - number();
      else if (name === 'TIME') deliveredAt = number();
      else if (name === 'RETRYCOUNT') deliveries = number();
      else if (name === 'LASTID') lastId = idArg(next, 0n);
      else fail(`ERR Unrecognized XCLAIM option '${shown(option)}'`);
      index += 1;
    }
  }
  // A time that cannot be is taken for now; a master's clock may be ahead of ours.
  if (deliveredAt < 0 || (deliveredAt > context.now && !isObeyed(context.session))) deliveredAt = context.now;
  return { ids, force, justId, deliveredAt, deliveries, lastId };
}

/** XCLAIM key group consumer min-idle-time id ... */
function xclaim(context: Context, args: readonly Bytes[]): Reply {
  const { stream, group } = lookupGroup(context, args);
  const least = Math.max(0, numberArg(arg(args, 4), 'ERR Invalid min-idle-time argument for XCLAIM'));
  const options = parseClaim(context, args);
  const name = { key: arg(args, 1), group: arg(args, 2) };
  let movedOn = compareIds(options.lastId, group.lastId) > 0;
  if (movedOn) group.lastId = options.lastId;
  const claimed: Reply[] = [];
  for (const id of options.ids) {
    const held = findPending(group.pending, id);
    const entry = streamEntry(stream, id);
    if (entry === undefined) {
      if (held === undefined) continue;
      propagatePending(context, name, group, held);
      movedOn = false;
      dropPending(group, id);
      continue;
    }
    if (held === undefined && !options.force) continue;
    if (held !== undefined && least > 0 && context.now - held.deliveredAt < least) continue;
    const consumer = namedConsumer(context, arg(args, 1), group, arg(args, 3));
    const before = held ?? newPending(group, id, consumer);
    const deliveries = options.deliveries >= 0 ? options.deliveries : before.deliveries + (options.justId ? 0 : 1);
    const taken = redeliver(group, before, { consumer, deliveredAt: options.deliveredAt, deliveries });
    propagatePending(context, name, group, taken);
    movedOn = false;
    claimed.push(options.justId ? bulk(formatId(id)) : entryReply(entry));
    context.server.dirty += 1;
  }
  // What was told of an entry has the group move on there.
  if (movedOn) propagateGroup(context, name, group);
  return array(claimed);
}

function newPending(group: StreamGroup, id: StreamId, consumer: StreamConsumer): PendingEntry {
  const entry: PendingEntry = { id, consumer, deliveredAt: 0, deliveries: 1 };
  addPending(group, entry);
  return entry;
}

/** Pending entries that XAUTOCLAIM looks at for each one it may claim. */
const ATTEMPTS = 10;

/** XAUTOCLAIM key group consumer min-idle-time start [COUNT n] [JUSTID] */
function xautoclaim(context: Context, args: readonly Bytes[]): Reply {
  // Redis looks it up before it reads the other arguments, and says afterwards whether it is of the right type.
  const value = lookupRead(context, arg(args, 1));
  const least = Math.max(0, numberArg(arg(args, 4), 'ERR Invalid min-idle-time argument for XAUTOCLAIM'));
  const start = rangeBound(arg(args, 5), 'start');
  let [count, justId] = [100, false];
  for (let index = 6; index < args.length; index += 1) {
    const next = args[index + 1];
    if (isOption(args[index], 'COUNT') && next !== undefined) {
      count = rangeArg(next, 1, 2 ** 63 / 16 - 1, 'ERR COUNT must be > 0');
      index += 1;
    } else if (isOption(args[index], 'JUSTID')) justId = true;
    else fail(SYNTAX);
  }
  const { stream, group } = groupIn(context, value, args);
  const name = { key: arg(args, 1), group: arg(args, 2) };
  const claimed: Reply[] = [];
  const deleted: Reply[] = [];
  let attempts = count * ATTEMPTS;
  let index = pendingPosition(group.pending, start);
  for (; attempts > 0 && claimed.length + deleted.length < count; attempts -= 1) {
    const held = itemAt(group.pending, index);
    if (held === undefined) break;
    const entry = streamEntry(stream, held.id);
    if (entry === undefined) {
      propagatePending(context, name, group, held);
      dropPending(group, held.id);
      deleted.push(bulk(formatId(held.id)));
      continue;
    }
    index += 1;
    if (least > 0 && context.now - held.deliveredAt < least) continue;
    const consumer = namedConsumer(context, arg(args, 1), group, arg(args, 3));
    propagatePending(context, name, group, redeliver(group, held, { consumer, deliveredAt: context.now, deliveries: held.deliveries + (justId ? 0 : 1) }));
    claimed.push(justId ? bulk(formatId(held.id)) : entryReply(entry));
    context.server.dirty += 1;
  }
  const next = itemAt(group.pending, index);
  return array([bulk(formatId(next?.id ?? MIN_ID)), array(claimed), array(deleted)]);
}

/** XPENDING XCLAIM XAUTOCLAIM. */
export const streamPendingCommands: Handlers = { xautoclaim, xclaim, xpending };
