import { randomBytes } from 'node:crypto';
import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { startWorker, type WorkerServer } from '../../src/server/worker/workerHost.ts';
import { redisOver } from './practiceServer.ts';

/** Run by itself, in a folder on a small disk: a practice server saves until there is no room, and again when there is; tells what came of it. */
const folder = process.argv[2] ?? '';
const dataFile = join(folder, 'dump.rdb');
const ballast = join(folder, 'ballast');
const entry = new URL('../../src/server/worker/worker.ts', import.meta.url);
const told: string[] = [];
let ended = (): void => undefined;

async function keysOf(path: string): Promise<readonly string[]> {
  const worker = await startWorker({ entry, options: { dataFile: path } });
  const redis = redisOver(() => worker.connect());
  const keys = (await redis.keys('*')).sort();
  redis.disconnect();
  await worker.close();
  return keys;
}

async function start(): Promise<{ worker: WorkerServer; redis: Redis }> {
  const worker = await startWorker({ entry, options: { dataFile, config: { 'stop-writes-on-bgsave-error': 'no' } } });
  worker.onSaved((problem) => {
    told.push(problem === undefined ? 'saved' : `${problem.text} (${problem.code})`);
    ended();
  });
  return { worker, redis: redisOver(() => worker.connect()) };
}

const { worker, redis } = await start();
await redis.set('small', 'x');
await worker.save();
writeFileSync(ballast, Buffer.alloc(700 * 1024));
await redis.set('large', randomBytes(600 * 1024));
const refused = await worker.save().then(() => 'saved', (error: NodeJS.ErrnoException) => `${error.message} (${error.code ?? ''})`);
// In the background as well.
const over = new Promise<void>((resolve) => (ended = resolve));
await redis.bgsave();
await over;
const left = readdirSync(folder).sort();
const inMemory = await redis.dbsize();
rmSync(ballast);
copyFileSync(dataFile, join(folder, 'before.rdb'));
await worker.save();
redis.disconnect();
await worker.close();
console.log(JSON.stringify({ told, refused, left, before: await keysOf(join(folder, 'before.rdb')), inMemory, after: await keysOf(dataFile) }));
