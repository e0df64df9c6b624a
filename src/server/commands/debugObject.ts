import { encodeDump } from '../../protocol/rdb/dump.ts';
import { encodeOptions } from '../persistence/encodeOptions.ts';
import { toRdb } from '../persistence/toRdb.ts';
import type { Context } from '../state.ts';
import { encodingOf, refcountOf } from '../store/describe.ts';
import { dictSize } from '../store/dict.ts';
import type { Dict, DictEntry } from '../store/dict.ts';
import { idleSeconds } from '../store/frequency.ts';
import type { Value } from '../store/value.ts';

/** The type in front of a dump, and the version and the checksum behind it. */
const AROUND_DUMP = 11;
/** Longest chain that is counted by its length. */
const LONGEST = 50;

/** DEBUG OBJECT. */
export function debugObject({ server, now }: Context, value: Value): string {
  const length = encodeDump(toRdb(value), encodeOptions(server.config)).length - AROUND_DUMP;
  const list = value.type === 'list' ? listFigures(value.items.length, value.items.weight) : '';
  return `Value at:0x7f0000000000 refcount:${refcountOf(value, server.config)} encoding:${encodingOf(value)} serializedlength:${length} lru:${value.accessed & 0xffffff} lru_seconds_idle:${idleSeconds(value, now)}${list}`;
}

/** What a quicklist would be like with list-max-listpack-size -2. */
function listFigures(length: number, bytes: number): string {
  const nodes = Math.max(1, Math.ceil(bytes / 8192));
  return ` ql_nodes:${nodes} ql_avg_node:${(length / nodes).toFixed(2)} ql_listpack_max:-2 ql_compressed:0 ql_uncompressed_size:${bytes + 7 * nodes}`;
}

/** True for a value that is one listpack. */
export function packedEncoding(value: Value): boolean {
  return (value.type === 'hash' || value.type === 'zset') && value.body.encoding === 'listpack';
}

/** The hash table of a value that has one. */
export function keyTable(value: Value): Dict<unknown> | undefined {
  if (value.type === 'zset' && value.body.encoding === 'skiplist') return value.body.scores;
  if ((value.type === 'hash' || value.type === 'set') && value.body.encoding === 'hashtable') return value.body.dict;
  return undefined;
}

/** DEBUG HTSTATS of one hash table. */
export function tableReport(dict: Dict<unknown>): string {
  const report = reportOf(dict.first, dict.firstUsed, 0);
  return dict.second === undefined || dictSize(dict) === 0 ? report : report + reportOf(dict.second, dict.secondUsed, 1);
}

function reportOf(table: readonly (DictEntry<unknown> | undefined)[], used: number, index: number): string {
  const head = `Hash table ${index} stats (${index === 0 ? 'main hash table' : 'rehashing target'}):\n`;
  if (used === 0) return `${head}No stats available for empty dictionaries\n`;
  const chains = new Array<number>(LONGEST).fill(0);
  let slots = 0;
  let longest = 0;
  let total = 0;
  for (const bucket of table) {
    let length = 0;
    for (let entry = bucket; entry !== undefined; entry = entry.next) length += 1;
    const at = Math.min(length, LONGEST - 1);
    chains[at] = (chains[at] ?? 0) + 1;
    if (length === 0) continue;
    slots += 1;
    total += length;
    longest = Math.max(longest, length);
  }
  const lines = chains.flatMap((count, length) => (count === 0 ? [] : [`   ${length}: ${count} (${((count * 100) / table.length).toFixed(2)}%)\n`]));
  return (
    `${head} table size: ${table.length}\n number of elements: ${used}\n different slots: ${slots}\n max chain length: ${longest}\n` +
    ` avg chain length (counted): ${(total / slots).toFixed(2)}\n avg chain length (computed): ${(used / slots).toFixed(2)}\n Chain length distribution:\n${lines.join('')}`
  );
}
