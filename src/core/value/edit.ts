import { asBytes, asInteger, asList, asText } from '../connection/reply.ts';
import type { Command, Reply, Session } from '../connection/session.ts';
import { Failure, isFailure } from '../failure.ts';
import { l10n } from '../../l10n.ts';

/** What a new key holds first: Redis has no empty collections. */
export type InitialValue =
  | { readonly type: 'string'; readonly value: Buffer }
  | { readonly type: 'hash'; readonly field: Buffer; readonly value: Buffer }
  | { readonly type: 'list'; readonly item: Buffer }
  | { readonly type: 'set'; readonly member: Buffer }
  | { readonly type: 'zset'; readonly member: Buffer; readonly score: string }
  | { readonly type: 'stream'; readonly fields: readonly (readonly [Buffer, Buffer])[] };

const vanished = (what: 'key' | 'member'): Failure => new Failure('vanished', what === 'key'
  ? l10n.t('This key no longer exists. Refresh to see what is there now.')
  : l10n.t('This member no longer exists. Refresh to see what is there now.'));
const exists = (): Failure => new Failure('exists', l10n.t('A key of that name exists already. Nothing was changed; choose another name.'));

/** Runs `commands` as one transaction and gives their replies. Throws the first Failure; then none of them was applied. */
async function transact(session: Session, commands: readonly Command[]): Promise<readonly Reply[]> {
  const replies = await session.sendAll([['MULTI'], ...commands, ['EXEC']]);
  for (const reply of replies) if (isFailure(reply) && reply.kind !== 'server') throw reply;
  const last = replies.at(-1);
  if (last === undefined || isFailure(last)) throw replies.find((reply) => isFailure(reply)) ?? new Failure('server', l10n.t('The transaction was not answered.'));
  return asList(last);
}

/**
 * A string's bytes for editing, by GETRANGE up to `maxBytes`. Throws Failure `too-large` above that, `vanished` if there is no such
 * key, `wrong-type` if it is not a string.
 */
export async function readEditable(session: Session, key: Buffer, maxBytes: number): Promise<Buffer> {
  const [found, length, value] = await session.sendAll([['EXISTS', key], ['STRLEN', key], ['GETRANGE', key, '0', String(maxBytes - 1)]]);
  for (const reply of [found, length, value]) if (isFailure(reply)) throw reply;
  if (found === 0) throw vanished('key');
  if (asInteger(length as Reply) > maxBytes) throw new Failure('too-large', l10n.t('This value has {0} bytes: too long to edit here.', asInteger(length as Reply)));
  return asBytes(value as Reply);
}

/**
 * Replaces a string that exists, keeping its time to live (SET … XX KEEPTTL). Servers before 6.0 lack KEEPTTL: there the expiry is
 * read and set again in a transaction. Throws Failure `vanished` if the key is gone, `wrong-type` if it is not a string.
 */
export async function setString(session: Session, key: Buffer, value: Buffer): Promise<void> {
  await expectType(session, key, 'string');
  try {
    if ((await session.send(['SET', key, value, 'XX', 'KEEPTTL'])) === null) throw vanished('key');
  } catch (error) {
    if (!isFailure(error, 'server')) throw error;
    const ttl = asInteger(await session.send(['PTTL', key]));
    if (ttl === -2) throw vanished('key');
    const [set] = await transact(session, [ttl < 0 ? ['SET', key, value, 'XX'] : ['SET', key, value, 'XX', 'PX', String(ttl)]]);
    if (set === null) throw vanished('key');
  }
}

/** SET would silently replace a collection by a string. */
async function expectType(session: Session, key: Buffer, type: string): Promise<void> {
  const actual = asText(await session.send(['TYPE', key]));
  if (actual === 'none') throw vanished('key');
  if (actual !== type) throw new Failure('wrong-type', l10n.t('This key is of the type {0} now, not {1}. Refresh to see what is there.', actual, type));
}

/** HSET of a field of a hash that exists. Throws Failure `vanished`, `wrong-type`. */
export async function setField(session: Session, key: Buffer, field: Buffer, value: Buffer): Promise<void> {
  await expectType(session, key, 'hash');
  await session.send(['HSET', key, field, value]);
}

/** Adds a field, never over one that exists (HSETNX). Throws Failure `exists`, `vanished`, `wrong-type`. */
export async function addField(session: Session, key: Buffer, field: Buffer, value: Buffer): Promise<void> {
  await expectType(session, key, 'hash');
  if ((await session.send(['HSETNX', key, field, value])) === 0) throw new Failure('exists', l10n.t('The hash has that field already. Edit it instead.'));
}

