// A full synchronization of 1,000,000 keys: the practice server, as `npm run serve` starts it, as replica and as master of redis-server, and the bridge between two redis-servers, beside these alone; and what the bridge takes of memory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { buildPractice, startPractice } from '../support/bench/loadedServer.ts';
import { allowedMemory, peakMemory } from '../support/bench/filledPair.ts';
import { elapsed } from '../support/bench/measure.ts';
import type { Bridge } from '../../src/core/bridge/bridge.ts';
import { reaches, startTestBridge } from '../support/bridgePlay.ts';
import { infoOf } from '../support/replicationPlay.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { connectResp } from '../support/respClient.ts';
import { replyText } from '../support/respReply.ts';
import { createTestSessions, testProfile } from '../support/testSessions.ts';

/** Keys that one script makes. */
const BATCH = 10_000;
/** The default of 5 s would hide everything else. */
const SETTINGS = ['--repl-diskless-sync-delay', '0', '--save', ''] as const;
/** Ms between two looks at the link. */
const LOOK = 5;

/** What a script does for the key number `i`: 64 bytes that do not compress, or one type after the other. */
const contents = {
  'strings of 64 bytes': `redis.call('SET', 'key:' .. i, (redis.sha1hex(i) .. redis.sha1hex(-i)):sub(1, 64))`,
  'a mix of types': `
    local key, kind, hex = 'key:' .. i, i % 5, redis.sha1hex(i)
    if kind == 0 then redis.call('SET', key, 'user ' .. hex, 'EX', 100000 + i)
    elseif kind == 1 then redis.call('HSET', key, 'id', i, 'name', 'name ' .. i, 'token', hex)
    elseif kind == 2 then redis.call('RPUSH', key, i, 'item', hex)
    elseif kind == 3 then redis.call('SADD', key, 'red', hex:sub(1, 6), i)
    else redis.call('ZADD', key, i, 'one', i / 7, hex) end`,
} as const;

interface Running {
  readonly port: number;
  stop(): Promise<void>;
}

/** Ms from REPLICAOF until a new replica says that it has everything. */
async function syncTime(master: Running, start: () => Promise<Running>, keys: number): Promise<number> {
  const replica = await start();
  const client = await connectResp(replica.port);
  try {
    const ms = await elapsed(async () => {
      await client.call(['REPLICAOF', '127.0.0.1', String(master.port)]);
      // A redis-server is deaf while it loads.
      while ((await infoOf(client)).get('master_link_status') !== 'up') await new Promise((resolve) => setTimeout(resolve, LOOK));
    });
    const size = replyText(await client.call(['DBSIZE']));
    if (size !== String(keys)) throw new Error(`the replica has ${size ?? 'no'} keys`);
    return ms;
  } finally {
    client.close();
    await replica.stop();
  }
}

/** Ms until a bridge has everything at a new server. */
async function bridgeTime(master: Running, start: () => Promise<Running>, keys: number): Promise<number> {
  const target = await start();
  const sessions = createTestSessions();
  const folder = await mkdtemp(join(tmpdir(), 'keyspace-bench-'));
  try {
    let bridge: Bridge | undefined;
    const ms = await elapsed(async () => {
      bridge = startTestBridge({ sessions, folder, source: testProfile(master), target: testProfile(target) });
      await reaches(bridge, ({ kind }) => kind === 'in-step');
    });
    await bridge?.stop();
    const client = await connectResp(target.port);
    const size = replyText(await client.call(['DBSIZE']));
    client.close();
    if (size !== String(keys)) throw new Error(`the target has ${size ?? 'no'} keys`);
    return ms;
  } finally {
    await sessions.dispose();
    await target.stop();
    await rm(folder, { recursive: true });
  }
}

export async function cases(scope: BenchScope): Promise<readonly BenchCase[]> {
  const keys = scope.quick ? 100_000 : 1_000_000;
  const rounds = 3;
  const practice = await buildPractice();
  const startOurs = (args: readonly string[] = []): Promise<Running> => startPractice(practice, [...SETTINGS, ...args]);
  const startTheirs = (args: readonly string[] = []): Promise<Running> => startRedisServer([...SETTINGS, ...args]);
  const all: BenchCase[] = [];
  for (const [name, statement] of Object.entries(contents)) {
    const folder = await mkdtemp(join(tmpdir(), 'keyspace-bench-'));
    scope.defer(() => rm(folder, { recursive: true, force: true }));
    const theirs = await startRedisServer([...SETTINGS, '--dir', folder]);
    scope.defer(() => theirs.stop());
    for (let from = 0; from < keys; from += BATCH) {
      await theirs.cli('EVAL', `for i = ${from}, ${Math.min(from + BATCH, keys) - 1} do ${statement} end`, '0');
    }
    await theirs.cli('SAVE');
    const ours = await startOurs(['--dir', folder]);
    scope.defer(() => ours.stop());
    scope.note(`${keys.toLocaleString('en')} keys, ${name}`);
    const peer = (): Promise<number> => syncTime(theirs, startTheirs, keys);
    all.push(
      { name: `as replica, ${name}`, unit: 'ms', better: 'lower', goal: 4, rounds, ours: () => syncTime(theirs, startOurs, keys), peer },
      { name: `as master, ${name}`, unit: 'ms', better: 'lower', goal: 4, rounds, ours: () => syncTime(ours, startTheirs, keys), peer },
      { name: `bridge, ${name}`, unit: 'ms', better: 'lower', goal: 4, rounds, ours: () => bridgeTime(theirs, startTheirs, keys), peer },
      { name: `memory of the bridge, ${name}`, unit: 'MB', better: 'lower', goal: 1, rounds: 1, ours: () => peakMemory(() => bridgeTime(theirs, startTheirs, keys)), peer: allowedMemory(keys) },
    );
  }
  return all;
}
