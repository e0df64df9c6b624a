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
  /** A server in a thread of its own; `maxHeap` in bytes. */
  started(maxHeap?: number): Promise<WorkerServer>;
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
    async started(maxHeap = 256 * 2 ** 20) {
      const worker = await startWorker({ entry, options: { standing: true }, maxHeap });
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

/* Parts of a file. */

/** Without a checksum, counts, or anything about itself. */
export const header = Buffer.from('REDIS0010');
export const end = Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
export const text = (value: string): Buffer => Buffer.from([value.length, ...Buffer.from(value)]);
/** A key of the type of that number, and the bytes of its value. */
export const keyOf = (type: number, key: string, ...value: readonly Buffer[]): Buffer => Buffer.concat([Buffer.from([type]), text(key), ...value]);
export const stringKey = (key: string, value: string): Buffer => keyOf(0, key, text(value));
export const manyKeys = (count: number): Buffer => Buffer.concat(Array.from({ length: count }, (_, index) => stringKey(`key:${index}`, 'value')));
export const auxiliary = (name: string, value: string): Buffer => Buffer.concat([Buffer.from([0xfa]), text(name), text(value)]);
/** A value of a module: its type's name in 64 bits, a string, and the end mark. */
export const moduleValue = (content: string): Buffer => Buffer.concat([Buffer.from('8125252525252525240001'.slice(0, 18), 'hex'), Buffer.from([5]), text(content), Buffer.from([0])]);