/** HDEL. Throws Failure `vanished` if the field is not there. */
export async function deleteField(session: Session, key: Buffer, field: Buffer): Promise<void> {
  await expectRemoved(session, ['HDEL', key, field]);
}

async function expectRemoved(session: Session, command: Command): Promise<void> {
  if ((await session.send(command)) === 0) throw vanished('member');
}

/** SADD to a set that exists. Throws Failure `exists` for a member that is in it, `vanished`, `wrong-type`. */
export async function addMember(session: Session, key: Buffer, member: Buffer): Promise<void> {
  await expectType(session, key, 'set');
  if ((await session.send(['SADD', key, member])) === 0) throw new Failure('exists', l10n.t('The set has that member already.'));
}

/** SREM. Throws Failure `vanished` if the member is not there. */
export async function removeMember(session: Session, key: Buffer, member: Buffer): Promise<void> {
  await expectRemoved(session, ['SREM', key, member]);
}

/** Adds a member with its score, as text, never over one that exists (ZADD NX). Throws Failure `exists`, `vanished`, `wrong-type`. */
export async function addScored(session: Session, key: Buffer, member: Buffer, score: string): Promise<void> {
  await expectType(session, key, 'zset');
  if ((await session.send(['ZADD', key, 'NX', score, member])) === 0) throw new Failure('exists', l10n.t('The sorted set has that member already. Edit its score instead.'));
}

/** Changes the score of a member that exists (ZADD XX). Throws Failure `vanished`. */
export async function setScore(session: Session, key: Buffer, member: Buffer, score: string): Promise<void> {
  if ((await session.send(['ZSCORE', key, member])) === null) throw vanished('member');
  await session.send(['ZADD', key, 'XX', score, member]);
}

/** ZREM. Throws Failure `vanished` if the member is not there. */
export async function removeScored(session: Session, key: Buffer, member: Buffer): Promise<void> {
  await expectRemoved(session, ['ZREM', key, member]);
}

/** LPUSHX or RPUSHX: a list that exists grows at one end. Throws Failure `vanished`, `wrong-type`. */
export async function pushItem(session: Session, key: Buffer, item: Buffer, end: 'head' | 'tail'): Promise<void> {
  if ((await session.send([end === 'head' ? 'LPUSHX' : 'RPUSHX', key, item])) === 0) throw vanished('key');
}

/** A list moves under our feet, so an item is changed only where the one that was shown still stands. */
const setIfSame = "if redis.call('LINDEX',KEYS[1],ARGV[1])~=ARGV[2] then return 0 end redis.call('LSET',KEYS[1],ARGV[1],ARGV[3]) return 1";
const removeIfSame = `${setIfSame.replace(' return 1', '')} return redis.call('LREM',KEYS[1],1,ARGV[3])`;

const moved = (): Failure => new Failure('vanished', l10n.t('The list has changed: another item stands at that index now. Refresh to see where it is. Nothing was changed.'));

/**
 * Replaces the item at `index` if it still is `expected`, in one atomic script (LINDEX, LSET). Where scripts are not to be had, the item
 * is compared first and changed in a second step. Throws Failure `vanished` if another item stands there.
 */
export async function setItem(session: Session, key: Buffer, index: number, expected: Buffer, value: Buffer): Promise<void> {
  await itemStep(session, setIfSame, [key, index, expected, value], [['LSET', key, String(index), value]]);
}

/**
 * Removes the item at `index` if it still is `expected`, in one atomic script: Redis has no removal by index, so the item is
 * replaced by a marker that occurs nowhere, and the marker removed. Throws Failure `vanished` if another item stands there.
 */
export async function removeItem(session: Session, key: Buffer, index: number, expected: Buffer): Promise<void> {
  const marker = Buffer.from(`keyspace:removed:${crypto.randomUUID()}`);
  await itemStep(session, removeIfSame, [key, index, expected, marker], [['LSET', key, String(index), marker], ['LREM', key, '1', marker]]);
}

