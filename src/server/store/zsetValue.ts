import { scoredBytes } from '../memory/weights.ts';
import { createDict, dictDelete, dictFind, dictRandom, dictScan, dictSet, dictShrinkIfNeeded } from './dict.ts';
import { createSkiplist, precedes, skipAt, skipDelete, skipInsert, skipLowerBound } from './skiplist.ts';
import type { ScoredMember } from './skiplist.ts';
import { NO_EXPIRY } from './value.ts';
import type { Bytes, StoreEnvironment, ZsetValue } from './value.ts';

/** An empty sorted set, as Redis starts it for a first member. */
export function makeZset(first: Bytes, env: StoreEnvironment): ZsetValue {
  const zset: ZsetValue = { type: 'zset', body: { encoding: 'listpack', members: [] }, expireAt: NO_EXPIRY, accessed: 0, counted: 0 };
  if (env.limits.zsetMaxListpackEntries === 0 || first.length > env.limits.zsetMaxListpackValue) convertZset(zset, env);
  return zset;
}

/** A listpack keeps whole scores as integers, which have no -0. */
function normal(entry: ScoredMember): ScoredMember {
  return Object.is(entry.score, -0) ? { member: entry.member, score: 0 } : entry;
}

/** Members as a sorted set has them in order. */
export function inOrder(members: readonly ScoredMember[]): ScoredMember[] {
  return [...members].sort((a, b) => (precedes(a, b) ? -1 : precedes(b, a) ? 1 : 0));
}

/** A sorted set made of a result, in the encoding that Redis gives to a stored result. */
export function zsetOf(members: readonly ScoredMember[], env: StoreEnvironment): ZsetValue {
  const sorted = inOrder(members);
  const zset: ZsetValue = { type: 'zset', body: { encoding: 'listpack', members: sorted }, expireAt: NO_EXPIRY, accessed: 0, counted: 0 };
  const { limits } = env;
  if (sorted.length > limits.zsetMaxListpackEntries || sorted.some(({ member }) => member.length > limits.zsetMaxListpackValue)) convertZset(zset, env);
  else zset.body = { encoding: 'listpack', members: sorted.map(normal) };
  return zset;
}

/** A sorted set in the small encoding, of members that are in order. */
export function packedZset(members: readonly ScoredMember[]): ZsetValue {
  return { type: 'zset', body: { encoding: 'listpack', members: [...members] }, expireAt: NO_EXPIRY, accessed: 0, counted: 0 };
}

/** Turns a listpack into a skiplist. Never goes back. */
export function convertZset(zset: ZsetValue, env: StoreEnvironment): void {
  const { body } = zset;
  if (body.encoding === 'skiplist') return;
  const scores = createDict<number>(env.seed, scoredBytes);
  const list = createSkiplist(env.random);
  for (const { member, score } of body.members) {
    dictSet(scores, member, score);
    skipInsert(list, score, member);
  }
  zset.body = { encoding: 'skiplist', scores, list };
}

/** ZSCORE. */
export function zsetScore({ body }: ZsetValue, member: Bytes): number | undefined {
  if (body.encoding === 'skiplist') return dictFind(body.scores, member)?.value;
  return body.members.find((entry) => entry.member === member)?.score;
}

function listpackPosition(members: readonly ScoredMember[], target: ScoredMember): number {
  let low = 0;
  let high = members.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (precedes(members[middle] as ScoredMember, target)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sets the score of a member; true if it is new. Converts to a skiplist beyond zset-max-listpack-entries or -value. */
export function zsetSet(zset: ZsetValue, member: Bytes, score: number, env: StoreEnvironment): boolean {
  const before = zsetScore(zset, member);
  if (before === score) return false;
  if (zset.body.encoding === 'listpack') {
    const { limits } = env;
    const { members } = zset.body;
    if (before !== undefined) members.splice(members.findIndex((entry) => entry.member === member), 1);
    else if (members.length + 1 > limits.zsetMaxListpackEntries || member.length > limits.zsetMaxListpackValue) convertZset(zset, env);
  }
  const { body } = zset;
  const entry = { member, score };
  if (body.encoding === 'listpack') body.members.splice(listpackPosition(body.members, entry), 0, normal(entry));
  else {
    if (before !== undefined) skipDelete(body.list, before, member);
    skipInsert(body.list, score, member);
    dictSet(body.scores, member, score);
  }
  return before === undefined;
}

/** ZREM of one member; true if it was there. */
export function zsetRemove({ body }: ZsetValue, member: Bytes): boolean {
  if (body.encoding === 'skiplist') {
    const entry = dictDelete(body.scores, member);
    if (entry === undefined) return false;
    skipDelete(body.list, entry.value, member);
    dictShrinkIfNeeded(body.scores);
    return true;
  }
  const index = body.members.findIndex((entry) => entry.member === member);
  if (index !== -1) body.members.splice(index, 1);
  return index !== -1;
}

/** ZCARD. */
export function zsetSize({ body }: ZsetValue): number {
  return body.encoding === 'skiplist' ? body.list.length : body.members.length;
}

/** ZRANK: from 0. */
export function zsetRank(zset: ZsetValue, member: Bytes): number | undefined {
  const score = zsetScore(zset, member);
  if (score === undefined) return undefined;
  const target = { member, score };
  return zsetLowerBound(zset, (entry) => !precedes(entry, target));
}

/** Rank of the first member for which `reached` is true (it must stay true from there on); ZCARD if none is. */
export function zsetLowerBound({ body }: ZsetValue, reached: (entry: ScoredMember) => boolean): number {
  if (body.encoding === 'skiplist') return skipLowerBound(body.list, reached);
  const index = body.members.findIndex(reached);
  return index === -1 ? body.members.length : index;
}

/** The members of ranks `start` to `end`, both included and within bounds. */
export function zsetSlice({ body }: ZsetValue, start: number, end: number): ScoredMember[] {
  if (start > end) return [];
  if (body.encoding === 'listpack') return body.members.slice(start, end + 1);
  const result: ScoredMember[] = [];
  let node = skipAt(body.list, start);
  for (let rank = start; rank <= end && node !== undefined; rank += 1) {
    result.push({ member: node.member, score: node.score });
    node = node.next;
  }
  return result;
}

/** A random member of a sorted set that is not empty. */
export function zsetRandom({ body }: ZsetValue, random: () => number): ScoredMember {
  if (body.encoding === 'listpack') return body.members[Math.floor(random() * body.members.length)] as ScoredMember;
  const entry = dictRandom(body.scores, random);
  return { member: entry?.key ?? '', score: entry?.value ?? 0 };
}

/** One step of ZSCAN. A listpack answers all of itself, in order, and cursor 0. */
export function zsetScan({ body }: ZsetValue, cursor: number, visit: (member: Bytes, score: number) => void): number {
  if (body.encoding === 'skiplist') return dictScan(body.scores, cursor, (entry) => visit(entry.key, entry.value));
  for (const { member, score } of body.members) visit(member, score);
  return 0;
}
