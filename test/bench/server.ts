// The practice server as `npm run serve` starts it beside redis-server, both loaded by redis-benchmark; and the memory that its keys take.
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { encodeRequest } from '../../src/protocol/resp/encode.ts';
import { createServer } from '../../src/server/server.ts';
import type { PracticeServer } from '../../src/server/server.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { practiceProcess, requestsPerSecond } from '../support/bench/loadedServer.ts';
import { elapsed, memoryOverIdle } from '../support/bench/measure.ts';
import { redisOver } from '../support/practiceServer.ts';
import { startRedisServer } from '../support/redisServer.ts';

const tests = ['set', 'get', 'incr', 'lpush', 'hset', 'zadd', 'lrange_100', 'mset'];
/** Requests sent at once, and what part of redis-server's speed is wanted then. */
const pipelines = [{ pipeline: 1, goal: 0.5 }, { pipeline: 16, goal: 0.25 }];
const keys = 1_000_000;
/** Bytes of `key:000001` and of its value. */
const OWN = 10 + 10;

/** A server of this process that was sent a million SETs, as a client would send them. */
async function millionKeys(): Promise<PracticeServer> {
  const server = createServer();
  const stream = server.connect();
  stream.resume();
  const batch = 1000;
  for (let first = 0; first < keys; first += batch) {
    const requests = Array.from({ length: batch }, (_, index) => (first + index).toString().padStart(6, '0')).map((n) => encodeRequest(['SET', `key:${n}`, `value=${n}`.slice(-10)]));
    if (!stream.write(Buffer.concat(requests))) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  const size = server.state.databases[0]?.dict.firstUsed ?? 0;
  if (size + (server.state.databases[0]?.dict.secondUsed ?? 0) !== keys) throw new Error(`${size} keys are there`);
  return server;
}

/** GETs per second of one ioredis client that sends a thousand at a time. */
async function pipelined(redis: Redis, requests: number): Promise<number> {
  const ms = await elapsed(async () => {
    for (let sent = 0; sent < requests; sent += 1000) {
      const pipeline = redis.pipeline();
      for (let index = 0; index < 1000; index += 1) pipeline.get('key');
      await pipeline.exec();
    }
  });
  return requests / (ms / 1000);
}

export async function cases(scope: BenchScope): Promise<readonly BenchCase[]> {
  const ours = await practiceProcess(scope);
  const peer = await startRedisServer();
  scope.defer(() => peer.stop());
  const inProcess = createServer();
  const memory = redisOver(() => inProcess.connect());
  const tcp = new Redis(peer.port, '127.0.0.1');
  scope.defer(async () => {
    memory.disconnect();
    tcp.disconnect();
    await inProcess.close();
  });
  const requests = scope.quick ? 20_000 : 200_000;
  const rounds = scope.quick ? 3 : 5;
  scope.note(`redis-benchmark -n ${requests} -c 50`);
  return [
    ...pipelines.flatMap(({ pipeline, goal }) => tests.map((test): BenchCase => ({
      name: `${test}, pipeline of ${pipeline}`, unit: 'req/s', better: 'higher', goal, rounds,
      ours: () => requestsPerSecond(ours.port, { test, requests, pipeline }),
      peer: () => requestsPerSecond(peer.port, { test, requests, pipeline }),
    }))),
    // What the extension's own client gets: it shares its thread with the practice server.
    {
      name: 'GET by ioredis, in process beside TCP', unit: 'req/s', better: 'higher', goal: 0.25, rounds,
      ours: () => pipelined(memory, requests), peer: () => pipelined(tcp, requests),
    },
    {
      name: 'a small string key of 1,000,000, beyond its bytes', unit: 'bytes', better: 'lower', goal: 1, rounds: 1, peer: 300,
      ours: async () => (await memoryOverIdle(millionKeys, 100_000)).kept / keys - OWN,
    },
  ];
}
