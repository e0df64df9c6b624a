import { parseInteger } from '../../protocol/resp/number.ts';
import { memberBytes } from '../memory/weights.ts';
import { createDict, dictAdd, dictDelete, dictExpand, dictFind, dictForEach, dictRandom, dictScan, dictSet, dictShrinkIfNeeded, dictSize } from './dict.ts';
import { NO_EXPIRY } from './value.ts';
import type { Bytes, SetValue, StoreEnvironment } from './value.ts';

/** An empty set, as Redis starts it for a first member: an intset if that is an integer, else a hashtable. */
export function makeSet(first: Bytes, env: StoreEnvironment): SetValue {
  const body: SetValue['body'] =
    parseInteger(first) !== undefined ? { encoding: 'intset', numbers: [] } : { encoding: 'hashtable', dict: createDict(env.seed, memberBytes) };
  return { type: 'set', body, expireAt: NO_EXPIRY, accessed: 0, counted: 0 };
}

/** A set of these members, at least one, encoded as if they were added; undefined if one of them is there twice. */
export function setOf(members: readonly Bytes[], env: StoreEnvironment): SetValue | undefined {
  if (members.length <= env.limits.setMaxIntsetEntries && members.every((member) => parseInteger(member) !== undefined)) {
    const numbers = members.every((member, index) => index === 0 || compareIntegers(members[index - 1] as Bytes, member) < 0) ? [...members] : members.toSorted(compareIntegers);
    if (numbers.some((member, index) => index > 0 && numbers[index - 1] === member)) return undefined;
    return { type: 'set', body: { encoding: 'intset', numbers }, expireAt: NO_EXPIRY, accessed: 0, counted: 0 };
  }
  const dict = createDict<true>(env.seed, memberBytes);
  dictExpand(dict, members.length);
  for (const member of members) if (!dictAdd(dict, member, true)) return undefined;
  return { type: 'set', body: { encoding: 'hashtable', dict }, expireAt: NO_EXPIRY, accessed: 0, counted: 0 };
}

/** Compares integers in canonical form. */
function compareIntegers(a: Bytes, b: Bytes): number {
  const negative = a.startsWith('-');
  if (negative !== b.startsWith('-')) return negative ? -1 : 1;
  const order = a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
  return negative ? -order : order;
}

/** Index of `member`, or where it would be inserted. */
function searchInteger(numbers: readonly Bytes[], member: Bytes): { index: number; found: boolean } {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = compareIntegers(numbers[middle] as Bytes, member);
    if (order === 0) return { index: middle, found: true };
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return { index: low, found: false };
}

/** SADD of one member; true if it is new. Converts to a hashtable for a member that is no integer or beyond set-max-intset-entries. */
export function setAdd(set: SetValue, member: Bytes, env: StoreEnvironment): boolean {
  const { body } = set;
  if (body.encoding === 'hashtable') return dictAdd(body.dict, member, true);
  if (parseInteger(member) === undefined) {
    const dict = convertSet(set, env);
    return dictSet(dict, member, true);
  }
  const { index, found } = searchInteger(body.numbers, member);
  if (found) return false;
  body.numbers.splice(index, 0, member);
  if (body.numbers.length > env.limits.setMaxIntsetEntries) convertSet(set, env);
  return true;
}

function convertSet(set: SetValue, env: StoreEnvironment): Extract<SetValue['body'], { encoding: 'hashtable' }>['dict'] {
  if (set.body.encoding === 'hashtable') return set.body.dict;
  const dict = createDict<true>(env.seed, memberBytes);
  dictExpand(dict, set.body.numbers.length);
  for (const member of set.body.numbers) dictSet(dict, member, true);
  set.body = { encoding: 'hashtable', dict };
  return dict;
}

/** SREM of one member; true if it was there. */
export function setRemove({ body }: SetValue, member: Bytes): boolean {
  if (body.encoding === 'hashtable') {
    if (dictDelete(body.dict, member) === undefined) return false;
    dictShrinkIfNeeded(body.dict);
    return true;
  }
  if (parseInteger(member) === undefined) return false;
  const { index, found } = searchInteger(body.numbers, member);
  if (found) body.numbers.splice(index, 1);
  return found;
}

/** SISMEMBER. */
export function setHas({ body }: SetValue, member: Bytes): boolean {
  if (body.encoding === 'hashtable') return dictFind(body.dict, member) !== undefined;
  return parseInteger(member) !== undefined && searchInteger(body.numbers, member).found;
}

/** SCARD. */
export function setSize({ body }: SetValue): number {
  return body.encoding === 'hashtable' ? dictSize(body.dict) : body.numbers.length;
}

/** Every member; an intset in ascending order. */
export function setMembers({ body }: SetValue): Bytes[] {
  if (body.encoding === 'intset') return [...body.numbers];
  const members: Bytes[] = [];
  dictForEach(body.dict, (entry) => {
    members.push(entry.key);
  });
  return members;
}

/** A random member of a set that is not empty. */
export function setRandom({ body }: SetValue, random: () => number): Bytes {
  if (body.encoding === 'intset') return body.numbers[Math.floor(random() * body.numbers.length)] as Bytes;
  return dictRandom(body.dict, random)?.key as Bytes;
}

/** One step of SSCAN. An intset answers all of itself and cursor 0. */
export function setScan(set: SetValue, cursor: number, visit: (member: Bytes) => void): number {
  if (set.body.encoding === 'hashtable') return dictScan(set.body.dict, cursor, (entry) => visit(entry.key));
  for (const member of set.body.numbers) visit(member);
  return 0;
}
