// A file larger than memory is opened and looked into, as the extension host feels it: its loop, and what its process takes.
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Redis } from 'ioredis';
import { startWorker } from '../../src/server/worker/workerHost.ts';
import { bundles } from '../support/bundles.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { elapsed, longestBusy, longestHold } from '../support/bench/measure.ts';
import { outFolder } from '../support/paths.ts';
import { redisOver } from '../support/practiceServer.ts';
import { startRedisServer } from '../support/redisServer.ts';

const MB = 2 ** 20;
/** `keyspace.practice.maxMemory` as it is by default. */
const maxMemory = 1024 * MB;
/** V8 collects late, and buffers of what was read last are beside the heap. */
const SLACK = 512 * MB;

/** Strings of 100 kB, small keys, and some of every other type, one in ten of them large. */
const mix = `
  for i = 1, tonumber(ARGV[1]) do
    local n = i % 10 == 0 and 20000 or 50
    for j = 1, n do
      redis.call('HSET', 'hash:' .. i, 'field:' .. j, 'value:' .. j)
      redis.call('ZADD', 'zset:' .. i, j * 1.5, 'member:' .. j)
      redis.call('RPUSH', 'list:' .. i, 'item:' .. j)
      redis.call('XADD', 'stream:' .. i, j .. '-1', 'field', 'value:' .. j)
    end
  end`;

interface Figures {
  /** Ms of CPU time for which the loop of this thread did not turn, at most. */
  readonly busy: number;
  /** The same by the clock: what other processes took is part of it. */
  readonly hold: number;
  /** Bytes that this process took at most over what it took before. */
  readonly peak: number;
  readonly ms: number;
}

/** Watches this thread and its process during `work`. */
async function watch(work: () => Promise<unknown>): Promise<Figures> {
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss() - before);
  }, 20);
  try {
    let busy = 0;
    let hold = 0;
    const ms = await elapsed(async () => {
      hold = await longestHold(async () => {
        busy = await longestBusy(work);
      });
    });
    return { busy, hold, peak, ms };
  } finally {
    clearInterval(timer);
  }
}

/** More than may stay in memory: a third of the large strings, and all else. */
async function lookAround(redis: Redis): Promise<void> {
  let cursor = '0';
  do {
    const [next, names] = await redis.scan(cursor, 'COUNT', 500);
    await Promise.all(names.map((name) => (/^big:.*[147]$/.test(name) ? redis.getrange(name, 0, 9) : /^big:/.test(name) ? redis.type(name) : redis.memory('USAGE', name))));
    cursor = next;
  } while (cursor !== '0');
}

export async function cases({ quick, defer, note }: BenchScope): Promise<readonly BenchCase[]> {
  const real = await startRedisServer(['--rdbcompression', 'no']);
  defer(() => real.stop());
  await real.cli('DEBUG', 'POPULATE', quick ? '3000' : '29000', 'big', '100000');
  await real.cli('DEBUG', 'POPULATE', quick ? '20000' : '300000', 'small', '20');
  await real.cli('EVAL', mix, '0', quick ? '20' : '200');
  await real.cli('SAVE');
  const path = join(real.dir, 'dump.rdb');
  const { size } = await stat(path);
  const keys = Number(await real.cli('DBSIZE'));
  const total = `${(size / 1e9).toFixed(1)} GB`;

  const { product } = await bundles();
  const folder = join(outFolder, 'bench');
  await mkdir(folder, { recursive: true });
  const entry = join(folder, 'practiceWorker.cjs');
  await build({ ...product('practiceWorker.cjs', { minify: true }), outfile: entry });
  const worker = await startWorker({ entry, options: { standing: true }, maxHeap: maxMemory * 1.25 + 64 * MB });
  defer(() => worker.close());
  const opening = await watch(async () => {
    const outcome = await worker.loadFile(path, { maxMemory, onProgress: () => undefined });
    if (outcome.kind !== 'opened' || outcome.facts.keys !== keys || outcome.facts.damage !== undefined) throw new Error(JSON.stringify(outcome));
  });
  const redis = redisOver(() => worker.connect());
  defer(() => redis.disconnect());
  const looking = await watch(() => lookAround(redis));
  note(`${total}, ${keys.toLocaleString('en')} keys: open after ${(opening.ms / 1000).toFixed(1)} s (${(size / 1e6 / opening.ms * 1000).toFixed(0)} MB/s), looked through in ${(looking.ms / 1000).toFixed(1)} s more; the host's loop by the clock: ${opening.hold.toFixed(0)} and ${looking.hold.toFixed(0)} ms`);
  const peer = (maxMemory + SLACK) / MB;
  return [
    { name: `longest hold of the host's loop, opening ${total}`, unit: 'ms', better: 'lower', goal: 1, peer: 50, rounds: 1, ours: () => opening.busy },
    { name: 'the same, looking through it', unit: 'ms', better: 'lower', goal: 1, peer: 50, rounds: 1, ours: () => looking.busy },
    { name: 'memory of the process, opening', unit: 'MB', better: 'lower', goal: 1, peer, rounds: 1, ours: () => opening.peak / MB },
    { name: 'the same, looking through it', unit: 'MB', better: 'lower', goal: 1, peer, rounds: 1, ours: () => looking.peak / MB },
    {
      name: 'opening, beside redis-server loading the file', unit: 's', better: 'lower', goal: 3, rounds: 1,
      ours: () => opening.ms / 1000,
      peer: async () => await elapsed(() => real.cli('DEBUG', 'RELOAD', 'NOSAVE')) / 1000,
    },
  ];
}
