import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import { streamNodeLimits } from '../persistence/encodeOptions.ts';
import type { Context, Handlers } from '../state.ts';
import { itemAt, sliceItems } from '../store/chunked.ts';
import { signalReady } from '../store/database.ts';
import { wholeNodes } from '../store/streamNodes.ts';
import { MAX_ID, MAX_ID_PART, MIN_ID, compareIds, formatId, makeStream, nextId, streamAppend, streamDelete, streamNodes, streamPosition, streamTrimFront } from '../store/streamValue.ts';
import type { Bytes, StreamId, StreamValue } from '../store/value.ts';
import { entryReply, idArg, idPart, rangeBound } from './streamArgs.ts';
import { streamGroupCommands } from './streamGroup.ts';
import { streamInfoCommands } from './streamInfo.ts';
import { streamPendingCommands } from './streamPending.ts';
import { streamReadCommands } from './streamRead.ts';
import { EMPTY_ARRAY, NO_SUCH_KEY, NULL, NULL_ARRAY, SYNTAX, ZERO, arg, array, bulk, changed, fail, integer, integerArg, isOption, numberArg, readTyped, store, writeTyped } from './support.ts';

interface Trim {
  readonly strategy: 'maxlen' | 'minid';
  readonly count: number;
  readonly minId: StreamId;
  readonly approximate: boolean;
  /** Most entries that an approximate trim removes; 0: as many as there are. */
  readonly limit: number | undefined;
}

interface AddOptions {
  readonly trim: Trim | undefined;
  readonly noMake: boolean;
  /** Position of the ID. */
  readonly idAt: number;
}

/** The options of XADD and XTRIM. */
function parseTrim(args: readonly Bytes[], adding: boolean): AddOptions {
  let trim: Trim | undefined;
  let noMake = false;
  let limit: number | undefined;
  let index = 2;
  for (; index < args.length; index += 1) {
    const option = arg(args, index);
    const more = args.length - index - 1;
    if (adding && option === '*') break;
    if ((isOption(option, 'MAXLEN') || isOption(option, 'MINID')) && more >= 1) {
      const strategy = isOption(option, 'MAXLEN') ? 'maxlen' : 'minid';
      if (trim !== undefined) fail('ERR syntax error, MAXLEN and MINID options at the same time are not compatible');
      let approximate = false;
      if (more >= 2 && (args[index + 1] === '~' || args[index + 1] === '=')) {
        approximate = args[index + 1] === '~';
        index += 1;
      }
      index += 1;
      const threshold = arg(args, index);
      const count = strategy === 'maxlen' ? numberArg(threshold) : 0;
      if (count < 0) fail('ERR The MAXLEN argument must be >= 0.');
      trim = { strategy, count, minId: strategy === 'minid' ? idArg(threshold, 0n) : MIN_ID, approximate, limit: undefined };
    } else if (isOption(option, 'LIMIT') && more >= 1) {
      index += 1;
      limit = numberArg(arg(args, index));
      if (limit < 0) fail('ERR The LIMIT argument must be >= 0.');
    } else if (adding && isOption(option, 'NOMKSTREAM')) noMake = true;
    else if (adding) {
      // What is no option is the ID; Redis reads it before it looks at the options together.
      if (!/^\d+-\*$/.test(option)) idArg(option, 0n);
      break;
    } else fail(SYNTAX);
  }
  if (limit !== undefined && limit > 0 && trim === undefined) fail('ERR syntax error, LIMIT cannot be used without specifying a trimming strategy');
  if (!adding && trim === undefined) fail('ERR syntax error, XTRIM must be called with a trimming strategy');
  if (limit !== undefined && trim?.approximate !== true) fail('ERR syntax error, LIMIT cannot be used without the special ~ option');
  return { trim: trim === undefined ? undefined : { ...trim, limit }, noMake, idAt: index };
}

/** Most entries that an approximate trim removes unasked: those of a hundred nodes. */
function defaultLimit(maxEntries: number): number {
  return maxEntries === 0 ? 10_000 : Math.min(100 * maxEntries, 1_000_000);
}

/** Trims; with `~` only whole nodes go. */
function applyTrim({ server }: Context, stream: StreamValue, trim: Trim | undefined): number {
  if (trim === undefined) return 0;
  const { count, minId } = trim;
  const byLength = trim.strategy === 'maxlen';
  const surplus = byLength ? stream.entries.length - count : streamPosition(stream, minId);
  if (surplus <= 0) return 0;
  if (!trim.approximate) return streamTrimFront(stream, surplus);
  const limit = trim.limit ?? defaultLimit(streamNodeLimits(server.config).maxEntries);
  const removed = wholeNodes(streamNodes(stream), limit, ({ live, last }, before) => (byLength ? stream.entries.length - before - live >= count : compareIds(last, minId) < 0));
  return streamTrimFront(stream, removed);
}

/** The ID of a new entry: `*`, `ms-*` or as given. */
function newId(context: Context, stream: StreamValue, text: Bytes): StreamId {
  const { lastId } = stream;
  const exhausted = 'ERR The stream has exhausted the last possible ID, unable to add more items';
  if (text === '*') {
    const ms = BigInt(context.now);
    return ms > lastId.ms ? { ms, seq: 0n } : (nextId(lastId) ?? fail(exhausted));
  }
  const generated = /^(\d+)-\*$/.exec(text);
  const given = generated === null ? idArg(text, 0n) : { ms: idPart(generated[1] ?? ''), seq: 0n };
  if (generated === null && compareIds(given, MIN_ID) === 0) fail('ERR The ID specified in XADD must be greater than 0-0');
  if (compareIds(lastId, MAX_ID) === 0) fail(exhausted);
  const id = generated !== null && given.ms === lastId.ms ? { ms: given.ms, seq: lastId.seq + 1n } : given;
  if ((id.seq > MAX_ID_PART || compareIds(id, lastId) <= 0) && !(generated !== null && lastId.ms === 0n && given.ms === 0n && id.seq <= MAX_ID_PART)) {
    fail('ERR The ID specified in XADD is equal or smaller than the target stream top item');
  }
  return id;
}

