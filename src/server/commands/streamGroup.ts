import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import { UNKNOWN_READ, deleteConsumer, dropPending, makeGroup, seeConsumer } from '../store/streamGroups.ts';
import { MAX_ID, MIN_ID, makeStream } from '../store/streamValue.ts';
import { signalReady } from '../store/database.ts';
import { createChunked } from '../store/chunked.ts';
import type { Bytes, StreamConsumer, StreamGroup, StreamId, StreamValue } from '../store/value.ts';
import { idArg } from './streamArgs.ts';
import { OK, ONE, ZERO, arg, fail, integer, integerArg, isOption, readTyped, shown, store, writeTyped, wrongSubcommand } from './support.ts';

interface GroupOptions {
  readonly makeStream: boolean;
  readonly entriesRead: bigint;
}

/** What may follow the ID of XGROUP CREATE and SETID. */
function parseOptions(args: readonly Bytes[], creating: boolean): GroupOptions {
  let make = false;
  let entriesRead = UNKNOWN_READ;
  for (let index = 5; index < args.length; index += 1) {
    const next = args[index + 1];
    if (creating && isOption(args[index], 'MKSTREAM')) make = true;
    else if (isOption(args[index], 'ENTRIESREAD') && next !== undefined) {
      entriesRead = BigInt(integerArg(next));
      if (entriesRead < UNKNOWN_READ) fail('ERR value for ENTRIESREAD must be positive or -1');
      index += 1;
    } else wrongSubcommand(args);
  }
  return { makeStream: make, entriesRead };
}

const NO_STREAM =
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.';

function existing(context: Context, args: readonly Bytes[]): StreamValue {
  return writeTyped(context, arg(args, 2), 'stream') ?? fail(NO_STREAM);
}

function existingGroup(context: Context, args: readonly Bytes[]): StreamGroup {
  const name = arg(args, 3);
  return existing(context, args).groups.get(name) ?? fail(`NOGROUP No such consumer group '${shown(name)}' for key name '${shown(arg(args, 2))}'`);
}

/** Says that a group was changed; to those who watch or track the key Redis says nothing. */
function groupChanged(context: Context, key: Bytes, event: string): void {
  context.server.dirty += 1;
  notify(context, 'stream', event, key);
}

function create(context: Context, args: readonly Bytes[]): Reply {
  const options = parseOptions(args, true);
  const key = arg(args, 2);
  const found = options.makeStream ? writeTyped(context, key, 'stream') : existing(context, args);
  if (args.length > 8) wrongSubcommand(args);
  const id = arg(args, 4) === '$' ? (found?.lastId ?? MIN_ID) : idArg(arg(args, 4), 0n);
  const stream = found ?? makeStream();
  if (found === undefined) store(context, key, stream);
  if (stream.groups.has(arg(args, 3))) fail('BUSYGROUP Consumer Group name already exists');
  stream.groups.set(arg(args, 3), makeGroup(id, options.entriesRead));
  groupChanged(context, key, 'xgroup-create');
  return OK;
}

function setId(context: Context, args: readonly Bytes[]): Reply {
  const { entriesRead } = parseOptions(args, false);
  const group = existingGroup(context, args);
  if (args.length !== 5 && args.length !== 7) wrongSubcommand(args);
  group.lastId = givenId(arg(args, 4), existing(context, args));
  group.entriesRead = entriesRead;
  groupChanged(context, arg(args, 2), 'xgroup-setid');
  return OK;
}

/** Here Redis takes `-` and `+` too. */
function givenId(text: Bytes, stream: StreamValue): StreamId {
  if (text === '$') return stream.lastId;
  if (text === '-') return MIN_ID;
  return text === '+' ? MAX_ID : idArg(text, 0n);
}

/** The consumer of a name, who is made where there is none, and counts as seen. */
export function namedConsumer(context: Context, key: Bytes, group: StreamGroup, name: Bytes): StreamConsumer {
  const isNew = !group.consumers.has(name);
  const consumer = seeConsumer(group, name, context.now);
  if (isNew) notify(context, 'stream', 'xgroup-createconsumer', key);
  return consumer;
}

function createConsumer(context: Context, args: readonly Bytes[]): Reply {
  const group = existingGroup(context, args);
  const name = arg(args, 4);
  if (group.consumers.has(name)) return ZERO;
  group.consumers.set(name, { name, seenAt: context.now, pending: createChunked() });
  groupChanged(context, arg(args, 2), 'xgroup-createconsumer');
  return ONE;
}

function delConsumer(context: Context, args: readonly Bytes[]): Reply {
  const group = existingGroup(context, args);
  if (!group.consumers.has(arg(args, 4))) return ZERO;
  const pending = deleteConsumer(group, arg(args, 4));
  groupChanged(context, arg(args, 2), 'xgroup-delconsumer');
  return integer(pending);
}

function destroy(context: Context, args: readonly Bytes[]): Reply {
  if (!existing(context, args).groups.delete(arg(args, 3))) return ZERO;
  groupChanged(context, arg(args, 2), 'xgroup-destroy');
  // Those who wait in the group hear that it is gone.
  signalReady(context.database, arg(args, 2));
  return ONE;
}

function xack(context: Context, args: readonly Bytes[]): Reply {
  const group = readTyped(context, arg(args, 1), 'stream')?.groups.get(arg(args, 2));
  if (group === undefined) return ZERO;
  const ids = args.slice(3).map((text) => idArg(text, 0n));
  const acknowledged = ids.filter((id) => dropPending(group, id)).length;
  if (acknowledged > 0) context.server.dirty += acknowledged;
  return integer(acknowledged);
}

/** XGROUP and XACK. */
export const streamGroupCommands: Handlers = {
  xack,
  'xgroup|create': create,
  'xgroup|createconsumer': createConsumer,
  'xgroup|delconsumer': delConsumer,
  'xgroup|destroy': destroy,
  'xgroup|setid': setId,
};
