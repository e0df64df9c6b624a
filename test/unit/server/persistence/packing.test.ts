import assert from 'node:assert/strict';
import { latin1Kind } from '../../../../src/protocol/rdb/bytes.ts';
import { encodeDefaults } from '../../../../src/protocol/rdb/encodeValue.ts';
import { createRdbParser } from '../../../../src/protocol/rdb/parser.ts';
import type { RdbKeyRecord } from '../../../../src/protocol/rdb/parser.ts';
import { createRdbWriter } from '../../../../src/protocol/rdb/writer.ts';
import { settle } from '../../../../src/server/store/database.ts';
import type { Database } from '../../../../src/server/store/database.ts';
import { dictFind, dictForEach } from '../../../../src/server/store/dict.ts';
import { frozenServer, type FrozenServer } from '../../../support/practiceServer.ts';
import { seededRandom } from '../../../support/random.ts';
import { sampleTypes, sampleValue } from '../../../support/rdbSamples.ts';
import { openRespClient, type RespClient } from '../../../support/respClient.ts';
import { replyText } from '../../../support/respReply.ts';
import { fileOf, loadInto } from '../../../support/serverFile.ts';

/** The keys of a file, by name. */
function keysOf(file: Buffer): Map<string, RdbKeyRecord<string>> {
  const parser = createRdbParser(latin1Kind);
  parser.push(file);
  parser.finish();
  const keys = new Map<string, RdbKeyRecord<string>>();
  for (let record = parser.next(); record !== undefined; record = parser.next()) if (record.kind === 'key') keys.set(record.key, record);
  return keys;
}

/** Keys whose values are packed. */
function packedKeys({ dict }: Database): string[] {
  const keys: string[] = [];
  dictForEach(dict, ({ key, value }) => {
    if (value.type === 'packed') keys.push(key);
  });
  return keys;
}

describe('values that were loaded', () => {
  const ends: (() => Promise<void> | void)[] = [];
  const started = (config: Record<string, string> = {}): { server: FrozenServer; client: RespClient; ask: (...args: string[]) => Promise<string>; database: Database } => {
    const server = frozenServer(config);
    const client = openRespClient(server.connect());
    ends.push(() => server.close(), () => client.close());
    return { server, client, ask: async (...args) => replyText(await client.call(args)) ?? '', database: server.state.databases[0] as Database };
  };
  /** A server with values of every kind, and one that has loaded them. */
  const filled = async (config: Record<string, string> = {}): Promise<{ from: ReturnType<typeof started>; to: ReturnType<typeof started>; file: Buffer }> => {
    const from = started();
    const random = seededRandom(5);
    for (let index = 0; index < 6; index += 1) for (const type of sampleTypes) for (const command of sampleValue(random, type, `${type}:${index}`)) await from.client.call(command);
    for (const type of sampleTypes) await from.client.call(['PEXPIRE', `${type}:0`, '100000']);
    const to = started(config);
    const file = fileOf(from.server);
    loadInto(to.server, file);
    return { from, to, file };
  };

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  it('stay packed until something looks at them, if they are small and have parts', async () => {
    const { from, to } = await filled();
    const before = packedKeys(to.database);
    assert.deepEqual([...new Set(before.map((key) => key.split(':')[0]))].sort(), ['hash', 'list', 'set', 'stream', 'zset']);
    assert.equal(await to.ask('DEBUG', 'DIGEST'), await from.ask('DEBUG', 'DIGEST'));
    await to.ask('SCAN', '0', 'COUNT', '1000', 'TYPE', 'hash');
    assert.deepEqual(packedKeys(to.database), before);
    const expiring = before.filter((key) => key.endsWith(':0'));
    assert.ok(expiring.length > 0);
    for (const key of expiring) assert.equal(await to.ask('TYPE', key), key.split(':')[0]);
    assert.deepEqual(packedKeys(to.database), before.filter((key) => !expiring.includes(key)));
    for (const key of expiring) assert.equal(dictFind(to.database.dict, key)?.value, dictFind(to.database.volatile, key)?.value, 'the table of keys that expire has another value');
  });

  it('weigh the same before and after', async () => {
    const { to } = await filled();
    const { bytes } = to.database;
    for (const key of packedKeys(to.database)) await to.ask('DUMP', key);
    assert.deepEqual(packedKeys(to.database), []);
    assert.equal(to.database.bytes, bytes);
    await to.ask('SADD', 'set:1', 'another member');
    settle(to.database);
    assert.ok(to.database.bytes > bytes);
    const { to: other } = await filled();
    for (const type of sampleTypes) for (let index = 0; index < 6; index += 1) await other.ask('DEL', `${type}:${index}`);
    assert.equal(other.database.bytes, 0);
  });

  it('are found by SCAN with their type, and go when their time is over', async () => {
    const { to } = await filled();
    const found = await to.client.call(['SCAN', '0', 'COUNT', '1000', 'TYPE', 'stream']);
    assert.ok(found.kind === 'array' && found.items[1]?.kind === 'array');
    assert.deepEqual(found.items[1].items.map((item) => replyText(item)?.split(':')[0]), new Array(6).fill('stream'));
    to.server.advance(100_001);
    for (let round = 0; round < 100; round += 1) to.server.cron();
    assert.equal(await to.ask('DBSIZE'), String(sampleTypes.length * 5));
  });

  it('get the encoding of the time when they were loaded', async () => {
    const from = started();
    await from.client.call(['HSET', 'hash', 'a', '1', 'b', '2']);
    await from.client.call(['SADD', 'set', '1', '2']);
    const to = started();
    loadInto(to.server, fileOf(from.server));
    for (const limit of ['hash-max-listpack-entries', 'set-max-intset-entries']) await to.ask('CONFIG', 'SET', limit, '1');
    assert.deepEqual([await to.ask('OBJECT', 'ENCODING', 'hash'), await to.ask('OBJECT', 'ENCODING', 'set')], ['listpack', 'intset']);
    await to.ask('HSET', 'hash', 'c', '3');
    assert.equal(await to.ask('OBJECT', 'ENCODING', 'hash'), 'hashtable');
  });

  it('are saved as they came', async () => {
    const { to, file } = await filled();
    const [before, after] = [keysOf(file), keysOf(fileOf(to.server))];
    assert.deepEqual([...after.keys()].sort(), [...before.keys()].sort());
    for (const key of packedKeys(to.database)) {
      const { type, value, expireAt, place: { length } } = after.get(key) as RdbKeyRecord<string>;
      const was = before.get(key);
      assert.deepEqual([type, value, expireAt, length], [was?.type, was?.value, was?.expireAt, was?.place.length], key);
    }
  });

  it('are saved without compression where that is wanted', async () => {
    const { to, file } = await filled({ rdbcompression: 'no' });
    const anew = fileOf(to.server);
    assert.ok(anew.length > file.length);
    const again = started();
    loadInto(again.server, anew);
    assert.equal(await again.ask('DEBUG', 'DIGEST'), await to.ask('DEBUG', 'DIGEST'));
  });

  it('are saved as a type that the version of the file has', () => {
    const writer = createRdbWriter<string>({ ...encodeDefaults, version: 11 });
    writer.database(0, 1, 0);
    writer.key({ key: 'set', value: { type: 'set', compact: true, members: ['a', 'b'] } });
    writer.end();
    const file = writer.take();
    const { server, database } = started();
    loadInto(server, file);
    assert.deepEqual(packedKeys(database), ['set']);
    assert.deepEqual([keysOf(file).get('set')?.type, keysOf(fileOf(server)).get('set')?.type], [20, 2]);
  });
});
