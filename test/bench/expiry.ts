// How long the practice server holds its thread up when much goes at once: keys that expire together, large values and whole databases.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRequest } from '../../src/protocol/resp/encode.ts';
import { createServer } from '../../src/server/server.ts';
import type { PracticeServer } from '../../src/server/server.ts';
import { databaseSize } from '../../src/server/store/database.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { longestBusy } from '../support/bench/measure.ts';
import { openRespClient } from '../support/respClient.ts';

/** Ms for which nothing else may be held up. */
const LIMIT = 25;
/** Elements of one command while something is filled: a short one, so that the filling leaves nothing behind that is measured. */
const BATCH = 100;

/** How a collection gets its elements: the command, and the arguments of one element. */
const kinds: Readonly<Record<string, (index: number) => readonly string[]>> = {
  SADD: (index) => [`member:${index}`],
  HSET: (index) => [`field:${index}`, `value:${index}`],
  ZADD: (index) => [`${index}`, `member:${index}`],
  RPUSH: (index) => [`item:${index}`],
};

/** What changes one element of it. */
const changes: Readonly<Record<string, readonly string[]>> = {
  SADD: ['SREM', 'k', 'member:7'], HSET: ['HSET', 'k', 'field:7', 'other'], ZADD: ['ZADD', 'k', '7.5', 'member:7'], RPUSH: ['LPOP', 'k'], XADD: ['XADD', 'k', '*', 'f', 'v'],
};

/** Sends requests and waits until all are done. */
async function fill(server: PracticeServer, requests: Iterable<readonly string[]>): Promise<void> {
  const stream = server.connect();
  stream.resume();
  let chunk: Buffer[] = [];
  for (const request of requests) {
    chunk.push(encodeRequest(request));
    if (chunk.length < BATCH) continue;
    // Few buffers: what the client leaves behind is collected on this thread too.
    if (!stream.write(Buffer.concat(chunk))) await once(stream, 'drain');
    chunk = [];
  }
  stream.write(Buffer.concat(chunk));
  stream.end();
  await once(stream, 'close');
}

function* inBatches(count: number, head: readonly string[], make: (index: number) => readonly string[]): Generator<string[]> {
  for (let from = 0; from < count; from += BATCH) {
    const request = [...head];
    for (let index = from; index < from + BATCH; index += 1) request.push(...make(index));
    yield request;
  }
}

/** What makes a collection `k` of so many elements. */
function large(command: string, count: number): Iterable<readonly string[]> {
  const make = kinds[command];
  return make === undefined ? each(count, (index) => ['XADD', 'k', `${index + 1}-1`, 'f', `v${index}`]) : inBatches(count, [command, 'k'], make);
}

function* each(count: number, make: (index: number) => readonly string[]): Generator<readonly string[]> {
  for (let index = 0; index < count; index += 1) yield make(index);
}

/** The longest hold while commands run and for a while after, with some traffic, so that the garbage is collected meanwhile. */
async function holdOf(server: PracticeServer, commands: readonly (readonly string[])[], done: () => boolean = () => true): Promise<number> {
  const client = openRespClient(server.connect());
  const hold = await longestBusy(async () => {
    for (const command of commands) await client.call(command);
    const until = performance.now() + 1500;
    for (let turn = 0; performance.now() < until || !done(); turn += 1) {
      await client.call(['SET', `other:${turn % 1000}`, `${turn}`.padEnd(500)]);
      await new Promise(setImmediate);
    }
  });
  client.close();
  return hold;
}

export function cases(scope: BenchScope): readonly BenchCase[] {
  const million = scope.quick ? 100_000 : 1_000_000;
  const rounds = scope.quick ? 1 : 3;
  const within = (name: string, prepare: (server: PracticeServer) => Promise<void>, measure: (server: PracticeServer) => Promise<number>): BenchCase => ({
    name, unit: 'ms of CPU', better: 'lower', goal: 1, peer: LIMIT, rounds,
    async ours() {
      const server = createServer();
      try {
        await prepare(server);
        return await measure(server);
      } finally {
        await server.close();
      }
    },
  });
  const keys = (count: number, ...more: string[]): Iterable<readonly string[]> => each(count, (index) => ['SET', `key:${index}`, `value:${index}`, ...more]);
  return [
    within('100,000 keys expire at one instant', async (server) => {
      const at = Date.now() + 4000;
      await fill(server, keys(100_000, 'PXAT', `${at}`));
      while (Date.now() < at - 100) await new Promise((resolve) => setTimeout(resolve, 20));
    }, (server) => holdOf(server, [], () => server.state.statistics.expired === 100_000)),
    ...Object.keys(kinds).flatMap((command) =>
      ['DEL', 'UNLINK'].map((remove) =>
        within(`${remove} of what ${command} made, ${million.toLocaleString('en')} elements`, (server) => fill(server, large(command, million)), (server) => holdOf(server, [[remove, 'k']])),
      ),
    ),
    within(`DEL of a stream, ${million.toLocaleString('en')} entries`, (server) => fill(server, large('XADD', million)), (server) => holdOf(server, [['DEL', 'k']])),
    ...Object.entries(changes).flatMap(([command, change]) =>
      [[], [change]].map((more) =>
        within(`BGSAVE of what ${command} made, ${million.toLocaleString('en')} elements${more.length > 0 ? ', one of which changes at once' : ''}`, (server) => fill(server, large(command, million)), async (server) => {
          const folder = await mkdtemp(join(tmpdir(), 'bench-'));
          server.state.outside = { ...server.state.outside, dataFile: () => join(folder, 'dump.rdb') };
          const hold = await holdOf(server, [['BGSAVE'], ...more], () => server.state.saving.background === undefined);
          await rm(folder, { recursive: true });
          if (!server.state.saving.lastOk) throw new Error('it could not be saved');
          return hold;
        }),
      ),
    ),
    ...['ASYNC', 'SYNC'].map((how) =>
      within(`FLUSHALL ${how} of ${million.toLocaleString('en')} keys`, (server) => fill(server, keys(million)), (server) => holdOf(server, [['FLUSHALL', how]])),
    ),
    // A Map is moved as a whole when it grows. What V8 does meanwhile to collect the rest counts in both.
    {
      name: `a database grows to ${million.toLocaleString('en')} keys, beside a Map`, unit: 'ms of CPU', better: 'lower', goal: 1.5, rounds,
      async ours() {
        const server = createServer();
        const hold = await longestBusy(() => fill(server, keys(million)));
        const size = server.state.databases.reduce((sum, db) => sum + databaseSize(db), 0);
        await server.close();
        if (size !== million) throw new Error(`${size} keys are there`);
        return hold;
      },
      peer: () => longestBusy(async () => {
        const map = new Map<string, { readonly data: string }>();
        for (let index = 0; index < million; index += 1) {
          map.set(`key:${index}`, { data: `value:${index}` });
          if (index % BATCH === 0) await new Promise(setImmediate);
        }
      }),
    },
  ];
}
