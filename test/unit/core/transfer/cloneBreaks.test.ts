import assert from 'node:assert/strict';
import { isFailure } from '../../../../src/core/failure.ts';
import { clone, type CloneProgress, type CloneReport, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { differences } from '../../../support/oracle.ts';
import { seededRandom } from '../../../support/random.ts';
import { sampleTypes, sampleValue } from '../../../support/rdbSamples.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { startRelay } from '../../../support/relay.ts';
import { resp, startScriptedServer } from '../../../support/scriptedServer.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const KEYS = 12_000;

describe('a clone that is disturbed', () => {
  let servers: [RedisServer, RedisServer];
  let sessions: TestSessions;
  /** What has to be over before a link can be made again. */
  let recovery: Promise<unknown> | undefined;
  const request = (more: Partial<CloneRequest> = {}, ports = servers.map(({ port }) => port)): CloneRequest => {
    const [source, target] = ports.map((port) => ({ profile: testProfile({ port }), database: 0 })) as [CloneRequest['source'], CloneRequest['target']];
    return { source, target, scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true, ...more };
  };
  const run = (what: CloneRequest, onProgress: (progress: CloneProgress) => void = () => undefined, signal = new AbortController().signal): Promise<CloneReport> =>
    clone({ sessions, seeds: [5, 6], patience: 10_000, pause: async () => void (await recovery) }, what, signal, onProgress);
  const equal = async (): Promise<void> => {
    const clients = await Promise.all(servers.map(({ port }) => connectResp(port)));
    assert.deepEqual(await differences(...(clients as [typeof clients[0], typeof clients[0]])), []);
    for (const client of clients) client.close();
  };
  /** Acts once when so many keys were copied. */
  const at = (keys: number, act: () => Promise<unknown>): { onProgress: (progress: CloneProgress) => void; acted: () => Promise<unknown> } => {
    let acting: Promise<unknown> | undefined;
    recovery = undefined;
    return {
      onProgress(progress) {
        if (progress.phase === 'copying' && progress.keys >= keys) recovery = acting ??= act();
      },
      acted: () => acting ?? assert.fail('nothing happened'),
    };
  };

  beforeEach(async () => {
    sessions = createTestSessions();
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    await servers[0].cli('DEBUG', 'POPULATE', String(KEYS), 'key', '100');
    await servers[0].cli('HSET', 'hash', 'field', 'value');
  });
  afterEach(async () => {
    await sessions.dispose();
    for (const server of servers) await server.stop();
  });

  for (const side of [0, 1] as const) {
    it(`goes on after links to the ${side === 0 ? 'source' : 'target'} that break again and again`, async () => {
      const relay = await startRelay(servers[side].port, { cutAfter: side === 0 ? 500_000 : (connection) => (connection % 2 === 1 ? 12_345 : 300_000) });
      const report = await run(request({ verify: false }, side === 0 ? [relay.port, servers[1].port] : [servers[0].port, relay.port]));
      assert.ok(relay.connections > (side === 0 ? 3 : 1), `${String(relay.connections)} links`);
      await relay.close();
      assert.deepEqual([report.copied, report.skipped], [KEYS + 1, 0]);
      await equal();
    });
  }

  it('starts the scan again when the source restarts, and misses no key', async () => {
    const { onProgress, acted } = at(3000, () => servers[0].restart({ keep: true }));
    const report = await run(request(), onProgress);
    await acted();
    assert.deepEqual([report.copied, report.verification?.differences], [KEYS + 1, []]);
    await equal();
  });

  it('copies again what a target lost that was killed', async () => {
    const { onProgress, acted } = at(3000, async () => {
      await servers[1].kill();
      await servers[1].restart();
    });
    const report = await run(request(), onProgress);
    await acted();
    assert.ok(report.anew);
    assert.deepEqual(report.verification?.differences, []);
    await equal();
  });

  for (const [engine, moments] of [['auto', [1, 3000, 4000]], ['commands', [200, 6000]]] as const) {
    it(`leaves whole keys only behind when it is cancelled, at any moment (${engine})`, async () => {
      const clients = await Promise.all(servers.map(({ port }) => connectResp(port))) as [RespClient, RespClient];
      const random = seededRandom(2);
      for (let round = 0; round < 20; round += 1) for (const type of sampleTypes) for (const call of sampleValue(random, type, `${type}:${String(round)}`)) await clients[0].call(call);
      let before = 0;
      // Those of each turn.
      for (const moment of moments) {
        const cancelled = new AbortController();
        const { onProgress } = at(moment, () => Promise.resolve(cancelled.abort()));
        await assert.rejects(run(request({ engine, conflict: 'skip' }), onProgress, cancelled.signal), (error) => isFailure(error, 'cancelled'));
        const found = (await differences(...clients)).filter(({ kind }) => kind !== 'digest').map(({ kind, second }) => `${kind}: ${second}`);
        assert.deepEqual([...new Set(found)], ['missing: not there'], `at ${String(moment)} keys`);
        const there = Number(await servers[1].cli('DBSIZE'));
        assert.ok(there > before, `${String(there)} keys`);
        before = there;
      }
      // What is there is taken as it is: only the rest comes.
      const { skipped } = await run(request({ engine, conflict: 'skip' }));
      assert.equal(skipped, before);
      await equal();
      for (const client of clients) client.close();
    }).timeout(30_000);
  }

  it('gives up a key at which every link breaks, though those before it get there each time', async () => {
    const target = await startScriptedServer(([name, key]) => {
      if (name?.toString() !== 'RESTORE') return undefined;
      return key?.toString() === 'hash' ? 'cut' : resp.simple('OK');
    });
    const names = [...Array.from({ length: 1000 }, (_, index) => Buffer.from(`key:${index}`)), Buffer.from('hash')];
    let pauses = 0;
    const pause = async (): Promise<void> => {
      pauses += 1;
      assert.ok(pauses < 20, 'it never ends');
    };
    const given = request({ names, conflict: 'replace', verify: false }, [servers[0].port, target.port]);
    await assert.rejects(clone({ sessions, seeds: [5, 6], patience: 10_000, pause }, given, new AbortController().signal, () => undefined), (error) => isFailure(error, 'unreachable'));
    await target.stop();
  });

  it('says that a target is full, and ends', async () => {
    await servers[1].cli('CONFIG', 'SET', 'maxmemory', '2mb');
    await assert.rejects(run(request()), (error) => isFailure(error, 'server') && /out of memory/.test(error.message));
  });

  it('neither overwrites nor deletes what was at the target before', async () => {
    await servers[1].cli('SET', 'gone', 'mine');
    await servers[1].cli('SET', 'new', 'mine');
    await servers[0].cli('SET', 'gone', 'theirs');
    // One key of the source goes, another comes, while it is copied; the target has its own of both names.
    const { onProgress, acted } = at(1, async () => {
      await servers[0].cli('DEL', 'gone');
      await servers[0].cli('SET', 'new', 'theirs');
    });
    // The rate holds the copy after its first batch until that is over.
    const rate = { keysPerSecond: 10_000 };
    const report = await clone({ sessions, seeds: [5, 6], patience: 10_000, clock: { elapsed: () => 0 }, pause: async () => void (await recovery) }, request({ conflict: 'skip', rate }), new AbortController().signal, onProgress);
    await acted();
    assert.deepEqual([await servers[1].cli('GET', 'gone'), await servers[1].cli('GET', 'new')], ['mine', 'mine']);
    // The one that came is met by the scan, or by the comparison; the one that went may have been met before.
    assert.deepEqual([report.copied + report.skipped + report.vanished >= KEYS + 2, report.skipped >= 1], [true, true]);
    assert.deepEqual(report.verification?.differences.filter(({ name }) => name.toString() !== 'gone'), []);
  });
});
