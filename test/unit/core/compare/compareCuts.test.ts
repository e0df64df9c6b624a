import assert from 'node:assert/strict';
import { compareDatabases, type Comparison, type CompareRequest } from '../../../../src/core/compare/compareDatabases.ts';
import type { CompareProgress } from '../../../../src/core/compare/verify.ts';
import { verifyClone } from '../../../../src/core/compare/verifyClone.ts';
import { isFailure } from '../../../../src/core/failure.ts';
import { seededRandom } from '../../../support/random.ts';
import { sampleTypes, sampleValue } from '../../../support/rdbSamples.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { startRelay, type Relay } from '../../../support/relay.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const KEYS = 20_000;
/** Bytes of a link that bring it further: of a page of names, and of values. */
const LEAST = 300_000;
const never = new AbortController().signal;

describe('a comparison whose links are cut', () => {
  let servers: [RedisServer, RedisServer];
  let clients: [RespClient, RespClient];
  let sessions: TestSessions;
  let relays: Relay[];
  let pauses: number[];
  let uncut: Comparison;
  const deps = (recovered: () => Promise<unknown> = () => Promise.resolve()) => ({
    sessions, seeds: [5, 6], patience: 10_000,
    pause: async (ms: number) => {
      pauses.push(ms);
      await recovered();
    },
  }) as const;
  const request = (ports: readonly number[], more: Partial<CompareRequest> = {}): CompareRequest => {
    const [source, target] = ports.map((port) => ({ profile: testProfile({ port }), database: 0 })) as [CompareRequest['source'], CompareRequest['target']];
    return { source, target, scope: { pattern: undefined, types: undefined }, ...more };
  };
  const ports = (): readonly number[] => servers.map(({ port }) => port);
  const relay = async (side: 0 | 1, cutAfter: number | (() => number)): Promise<Relay> => {
    const made = await startRelay(servers[side].port, { cutAfter });
    relays.push(made);
    return made;
  };
  const shown = ({ compared, differences }: Comparison): string[] => [String(compared), ...differences.map(({ name, kind }) => `${name.toString('latin1')} ${kind}`).sort()];

  before(async () => {
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    clients = await Promise.all(servers.map(({ port }) => connectResp(port))) as typeof clients;
    for (const client of clients) {
      const random = seededRandom(4);
      await client.call(['DEBUG', 'POPULATE', String(KEYS), 'key', '60']);
      for (const type of sampleTypes) for (let index = 0; index < 3; index += 1) for (const call of sampleValue(random, type, `${type} ${String(index)}`)) await client.call(call);
    }
    for (let key = 0; key < KEYS; key += 97) await clients[1].call(['APPEND', `key:${String(key)}`, 'x']);
    for (let key = 0; key < KEYS; key += 991) await clients[1].call(['DEL', `key:${String(key)}`]);
    for (let key = 0; key < 300; key += 1) await clients[1].call(['SET', `mine ${String(key)}`, 'x']);
  });
  after(async () => {
    for (const client of clients) client.close();
    for (const server of servers) await server.stop();
  });
  beforeEach(async () => {
    sessions = createTestSessions({ timeouts: { backoff: () => 0 } });
    [relays, pauses] = [[], []];
    uncut = await compareDatabases(deps(), request(ports()), never, () => undefined);
    assert.ok(uncut.differences.length > 400);
  });
  afterEach(async () => {
    for (const one of relays) await one.close();
    await sessions.dispose();
  });

  for (const seed of [1, 2, 3]) {
    it(`finds what an uncut one does (seed ${String(seed)})`, async () => {
      const random = seededRandom(seed);
      const both = await Promise.all(([0, 1] as const).map((side) => relay(side, () => LEAST + random.below(random.pick([20_000, 60_000, 200_000])))));
      const found = await compareDatabases(deps(), request(both.map(({ port }) => port)), never, () => undefined);
      assert.ok(pauses.length > 3, `${String(pauses.length)} cuts`);
      assert.deepEqual(shown(found), shown(uncut));
    });
  }

  it('goes on within parts of a database, with chosen types and under another prefix', async () => {
    const random = seededRandom(9);
    const both = await Promise.all(([0, 1] as const).map((side) => relay(side, () => LEAST + random.below(60_000))));
    for (const more of [{ scope: { pattern: Buffer.from('key:*1*'), types: ['hash', 'string'] } }, { rewrite: { from: Buffer.from('key:1'), to: Buffer.from('key:2') } }]) {
      pauses = [];
      const found = await compareDatabases(deps(), request(both.map(({ port }) => port), more), never, () => undefined);
      assert.deepEqual(shown(found), shown(await compareDatabases(deps(), request(ports(), more), never, () => undefined)));
      assert.ok(pauses.length > 0, 'it was cut');
    }
  });

  for (const side of [0, 1] as const) {
    it(`begins anew when the ${side === 0 ? 'source' : 'target'} is another process half way: its cursors are void`, async () => {
      let restarted: Promise<void> | undefined;
      const progress: number[] = [];
      const meanwhile = ({ compared }: CompareProgress): void => {
        progress.push(compared);
        if (compared > KEYS / 2) restarted ??= (async () => {
          await servers[side].restart({ keep: true });
        })();
      };
      const found = await compareDatabases(deps(async () => restarted), request(ports()), never, meanwhile);
      assert.ok(restarted !== undefined && pauses.length > 0);
      assert.ok(progress.some((now, index) => now < (progress[index - 1] ?? 0)), 'it began anew');
      assert.deepEqual(shown(found), shown(uncut));
      clients[side].close();
      clients[side] = await connectResp(servers[side].port);
    });
  }

  it('gives up where nothing gets on, with longer and longer pauses', async () => {
    const dead = await relay(1, 30);
    await assert.rejects(compareDatabases(deps(), request([ports()[0] ?? 0, dead.port]), never, () => undefined), (error: unknown) => isFailure(error, 'unreachable'));
    assert.deepEqual(pauses, [200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  it('verifies a clone, all of it or a sample, over links that are cut', async () => {
    const random = seededRandom(6);
    const one = await relay(1, () => LEAST + random.below(100_000));
    const what = { ...request([ports()[0] ?? 0, one.port]), conflict: 'stop', verify: false } as const;
    const all = await verifyClone(deps(), what, { kind: 'full' }, never, () => undefined);
    assert.deepEqual(shown(all), shown(uncut));
    pauses = [];
    const some = await verifyClone(deps(), what, { kind: 'sample', keys: 6000 }, never, () => undefined);
    assert.ok(pauses.length > 0 && some.compared >= 6000, `${String(pauses.length)} cuts, ${String(some.compared)} keys`);
    const names = new Set(shown(uncut));
    assert.ok(some.differences.length > 20 && some.differences.every(({ name, kind }) => names.has(`${name.toString('latin1')} ${kind}`)));
  });
});
