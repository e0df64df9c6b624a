import { randomInt } from 'node:crypto';
import { clone, type CloneDeps, type CloneEnd, type CloneReport, type CloneRequest } from '../../../src/core/transfer/clone.ts';
import { startRedisServer, type RedisServer } from '../redisServer.ts';
import { connectResp, type RespClient } from '../respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../testSessions.ts';
import type { BenchScope } from './case.ts';
import { elapsed, memoryOverIdle } from './measure.ts';

/** Keys that a script makes at once. */
const BATCH = 10_000;

/** What a script does for the key number `i`. */
export const contents = [
  { name: 'strings of 64 bytes', keys: 1_000_000, statement: `redis.call('SET', 'key:' .. i, (redis.sha1hex(i) .. redis.sha1hex(-i)):sub(1, 64))` },
  {
    name: 'a mix of types', keys: 200_000, statement: `
    local key, kind, hex = 'key:' .. i, i % 6, redis.sha1hex(i)
    if kind == 0 then redis.call('SET', key, hex, 'EX', 100000 + i)
    elseif kind == 1 then redis.call('HSET', key, 'id', i, 'name', 'name ' .. i, 'token', hex)
    elseif kind == 2 then redis.call('RPUSH', key, i, 'item', hex)
    elseif kind == 3 then redis.call('SADD', key, 'red', hex:sub(1, 6), i)
    elseif kind == 4 then redis.call('ZADD', key, i, 'one', i / 7, hex)
    else redis.call('XADD', key, '*', 'sensor', i) end`,
  },
] as const;

/** All keys, of all types. */
export const everything = { pattern: undefined, types: undefined };

/** Two redis-servers, the first one filled. */
export interface FilledPair {
  readonly keys: number;
  readonly source: RedisServer;
  readonly target: RedisServer;
  readonly client: RespClient;
  readonly sessions: TestSessions;
  readonly deps: CloneDeps;
  readonly ends: readonly [CloneEnd, CloneEnd];
  /** Clones the source's database 0. Throws unless every key was copied. */
  cloneTo(target: CloneEnd): Promise<CloneReport>;
  /** Ms that a clone to the empty target takes. */
  copy(): Promise<number>;
}

/** Starts and fills them; they end with the bench. */
export async function filledPair(scope: BenchScope, { name, keys: full, statement }: (typeof contents)[number]): Promise<FilledPair> {
  const keys = scope.quick ? full / 10 : full;
  const [source, target] = [await startRedisServer(), await startRedisServer()] as const;
  const client = await connectResp(source.port);
  const sessions = createTestSessions();
  scope.defer(async () => {
    client.close();
    await sessions.dispose();
    for (const server of [source, target]) await server.stop();
  });
  for (let from = 0; from < keys; from += BATCH) await source.cli('EVAL', `for i = ${from}, ${Math.min(from + BATCH, keys) - 1} do ${statement} end`, '0');
  scope.note(`${keys.toLocaleString('en')} keys, ${name}`);
  const ends = [source, target].map((server) => ({ profile: testProfile(server), database: 0 })) as [CloneEnd, CloneEnd];
  const deps: CloneDeps = { sessions, seeds: [randomInt(2 ** 32), randomInt(2 ** 32)], patience: 60_000, pause: () => Promise.resolve() };
  const cloneTo = async (end: CloneEnd): Promise<CloneReport> => {
    const request: CloneRequest = { source: ends[0], target: end, scope: everything, conflict: 'stop', verify: false };
    const report = await clone(deps, request, new AbortController().signal, () => undefined);
    if (report.copied !== keys) throw new Error(`${report.copied} keys were copied`);
    return report;
  };
  return {
    keys, source, target, client, sessions, deps, ends, cloneTo,
    async copy() {
      await target.cli('FLUSHALL');
      return elapsed(() => cloneTo(ends[1]));
    },
  };
}

/** MB that work on so many keys may take over idle: 100, and 16 bytes for each key to know it again. */
export function allowedMemory(keys: number): number {
  return 100 + (keys * 16) / 1e6;
}

/** The most MB that `work` takes over idle. */
export async function peakMemory(work: () => Promise<unknown>): Promise<number> {
  return (await memoryOverIdle(work)).peak / 1e6;
}