async function itemStep(session: Session, script: string, [key, index, expected, value]: readonly [Buffer, number, Buffer, Buffer], steps: readonly Command[]): Promise<void> {
  try {
    if ((await session.send(['EVAL', script, '1', key, String(index), expected, value])) !== 1) throw moved();
  } catch (error) {
    // Unknown command, or a user without scripts.
    if (!isFailure(error, 'server') && !isFailure(error, 'permission') && !isFailure(error, 'unsupported')) throw error;
    const current = await session.send(['LINDEX', key, String(index)]);
    if (!Buffer.isBuffer(current) || !current.equals(expected)) throw moved();
    await transact(session, steps);
  }
}

/** XADD with the server's own ID to a stream that exists; gives the ID. Throws Failure `vanished`, `wrong-type`. */
export async function addEntry(session: Session, key: Buffer, fields: readonly (readonly [Buffer, Buffer])[]): Promise<string> {
  await expectType(session, key, 'stream');
  return asText(await session.send(['XADD', key, '*', ...fields.flat()]));
}

/** XDEL. Throws Failure `vanished` if the entry is not there. */
export async function deleteEntry(session: Session, key: Buffer, id: string): Promise<void> {
  await expectRemoved(session, ['XDEL', key, id]);
}

/** Makes a key with its first value. Throws Failure `exists` if there is one of that name: it is never overwritten. */
export async function createKey(session: Session, name: Buffer, initial: InitialValue): Promise<void> {
  if (initial.type === 'string') {
    if ((await session.send(['SET', name, initial.value, 'NX'])) === null) throw exists();
    return;
  }
  // A member is made under a name that nobody has, then renamed with RENAMENX, which refuses an existing name atomically.
  const draft = Buffer.concat([Buffer.from(`keyspace:new:${crypto.randomUUID()}:{`), hashTag(name), Buffer.from('}')]);
  const replies = await transact(session, [firstMember(draft, initial), ['RENAMENX', draft, name], ['DEL', draft]]);
  if (replies[1] === 0) throw exists();
}

/** The draft goes to the slot of `name`: its hash tag, or all of it. */
function hashTag(name: Buffer): Buffer {
  const open = name.indexOf('{');
  const close = open < 0 ? -1 : name.indexOf('}', open + 1);
  return open >= 0 && close > open + 1 ? name.subarray(open + 1, close) : name;
}

function firstMember(key: Buffer, initial: Exclude<InitialValue, { type: 'string' }>): Command {
  switch (initial.type) {
    case 'hash':
      return ['HSET', key, initial.field, initial.value];
    case 'list':
      return ['RPUSH', key, initial.item];
    case 'set':
      return ['SADD', key, initial.member];
    case 'zset':
      return ['ZADD', key, initial.score, initial.member];
    case 'stream':
      return ['XADD', key, '*', ...initial.fields.flat()];
  }
}

/** RENAMENX. Throws Failure `exists` if the new name is taken, `vanished` if the key is gone. */
export async function renameKey(session: Session, from: Buffer, to: Buffer): Promise<void> {
  try {
    if ((await session.send(['RENAMENX', from, to])) === 0) throw exists();
  } catch (error) {
    if (isFailure(error, 'server') && /no such key/i.test(error.message)) throw vanished('key');
    throw error;
  }
}

/** Names in one UNLINK: enough to be quick, few enough not to hold the server. */
const deleteBatch = 500;

/** UNLINK, or DEL on servers before 4.0, in batches. Gives the number of keys that were there. */
export async function deleteKeys(session: Session, names: readonly Buffer[]): Promise<number> {
  let deleted = 0;
  for (let at = 0; at < names.length; at += deleteBatch) {
    const batch = names.slice(at, at + deleteBatch);
    deleted += asInteger(await unlink(session, batch));
  }
  return deleted;
}

async function unlink(session: Session, names: readonly Buffer[]): Promise<Reply> {
  try {
    return await session.send(['UNLINK', ...names]);
  } catch (error) {
    if (!isFailure(error, 'unsupported') && !(isFailure(error, 'server') && /unknown command/i.test(error.message))) throw error;
    return session.send(['DEL', ...names]);
  }
}

/** PEXPIRE with ms to live, or PERSIST for undefined. Throws Failure `vanished` if the key is gone. */
export async function setTtl(session: Session, key: Buffer, ttl: number | undefined): Promise<void> {
  if (ttl !== undefined) {
    if ((await session.send(['PEXPIRE', key, String(ttl)])) === 0) throw vanished('key');
    return;
  }
  // PERSIST answers 0 for a key without expiry as well as for none.
  const [, found] = await transact(session, [['PERSIST', key], ['EXISTS', key]]);
  if (found === 0) throw vanished('key');
}
