import type { Reply } from '../../protocol/resp/reply.ts';
import { block } from '../run/blocking.ts';
import { waitForReplicas } from '../replication/wait.ts';
import type { Context, Handlers } from '../state.ts';
import type { Bytes, Value } from '../store/value.ts';
import { timeoutArg } from './blockingArgs.ts';
import { endArg, moveItem, mpopArgs, takeItems } from './list.ts';
import type { End } from './list.ts';
import { NULL, NULL_ARRAY, ZERO, arg, array, bulk, bulks, fail, lookupWrite, numberArg, positiveArg, rangeArg, writeTyped } from './support.ts';
import { highestArg, popMany, popOne } from './zset.ts';

type Poppable = Extract<Value, { type: 'list' | 'zset' }>;

/** A command that takes from the first of its keys that has something, or waits for one. */
function takeOrWait<T extends Poppable['type']>(
  context: Context,
  want: { keys: readonly Bytes[]; deadline: number; type: T; take: (key: Bytes, value: Extract<Poppable, { type: T }>) => Reply },
): Reply {
  const { keys, deadline, type, take } = want;
  for (const key of keys) {
    const value = writeTyped(context, key, type);
    if (value !== undefined) return take(key, value);
  }
  if (!context.mayBlock) return NULL_ARRAY;
  return block(context, {
    keys,
    deadline,
    timedOut: NULL_ARRAY,
    // A value of another type is not for this client: it goes on waiting.
    serve: (key) => {
      const value = lookupWrite(context, key);
      return value?.type === type ? take(key, value as Extract<Poppable, { type: T }>) : undefined;
    },
  });
}

function popList(context: Context, args: readonly Bytes[], end: End): Reply {
  const deadline = timeoutArg(arg(args, args.length - 1), 's', context.now);
  return takeOrWait(context, { keys: args.slice(1, -1), deadline, type: 'list', take: (key, list) => bulks([key, ...takeItems(context, key, list, end, 1)]) });
}

function blmpop(context: Context, args: readonly Bytes[]): Reply {
  const { keys, where, count } = mpopArgs(args, 2, endArg);
  const deadline = timeoutArg(arg(args, 1), 's', context.now);
  return takeOrWait(context, { keys, deadline, type: 'list', take: (key, list) => array([bulk(key), bulks(takeItems(context, key, list, where, count))]) });
}

function move(context: Context, args: readonly Bytes[], out: End, into: End): Reply {
  const [from, to] = [arg(args, 1), arg(args, 2)];
  const deadline = timeoutArg(arg(args, args.length - 1), 's', context.now);
  if (writeTyped(context, from, 'list') !== undefined) return moveItem(context, from, to, out, into);
  if (!context.mayBlock) return NULL;
  return block(context, {
    keys: [from],
    deadline,
    timedOut: NULL_ARRAY,
    serve: () => (lookupWrite(context, from)?.type === 'list' ? moveItem(context, from, to, out, into) : undefined),
  });
}

function popZset(context: Context, args: readonly Bytes[], highest: boolean): Reply {
  const deadline = timeoutArg(arg(args, args.length - 1), 's', context.now);
  return takeOrWait(context, { keys: args.slice(1, -1), deadline, type: 'zset', take: (key, zset) => popOne(context, key, zset, highest) });
}

function bzmpop(context: Context, args: readonly Bytes[]): Reply {
  const { keys, where, count } = mpopArgs(args, 2, highestArg);
  const deadline = timeoutArg(arg(args, 1), 's', context.now);
  return takeOrWait(context, { keys, deadline, type: 'zset', take: (key, zset) => popMany(context, key, zset, count, where) });
}

/** WAIT numreplicas timeout */
function wait(context: Context, args: readonly Bytes[]): Reply {
  if (context.server.replication.link !== undefined) fail('ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.');
  const replicas = numberArg(arg(args, 1));
  const deadline = timeoutArg(arg(args, 2), 'ms', context.now);
  return waitForReplicas(context, replicas, deadline);
}

/** WAITAOF numlocal numreplicas timeout: without an append-only file and replicas nothing is ever synced. */
function waitaof(context: Context, args: readonly Bytes[]): Reply {
  const local = rangeArg(arg(args, 1), 0, 1, 'ERR value is out of range, value must between 0 and 1');
  const replicas = positiveArg(arg(args, 2));
  const deadline = timeoutArg(arg(args, 3), 'ms', context.now);
  if (local > 0) fail('ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.');
  const none = array([ZERO, ZERO]);
  return replicas === 0 || !context.mayBlock ? none : block(context, { keys: [], deadline, timedOut: none, serve: () => undefined });
}

/** BLPOP BZPOPMIN ...: lists and sorted sets of which a client waits for something to take. */
export const blockingCommands: Handlers = {
  blmove: (context, args) => move(context, args, endArg(arg(args, 3)), endArg(arg(args, 4))),
  blmpop,
  blpop: (context, args) => popList(context, args, 'left'),
  brpop: (context, args) => popList(context, args, 'right'),
  brpoplpush: (context, args) => move(context, args, 'right', 'left'),
  bzmpop,
  bzpopmax: (context, args) => popZset(context, args, true),
  bzpopmin: (context, args) => popZset(context, args, false),
  wait,
  waitaof,
};
