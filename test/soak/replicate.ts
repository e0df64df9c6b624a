import { createCalls, randomCommandNames } from '../contract/randomCalls.ts';
import { startPractice } from '../contract/practice.ts';
import { follow, inStep, infoOf, startWire, until, write, type Wire } from '../support/replicationPlay.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';

/** What is about the server or the client and not about the data, or takes data out of the stream (DEBUG RELOAD). */
const LEFT_OUT: ReadonlySet<string> = new Set(['ACL', 'AUTH', 'CLIENT', 'COMMAND', 'CONFIG', 'DEBUG', 'HELLO', 'INFO', 'RESET', 'QUIT', 'MONITOR', 'SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE']);
/** Random calls of one client in a round. */
const CALLS = 150;
/** Rounds of those who write every type. */
const ROUNDS = 60;

/** Somebody makes calls of every form there is, right and wrong. */
async function callAtRandom(client: RespClient, random: Random): Promise<void> {
  const known = new Set(randomCommandNames().filter((name) => !LEFT_OUT.has(name)));
  const next = createCalls(random, known);
  for (let calls = 0; calls < CALLS;) {
    const steps = next().filter((step) => step.do === 'call');
    calls += steps.length;
    await Promise.all(steps.map(({ args }) => client.call(args)));
  }
  // Distances of GEOSEARCHSTORE differ in their last digit: each server works them out itself.
  for (const call of [['DISCARD'], ['SELECT', '1'], ['DEL', 'geo:distances'], ['SELECT', '0'], ['DEL', 'geo:distances']]) await client.call(call);
  client.close();
}

/** Cuts a wire again and again, for as long as the answer is not called. */
function cutAtRandom(wire: Wire, random: Random): () => void {
  let over = false;
  wire.cutAfter(() => (over ? undefined : 100 + random.below(random.pick([2000, 100_000, 1_000_000]))));
  return () => {
    over = true;
    wire.cut();
  };
}

/**
 * Several clients write to a master while the wire to its replica is cut at random bytes, in its snapshot or in its stream; at the end both
 * hold the same. The practice server is the replica of a redis-server and the other way round, and of itself. Rejects with what differs.
 */
export async function run({ seed, seconds }: { readonly seed: number; readonly seconds: number }): Promise<{ checks: number }> {
  const end = performance.now() + seconds * 1000;
  const random = seededRandom(seed);
  const real = await startRedisServer(['--repl-diskless-sync-delay', '0', '--repl-backlog-size', '1mb']);
  const practices = [await startPractice(), await startPractice()] as const;
  const ports = [real.port, await practices[0].port(), await practices[1].port()];
  const clients = await Promise.all(ports.map((port) => connectResp(port)));
  try {
    for (const client of clients) await client.call(['CONFIG', 'SET', 'repl-diskless-sync-delay', '0', 'repl-backlog-size', '1mb']);
    let checks = 0;
    for (let round = 0; round === 0 || performance.now() < end; round += 1) {
      const [from, to] = random.pick([[0, 1], [1, 0], [1, 2], [0, 1], [1, 0]] as const);
      const [master, replica] = [clients[from], clients[to]];
      if (master === undefined || replica === undefined) break;
      const port = ports[from] ?? 0;
      const wire = await startWire(port);
      try {
        for (const call of [['REPLICAOF', 'NO', 'ONE'], ['FLUSHALL'], ['FUNCTION', 'FLUSH'], ['CONFIG', 'SET', 'repl-diskless-sync', random.pick(['yes', 'no'])]]) await master.call(call);
        await write(() => connectResp(port), random.below(2 ** 31), 15);
        await follow(replica, wire.port);
        const stop = cutAtRandom(wire, seededRandom(random.below(2 ** 31)));
        wire.cut();
        await Promise.all([write(() => connectResp(port), random.below(2 ** 31), ROUNDS), callAtRandom(await connectResp(port), seededRandom(random.below(2 ** 31)))]);
        stop();
        await until(async () => (await infoOf(replica)).get('master_link_status') === 'up');
        await inStep(master, replica);
        checks += 1 + wire.cuts();
      } catch (error) {
        throw new Error(`seed ${seed}, round ${round}, ${['redis-server', 'practice', 'another practice'][to] ?? ''} follows ${['redis-server', 'practice'][from] ?? ''}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      } finally {
        await replica.call(['REPLICAOF', 'NO', 'ONE']).catch(() => undefined);
        wire.close();
      }
    }
    return { checks };
  } finally {
    for (const client of clients) client.close();
    await Promise.all([real.stop(), ...practices.map((practice) => practice.close())]);
  }
}
