// What the extension host feels: expanding a large namespace, and the loop while a million keys are scanned.
import { Redis } from 'ioredis';
import { createKeyspace } from '../../src/core/keyspace/createKeyspace.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { benchClock, benchOptions, benchSession } from '../support/bench/keyspace.ts';
import { filledServer, longestHold } from '../support/bench/measure.ts';

const signal = new AbortController().signal;

export async function cases(scope: BenchScope): Promise<readonly BenchCase[]> {
  const hundred = await filledServer(100_000, 'ns');
  scope.defer(() => hundred.stop());
  const million = await filledServer(1_000_000);
  scope.defer(() => million.stop());
  const hundredSession = await benchSession(scope, hundred);
  const millionSession = await benchSession(scope, million);
  const redis = new Redis(million.port, '127.0.0.1');
  scope.defer(() => redis.disconnect());

  /** Host time of the first page of a namespace whose names are known: CPU time, so that the wait for TYPE does not count. */
  async function expand(): Promise<number> {
    const keyspace = createKeyspace(hundredSession, {}, benchOptions, benchClock);
    await keyspace.scanEverything({ signal });
    await new Promise(setImmediate);
    const before = process.cpuUsage();
    const level = keyspace.level(Buffer.from('ns:'));
    const rows = await level.loadMore();
    const { user, system } = process.cpuUsage(before);
    if (rows.length !== benchOptions.pageSize || level.counts.found !== 100_000) throw new Error(`${rows.length} rows of ${level.counts.found}`);
    return (user + system) / 1000;
  }

  async function bareLoop(): Promise<void> {
    let cursor = '0';
    do [cursor] = await redis.scan(cursor, 'COUNT', 1000);
    while (cursor !== '0');
  }

  const scan = (): Promise<number> => longestHold(() => createKeyspace(millionSession, {}, benchOptions, benchClock).scanEverything({ signal }));
  return [
    { name: 'expand a namespace of 100,000 known names', unit: 'ms', better: 'lower', goal: 1, peer: 50, ours: expand },
    { name: 'longest hold of the loop, scanning 1,000,000 keys', unit: 'ms', better: 'lower', goal: 1, peer: 50, ours: scan },
    { name: 'the same hold in a bare loop (for comparison)', unit: 'ms', better: 'lower', goal: 1, peer: 50, ours: () => longestHold(bareLoop) },
  ];
}
