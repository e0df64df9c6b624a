import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BridgeScope } from '../../src/core/bridge/mapping.ts';
import { startPractice } from '../contract/practice.ts';
import { count, expect, reaches, startTestBridge } from '../support/bridgePlay.ts';
import { untilEqual } from '../support/oracle.ts';
import { startWire, write, type Wire } from '../support/replicationPlay.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { connectResp } from '../support/respClient.ts';
import { createTestSessions, testProfile } from '../support/testSessions.ts';

/** Cuts of a round, and how often it is written for few of them at most. */
const CUTS = 40;
const TIMES = 60;
const to = new Map([[0, 5], [2, 6]]);
/** What a bridge takes, and where that has to come out. */
interface Part {
  readonly name: string;
  readonly scope: BridgeScope;
  readonly place: Parameters<typeof expect>[2];
}

const everything: Part = { name: 'all', scope: {}, place: (database, name) => ({ database, name }) };
const scopes: readonly Part[] = [
  {
    name: 'a prefix', scope: { rewrite: { from: Buffer.from('a:'), to: Buffer.from('copy:a:') } },
    place: (database, name) => (name.toString('latin1').startsWith('a:') ? { database, name: Buffer.concat([Buffer.from('copy:'), name]) } : undefined),
  },
  { name: 'a pattern', scope: { pattern: Buffer.from('*:1?') }, place: (database, name) => (/:1.$/s.test(name.toString('latin1')) ? { database, name } : undefined) },
  { name: 'databases elsewhere', scope: { databases: to }, place: (database, name) => (to.has(database) ? { database: to.get(database) ?? 0, name } : undefined) },
];

/** Cuts a wire at random bytes from the far side, until the answer is called. */
function cutAtRandom(wire: Wire, random: Random, sizes: readonly number[]): () => void {
  let over = false;
  wire.cutAfter(() => (over ? undefined : 100 + random.below(random.pick(sizes))));
  return () => {
    over = true;
    wire.cut();
  };
}

/**
 * Several clients write to a source while the wires of a bridge to source and target are cut at random bytes; at the end the target holds the
 * same. redis-servers and practice servers in turn; all of it, or parts under other names. Rejects with what differs.
 * @param both wires are cut in every round, and not one of them in some
 */
export async function run({ seed, seconds, rounds = Infinity, cuts = CUTS, both = false }: { readonly seed: number; readonly seconds: number; readonly rounds?: number; readonly cuts?: number; readonly both?: boolean }): Promise<{ checks: number; cuts: readonly [number, number] }> {
  const end = performance.now() + seconds * 1000;
  const random = seededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), 'keyspace-soak-'));
  const real = [await startRedisServer(['--repl-diskless-sync-delay', '0']), await startRedisServer(['--repl-diskless-sync-delay', '0'])] as const;
  const reference = await startRedisServer();
  const practice = await startPractice();
  const ports = [real[0].port, real[1].port, await practice.port()];
  const clients = await Promise.all(ports.map((port) => connectResp(port)));
  const expected = await connectResp(reference.port);
  let checks = 0;
  const all: [number, number] = [0, 0];
  try {
    await clients[2]?.call(['CONFIG', 'SET', 'repl-diskless-sync-delay', '0']);
    for (let round = 0; round < rounds && (round === 0 || performance.now() < end); round += 1) {
      const [from, into] = random.pick([[0, 1], [0, 2], [2, 1]] as const);
      const { name, scope, place } = random.oneIn(3) ? random.pick(scopes) : everything;
      const [source, target] = [clients[from], clients[into]];
      if (source === undefined || target === undefined) break;
      const port = ports[from] ?? 0;
      const wires = await Promise.all([startWire(port), startWire(ports[into] ?? 0)]);
      const sessions = createTestSessions();
      try {
        for (const call of [['FLUSHALL'], ['FUNCTION', 'FLUSH']]) for (const client of [source, target]) await client.call(call);
        await source.call(['CONFIG', 'SET', 'repl-diskless-sync', random.pick(['yes', 'no'])]);
        await write(() => connectResp(port), random.below(2 ** 31), 8);
        // Little at a time comes to be applied, and not heard of; much is cut in the middle.
        const heavy = random.oneIn(2);
        const drawn = random.pick([[0], [1], [0, 1]] as const);
        const sides = both ? [0, 1] as const : drawn;
        const cut = (sizes: readonly [readonly number[], readonly number[]]): (() => void)[] => sides.map((side) => cutAtRandom(wires[side], seededRandom(random.below(2 ** 31)), sizes[side]));
        const bridge = startTestBridge({ sessions, folder, source: testProfile(wires[0]), target: testProfile(wires[1]) }, scope);
        // Those within the snapshot may make it begin anew for ever.
        if (random.oneIn(2)) await reaches(bridge, ({ kind }) => kind === 'in-step');
        else {
          const stops = cut([[500_000, 3_000_000], [500, 5000]]);
          await reaches(bridge, ({ kind }) => kind === 'in-step' || wires[0].cuts() + wires[1].cuts() > 2);
          for (const stop of stops) stop();
          await reaches(bridge, ({ kind }) => kind === 'in-step');
        }
        const stops = cut([[300, 3000, 50_000], [60, 200, 3000]]);
        const before = wires[0].cuts() + wires[1].cuts();
        for (const wire of wires) wire.cut();
        const counter = await connectResp(port);
        for (let times = 0; times < Math.max(TIMES, cuts) && wires[0].cuts() + wires[1].cuts() - before < cuts; times += 1) {
          await Promise.all([heavy ? write(() => connectResp(port), random.below(2 ** 31), 5) : undefined, count(counter, random.below(2 ** 31), 50)]);
        }
        counter.close();
        for (const stop of stops) stop();
        await reaches(bridge, ({ kind }) => kind === 'in-step');
        await bridge.liberate(new AbortController().signal);
        if (bridge.lost.size > 0) throw new Error([...bridge.lost.values()][0]?.message);
        if (name === 'all') await untilEqual(source, target, { streamed: true });
        else {
          await expect(source, expected, place);
          // Functions are of the whole server.
          for (const client of [target, expected]) await client.call(['FUNCTION', 'FLUSH']);
          await untilEqual(expected, target, { streamed: true });
        }
        checks += 1 + wires[0].cuts() + wires[1].cuts();
        for (const side of [0, 1] as const) all[side] += wires[side].cuts();
      } catch (error) {
        throw new Error(`seed ${seed}, round ${round}, ${name} of ${['redis-server', '', 'practice'][from] ?? ''} to ${['', 'redis-server', 'practice'][into] ?? ''}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      } finally {
        await sessions.dispose();
        for (const wire of wires) wire.close();
      }
    }
    return { checks, cuts: all };
  } finally {
    for (const client of [...clients, expected]) client.close();
    await Promise.all([...real.map((server) => server.stop()), reference.stop(), practice.close()]);
    await rm(folder, { recursive: true });
  }
}
