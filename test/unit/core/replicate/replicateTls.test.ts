import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionProfile, TlsOptions } from '../../../../src/core/connection/profile.ts';
import { preflight, type Refusal } from '../../../../src/core/replicate/preflight.ts';
import { startReplica } from '../../../../src/core/replicate/replica.ts';
import type { Replication } from '../../../../src/core/replicate/state.ts';
import { reaches, startTestBridge } from '../../../support/bridgePlay.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { createTestVault, replicaDeps, untilState } from '../../../support/replicaPlay.ts';
import { until } from '../../../support/replicationPlay.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';
import { makeCertificates, type Certificates } from '../../../support/tls.ts';

const never = new AbortController().signal;

describe('replication over TLS', () => {
  let certificates: Certificates;
  let source: RedisServer;
  let target: RedisServer;
  let plain: RedisServer;
  let sessions: TestSessions;
  let folder: string;
  const running: Replication[] = [];
  const profileOf = (server: RedisServer): ConnectionProfile => {
    const tls: TlsOptions = { caFile: certificates.caFile, ...certificates.client, verify: true };
    return testProfile(server, server === plain ? {} : { tls });
  };
  const refusals = async (from: RedisServer, to: RedisServer): Promise<readonly Refusal[]> =>
    (await preflight({ sessions, password: async () => undefined }, { source: profileOf(from), target: profileOf(to), address: { host: '127.0.0.1', port: from.port } }, never)).refusals;
  /** By the servers' own means. */
  const equal = async (to: RedisServer): Promise<void> => assert.equal(await to.cli('DEBUG', 'DIGEST'), await source.cli('DEBUG', 'DIGEST'));

  before(async () => {
    certificates = await makeCertificates();
    const { caFile, server } = certificates;
    const prompt = ['--repl-diskless-sync-delay', '0'];
    [source, target, plain] = await Promise.all([
      // A replica has to show a certificate there.
      startRedisServer(prompt, { tls: { caFile, ...server, clientAuth: true } }),
      startRedisServer(prompt, { tls: { caFile, ...server, clientAuth: false } }),
      startRedisServer(prompt),
    ]);
  });
  after(async () => {
    for (const server of [source, target, plain]) await server.stop();
    await certificates.remove();
  });
  beforeEach(async () => {
    sessions = createTestSessions();
    folder = await mkdtemp(join(tmpdir(), 'keyspace-tls-replication-'));
    for (const server of [source, target, plain]) await server.cli('FLUSHALL');
    await source.cli('DEBUG', 'POPULATE', '3000', 'key', '100');
    await source.cli('-n', '3', 'HSET', 'hash', 'field', 'value');
    await source.cli('SET', 'ends', 'x', 'PXAT', '4102444800123');
  });
  afterEach(async () => {
    for (const replication of running.splice(0)) replication.dispose();
    await sessions.dispose();
    await rm(folder, { recursive: true });
  });

  it('says what is missing as long as tls-replication is not set, then follows by REPLICAOF and is liberated', async () => {
    assert.deepEqual(await refusals(source, target), [{ kind: 'tls', wanted: true }]);
    await target.cli('CONFIG', 'SET', 'tls-replication', 'yes');
    assert.deepEqual(await refusals(source, target), []);
    assert.deepEqual(await refusals(plain, target), [{ kind: 'tls', wanted: false }]);
    const replication = await startReplica(replicaDeps(sessions, createTestVault()), { id: 'tls', source: profileOf(source), target: profileOf(target), host: '127.0.0.1', port: source.port });
    running.push(replication);
    await untilState(replication, ({ phase }) => phase.kind === 'in-step');
    await source.cli('INCRBY', 'counter', '7');
    await replication.liberate(never);
    assert.match(await target.cli('INFO', 'replication'), /role:master/);
    await equal(target);
    await target.cli('CONFIG', 'SET', 'tls-replication', 'no');
  });

  it('goes by a live bridge from TLS to a server without, and to one that is no fit replica', async () => {
    assert.deepEqual(await refusals(source, plain), [{ kind: 'tls', wanted: true }]);
    for (const to of [plain, target]) {
      const bridge = startTestBridge({ sessions, folder, source: profileOf(source), target: profileOf(to) });
      running.push(bridge);
      await reaches(bridge, ({ kind }) => kind === 'in-step');
      await source.cli('APPEND', 'text', 'more');
      await until(async () => await to.cli('GET', 'text') === await source.cli('GET', 'text'));
      await bridge.liberate(never);
      await equal(to);
    }
  });
});
