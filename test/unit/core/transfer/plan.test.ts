import assert from 'node:assert/strict';
import { planClone, type ClonePlan } from '../../../../src/core/transfer/plan.ts';
import type { CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { createServer, type PracticeServer } from '../../../../src/server/server.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

describe('the plan of a clone', () => {
  let servers: [RedisServer, RedisServer];
  let practices: PracticeServer[];
  let clients: RespClient[];
  let sessions: TestSessions;
  const plan = (from: number, to: number, more: Partial<CloneRequest> = {}): Promise<ClonePlan> => {
    const [source, target] = [from, to].map((port) => ({ profile: testProfile({ port }), database: 0 })) as [CloneRequest['source'], CloneRequest['target']];
    const request: CloneRequest = { source, target, scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true, ...more };
    return planClone({ sessions, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve() }, request, new AbortController().signal, () => undefined);
  };
  const ports = (): readonly [number, number] => [servers[0].port, servers[1].port];
  const practice = async (options: Parameters<typeof createServer>[0] = {}): Promise<number> => {
    const server = createServer(options);
    practices.push(server);
    return (await server.listen()).port;
  };

  before(async () => {
    [servers, practices, clients, sessions] = [await Promise.all([startRedisServer(), startRedisServer()]), [], [], createTestSessions()];
    await servers[0].cli('DEBUG', 'POPULATE', '1000', 'user', '1000');
    await servers[0].cli('XADD', 'stream', '1-1', 'a', 'b');
  });
  after(async () => {
    for (const client of clients) client.close();
    await sessions.dispose();
    for (const server of practices) await server.close();
    for (const server of servers) await server.stop();
  });

  it('tells what both sides are, how much memory they use and have, and writes nothing', async () => {
    const { source, target, keys, conflicts, warnings, losses } = await plan(...ports());
    assert.deepEqual([source.facts.version, target.facts.version, source.keys, target.keys, keys, conflicts, warnings, losses], ['7.0.15', '7.0.15', 1001, 0, 1001, 0, [], []]);
    assert.ok((source.usedMemory ?? 0) > 1_000_000 && (target.machineMemory ?? 0) > (target.usedMemory ?? Infinity));
    const stats = await servers[1].cli('INFO', 'commandstats');
    assert.doesNotMatch(stats, /cmdstat_(?:set|del|flushdb)/);
    assert.equal(await servers[1].cli('DBSIZE'), '0');
  });

  it('compares what the part needs with what the target has left', async () => {
    const used = Number(/used_memory:(\d+)/.exec(await servers[1].cli('INFO', 'memory'))?.[1]);
    await servers[1].cli('CONFIG', 'SET', 'maxmemory', String(used + 500_000));
    const [warning] = (await plan(...ports())).warnings;
    assert.ok(warning?.kind === 'memory' && warning.needed > 1_000_000 && warning.free <= 500_000, JSON.stringify(warning));
    assert.deepEqual((await plan(...ports(), { scope: { pattern: Buffer.from('stream'), types: undefined } })).warnings, []);
    await servers[1].cli('CONFIG', 'SET', 'maxmemory', '0');
  });

  it('tells of the keys that the target has what becomes of them', async () => {
    await servers[1].cli('MSET', 'user:1', 'x', 'user:2', 'x', 'mine', 'x');
    for (const [conflict, expected] of [['stop', { kind: 'stops', keys: 2 }], ['skip', { kind: 'skips', keys: 2 }], ['replace', { kind: 'overwrites', keys: 2 }], ['empty', { kind: 'empties', keys: 3 }]] as const) {
      const { conflicts, warnings } = await plan(...ports(), { conflict });
      assert.deepEqual([conflicts, warnings], [2, [expected]]);
    }
    await servers[1].cli('FLUSHALL');
  });

  it('tells what will be lost: of streams where the target takes other payloads or commands only, and hashes whose fields expire', async () => {
    const older = await practice({ newestRdb: 9 });
    assert.deepEqual((await plan(servers[0].port, older)).losses, ['stream-counters']);
    assert.deepEqual((await plan(servers[0].port, older, { scope: { pattern: undefined, types: ['string', 'hash'] } })).losses, []);
    assert.deepEqual((await plan(...ports(), { engine: 'commands' })).losses, ['last-seen']);
    await servers[1].cli('ACL', 'SETUSER', 'bob', 'reset', 'on', 'nopass', '~*', '&*', '+@all', '-restore');
    sessions.passwords.set('bob', 'any');
    assert.deepEqual((await plan(...ports(), { target: { profile: testProfile(servers[1], { id: 'bob', username: 'bob' }), database: 0 } })).losses, ['last-seen']);
    const newer = await practice();
    const client = await connectResp(newer);
    clients.push(client);
    for (const call of [['HSET', 'h', 'f', 'v'], ['HPEXPIREAT', 'h', '4102444800000', 'FIELDS', '1', 'f']]) await client.call(call);
    assert.deepEqual((await plan(newer, servers[1].port)).losses, ['field-times']);
    assert.deepEqual((await plan(newer, await practice())).losses, []);
    assert.deepEqual((await plan(newer, servers[1].port, { source: { profile: testProfile({ port: newer }), database: 1 } })).losses, []);
  });
});
