import type { RdbGroup, RdbStream, RdbStreamEntry, RdbStreamId, RdbValue } from '../../protocol/rdb/value.ts';
import type { Arg, Command } from '../connection/session.ts';
import { assertNever, Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';

export interface NativeOptions {
  /** ms since the epoch; undefined: the key does not expire. */
  readonly expireAt: number | bigint | undefined;
  /** Elements in one command. */
  readonly perCommand: number;
  /** Bytes of one argument that the server takes; any if absent. */
  readonly longest?: number;
}

/**
 * The commands that make a value anew under a key, for a server that takes no payload of it: to be sent within one MULTI, DEL
 * first. They are of Redis 5.0, but for HPEXPIREAT (7.4) where a field expires and PEXPIREAT. Throws Failure `unsupported` for a
 * value of a module, or an element that is too long.
 */
export function nativeCommands(key: Buffer, value: RdbValue<Buffer>, { expireAt, perCommand, longest = Infinity }: NativeOptions): Command[] {
  const commands: Command[] = [['DEL', key], ...build(key, value, perCommand)];
  if (commands.some((command) => command.some(({ length }) => length > longest))) throw new Failure('unsupported', l10n.t('One of its elements is larger than the {0} bytes that the target takes at most (proto-max-bulk-len).', longest));
  if (expireAt !== undefined) commands.push(['PEXPIREAT', key, String(expireAt)]);
  return commands;
}

function build(key: Buffer, value: RdbValue<Buffer>, perCommand: number): Command[] {
  switch (value.type) {
    case 'string':
      return [['SET', key, value.value]];
    case 'list':
      return inPieces(value.items, perCommand, (items) => ['RPUSH', key, ...items]);
    case 'set':
      return inPieces(value.members, perCommand, (members) => ['SADD', key, ...members]);
    case 'zset':
      // A listpack makes 0 of -0; by the end it is none, where the source's is none.
      return inPieces(value.members.toSorted((a, b) => Number(Object.is(a.score, -0)) - Number(Object.is(b.score, -0))), perCommand, (members) => ['ZADD', key, ...members.flatMap(({ member, score }) => [scoreText(score), member])]);
    case 'hash':
      return [...inPieces(value.pairs, perCommand * 2, (pairs) => ['HSET', key, ...pairs]), ...fieldExpiries(key, value)];
    case 'stream':
      return streamCommands(key, value, perCommand);
    case 'module':
      throw new Failure('unsupported', l10n.t('A value of the module type {0} can only be copied to a server that has this module.', value.module));
    default:
      return assertNever(value);
  }
}

function inPieces<T>(items: readonly T[], size: number, command: (piece: readonly T[]) => Command): Command[] {
  const commands: Command[] = [];
  for (let at = 0; at < items.length; at += size) commands.push(command(items.slice(at, at + size)));
  return commands;
}

/** A score as ZADD reads it back to the same double. */
function scoreText(score: number): string {
  if (Object.is(score, -0)) return '-0';
  return score === Infinity ? 'inf' : score === -Infinity ? '-inf' : String(score);
}

function fieldExpiries(key: Buffer, { pairs, expiries }: Extract<RdbValue<Buffer>, { readonly type: 'hash' }>): Command[] {
  return (expiries ?? []).flatMap((expiry, index): Command[] => (expiry === undefined ? [] : [['HPEXPIREAT', key, String(expiry), 'FIELDS', '1', pairs[index * 2] as Buffer]]));
}

export const idText = ({ ms, seq }: RdbStreamId): string => `${ms}-${seq}`;
const isZero = ({ ms, seq }: RdbStreamId): boolean => ms === 0n && seq === 0n;

export const compareIds = (left: RdbStreamId, right: RdbStreamId): number => Number(left.ms - right.ms) || Number(left.seq - right.seq);

/**
 * A stream, its groups and what is pending in them. Entries keep their IDs. Entries that are pending and deleted are made, claimed and
 * deleted again, and so is one in a stream that is empty, which else would be no key; XSETID then tells the last ID and, from 7.0 on, the
 * number of entries added and the largest deleted ID. When a consumer was last seen is lost.
 */
function streamCommands(key: Buffer, stream: RdbStream<Buffer>, perCommand: number): Command[] {
  const deleted = deletedPending(stream);
  const entries: readonly RdbStreamEntry<Buffer>[] = [...stream.entries, ...deleted.map((id) => ({ id, fields: placeholder }))].sort((a, b) => compareIds(a.id, b.id));
  return [...entries.map((entry) => addEntry(key, entry)), ...finishStream(key, stream, { top: entries.at(-1)?.id, deleted, live: stream.entries.length }, perCommand)];
}

/** What an entry holds that is deleted again. */
export const placeholder: readonly Buffer[] = [Buffer.from('x'), Buffer.alloc(0)];

export function addEntry(key: Buffer, { id, fields }: RdbStreamEntry<Buffer>): Command {
  return ['XADD', key, idText(id), ...fields];
}

/** What is at the target of a stream that is being made. */
export interface StreamEntries {
  /** The last ID. */
  readonly top: RdbStreamId | undefined;
  /** IDs that are there as placeholders only, in order. */
  readonly deleted: readonly RdbStreamId[];
  /** How many others there are. */
  readonly live: number;
}

/** The commands that make a stream, whose entries are there, what it is to be. */
export function finishStream(key: Buffer, stream: Omit<RdbStream<Buffer>, 'entries'>, { top, deleted, live }: StreamEntries, perCommand: number): Command[] {
  const commands: Command[] = [];
  if (top === undefined) commands.push(['XADD', key, 'MAXLEN', '0', isZero(stream.lastId) ? '0-1' : idText(stream.lastId), 'x', '']);
  const state = (lastId: RdbStreamId): Command => ['XSETID', key, idText(lastId), 'ENTRIESADDED', String(stream.entriesAdded), 'MAXDELETEDID', idText(stream.maxDeletedId)];
  // No ID below an entry that is there is taken.
  commands.push(state(top !== undefined && compareIds(top, stream.lastId) > 0 ? top : stream.lastId), ...stream.groups.flatMap((group) => groupCommands(key, group)));
  if (deleted.length === 0) return commands;
  // XSETID cannot tell that none was ever deleted. Then all that is gone was trimmed, which leaves no mark, and from the beginning.
  const deletions: readonly Command[] = isZero(stream.maxDeletedId) ? [['XTRIM', key, 'MAXLEN', String(live)]] : inPieces(deleted, perCommand, (ids): Command => ['XDEL', key, ...ids.map(idText)]);
  return [...commands, ...deletions, state(stream.lastId)];
}

/** Entries that wait to be acknowledged, though they are not in the stream any more. */
function deletedPending({ entries, groups }: RdbStream<Buffer>): readonly RdbStreamId[] {
  const there = new Set(entries.map(({ id }) => idText(id)));
  const gone = new Map(groups.flatMap(({ pending }) => pending.map(({ id }) => [idText(id), id] as const)));
  return [...gone].filter(([text]) => !there.has(text)).map(([, id]) => id);
}

function groupCommands(key: Buffer, group: RdbGroup<Buffer>): Command[] {
  const commands: Command[] = [['XGROUP', 'CREATE', key, group.name, idText(group.lastId), 'ENTRIESREAD', String(group.entriesRead)]];
  const pending = new Map(group.pending.map((one) => [idText(one.id), one]));
  for (const consumer of group.consumers) {
    commands.push(['XGROUP', 'CREATECONSUMER', key, group.name, consumer.name]);
    for (const id of consumer.pending) {
      const entry = pending.get(idText(id));
      if (entry === undefined) continue;
      // LASTID would move the group; FORCE makes what is pending without having been read.
      const claim: Arg[] = ['XCLAIM', key, group.name, consumer.name, '0', idText(id), 'TIME', String(entry.deliveredAt), 'RETRYCOUNT', String(entry.deliveries), 'FORCE', 'JUSTID'];
      commands.push(claim);
    }
  }
  return commands;
}
