import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBridge, type Bridge, type BridgeDeps, type BridgeRequest } from '../../src/core/bridge/bridge.ts';
import type { ReplicationPhase } from '../../src/core/replicate/state.ts';
import { untilEqual } from './oracle.ts';
import { infoOf, until } from './replicationPlay.ts';
import { seededRandom } from './random.ts';
import { startRedisServer, type RedisServer } from './redisServer.ts';
import { connectResp, type Argument, type RespClient } from './respClient.ts';
import { replyItems, replyText } from './respReply.ts';
import { createTestSessions, testProfile, type TestSessions } from './testSessions.ts';

/* What tests of the bridge share. */

/** Starts a bridge that waits for next to nothing before it tries again. */
export function startTestBridge(ends: Pick<BridgeDeps, 'sessions' | 'folder' | 'spool' | 'term'> & Pick<BridgeRequest, 'source' | 'target'>, more: Partial<BridgeRequest> = {}): Bridge {
  const { sessions, folder, source, target, spool, term } = ends;
  return startBridge({
    sessions, folder, ...(spool === undefined ? {} : { spool }), seeds: [1, 2], patience: 10_000, clock: { now: () => Date.now(), elapsed: () => performance.now() }, largest: 512 * 1024,
    window: 'a test', ...(term === undefined ? {} : { term }),
    pause: async (ms, signal) => {
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, ms === 5000 ? 50 : 5));
    },
  }, { id: 'test', source, target, ...more });
}

/** Waits until a bridge is there; rejects with the reason if it ends before. */
export async function reaches(bridge: Bridge, what: (phase: ReplicationPhase) => boolean): Promise<void> {
  await until(async () => {
    const { phase } = bridge.state;
    if (what(phase)) return true;
    if (phase.kind === 'stopped') throw phase.reason.kind === 'failed' ? phase.reason.failure : new Error(`it is ${phase.reason.kind}`);
    return false;
  });
}

/** Somebody who does what may be done once only: counts, appends, pushes and pops, in transactions or not, on keys that may end meanwhile. */
export async function count(client: RespClient, seed: number, rounds: number): Promise<void> {
  const random = seededRandom(seed);
  for (let round = 0; round < rounds; round += 1) {
    const key = `once:${random.below(30)}`;
    const calls: Argument[][] = [];
    for (let step = random.below(8); step >= 0; step -= 1) {
      switch (random.below(9)) {
        case 0: calls.push(['INCR', `${key}:n`]); break;
        case 1: calls.push(['APPEND', `${key}:text`, String(round)]); break;
        case 2: calls.push(['RPUSH', `${key}:list`, String(round), 'x']); break;
        case 3: calls.push(['LPOP', `${key}:list`]); break;
        case 4: calls.push(['HINCRBY', `${key}:hash`, 'n', '3'], ['SETBIT', `${key}:bits`, String(random.below(300)), '1']); break;
        case 5: calls.push(['INCR', `${key}:limit`], ['PEXPIRE', `${key}:limit`, random.pick(['2', '15', '60'])]); break;
        case 6: calls.push(['RPUSH', `${key}:ends`, 'y'], ['PEXPIRE', `${key}:ends`, random.pick(['1', '25', '90000'])], ['PERSIST', `${key}:ends`]); break;
        case 7: calls.push(['SPOP', `${key}:set`], ['SADD', `${key}:set`, ...Array.from({ length: 5 }, () => String(random.below(50)))]); break;
        default: calls.push(['SUNIONSTORE', `${key}:union`, `${key}:set`, `once:${random.below(30)}:set`], ['COPY', `${key}:limit`, `${key}:copy`, 'REPLACE']);
      }
    }
    const all = random.oneIn(2) ? [['MULTI'], ...calls, ['EXEC']] : calls;
    await Promise.all(all.map((call) => client.call(call)));
  }
}

