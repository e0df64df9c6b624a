import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { differences, printDifferences } from './oracle.ts';
import { seededRandom, type Random } from './random.ts';
import { sampleText, sampleTypes, sampleValue } from './rdbSamples.ts';
import type { Argument, RespClient } from './respClient.ts';
import { replyText } from './respReply.ts';

/* What tests of replication share: who writes, wires that can be cut, when two are equal. */

/** A section of INFO, by name. */
export async function infoOf(client: RespClient, section = 'replication'): Promise<ReadonlyMap<string, string>> {
  const text = replyText(await client.call(['INFO', section])) ?? '';
  return new Map(text.split('\r\n').filter((line) => line.includes(':')).map((line) => line.split(/:(.*)/s, 2) as [string, string]));
}

/** Asks again until it is so; a test that never sees it runs out of time. */
export async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Makes a server follow that port and waits until it does. */
export async function follow(client: RespClient, port: number): Promise<void> {
  const reply = await client.call(['REPLICAOF', '127.0.0.1', String(port)]);
  if (reply.kind === 'error') throw new Error(reply.text);
  await until(async () => (await infoOf(client)).get('master_link_status') === 'up');
}

/** A wire to a port that can be cut, and cuts itself. */
export interface Wire {
  readonly port: number;
  /** Cuts all that is there now. */
  cut(): void;
  /** From now on each connection is cut after so many bytes from the far side, as long as there are such numbers. */
  cutAfter(next: () => number | undefined): void;
  /** Passes nothing on from the far side, until it is told to again. */
  hold(held: boolean): void;
  /** How often it was cut that way. */
  cuts(): number;
  close(): void;
}

/** Puts a wire before a port of this machine. */
export async function startWire(port: number): Promise<Wire> {
  const sockets = new Set<Socket>();
  const fars = new Set<Socket>();
  let nextCut: () => number | undefined = () => undefined;
  let cuts = 0;
  const listener = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port });
    let left = nextCut() ?? Infinity;
    far.on('data', (chunk: Buffer) => {
      near.write(chunk.subarray(0, Math.min(chunk.length, left)));
      left -= chunk.length;
      if (left > 0) return;
      cuts += 1;
      // What was written is to arrive: the place of the cut is that byte.
      near.end();
      far.destroy();
    });
    near.on('data', (chunk: Buffer) => far.write(chunk));
    fars.add(far);
    far.on('close', () => fars.delete(far));
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        if (socket === near) other.destroy();
        else other.end();
      });
    }
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (listener.address() as AddressInfo).port,
    cut,
    cutAfter: (next) => {
      nextCut = next;
    },
    hold(held) {
      for (const far of fars) if (held) far.pause(); else far.resume();
    },
    cuts: () => cuts,
    close: () => {
      cut();
      listener.close();
    },
  };
}

/** One step of somebody who writes: any type, a change, a script, a transaction, an expiry. */
function steps(random: Random, name: string): readonly (readonly Argument[])[] {
  const key = `${name}:${random.below(40)}`;
  switch (random.below(13)) {
    case 0: return [['SELECT', random.below(3).toString()]];
    case 1: return [['MULTI'], ['SET', key, sampleText(random)], ['SPOP', `${name}:set`, '2'], ['INCR', `${name}:n`], ['EXEC']];
    case 2: return [['EVAL', "redis.call('set', KEYS[1], ARGV[1], 'ex', 1000) redis.call('sadd', KEYS[2], ARGV[1], '1', '2', '3') return redis.call('spop', KEYS[2])", '2', key, `${name}:set`, sampleText(random)]];
    case 3: return [['SET', key, 'x', 'PX', random.pick(['1', '20', '100000'])]];
    case 4: return [['PEXPIRE', key, random.pick(['1', '30', '100000'])]];
    case 5: return [['DEL', key], ['INCRBYFLOAT', key, '1.25'], ['EXPIRE', key, '500'], ['GETEX', key, 'PERSIST']];
    case 6: return [['XADD', `${name}:stream`, 'MAXLEN', '~', '20', '*', 'f', sampleText(random)], ['XGROUP', 'CREATE', `${name}:stream`, 'g', '0'], ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '3', 'STREAMS', `${name}:stream`, '>'], ['XAUTOCLAIM', `${name}:stream`, 'g', 'd', '0', '0', 'COUNT', '2']];
    case 7: return [['RENAME', key, `${name}:renamed`], ['COPY', `${name}:renamed`, key, 'REPLACE']];
    case 8: return random.oneIn(6) ? [['SWAPDB', random.below(3).toString(), random.below(3).toString()]] : [['MOVE', key, '2'], ['PUBLISH', 'channel', 'x'], ['FUNCTION', 'LOAD', 'REPLACE', `#!lua name=${name}\nredis.register_function('${name}', function() return ${random.below(100)} end)`]];
    default: return [['DEL', key], ...sampleValue(random, random.pick(sampleTypes), key)];
  }
}

/** Several clients write at the same time, so many rounds each. */
export async function write(open: () => Promise<RespClient>, seed: number, rounds: number, meanwhile: (round: number) => Promise<void> | void = () => undefined): Promise<void> {
  await Promise.all(['a', 'b', 'c'].map(async (name, index) => {
    const random = seededRandom(seed + index);
    const client = await open();
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all(steps(random, name).map((step) => client.call(step)));
      if (index === 0) await meanwhile(round);
    }
    client.close();
  }));
}

/** Waits until all have the same data as the first at the same place of its stream; rejects with what differs if that does not come about in some seconds. */
export async function inStep(master: RespClient, ...replicas: readonly RespClient[]): Promise<void> {
  const place = async (client: RespClient): Promise<string | undefined> => (await infoOf(client)).get('master_repl_offset');
  const giveUp = performance.now() + 8000;
  for (const replica of replicas) {
    // Keys go on expiring meanwhile, here before there: what counts is that both come to say the same at one place of the stream.
    for (;;) {
      const before = await place(master);
      const there = await place(replica);
      const found = before === there ? await differences(master, replica, { streamed: true }) : undefined;
      if (before === (await place(master))) {
        if (found?.length === 0) break;
        if (performance.now() > giveUp) throw new Error(found === undefined ? `the replica stands at ${there ?? ''}, its master at ${before ?? ''}` : printDifferences(found));
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
