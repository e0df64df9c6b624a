import assert from 'node:assert/strict';
import { isFailure, type FailureKind } from '../../../../src/core/failure.ts';
import { clone, type CloneProgress, type CloneReport, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { planClone } from '../../../../src/core/transfer/plan.ts';
import { differences } from '../../../support/oracle.ts';
import { seededRandom } from '../../../support/random.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const never = new AbortController().signal;

describe('a clone among servers that are hard to deal with', () => {
  let servers: [RedisServer, RedisServer];
  let clients: [RespClient, RespClient];
  let sessions: TestSessions;
  const request = (more: Partial<CloneRequest> = {}, ports = servers.map(({ port }) => port)): CloneRequest => {
    const [source, target] = ports.map((port) => ({ profile: testProfile({ port }), database: 0 })) as [CloneRequest['source'], CloneRequest['target']];
    return { source, target, scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true, ...more };
  };
  const deps = (): Parameters<typeof clone>[0] => ({ sessions, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve() });
  const run = (what: CloneRequest, onProgress: (progress: CloneProgress) => void = () => undefined): Promise<CloneReport> => clone(deps(), what, never, onProgress);
  const equal = async (): Promise<void> => assert.deepEqual(await differences(...clients), []);
  const refused = async (what: CloneRequest, kind: FailureKind): Promise<void> => {
    await assert.rejects(planClone(deps(), what, never, () => undefined), (error) => isFailure(error, kind));
    await assert.rejects(run(what), (error) => isFailure(error, kind));
  };

  beforeEach(async () => {
    sessions = createTestSessions();
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    clients = await Promise.all(servers.map(({ port }) => connectResp(port))) as [RespClient, RespClient];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await sessions.dispose();
    for (const server of servers) await server.stop();
  });

  it('takes names of any bytes and of any length', async () => {
    const random = seededRandom(3);
    const names = [Buffer.alloc(0), Buffer.from('\r\n'), Buffer.from('*1\r\n$8\r\nFLUSHALL\r\n'), Buffer.from('a*[b]?\\'), Buffer.alloc(1_000_000, 'n'), Buffer.alloc(1_000_000, 'm'),
      ...Array.from({ length: 300 }, () => Buffer.from(Array.from({ length: random.below(30) }, () => random.below(256))))];
    for (const name of names) await clients[0].call(['SET', name, name.subarray(0, 50)]);
    for (const more of [{}, { conflict: 'replace', rewrite: { from: Buffer.alloc(0), to: Buffer.from('\0\r\n*') } }] as const) {
      const report = await run(request(more));
      assert.deepEqual([report.notCopied, report.verification?.differences.filter(({ kind }) => kind !== 'extra')], [[], []]);
      if (!('rewrite' in more)) await equal();
    }
    assert.equal(Number(await servers[1].cli('DBSIZE')), 2 * Number(await servers[0].cli('DBSIZE')));
  });

  for (const [what, act] of [['FLUSHALL', ['FLUSHALL']], ['SWAPDB', ['SWAPDB', '0', '1']]] as const) {
    it(`ends with what is there after ${what}`, async () => {
      await servers[0].cli('DEBUG', 'POPULATE', '20000', 'key', '100');
      await servers[0].cli('-n', '1', 'SET', 'other', '1');
      await servers[1].cli('SET', 'own', '1');
      let acting: Promise<unknown> | undefined;
      const report = await run(request(), ({ keys }) => {
        if (keys >= 3000) acting ??= servers[0].cli(...act);
      });
      await acting;
      const kept = what === 'SWAPDB' ? ['other', 'own'] : ['own'];
      assert.deepEqual((await servers[1].cli('KEYS', '*')).split('\n').sort(), kept);
      assert.deepEqual(report.verification?.differences.map(({ name, kind }) => `${kind} ${name.toString()}`), ['extra own']);
    });
  }

  it('clones within a database that grows meanwhile', async () => {
    await servers[0].cli('DEBUG', 'POPULATE', '5000', 'key', '20');
    const end = request().source;
    let added = 0;
    const adding: Promise<unknown>[] = [];
    const report = await run(request({ target: end, rewrite: { from: Buffer.alloc(0), to: Buffer.from('copy:') } }), ({ round }) => {
      if (round < 2 && added < 2000) adding.push(clients[0].call(['SET', `more:${String(added++)}`, '1']));
    });
    await Promise.all(adding);
    assert.deepEqual(report.verification?.differences, []);
    assert.equal(Number(await servers[0].cli('DBSIZE')), 2 * (5000 + added));
    assert.equal((await servers[0].cli('KEYS', 'copy:copy:*')), '');
  });

  it('refuses a cluster on either side', async () => {
    const cluster = await startRedisServer(['--cluster-enabled', 'yes']);
    await servers[0].cli('SET', 'k', 'v');
    await refused(request({}, [cluster.port, servers[1].port]), 'unsupported');
    await refused(request({ conflict: 'empty' }, [servers[0].port, cluster.port]), 'unsupported');
    await cluster.stop();
  });

  it('refuses a read-only replica as the target', async () => {
    const primary = await startRedisServer(['--repl-diskless-sync-delay', '0']);
    await primary.cli('SET', 'own', '1');
    await servers[0].cli('SET', 'k', 'v');
    await servers[1].cli('REPLICAOF', '127.0.0.1', String(primary.port));
    while (!(await servers[1].cli('INFO', 'replication')).includes('master_link_status:up')) await new Promise(setImmediate);
    for (const conflict of ['stop', 'replace', 'empty'] as const) await refused(request({ conflict }), 'permission');
    assert.equal(await servers[1].cli('KEYS', '*'), 'own');
    await primary.stop();
  });

  it('writes nothing over a connection that is to be read only, and takes the confirmation of the plan for that of its writes', async () => {
    await servers[0].cli('MSET', 'a', '1', 'b', '2');
    await servers[1].cli('SET', 'own', '1');
    const [source, target] = servers.map((server, index) => ({ profile: testProfile(server, { id: `only-${String(index)}`, access: 'read-only' }), database: 0 })) as [CloneRequest['source'], CloneRequest['target']];
    for (const conflict of ['stop', 'replace', 'empty'] as const) await assert.rejects(run(request({ source, target, conflict })), (error) => isFailure(error, 'guarded'));
    assert.equal(await servers[1].cli('KEYS', '*'), 'own');
    const asking = { profile: testProfile(servers[1], { id: 'asking', access: 'confirm-writes' }), database: 0 };
    const report = await run(request({ source, target: asking }));
    assert.deepEqual([report.copied, sessions.asked.length], [2, 0]);
  });
});
