import { pushBack } from '../store/chunked.ts';
import { hashSet, makeHash } from '../store/hashValue.ts';
import { makeList } from '../store/listValue.ts';
import { makeSet, setAdd } from '../store/setValue.ts';
import type { Bytes, StoreEnvironment, Value } from '../store/value.ts';
import { makeZset, zsetSet } from '../store/zsetValue.ts';

/** Text as the bytes of its UTF-8 form. */
export const utf8 = (text: string): Bytes => Buffer.from(text).toString('latin1');
/** A value as the bytes of its JSON text. */
export const json = (value: unknown): Bytes => utf8(JSON.stringify(value));

/** What sample data are made of: choices that the server's randomness makes, and values from plain text. */
export interface Makers {
  pick<T>(items: readonly T[]): T;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  hash(fields: Readonly<Record<string, string | number>>): Value;
  list(items: readonly string[]): Value;
  /** At least one member. */
  set(members: readonly string[]): Value;
  /** At least one member. */
  zset(members: readonly (readonly [member: string, score: number])[]): Value;
}

/** The makers of a server: the same seed gives the same data. */
export function makersFor(env: StoreEnvironment): Makers {
  return {
    pick: <T>(items: readonly T[]) => items[Math.floor(env.random() * items.length)] as T,
    between: (low, high) => low + Math.floor(env.random() * (high - low + 1)),
    hash(fields) {
      const value = makeHash();
      for (const [field, content] of Object.entries(fields)) hashSet(value, utf8(field), utf8(String(content)), env);
      return value;
    },
    list(items) {
      const value = makeList();
      for (const item of items) pushBack(value.items, utf8(item));
      return value;
    },
    set(members) {
      const value = makeSet(utf8(members[0] ?? ''), env);
      for (const member of members) setAdd(value, utf8(member), env);
      return value;
    },
    zset(members) {
      const value = makeZset(utf8(members[0]?.[0] ?? ''), env);
      for (const [member, score] of members) zsetSet(value, utf8(member), score, env);
      return value;
    },
  };
}
