import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RdbRecord } from '../../src/protocol/rdb/parser.ts';
import type { RdbStream, RdbValue } from '../../src/protocol/rdb/value.ts';

/*
 * What a dump holds, in the JSON that librdb's converter prints: keys to values, with or without the brackets around it. What comes
 * of another form of JSON is not looked at.
 */

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type Fields = Readonly<Record<string, Json>>;

/** Text of one character per byte; undefined if it is of another form. */
export function readExpected(path: string): Fields | undefined {
  const text = readFileSync(path, 'latin1').trim().replace(/,$/, '');
  try {
    const json = JSON.parse(/^[[{]/.test(text) ? text : `{${text}}`) as Json;
    const databases = (Array.isArray(json) ? json : [json]) as readonly Json[];
    if (!databases.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))) return undefined;
    // Another tool prints an object for each key, or does not say what is about the file and what is a key.
    if (databases.some((one) => Object.hasOwn(one as Fields, 'db') && Object.hasOwn(one as Fields, 'type')) || databases.some((one) => Object.hasOwn(one as Fields, 'redis-ver'))) return undefined;
    return Object.assign({}, ...databases as Fields[]) as Fields;
  } catch {
    return undefined;
  }
}

/** What may be told of a dump: by the file of its own name, else by those of a name that begins alike and of the same keys. */
export function expectedOf(dump: string, records: readonly RdbRecord<string>[]): readonly Fields[] {
  const folder = join(dump, '..');
  const name = basename(dump, '.rdb');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  const own = [`${name}.json`, `${name}_data.json`].find((file) => files.includes(file));
  if (own !== undefined) return [readExpected(join(folder, own))].filter((told) => told !== undefined);
  const keys = records.flatMap((record) => (record.kind === 'key' ? [record.key] : [])).sort();
  const dumps = readdirSync(folder).filter((file) => file.endsWith('.rdb')).map((file) => basename(file, '.rdb'));
  return files.filter((file) => !dumps.includes(file.replace(/(_data)?\.json$/, '')) && sharesName(name, file))
    .map((file) => readExpected(join(folder, file))).filter((told) => told !== undefined).filter((told) => JSON.stringify(keysIn(told)) === JSON.stringify(keys));
}

/** True if names are of one version and begin alike (`hash_with_expire_v12` and `hash_ex_v12_data.json`), or one only lacks the version (`stream_v11` and `stream_data.json`). */
function sharesName(name: string, file: string): boolean {
  const version = versionIn(file);
  if (version === undefined) return file.startsWith(`${name.replace(/_v\d+$/, '')}_`) || file === `${name.replace(/_v\d+$/, '')}.json`;
  return version === versionIn(name) && file.startsWith(/^[a-z]+/.exec(name)?.[0] ?? name);
}

/** `12` in `hash_ex_v12_data.json`. */
const versionIn = (name: string): string | undefined => /_v(\d+)/.exec(name)?.[1];

const keysIn = (told: Fields): string[] => Object.keys(told).filter((key) => !/^__\w+__$/.test(key)).sort();

/** Throws where records are not what is told of them, by one of those who may. */
export function compareWithExpected(records: readonly RdbRecord<string>[], told: readonly Fields[]): void {
  const problems: unknown[] = [];
  for (const one of told) {
    try {
      return compare(records, one);
    } catch (error) {
      problems.push(error);
    }
  }
  throw problems.length === 1 ? problems[0] : new AggregateError(problems, 'it is none of what may be told of it');
}

function compare(records: readonly RdbRecord<string>[], told: Fields): void {
  const values = new Map(records.flatMap((record) => (record.kind === 'key' ? [[record.key, record.value] as const] : [])));
  assert.deepEqual([...values.keys()].sort(), keysIn(told), 'keys');
  for (const [key, value] of values) compareValue(key, value, told[key] ?? null);
  const aux = Object.fromEntries(records.flatMap((record) => (record.kind === 'aux' ? [[record.name, record.value]] : [])));
  if (told.__aux__ !== undefined) assert.deepEqual(aux, told.__aux__, 'what is said about the file');
  const size = records.find((record) => record.kind === 'size');
  if (told.__dbsize__ !== undefined) assert.deepEqual({ size: size?.keys, expires: size?.expires }, told.__dbsize__, 'number of keys');
  const slot = records.find((record) => record.kind === 'slot');
  if (told.__slotinfo__ !== undefined) assert.deepEqual([slot?.slot, slot?.keys, slot?.expires], Object.values(told.__slotinfo__ as Fields), 'slot');
  const sources = records.flatMap((record) => (record.kind === 'function' ? [record.source] : []));
  if (told.__func__ !== undefined) assert.deepEqual(sources.sort(), (Object.values(told.__func__ as Fields) as string[]).sort(), 'functions');
}

