import assert from 'node:assert/strict';
import { isFailure } from '../../../../src/core/failure.ts';
import { clone, type CloneReport, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { chooseEngine } from '../../../../src/core/transfer/engine.ts';
import { startPractice } from '../../../contract/practice.ts';
import { differences, type Asked } from '../../../support/oracle.ts';
import { sampleTypes, sampleValue } from '../../../support/rdbSamples.ts';
import { seededRandom } from '../../../support/random.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const never = new AbortController().signal;

describe('the engine of a clone', () => {
  let server: RedisServer;
  let sessions: TestSessions;
  let client: RespClient;
  const request = (port: number, more: Partial<CloneRequest> = {}): CloneRequest => {
    const [source, target] = [0, 1].map((database) => ({ profile: testProfile({ port }), database })) as [CloneRequest['source'], CloneRequest['target']];
    return { source, target, scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true, ...more };
  };
  const deps = (largest?: number) => ({ sessions, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve(), ...(largest === undefined ? {} : { largest }) }) as const;
  const run = (more: Partial<CloneRequest> = {}, largest?: number): Promise<CloneReport> => clone(deps(largest), request(server.port, more), never, () => undefined);
  const fill = async (into: RespClient): Promise<number> => {
    const random = seededRandom(3);
    for (let round = 0; round < 3; round += 1) for (const type of sampleTypes) for (const command of sampleValue(random, type, `${type}:${String(round)}`)) await into.call(command);
    await into.call(['SET', 'ends', 'x', 'PXAT', '4102444800123']);
    return 3 * sampleTypes.length + 1;
  };
  /** By the oracle, which compares databases of the same number. */
  const equalToOther = async (first: RespClient): Promise<void> => {
    const other = await startRedisServer();
    const second = await connectResp(other.port);
    await fill(second);
    await first.call(['FLUSHDB']);
    await first.call(['SWAPDB', '0', '1']);
    const found = (await differences(first, second)).filter(({ kind }) => kind !== 'stream');
    assert.deepEqual(found, []);
    second.close();
    await other.stop();
  };

  beforeEach(async () => {
    sessions = createTestSessions();
    server = await startRedisServer();
    client = await connectResp(server.port);
  });
  afterEach(async () => {
    client.close();
    await sessions.dispose();
    await server.stop();
  });

  it('is COPY within a server, with times and groups, and large values by pieces', async () => {
    const keys = await fill(client);
    await client.call(['RPUSH', 'large', ...Array.from({ length: 60_000 }, (_, index) => `item ${String(index)}`)]);
    const report = await run({}, 500_000);
    assert.deepEqual([report.engine, report.copied, report.notCopied, report.verification?.differences], ['copy', keys + 1, [], []]);
    const stats = await server.cli('INFO', 'commandstats');
    assert.ok(stats.includes('cmdstat_copy') && !stats.includes('cmdstat_restore') && stats.includes('cmdstat_rename'));
    await client.call(['DEL', 'large']);
    await client.call(['SELECT', '1']);
    await client.call(['DEL', 'large']);
    await client.call(['SELECT', '0']);
    await equalToOther(client);
  });

  it('takes over by COPY what four clients write meanwhile', async () => {
    await client.call(['DEBUG', 'POPULATE', '10000', 'key', '50']);
    let [over, writes] = [false, 0];
    const writers = [1, 2, 3, 4].map(async (seed) => {
      const [random, own] = [seededRandom(seed), await connectResp(server.port)];
      while (!over) {
        const key = `key:${String(random.below(10_500))}`;
        await own.call(random.pick<string[]>([['SET', key, String(writes)], ['DEL', key], ['APPEND', key, 'x'], ['PEXPIREAT', key, String(4_102_444_800_000 + random.below(1000))], ['RENAME', key, `key:${String(random.below(10_500))}`]]));
        writes += 1;
      }
      own.close();
    });
    const report = await clone(deps(), request(server.port), never, ({ round }) => {
      // In the second comparison they stop, so that there is an end.
      if (round === 2) over = true;
    });
    over = true;
    await Promise.all(writers);
    assert.ok(writes > 100 && (report.verification?.repaired ?? 0) > 0, `${String(writes)} writes`);
    assert.deepEqual([report.engine, report.verification?.differences], ['copy', []]);
    /** The database of this number in place of 0, and no other. */
    const only = (own: RespClient, database: string): Asked => ({ call: (args) => own.call(args[0] === 'SELECT' ? ['SELECT', args[1] === '0' ? database : '9'] : args) });
    const second = await connectResp(server.port);
    assert.deepEqual(await differences(only(client, '0'), only(second, '1')), []);
    await second.call(['APPEND', 'key:1', 'x']);
    assert.ok((await differences(only(client, '0'), only(second, '1'))).length > 0, 'one would be seen');
    second.close();
  }).timeout(30_000);

  it('is COPY within a practice server too', async () => {
    const practice = await startPractice();
    const port = await practice.port();
    const there = await connectResp(port);
    const keys = await fill(there);
    const report = await clone(deps(), request(port), never, () => undefined);
    assert.deepEqual([report.engine, report.copied, report.verification?.differences], ['copy', keys, []]);
    await equalToOther(there);
    there.close();
    await practice.close();
  });

  for (const engine of ['dump', 'commands'] as const) {
    it(`is ${engine} where that is chosen`, async () => {
      const keys = await fill(client);
      const report = await run({ engine });
      assert.deepEqual([report.engine, report.copied, report.forms, report.verification?.differences], [engine, keys, engine === 'commands' ? { commands: keys } : {}, []]);
      await equalToOther(client);
    });
  }

  for (const engine of ['copy', 'commands'] as const) {
    it(`stops at a key that is there, skips it or replaces it by ${engine}`, async () => {
      await client.call(['MSET', 'k', 'new', 'other', '1']);
      await server.cli('-n', '1', 'SET', 'k', 'old');
      await assert.rejects(run({ engine }), (error) => isFailure(error, 'exists'));
      assert.equal(await server.cli('-n', '1', 'GET', 'k'), 'old');
      const skipping = await run({ engine, conflict: 'skip' });
      assert.ok(skipping.skipped >= 1);
      assert.equal(await server.cli('-n', '1', 'GET', 'k'), 'old');
      const replacing = await run({ engine, conflict: 'replace' });
      assert.deepEqual([replacing.copied, replacing.skipped, replacing.verification?.differences], [2, 0, []]);
      await server.cli('-n', '1', 'SET', 'more', '1');
      assert.deepEqual((await run({ engine, conflict: 'empty' })).verification?.differences, []);
    });
  }

  it('gives copies another prefix, within one database and into another', async () => {
    await client.call(['MSET', 'original:a', '1', 'original:b', '2', 'other', '3']);
    const rewrite = { from: Buffer.from('original:'), to: Buffer.from('edited:') };
    const scope = { pattern: Buffer.from('original:*'), types: undefined };
    const inside = request(server.port).source;
    const report = await run({ target: inside, rewrite, scope });
    assert.deepEqual([report.engine, report.copied, report.verification?.differences], ['copy', 2, []]);
    assert.equal((await run({ rewrite, scope })).copied, 2);
    assert.deepEqual([await server.cli('GET', 'edited:a'), await server.cli('-n', '1', 'GET', 'edited:b')], ['1', '2']);
  });

  it('is DUMP and RESTORE where COPY may not be used, or the servers are two', async () => {
    await fill(client);
    await server.cli('ACL', 'SETUSER', 'bob', 'reset', 'on', 'nopass', '~*', '&*', '+@all', '-copy');
    const bob = testProfile(server, { id: 'bob', username: 'bob' });
    sessions.passwords.set('bob', 'any');
    const ends = { source: { profile: bob, database: 0 }, target: { profile: bob, database: 1 } };
    assert.deepEqual(await chooseEngine(deps(), { ...request(server.port), ...ends }, never), { engine: 'dump', why: 'no-copy' });
    assert.deepEqual((await run(ends)).verification?.differences, []);
    await assert.rejects(run({ ...ends, engine: 'copy' }), (error) => isFailure(error, 'permission'));
    const other = await startRedisServer();
    const target = { profile: testProfile(other), database: 1 };
    assert.deepEqual(await chooseEngine(deps(), request(server.port, { target }), never), { engine: 'dump', why: 'other-server' });
    await assert.rejects(run({ target, engine: 'copy' }), (error) => isFailure(error, 'bad-input'));
    await other.stop();
  });

  it('leaves out keys that the user may not copy, and says which', async () => {
    await client.call(['MSET', 'app:a', '1', 'other', '2']);
    await server.cli('ACL', 'SETUSER', 'bob', 'reset', 'on', 'nopass', '%W~app:*', '%R~*', '&*', '+@all');
    const bob = testProfile(server, { id: 'bob', username: 'bob' });
    sessions.passwords.set('bob', 'any');
    const report = await run({ target: { profile: bob, database: 1 } });
    assert.deepEqual([report.engine, report.copied, report.notCopied.map(({ name, failure }) => `${name.toString()} ${failure.kind}`)], ['copy', 1, ['other permission']]);
  });
});
