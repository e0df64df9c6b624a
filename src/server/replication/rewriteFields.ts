import { findValue, type Database } from '../store/database.ts';
import { fieldTime } from '../store/hashTimes.ts';
import { hashGet } from '../store/hashValue.ts';
import type { Bytes } from '../store/value.ts';

/** What a command that gives fields times has left, in words that mean the same whenever they are heard: HPEXPIREAT, and HDEL for what it has removed. `untimed`: for fields without a time. */
export function fieldTimes(database: Database, key: Bytes, fields: readonly Bytes[], untimed?: 'HPERSIST'): Bytes[][] {
  const value = findValue(database, key);
  const hash = value?.type === 'hash' ? value : undefined;
  const gone: Bytes[] = [];
  const stay: Bytes[] = [];
  const byTime = new Map<number, Bytes[]>();
  for (const field of new Set(fields)) {
    const at = hash === undefined ? undefined : fieldTime(hash, field);
    if (hash === undefined || hashGet(hash, field) === undefined) gone.push(field);
    else if (at === undefined) stay.push(field);
    else byTime.set(at, [...(byTime.get(at) ?? []), field]);
  }
  const named = (some: readonly Bytes[]): Bytes[] => ['FIELDS', String(some.length), ...some];
  return [
    ...(gone.length > 0 ? [['HDEL', key, ...gone]] : []),
    ...(stay.length > 0 && untimed !== undefined ? [[untimed, key, ...named(stay)]] : []),
    ...[...byTime].map(([at, some]) => ['HPEXPIREAT', key, String(at), ...named(some)]),
  ];
}

/** What follows `FIELDS numfields`, to the end of it. */
export function afterFields(args: readonly Bytes[], width: 1 | 2): readonly Bytes[] {
  const at = args.findIndex((word, index) => index > 1 && word.toUpperCase() === 'FIELDS');
  return args.slice(at + 2, at + 2 + Number(args[at + 1]) * width);
}
