import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RdbRecord } from '../../src/protocol/rdb/parser.ts';
import type { RdbStream, RdbValue } from '../../src/protocol/rdb/value.ts';

/* What a dump holds, in the JSON that librdb's converter prints: keys to values, with or without the brackets around it. */

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
type Fields = Readonly<Record<string, Json>>;

/** Text of one character per byte. */
export function readExpected(path: string): Fields {
  const text = readFileSync(path, 'latin1').trim();
  const json = JSON.parse(/^[[{]/.test(text) ? text : `{${text}}`) as Json;
  // One object for each database.
  return Array.isArray(json) ? Object.assign({}, ...json as Fields[]) as Fields : json as Fields;
}

/** What may be told of a dump: by the file of its own name, else by those of a name that begins alike and of the same keys. */
export function expectedOf(dump: string, records: readonly RdbRecord<string>[]): readonly Fields[] {
  const folder = join(dump, '..');
  const name = basename(dump, '.rdb');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  for (const own of [`${name}.json`, `${name}_data.json`]) if (files.includes(own)) return [readExpected(join(folder, own))];
  const keys = records.flatMap((record) => (record.kind === 'key' ? [record.key] : [])).sort();
  const dumps = readdirSync(folder).filter((file) => file.endsWith('.rdb')).map((file) => basename(file, '.rdb'));
  return files.filter((file) => !dumps.includes(file.replace(/(_data)?\.json$/, '')) && sharesName(name, file))
    .map((file) => readExpected(join(folder, file))).filter((told) => JSON.stringify(keysIn(told)) === JSON.stringify(keys));
}

/** True if names begin alike: `stream_v11` and `stream_data_with_meta.json`. */
function sharesName(name: string, file: string): boolean {
  const word = /^[a-z]+/.exec(name)?.[0] ?? name;
  return file.startsWith(word);
}

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

/** Only what is told; consumers without pending entries may be told without a list of them. */
function compareStream(key: string, stream: RdbStream<string>, told: Fields): void {
  const first = stream.entries[0];
  const all: Record<string, unknown> = {
    entries: stream.entries.map(({ id, fields }) => ({ id: idOf(id), items: pairsOf(fields) })),
    length: stream.entries.length, entriesAdded: Number(stream.entriesAdded), firstID: first === undefined ? '0-0' : idOf(first.id), lastID: idOf(stream.lastId), maxDelEntryID: idOf(stream.maxDeletedId),
    groups: stream.groups.map(({ name, lastId, entriesRead, pending, consumers }) => ({
      name, lastid: idOf(lastId), entriesRead: Number(entriesRead), pending: pending.map(({ id, deliveredAt, deliveries }) => ({ sent: deliveredAt, id: idOf(id), count: deliveries })),
      consumers: consumers.map((consumer) => ({
        name: consumer.name, activeTime: consumer.activeAt, seenTime: consumer.seenAt,
        ...(consumer.pending.length === 0 ? {} : { pending: consumer.pending.map((id) => ({ id: idOf(id) })) }),
      })),
    })),
  };
  for (const [name, value] of Object.entries(told)) assert.deepEqual(all[name], value, `${key}: ${name}`);
}