function compareValue(key: string, value: RdbValue<string>, told: Json): void {
  switch (value.type) {
    case 'string': return assert.equal(value.value, told, key);
    case 'list': return assert.deepEqual(value.items, told, key);
    case 'set': return assert.deepEqual([...value.members].sort(), [...told as readonly string[]].sort(), key);
    case 'zset': return assert.deepEqual(Object.fromEntries(value.members.map(({ member, score }) => [member, score])), Object.fromEntries(Object.entries(told as Fields).map(([member, score]) => [member, scoreOf(score as string)])), key);
    case 'hash': return assert.deepEqual(pairsOf(value.pairs), told, key);
    case 'stream': return compareStream(key, value, told as Fields);
    case 'module': {
      const [, name, size] = /Module '(.*)'.* (\d+) bytes/.exec(told as string) ?? assert.fail(`${key} is a module's`);
      assert.deepEqual([value.module, value.body.length], [name, Number(size)], key);
    }
  }
}

const scoreOf = (text: string): number => (text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text));
const pairsOf = (flat: readonly string[]): Record<string, string> => Object.fromEntries(Array.from({ length: flat.length / 2 }, (_, index) => [flat[index * 2] ?? '', flat[index * 2 + 1] ?? '']));
const idOf = ({ ms, seq }: { readonly ms: bigint; readonly seq: bigint }): string => `${ms}-${seq}`;

/** Only what is told; groups and consumers without pending entries may be told without a list of them. */
function compareStream(key: string, stream: RdbStream<string>, told: Fields): void {
  const first = stream.entries[0];
  const pendingOf = (items: readonly unknown[]): { readonly pending?: readonly unknown[] } => (items.length === 0 ? {} : { pending: items });
  const all: Record<string, unknown> = {
    entries: stream.entries.map(({ id, fields }) => ({ id: idOf(id), items: pairsOf(fields) })),
    length: stream.entries.length, entriesAdded: Number(stream.entriesAdded), firstID: first === undefined ? '0-0' : idOf(first.id), lastID: idOf(stream.lastId), maxDelEntryID: idOf(stream.maxDeletedId),
    groups: stream.groups.map(({ name, lastId, entriesRead, pending, consumers }) => ({
      name, lastid: idOf(lastId), entriesRead: Number(entriesRead), ...pendingOf(pending.map(({ id, deliveredAt, deliveries }) => ({ sent: deliveredAt, id: idOf(id), count: deliveries }))),
      consumers: consumers.map((consumer) => ({
        name: consumer.name, activeTime: consumer.activeAt, seenTime: consumer.seenAt, ...pendingOf(consumer.pending.map((id) => ({ id: idOf(id) }))),
      })),
    })),
    idmp: stream.idempotency === undefined ? undefined : {
      duration: Number(stream.idempotency.duration), maxEntries: Number(stream.idempotency.maxEntries), numProducers: stream.idempotency.producers.length,
      producers: stream.idempotency.producers.map(({ name, items }) => ({ pid: name, numEntries: items.length, entries: items.map((item) => ({ iid: item.name, streamId: idOf(item.id) })) })),
    },
  };
  for (const [name, value] of Object.entries(told)) assert.deepEqual(all[name], name === 'groups' ? withoutEmpty(value) : value, `${key}: ${name}`);
}

/** The same without lists of pending entries that are empty. */
function withoutEmpty(told: Json): Json {
  return JSON.parse(JSON.stringify(told, (name, value: Json) => (name === 'pending' && Array.isArray(value) && value.length === 0 ? undefined : value))) as Json;
}
