// Saving a connection as an RDB file: how fast, and how long it holds the extension host's loop.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ConnectionProfile } from '../../src/core/connection/profile.ts';
import { saveRdb } from '../../src/core/save/saveRdb.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { elapsed, longestBusy } from '../support/bench/measure.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { createTestSessions, testProfile } from '../support/testSessions.ts';

const run = promisify(execFile);
/** Ms of the extension host, which serves every other extension too. */
const LIMIT = 50;

export async function cases(scope: BenchScope): Promise<readonly BenchCase[]> {
  const keys = scope.quick ? 100_000 : 1_000_000;
  const rounds = scope.quick ? 1 : 3;
  const server = await startRedisServer(['--repl-diskless-sync-delay', '0']);
  scope.defer(() => server.stop());
  await server.cli('DEBUG', 'POPULATE', String(keys), 'user', '64');
  await server.cli('ACL', 'SETUSER', 'scanner', 'on', 'nopass', '~*', '&*', '+@all', '-psync', '-sync');
  const folder = await mkdtemp(join(tmpdir(), 'keyspace-bench-'));
  scope.defer(() => rm(folder, { recursive: true }));

  const large = await startRedisServer(['--rdbcompression', 'no']);
  scope.defer(() => large.stop());
  await large.cli('SETRANGE', 'large', String((scope.quick ? 50 : 200) * 1024 * 1024), 'end');

  const save = async (profile: ConnectionProfile, expected = keys): Promise<void> => {
    const sessions = createTestSessions();
    const clock = { now: () => Date.now(), elapsed: () => performance.now() };
    const report = await saveRdb({ sessions, clock }, { profile, path: join(folder, 'ours.rdb'), ...(expected === 1 ? { database: 0 } : {}) }, { signal: new AbortController().signal, onProgress: () => undefined });
    await sessions.dispose();
    if (report.keys !== expected) throw new Error(`${report.keys} of ${expected} keys were saved`);
  };
  const redisCli = (): Promise<number> => elapsed(() => run('redis-cli', ['-p', String(server.port), '--rdb', join(folder, 'theirs.rdb')]));
  const ways: readonly (readonly [string, ConnectionProfile, number])[] = [
    ['as a replica', testProfile(server), 2],
    ['by SCAN and DUMP', testProfile(server, { id: 'scanner', username: 'scanner' }), 20],
    ['by SCAN and DUMP, read-only', testProfile(server, { id: 'reader', username: 'scanner', access: 'read-only' }), 30],
  ];
  const hold: BenchCase = {
    name: `longest hold, one value of ${scope.quick ? 50 : 200} MB by SCAN and DUMP`, unit: 'ms', better: 'lower', goal: 1, rounds, ours: () => longestBusy(() => save(testProfile(large), 1)), peer: LIMIT,
  };
  return [hold, ...ways.flatMap(([way, profile, goal]): BenchCase[] => [
    { name: `${keys.toLocaleString('en')} keys ${way}, and redis-cli --rdb`, unit: 'ms', better: 'lower', goal, rounds, ours: () => elapsed(() => save(profile)), peer: redisCli },
    { name: `longest hold meanwhile, ${way}`, unit: 'ms', better: 'lower', goal: 1, rounds, ours: () => longestBusy(() => save(profile)), peer: LIMIT },
  ])];
}
