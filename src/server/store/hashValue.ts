import { fieldBytes } from '../memory/weights.ts';
import { createDict, dictDelete, dictExpand, dictFind, dictForEach, dictScan, dictSet, dictShrinkIfNeeded, dictSize } from './dict.ts';
import { NO_EXPIRY } from './value.ts';
import type { Bytes, HashValue, StoreEnvironment } from './value.ts';

/** An empty hash; it starts as a listpack. */
export function makeHash(): HashValue {
  return { type: 'hash', body: { encoding: 'listpack', pairs: [] }, times: undefined, expireAt: NO_EXPIRY, accessed: 0, counted: 0 };
}

function findPair(pairs: readonly Bytes[], field: Bytes): number {
  for (let index = 0; index < pairs.length; index += 2) if (pairs[index] === field) return index;
  return -1;
}

/** HGET. */
export function hashGet({ body }: HashValue, field: Bytes): Bytes | undefined {
  if (body.encoding === 'hashtable') return dictFind(body.dict, field)?.value;
  const index = findPair(body.pairs, field);
  return index === -1 ? undefined : body.pairs[index + 1];
}

/** HSET of one field; true if it is new. Converts to a hashtable beyond hash-max-listpack-entries or -value. */
export function hashSet(hash: HashValue, field: Bytes, value: Bytes, env: StoreEnvironment): boolean {
  const { limits } = env;
  if (hash.body.encoding === 'listpack' && (field.length > limits.hashMaxListpackValue || value.length > limits.hashMaxListpackValue)) {
    convertHash(hash, env);
  }
  const { body } = hash;
  if (body.encoding === 'hashtable') return dictSet(body.dict, field, value);
  const index = findPair(body.pairs, field);
  if (index !== -1) {
    body.pairs[index + 1] = value;
    return false;
  }
  body.pairs.push(field, value);
  if (body.pairs.length / 2 > limits.hashMaxListpackEntries) convertHash(hash, env);
  return true;
}

/** Turns a listpack into a hashtable, with room for `size` fields. Never goes back. */
export function convertHash(hash: HashValue, env: StoreEnvironment, size = 0): void {
  const { body } = hash;
  if (body.encoding === 'hashtable') return;
  const dict = createDict<Bytes>(env.seed, fieldBytes);
  dictExpand(dict, Math.max(size, body.pairs.length / 2));
  for (let index = 0; index < body.pairs.length; index += 2) dictSet(dict, body.pairs[index] as Bytes, body.pairs[index + 1] as Bytes);
  hash.body = { encoding: 'hashtable', dict };
}

/** HDEL of one field; true if it was there. */
export function hashDelete({ body, times }: HashValue, field: Bytes): boolean {
  if (body.encoding === 'hashtable') {
    const entry = dictDelete(body.dict, field);
    // The time last: a walk of one instant asks for it when the field goes.
    times?.at.delete(field);
    if (entry === undefined) return false;
    dictShrinkIfNeeded(body.dict);
    return true;
  }
  times?.at.delete(field);
  const index = findPair(body.pairs, field);
  if (index !== -1) body.pairs.splice(index, 2);
  return index !== -1;
}

/** HLEN. */
export function hashLength({ body }: HashValue): number {
  return body.encoding === 'hashtable' ? dictSize(body.dict) : body.pairs.length / 2;
}

/** Calls `visit` for every field. The hash must not change meanwhile. */
export function hashEach({ body }: HashValue, visit: (field: Bytes, value: Bytes) => void): void {
  if (body.encoding === 'hashtable') dictForEach(body.dict, (entry) => visit(entry.key, entry.value));
  else for (let index = 0; index < body.pairs.length; index += 2) visit(body.pairs[index] as Bytes, body.pairs[index + 1] as Bytes);
}

/** One step of HSCAN. A listpack answers all of itself and cursor 0. */
export function hashScan(hash: HashValue, cursor: number, visit: (field: Bytes, value: Bytes) => void): number {
  if (hash.body.encoding === 'hashtable') return dictScan(hash.body.dict, cursor, (entry) => visit(entry.key, entry.value));
  hashEach(hash, visit);
  return 0;
}
