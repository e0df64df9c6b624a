import { performance } from 'node:perf_hooks';
import { startRedisServer, type RedisServer } from '../redisServer.ts';

/** Ms that `work` takes. */
export async function elapsed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** What `memoryOverIdle` found, in bytes. */
export interface MemoryUse<T> {
  /** The most that was alive at any sample while the work ran. */
  readonly peak: number;
  /** What is still alive afterwards, while `result` is held. */
  readonly kept: number;
  readonly result: T;
}

/**
 * Bytes that `work` adds over idle: heap and buffers, each sample after a collection, every `every` ms while it runs
 * and once at the end. The samples slow the work down, so time nothing in the same run. Throws without `--expose-gc`.
 */
export async function memoryOverIdle<T>(work: () => Promise<T> | T, every = 100): Promise<MemoryUse<T>> {
  // Buffers of the round before are freed in a turn after their collection; they are not part of idle.
  alive();
  await new Promise(setImmediate);
  const idle = alive();
  let peak = 0;
  const timer = setInterval(() => {
    peak = Math.max(peak, alive() - idle);
  }, every);
  try {
    const result = await work();
    // Collections of what the last turn let go of need a turn of their own.
    await new Promise(setImmediate);
    const kept = alive() - idle;
    return { peak: Math.max(peak, kept), kept, result };
  } finally {
    clearInterval(timer);
  }
}

/** Bytes alive after a collection. `external` holds the array buffers too. */
function alive(): number {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('memory is measured under node --expose-gc: use npm run bench');
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * The longest time in ms for which `work` kept the event loop from turning. Give the bare loop (the same job done with
 * nothing of ours) as the peer: a garbage collection counts in both.
 */
export async function longestHold(work: () => unknown): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
  }, 1);
  try {
    await work();
    return Math.max(longest, performance.now() - last - 1);
  } finally {
    clearInterval(timer);
  }
}

/**
 * The same in ms of CPU time of this thread, so that other processes on a busy machine are no part of it; garbage collection on
 * this thread is. For limits that hold whatever else the machine does.
 */
export async function longestBusy(work: () => unknown): Promise<number> {
  const busy = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1000;
  };
  let longest = 0;
  let last = busy();
  const look = (): void => {
    const now = busy();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  try {
    await work();
    look();
    return longest;
  } finally {
    clearInterval(timer);
  }
}

/** A real redis-server with `keys` keys `key:0` … (strings of about 10 bytes), made by DEBUG POPULATE; ours to stop. */
export async function filledServer(keys: number, prefix = 'key'): Promise<RedisServer> {
  const server = await startRedisServer();
  await server.cli('DEBUG', 'POPULATE', String(keys), prefix);
  return server;
}
