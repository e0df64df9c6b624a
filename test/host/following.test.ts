import assert from 'node:assert/strict';
import { splitLine } from '../../src/core/language/words.ts';
import { createFollower } from '../../src/ui/explorer/follower.ts';
import type { KeysWritten } from '../../src/ui/platform/written.ts';
import { type RedisServer, startRedisServer } from '../support/redisServer.ts';
import { until } from '../support/ui/until.ts';
import { connectTo, databaseOf, find, removeConnections, rows, services } from './services.ts';

describe('the tree of a large database', () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedisServer();
    await server.cli('DEBUG', 'POPULATE', '12000', 'many');
    await server.cli('SET', 'changes', 'v');
    await server.cli('RPUSH', 'queue', 'one');
    await server.cli('SET', 'goes', 'v');
  });
  afterEach(removeConnections);
  after(() => server.stop());

  it('shows what a terminal has written to keys that it named, and scans nothing for it', async () => {
    const all = await services();
    const profile = await connectTo(server.port);
    const database = await databaseOf(profile);
    await rows(database);
    await all.model.database(database.ref).keyspace.scanEverything({ signal: new AbortController().signal });
    const key = async (name: string) => (await rows(database)).find((row) => row.kind === 'key' && row.name.toString() === name);
    const queue = await key('queue');
    assert.equal((await rows(queue)).length, 1);
    const told: KeysWritten[] = [];
    const listening = all.written.event((keys) => told.push(keys));
    const follower = createFollower(all);
    const ran = follower.follow(profile, 0);
    const run = async (line: string): Promise<void> => {
      const words = splitLine(line).words.map(({ bytes }) => bytes);
      await server.cli(...words.map(String));
      ran(words, { kind: 'simple', text: 'OK' });
    };
    await server.cli('CONFIG', 'RESETSTAT');
    for (const line of ['DEL changes', 'SADD changes a b', 'RPUSH queue two three', 'DEL goes', 'SET comes v', 'SET new:below v']) await run(line);
    await until(() => told.length > 0, 10_000);
    await until(async () => (await key('comes')) !== undefined, 10_000);
    const changes = await key('changes');
    assert.equal(changes?.kind === 'key' && changes.type, 'set');
    assert.equal(await key('goes'), undefined);
    find(await rows(database), 'namespace', (row) => row.segment.toString() === 'new');
    await until(async () => (await rows(queue)).length === 3, 10_000);
    assert.equal((await databaseOf(profile)).keys, 12_004);
    assert.deepEqual(told.map(({ database: index, keys }) => [index, keys?.map(String)]), [[0, ['changes', 'queue', 'goes', 'comes', 'new:below']]]);
    assert.doesNotMatch(await server.cli('INFO', 'commandstats'), /cmdstat_scan:/);
    follower.dispose();
    listening.dispose();
  });
});
