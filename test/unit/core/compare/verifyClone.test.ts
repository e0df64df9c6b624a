import assert from 'node:assert/strict';
import { verifyClone, type Check, type CheckMode } from '../../../../src/core/compare/verifyClone.ts';
import { clone, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const never = new AbortController().signal;

describe('verifying a clone that was made before', () => {
  let servers: [RedisServer, RedisServer];
  let sessions: TestSessions;
  let request: CloneRequest;
  const deps = () => ({ sessions, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve() }) as const;
  const check = (mode: CheckMode, more: Partial<CloneRequest> = {}): Promise<Check> => verifyClone(deps(), { ...request, ...more }, mode, never, () => undefined);

  before(async () => {
    sessions = createTestSessions();
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    const [source, target] = servers.map((server) => ({ profile: testProfile(server), database: 0 })) as [CloneRequest['source'], CloneRequest['target']];
    request = { source, target, scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: false };
    await servers[0].cli('DEBUG', 'POPULATE', '2000', 'key', '20');
    await servers[0].cli('SADD', 'set', 'a', 'b');
    await clone(deps(), request, never, () => undefined);
  });
  after(async () => {
    await sessions.dispose();
    for (const server of servers) await server.stop();
  });

  it('finds one byte, one member, one time and one key beyond', async () => {
    assert.deepEqual(await check({ kind: 'full' }), { kind: 'full', compared: 2001, differences: [] });
    await servers[1].cli('SETRANGE', 'key:7', '3', 'X');
    await servers[1].cli('SADD', 'set', 'c');
    await servers[1].cli('PEXPIRE', 'key:8', '100000');
    await servers[1].cli('SET', 'more', '1');
    await servers[1].cli('DEL', 'key:9');
    const { differences } = await check({ kind: 'full' });
    assert.deepEqual(differences.map(({ name, kind }) => `${name.toString()} ${kind}`).sort(), ['key:7 value', 'key:8 expiry', 'key:9 missing', 'more extra', 'set value']);
  });

  it('takes a sample of either side, says so, and finds what is in it', async () => {
    const some = await check({ kind: 'sample', keys: 50 });
    assert.ok(some.kind === 'sample' && some.compared >= 50 && some.compared <= 100, String(some.compared));
    // In 20 times 4000 random keys of 2000 none is left out.
    const all = await check({ kind: 'sample', keys: 4000 });
    assert.deepEqual(all.differences.map(({ name, kind }) => `${name.toString()} ${kind}`).sort(), ['key:7 value', 'key:8 expiry', 'key:9 missing', 'more extra', 'set value']);
  });

  it('samples what is in scope only', async () => {
    assert.deepEqual((await check({ kind: 'sample', keys: 4000 }, { scope: { pattern: Buffer.from('key:7'), types: undefined } })).differences.map(({ name }) => name.toString()), ['key:7']);
    assert.deepEqual((await check({ kind: 'sample', keys: 4000 }, { scope: { pattern: undefined, types: ['set'] } })).differences.map(({ name }) => name.toString()), ['set']);
    const names = Array.from({ length: 100 }, (_, index) => Buffer.from(`key:${index}`));
    assert.equal((await check({ kind: 'sample', keys: 10 }, { names })).compared, 10);
    await servers[0].cli('SET', 'copy:key:1', 'x');
    const rewrite = { from: Buffer.alloc(0), to: Buffer.from('copy:') };
    assert.deepEqual((await check({ kind: 'sample', keys: 3 }, { target: request.source, rewrite })).differences.every(({ kind, name }) => kind === 'missing' || name.toString() === 'key:1'), true);
  });
});
