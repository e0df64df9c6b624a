import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import type { FileFacts, FileOutcome } from '../../src/server/persistence/openFile.ts';
import { startWorker, type WorkerServer } from '../../src/server/worker/workerHost.ts';
import { redisOver } from './practiceServer.ts';

const entry = new URL('../../src/server/worker/worker.ts', import.meta.url);

/** RDB files and worker threads that show them; all are gone after each test, the files after all. */
export interface FileServers {
  /** A server in a thread of its own; `maxHeap` in bytes, parameters as in redis.conf. */
  started(maxHeap?: number, config?: Readonly<Record<string, string>>): Promise<WorkerServer>;
  clientOf(worker: WorkerServer): Redis;
  /** Writes a file of these parts; its path. */
  written(name: string, ...parts: readonly Buffer[]): Promise<string>;
}

/** To be called within `describe`. */
export function useFileServers(): FileServers {
  let folder: string;
  const workers: WorkerServer[] = [];
  const clients: Redis[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyspace-rdb-'));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await Promise.all(workers.splice(0).map((worker) => worker.close()));
  });
  after(() => rm(folder, { recursive: true }));
  return {
    async started(maxHeap = 256 * 2 ** 20, config = {}) {
      const worker = await startWorker({ entry, options: { standing: true, config }, maxHeap });
      workers.push(worker);
      return worker;
    },
    clientOf(worker) {
      const client = redisOver(() => worker.connect());
      clients.push(client);
      return client;
    },
    async written(name, ...parts) {
      const path = join(folder, name);
      await writeFile(path, Buffer.concat(parts));
      return path;
    },
  };
}

/** What is told of a file that was opened; anything else fails the test. */
export function opened(outcome: FileOutcome): FileFacts {
  return outcome.kind === 'opened' ? outcome.facts : assert.fail(JSON.stringify(outcome));
}