function xadd(context: Context, args: readonly Bytes[]): Reply {
  const { trim, noMake, idAt } = parseTrim(args, true);
  const text = args[idAt];
  const fields = args.slice(idAt + 1);
  if (text === undefined || fields.length < 2 || fields.length % 2 === 1) return fail("ERR wrong number of arguments for 'xadd' command");
  if (/^0+(-0+)?$/.test(text)) fail('ERR The ID specified in XADD must be greater than 0-0');
  const existing = writeTyped(context, arg(args, 1), 'stream');
  if (existing === undefined && noMake) return NULL;
  const stream = existing ?? makeStream();
  const id = newId(context, stream, text);
  if (existing === undefined) store(context, arg(args, 1), stream);
  streamAppend(stream, { id, fields }, streamNodeLimits(context.server.config));
  changed(context, arg(args, 1));
  notify(context, 'stream', 'xadd', arg(args, 1));
  if (applyTrim(context, stream, trim) > 0) notify(context, 'stream', 'xtrim', arg(args, 1));
  signalReady(context.database, arg(args, 1));
  return bulk(formatId(id));
}

function xtrim(context: Context, args: readonly Bytes[]): Reply {
  const { trim } = parseTrim(args, false);
  const stream = writeTyped(context, arg(args, 1), 'stream');
  if (stream === undefined) return ZERO;
  const removed = applyTrim(context, stream, trim);
  if (removed > 0) {
    changed(context, arg(args, 1), removed);
    notify(context, 'stream', 'xtrim', arg(args, 1));
  }
  return integer(removed);
}

function xdel(context: Context, args: readonly Bytes[]): Reply {
  const stream = writeTyped(context, arg(args, 1), 'stream');
  if (stream === undefined) return ZERO;
  const ids = args.slice(2).map((text) => idArg(text, 0n));
  let removed = 0;
  for (const id of ids) if (streamDelete(stream, id)) removed += 1;
  if (removed > 0) {
    changed(context, arg(args, 1), removed);
    notify(context, 'stream', 'xdel', arg(args, 1));
  }
  return integer(removed);
}

function xrange(context: Context, args: readonly Bytes[], reverse: boolean): Reply {
  const start = rangeBound(arg(args, reverse ? 3 : 2), 'start');
  const end = rangeBound(arg(args, reverse ? 2 : 3), 'end');
  let count = -1;
  for (let index = 4; index < args.length; index += 2) {
    const next = args[index + 1];
    if (!isOption(args[index], 'COUNT') || next === undefined) return fail(SYNTAX);
    count = Math.max(0, numberArg(next));
  }
  const stream = readTyped(context, arg(args, 1), 'stream');
  if (stream === undefined) return EMPTY_ARRAY;
  if (count === 0) return NULL_ARRAY;
  let from = streamPosition(stream, start);
  const after = nextId(end);
  let to = (after === undefined ? stream.entries.length : streamPosition(stream, after)) - 1;
  if (count > 0 && reverse) from = Math.max(from, to - count + 1);
  else if (count > 0) to = Math.min(to, from + count - 1);
  const entries = sliceItems(stream.entries, from, to).map(entryReply);
  return array(reverse ? entries.reverse() : entries);
}

function xsetid(context: Context, args: readonly Bytes[]): Reply {
  const id = idArg(arg(args, 2), 0n);
  let added: bigint | undefined;
  let deleted: StreamId | undefined;
  for (let index = 3; index < args.length; index += 2) {
    const value = args[index + 1] ?? fail(SYNTAX);
    if (isOption(args[index], 'ENTRIESADDED')) {
      added = BigInt(integerArg(value));
      if (added < 0n) fail('ERR entries_added must be positive');
    } else if (isOption(args[index], 'MAXDELETEDID')) {
      deleted = idArg(value, 0n);
      if (compareIds(id, deleted) < 0) fail('ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id');
    } else fail(SYNTAX);
  }
  const stream = writeTyped(context, arg(args, 1), 'stream') ?? fail(NO_SUCH_KEY);
  const last = itemAt(stream.entries, stream.entries.length - 1);
  if (last !== undefined && compareIds(id, last.id) < 0) fail('ERR The ID specified in XSETID is smaller than the target stream top item');
  if (last !== undefined && added !== undefined && added < BigInt(stream.entries.length)) {
    fail('ERR The entries_added specified in XSETID is smaller than the target stream length');
  }
  stream.lastId = id;
  if (added !== undefined) stream.entriesAdded = added;
  if (deleted !== undefined && compareIds(deleted, MIN_ID) !== 0) stream.maxDeletedId = deleted;
  // To those who watch or track the key Redis says nothing.
  context.server.dirty += 1;
  notify(context, 'stream', 'xsetid', arg(args, 1));
  return { kind: 'simple', text: 'OK' };
}

/** XADD XRANGE and the other commands of streams. */
export const streamCommands: Handlers = {
  ...streamGroupCommands,
  ...streamInfoCommands,
  ...streamPendingCommands,
  ...streamReadCommands,
  xadd,
  xdel,
  xlen: (context, args) => integer(readTyped(context, arg(args, 1), 'stream')?.entries.length ?? 0),
  xrange: (context, args) => xrange(context, args, false),
  xrevrange: (context, args) => xrange(context, args, true),
  xsetid,
  xtrim,
};
