import { dictFind } from './dict.ts';
import { hashDelete } from './hashValue.ts';
import type { Bytes, HashValue } from './value.ts';

/** When a field expires, ms since the epoch; undefined where it does not. */
export function fieldTime({ times }: HashValue, field: Bytes): number | undefined {
  return times?.at.get(field);
}

/** Lets a field expire. From then on the hash counts as one that has room for such times (OBJECT ENCODING). */
export function setFieldTime(hash: HashValue, field: Bytes, at: number): void {
  keepField(hash, field);
  hash.times ??= { at: new Map(), soonest: Infinity };
  hash.times.at.set(field, at);
  hash.times.soonest = Math.min(hash.times.soonest, at);
}

/** Lets a field stay; false if it would have stayed anyway. */
export function clearFieldTime(hash: HashValue, field: Bytes): boolean {
  keepField(hash, field);
  return hash.times?.at.delete(field) ?? false;
}

/** A walk of one instant takes a field before its time changes. */
function keepField({ body }: HashValue, field: Bytes): void {
  if (body.encoding !== 'hashtable' || body.dict.keeper === undefined) return;
  const entry = dictFind(body.dict, field);
  if (entry !== undefined) body.dict.keeper.keep(entry);
}

/** True if some field may be past its time: a look at all of them is due. */
export function isStale({ times }: HashValue, now: number): boolean {
  return times !== undefined && times.soonest < now;
}

/** Removes the fields whose time is over, and answers them. */
export function removeExpiredFields(hash: HashValue, now: number): Bytes[] {
  const { times } = hash;
  if (times === undefined || times.soonest >= now) return [];
  const removed: Bytes[] = [];
  let soonest = Infinity;
  for (const [field, at] of times.at) {
    if (at >= now) soonest = Math.min(soonest, at);
    else if (hashDelete(hash, field)) removed.push(field);
  }
  times.soonest = soonest;
  return removed;
}
