import type { Reply } from '../connection/session.ts';

/** A hash table of the practice server: names (one character a byte) by their bucket, and how many buckets there are. */
export interface BucketTable {
  readonly size: number;
  readonly buckets: ReadonlyMap<number, readonly string[]>;
}

/** The hash table of a database, as a walk of SCAN sees it. */
export interface BucketPicture {
  readonly kind: 'buckets';
  /** Two while keys are moved: first the one that is emptied. */
  readonly tables: readonly [BucketTable] | readonly [BucketTable, BucketTable];
  /** Where the walk goes on; 0 for no walk. */
  readonly cursor: number;
  /** How often the walk answered a name. */
  readonly answered: ReadonlyMap<string, number>;
}

/** What a walk has done with a bucket: been there, goes on there (`again`: and has been at a part of it), or has not come to it. */
export type Visit = 'been' | 'next' | 'again' | 'ahead';

/** Reads the reply of DEBUG BUCKETS cursor TABLES; undefined for anything else. */
export function readTables(reply: Reply): BucketPicture['tables'] | undefined {
  if (!isList(reply) || !isList(reply[0]) || !isList(reply[1])) return undefined;
  const tables = reply[0].map((size) => ({ size: Number(size), buckets: new Map<number, string[]>() }));
  for (const entry of reply[1]) {
    if (!isList(entry)) return undefined;
    const [table, bucket, name] = entry;
    const buckets = tables[Number(table)]?.buckets;
    if (buckets === undefined || !Buffer.isBuffer(name)) return undefined;
    buckets.set(Number(bucket), [...(buckets.get(Number(bucket)) ?? []), name.toString('latin1')]);
  }
  const [first, second] = tables;
  if (first === undefined || first.size === 0) return undefined;
  return second === undefined ? [first] : [first, second];
}

/** What a walk that stands at `cursor` has done with a bucket of a table of `size` buckets. */
export function visitOf(bucket: number, size: number, cursor: number): Visit {
  if (cursor === 0) return 'ahead';
  const place = cursor % size;
  if (bucket === place) return cursor >= size && place !== cursor ? 'again' : 'next';
  return reversed(bucket, size) < reversed(place, size) ? 'been' : 'ahead';
}

/** The buckets of a table in the order in which SCAN walks them: counted on the reversed bits. */
export function walkOrder(size: number): readonly number[] {
  return Array.from({ length: size }, (_, at) => reversed(at, size));
}

/** A bucket's number in binary, as many digits as its table needs. */
export function bitsOf(bucket: number, size: number): string {
  return size === 1 ? '' : bucket.toString(2).padStart(Math.log2(size), '0');
}

function reversed(bucket: number, size: number): number {
  let result = 0;
  for (let bit = 1; bit < size; bit *= 2) result = result * 2 + (Math.floor(bucket / bit) % 2);
  return result;
}

function isList(reply: Reply | undefined): reply is readonly Reply[] {
  return Array.isArray(reply);
}
