import assert from 'node:assert/strict';
import { clone, type CloneProgress, type CloneReport } from '../../../../src/core/transfer/clone.ts';
import { differences } from '../../../support/oracle.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { startRelay } from '../../../support/relay.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';
import { replyItems, replyText } from '../../../support/respReply.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const KEYS = 20_000;

describe('the verification of a clone', () => {
  let servers: [RedisServer, RedisServer];
  let clients: [RespClient, RespClient];
  let sessions: TestSessions;
  /** Clones between two ports; the copy waits for what `copied` does when all keys are there, and any link for what `compared` does. */
  const run = (ports: readonly [number, number], copied: () => Promise<void>, compared: (progress: CloneProgress) => Promise<void> | undefined = () => undefined): Promise<CloneReport> => {
    let acting: Promise<void> | undefined;
    const [source, target] = ports.map((port) => ({ profile: testProfile({ port }), database: 0 })) as [{ profile: ReturnType<typeof testProfile>; database: 0 }, { profile: ReturnType<typeof testProfile>; database: 0 }];
    const deps = { sessions, seeds: [5, 6], patience: 10_000, clock: { elapsed: () => 0 }, pause: async () => void (await acting) } as const;
    // The rate has it wait after each batch.
    const request = { source, target, scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true, rate: { keysPerSecond: 10_000 } } as const;
    return clone(deps, request, new AbortController().signal, (progress) => {
      if (progress.phase === 'verifying') acting = compared(progress) ?? acting;
      else if (progress.keys === KEYS) acting ??= copied();
    });
  };
  /** Changes copies that a scan meets at the start, in the middle and at the end. */
  const damage = async (): Promise<void> => {
    const names = replyItems(replyItems(await clients[0].call(['SCAN', '0', 'COUNT', String(2 * KEYS)]))[1] ?? assert.fail('no names')).map((name) => replyText(name) ?? '');
    for (let part = 0; part <= 10; part += 1) await clients[1].call(['APPEND', names[Math.floor((part * (KEYS - 1)) / 10)] ?? '', 'x']);
    await clients[1].call(['SET', 'mine', 'x']);
  };

  beforeEach(async () => {
    sessions = createTestSessions({ timeouts: { backoff: () => 0 } });
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    clients = await Promise.all(servers.map(({ port }) => connectResp(port))) as [RespClient, RespClient];
    await clients[0].call(['DEBUG', 'POPULATE', String(KEYS), 'key', '60']);
  });
  afterEach(async () => {
    await sessions.dispose();
    for (const client of clients) client.close();
    for (const server of servers) await server.stop();
  });

  for (const side of [0, 1] as const) {
    it(`goes on where it was when links to the ${side === 0 ? 'source' : 'target'} break again and again, and finds what was changed on either side of each`, async () => {
      let verifying = false;
      const relay = await startRelay(servers[side].port, { cutAfter: () => (verifying ? 300_000 : Infinity) });
      const report = await run(side === 0 ? [relay.port, servers[1].port] : [servers[0].port, relay.port], async () => {
        await damage();
        verifying = true;
      });
      // Each round is some 2 MB of values.
      assert.ok(relay.connections > 10, `${relay.connections} links`);
      await relay.close();
      assert.deepEqual([report.copied, report.verification?.compared, report.verification?.rounds, report.verification?.repaired], [KEYS, KEYS, 2, 11]);
      assert.deepEqual(report.verification?.differences.map(({ name, kind }) => `${kind} ${name.toString()}`), ['extra mine']);
      await clients[1].call(['DEL', 'mine']);
      assert.deepEqual(await differences(...clients), []);
    }).timeout(60_000);
  }

  it('begins again when the target became another process, which has lost what was compared', async () => {
    let killed: Promise<void> | undefined;
    const report = await run([servers[0].port, servers[1].port], () => Promise.resolve(), ({ keys }) => {
      // All were compared: only whether the target has more is to be asked.
      if (keys < KEYS) return undefined;
      return killed ??= (async () => {
        await servers[1].kill();
        await servers[1].restart();
      })();
    });
    assert.ok(killed !== undefined);
    assert.deepEqual([report.verification?.repaired, report.verification?.differences], [KEYS, []]);
    clients[1].close();
    clients[1] = await connectResp(servers[1].port);
    assert.deepEqual(await differences(...clients), []);
  }).timeout(60_000);
});
