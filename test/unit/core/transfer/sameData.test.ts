import assert from 'node:assert/strict';
import { isFailure } from '../../../../src/core/failure.ts';
import { clone, type CloneReport, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { planClone } from '../../../../src/core/transfer/plan.ts';
import { createRenaming } from '../../../../src/core/transfer/renaming.ts';
import { verifyClone } from '../../../../src/core/compare/verifyClone.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const never = new AbortController().signal;

describe('a clone onto its own source', () => {
  let servers: [RedisServer, RedisServer];
  let sessions: TestSessions;
  const request = (more: Partial<CloneRequest>): CloneRequest => {
    const end = { profile: testProfile(servers[0]), database: 0 };
    return { source: end, target: end, scope: { pattern: undefined, types: undefined }, conflict: 'replace', verify: true, ...more };
  };
  const deps = (): Parameters<typeof clone>[0] => ({ sessions, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve() });
  const run = (more: Partial<CloneRequest>): Promise<CloneReport> => clone(deps(), request(more), never, () => undefined);
  const rewrite = (from: string, to: string): NonNullable<CloneRequest['rewrite']> => ({ from: Buffer.from(from), to: Buffer.from(to) });
  const refused = async (more: Partial<CloneRequest>): Promise<void> => {
    await assert.rejects(planClone(deps(), request(more), never, () => undefined), (error) => isFailure(error, 'bad-input'));
    await assert.rejects(run(more), (error) => isFailure(error, 'bad-input'));
    assert.equal(await servers[0].cli('DBSIZE'), '3');
  };

  before(async () => {
    sessions = createTestSessions();
    servers = await Promise.all([startRedisServer(['--repl-diskless-sync-delay', '0']), startRedisServer()]);
  });
  beforeEach(async () => {
    await servers[0].cli('FLUSHALL');
    await servers[0].cli('MSET', 'ab1', 'one', 'abb1', 'two', 'x', 'three');
  });
  after(async () => {
    await sessions.dispose();
    for (const server of servers) await server.stop();
  });

  it('is refused, under whatever name the server is known', async () => {
    const alias = { profile: testProfile(servers[0], { id: 'alias' }), database: 0 };
    for (const target of [request({}).target, alias]) for (const conflict of ['empty', 'replace', 'stop'] as const) await refused({ target, conflict });
    await refused({ target: alias, conflict: 'empty', rewrite: rewrite('', 'copy:') });
  });

  it('is refused to the primary of a replica, which would empty both', async () => {
    await servers[1].cli('REPLICAOF', '127.0.0.1', String(servers[0].port));
    while (!(await servers[1].cli('INFO', 'replication')).includes('master_link_status:up')) await new Promise(setImmediate);
    await refused({ source: { profile: testProfile(servers[1]), database: 0 }, conflict: 'empty' });
    const other = await run({ source: { profile: testProfile(servers[1]), database: 0 }, target: { profile: testProfile(servers[0]), database: 1 }, conflict: 'empty' });
    assert.deepEqual([other.copied, other.verification?.differences], [3, []]);
    await servers[1].cli('REPLICAOF', 'NO', 'ONE');
  });

  it('replaces no original by the copy of another', async () => {
    await refused({ rewrite: rewrite('ab', 'a') });
    const report = await run({ rewrite: rewrite('ab', 'a'), conflict: 'skip' });
    assert.deepEqual([report.copied, report.skipped, await servers[0].cli('GET', 'ab1'), await servers[0].cli('GET', 'a1')], [1, 1, 'one', 'one']);
  });

  it('takes no original for a copy that is too much', async () => {
    const prefixes = rewrite('ab', 'a');
    const report = await run({ rewrite: prefixes, conflict: 'skip' });
    assert.deepEqual([report.skipped, report.verification?.differences], [1, []]);
    await servers[0].cli('DEL', 'ab1', 'a1');
    assert.deepEqual((await verifyClone(deps(), request({ rewrite: prefixes }), { kind: 'sample', keys: 50 }, never, () => undefined)).differences.map(({ kind }) => kind), ['missing']);
  });

  it('takes no copy for an original where another connection shows it', async () => {
    const target = { profile: testProfile(servers[0], { id: 'alias' }), database: 0 };
    for (const conflict of ['stop', 'replace'] as const) {
      const report = await run({ target, rewrite: rewrite('', 'copy:'), conflict });
      assert.deepEqual([report.copied, report.verification?.differences, await servers[0].cli('DBSIZE')], [3, [], '6']);
    }
  });

  it('never maps two names to one: only those of the prefix are taken', async () => {
    await servers[0].cli('MSET', 'a:1', 'one', 'b:1', 'two');
    const target = { profile: testProfile(servers[1]), database: 3 };
    const report = await run({ target, rewrite: rewrite('a:', 'b:') });
    assert.deepEqual([report.copied, report.verification?.differences], [1, []]);
    assert.deepEqual([await servers[1].cli('-n', '3', 'GET', 'b:1'), await servers[1].cli('-n', '3', 'DBSIZE')], ['one', '1']);
  });
});

describe('the part of a target that is looked through', () => {
  for (const [pattern, from, to, expected] of [
    ['a*', 'ab', 'x', 'x*'], ['ab*', 'ab', 'x', 'x*'], ['abc*', 'ab', 'x', 'xc*'], [undefined, 'ab', 'x[', 'x\\[*'], [undefined, 'ab', '', undefined], ['*z', '', 'x', 'x*'],
  ] as const) {
    it(`${pattern ?? 'all'}, ${from} → ${to}: ${expected ?? 'all'}`, () => {
      const scope = { pattern: pattern === undefined ? undefined : Buffer.from(pattern), types: undefined };
      assert.equal(createRenaming(scope, { from: Buffer.from(from), to: Buffer.from(to) }).targetScope(scope).pattern?.toString(), expected);
    });
  }
});
