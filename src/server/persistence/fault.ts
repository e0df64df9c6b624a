import type { RdbError } from '../../protocol/rdb/bytes.ts';
import { rdbTypes } from '../../protocol/rdb/value.ts';

/** Values that stand in a dump as one string with a structure of its own, as Redis calls them. */
const packed: ReadonlyMap<number, string> = new Map([
  [rdbTypes.hashZipmap, 'Zipmap'], [rdbTypes.listZiplist, 'List ziplist'], [rdbTypes.setIntset, 'Intset'], [rdbTypes.zsetZiplist, 'Zset ziplist'],
  [rdbTypes.zsetListpack, 'Zset listpack'], [rdbTypes.hashZiplist, 'Hash ziplist'], [rdbTypes.hashListpack, 'Hash listpack'], [rdbTypes.listQuicklist, 'Ziplist'],
  [rdbTypes.listQuicklist2, 'Listpack'], [rdbTypes.stream, 'Stream listpack'], [rdbTypes.stream2, 'Stream listpack'], [rdbTypes.stream3, 'Stream listpack'],
]);

/** What Redis writes into its log about a dump that it cannot read. `type`: of the value, as RDB numbers types. */
export function faultInLog({ fault, message, offset, type: met }: RdbError, type = met): string {
  const name = type === undefined || fault !== 'corrupt' ? undefined : packed.get(type);
  return `Internal error in RDB reading offset ${offset}, function at rdb.c:0 -> ${name === undefined ? message : `${name} integrity check failed.`}`;
}
