// The pager over 1,000,000 keys: speed beside a bare loop and redis-cli, and the memory that the names take.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { Session } from '../../src/core/connection/session.ts';
import { createKeyspace } from '../../src/core/keyspace/createKeyspace.ts';
import type { Keyspace } from '../../src/core/keyspace/keyspace.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { benchClock, benchOptions, benchSession } from '../support/bench/keyspace.ts';
import { elapsed, filledServer, memoryOverIdle } from '../support/bench/measure.ts';

const keys = 1_000_000;
const perSecond = (ms: number): number => keys / (ms / 1000);

async function scanAll(session: Session): Promise<Keyspace> {
  const keyspace = createKeyspace(session, {}, benchOptions, benchClock);
  const { found } = await keyspace.scanEverything({ signal: new AbortController().signal });
  if (found !== keys) throw new Error(`${found} of ${keys} keys found`);
  return keyspace;
}

/** What anybody would write: a loop that keeps nothing. */
async function bareLoop(redis: Redis): Promise<void> {
  let cursor = '0';
  let seen = 0;
  do {
    const [next, names] = await redis.scan(cursor, 'COUNT', 1000);
    cursor = next;
    seen += names.length;
  } while (cursor !== '0');
  if (seen < keys) throw new Error(`${seen} of ${keys} keys seen`);
}

async function redisCli(port: number): Promise<void> {
  const child = spawn('redis-cli', ['-h', '127.0.0.1', '-p', String(port), '--scan'], { stdio: ['ignore', 'ignore', 'inherit'] });
  await once(child, 'close');
}

export async function cases(scope: BenchScope): Promise<readonly BenchCase[]> {
  const server = await filledServer(keys);
  scope.defer(() => server.stop());
  const session = await benchSession(scope, server);
  const redis = new Redis(server.port, '127.0.0.1');
  scope.defer(() => redis.disconnect());
  scope.note(`${keys.toLocaleString('en')} keys, names of 5 to 10 bytes`);
  const ours = async (): Promise<number> => perSecond(await elapsed(() => scanAll(session)));
  return [
    { name: '1,000,000 keys, bare ioredis SCAN COUNT 1000', unit: 'keys/s', better: 'higher', goal: 0.8, ours, peer: async () => perSecond(await elapsed(() => bareLoop(redis))) },
    { name: '1,000,000 keys, redis-cli --scan', unit: 'keys/s', better: 'higher', goal: 5, ours, peer: async () => perSecond(await elapsed(() => redisCli(server.port))) },
    { name: 'memory of 1,000,000 names, kept', unit: 'MB', better: 'lower', goal: 1, peer: 64, ours: async () => (await memoryOverIdle(() => scanAll(session), 50)).kept / 1e6 },
    { name: 'memory of 1,000,000 names, peak', unit: 'MB', better: 'lower', goal: 1, peer: 64, ours: async () => (await memoryOverIdle(() => scanAll(session), 50)).peak / 1e6 },
  ];
}