/** Puts into `expected` what a bridge should have made of the source: each key under the name and in the database that `place` answers. */
export async function expect(source: RespClient, expected: RespClient, place: (database: number, name: Buffer) => { readonly database: number; readonly name: Buffer } | undefined): Promise<void> {
  await expected.call(['FLUSHALL']);
  for (let database = 0; database < 16; database += 1) {
    await source.call(['SELECT', String(database)]);
    const [, names] = replyItems(await source.call(['SCAN', '0', 'COUNT', '1000000']));
    for (const item of replyItems(names)) {
      const name = Buffer.from(replyText(item) ?? '', 'latin1');
      const to = place(database, name);
      if (to === undefined) continue;
      const [end, dump] = await Promise.all([source.call(['PEXPIRETIME', name]), source.call(['DUMP', name])]);
      const expireAt = replyText(end) ?? '-1';
      if (dump.kind !== 'bulk') continue;
      await expected.call(['SELECT', String(to.database)]);
      await expected.call(['RESTORE', to.name, expireAt === '-1' ? '0' : expireAt, dump.bytes, 'ABSTTL']);
    }
  }
  await source.call(['SELECT', '0']);
  await expected.call(['SELECT', '0']);
}

/** Two servers of each test's own, and a bridge from the first to the second. */
export interface BridgeRig {
  readonly servers: [RedisServer, RedisServer];
  readonly clients: [RespClient, RespClient];
  sessions(): TestSessions;
  bridge(): Bridge;
  /** Starts it, or through other ports. */
  start(more?: Partial<BridgeRequest>, options?: { readonly ports?: readonly number[]; readonly spool?: BridgeDeps['spool'] }): Bridge;
  inStep(): Promise<void>;
  /** All that the source has by now is at the target. */
  arrived(): Promise<void>;
  equal(): Promise<void>;
  /** Connects to a server anew that was restarted. */
  reconnect(index: 0 | 1): Promise<void>;
  /** How often the source had to make a snapshot. */
  snapshots(): Promise<number>;
}

/** Makes servers before each test and ends them behind it. */
export function useBridge(): BridgeRig {
  const servers = [] as unknown as BridgeRig['servers'];
  const clients = [] as unknown as BridgeRig['clients'];
  let sessions: TestSessions;
  let folder: string;
  let bridge: Bridge;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyspace-test-'));
    sessions = createTestSessions();
    servers.splice(0, 2, ...(await Promise.all([startRedisServer(['--repl-diskless-sync-delay', '0']), startRedisServer()])));
    clients.splice(0, 2, ...(await Promise.all(servers.map(({ port }) => connectResp(port)))));
  });
  afterEach(async () => {
    await bridge.stop().catch(() => undefined);
    for (const client of clients) client.close();
    await sessions.dispose();
    for (const server of servers) await server.stop();
    assert.deepEqual(await readdir(folder), [], 'nothing is left in the folder');
    await rm(folder, { recursive: true });
  });
  return {
    servers, clients,
    sessions: () => sessions,
    bridge: () => bridge,
    start(more = {}, { ports = servers.map(({ port }) => port), spool } = {}) {
      const [source, target] = ports.map((port) => testProfile({ port })) as [BridgeRequest['source'], BridgeRequest['target']];
      return (bridge = startTestBridge({ sessions, folder, source, target, ...(spool === undefined ? {} : { spool }) }, more));
    },
    inStep: () => reaches(bridge, ({ kind }) => kind === 'in-step'),
    async arrived() {
      const offset = Number((await infoOf(clients[0])).get('master_repl_offset'));
      await reaches(bridge, (phase) => phase.kind === 'in-step' && phase.offset >= offset);
    },
    equal: () => untilEqual(clients[0], clients[1], { streamed: true }),
    async reconnect(index) {
      clients[index].close();
      clients[index] = await connectResp(servers[index].port);
    },
    snapshots: async () => Number((await infoOf(clients[0], 'stats')).get('sync_full')),
  };
}
