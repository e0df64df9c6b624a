import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { differences, printDifferences } from '../support/oracle.ts';
import { seededRandom, type Random } from '../support/random.ts';
import { sampleText, sampleTypes, sampleValue } from '../support/rdbSamples.ts';
import { connectResp, type Argument, type RespClient } from '../support/respClient.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { printReply, replyText } from '../support/respReply.ts';
import { startPractice, type Practice } from './practice.ts';

type Info = ReadonlyMap<string, string>;

async function replicationInfo(client: RespClient, section = 'replication'): Promise<Info> {
  const text = replyText(await client.call(['INFO', section])) ?? '';
  return new Map(text.split('\r\n').filter((line) => line.includes(':')).map((line) => line.split(/:(.*)/s, 2) as [string, string]));
}

/** Asks again until it is so; a test that never sees it runs out of time. */
async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** A wire between two servers that can be cut. */
async function startWire(port: number): Promise<{ readonly port: number; cut(): void; close(): void }> {
  const sockets = new Set<Socket>();
  const listener = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port });
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
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
    close: () => {
      cut();
      listener.close();
    },
  };
}

/** One step of somebody who writes: any type, a change, a script, a transaction, an expiry. */
function steps(random: Random, name: string): readonly (readonly Argument[])[] {
  const key = `${name}:${random.below(40)}`;
  switch (random.below(12)) {
    case 0: return [['SELECT', random.below(3).toString()]];
    case 1: return [['MULTI'], ['SET', key, sampleText(random)], ['SPOP', `${name}:set`, '2'], ['INCR', `${name}:n`], ['EXEC']];
    case 2: return [['EVAL', "redis.call('set', KEYS[1], ARGV[1], 'ex', 1000) redis.call('sadd', KEYS[2], ARGV[1], '1', '2', '3') return redis.call('spop', KEYS[2])", '2', key, `${name}:set`, sampleText(random)]];
    case 3: return [['SET', key, 'x', 'PX', random.pick(['1', '20', '100000'])]];
    case 4: return [['PEXPIRE', key, random.pick(['1', '30', '100000'])]];
    case 5: return [['DEL', key], ['INCRBYFLOAT', key, '1.25'], ['EXPIRE', key, '500'], ['GETEX', key, 'PERSIST']];
    case 6: return [['XADD', `${name}:stream`, 'MAXLEN', '~', '20', '*', 'f', sampleText(random)], ['XGROUP', 'CREATE', `${name}:stream`, 'g', '0'], ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '3', 'STREAMS', `${name}:stream`, '>'], ['XAUTOCLAIM', `${name}:stream`, 'g', 'd', '0', '0', 'COUNT', '2']];
    case 7: return [['RENAME', key, `${name}:renamed`], ['COPY', `${name}:renamed`, key, 'REPLACE']];
    default: return [['DEL', key], ...sampleValue(random, random.pick(sampleTypes), key)];
  }
}

describe('A redis-server as replica of the practice server', function () {
  this.timeout(12_000);
  let replica: RedisServer;
  let practice: Practice;
  let port: number;
  let ours: RespClient;
  let theirs: RespClient;

  before(async () => {
    [replica, practice] = await Promise.all([startRedisServer(), startPractice()]);
    port = await practice.port();
    [ours, theirs] = [await practice.openTcp(), await connectResp(replica.port)];
    await ours.call(['CONFIG', 'SET', 'repl-diskless-sync-delay', '0', 'repl-backlog-size', '256mb']);
  });
  after(async () => {
    ours.close();
    theirs.close();
    await Promise.all([replica.stop(), practice.close()]);
  });
  afterEach(async () => {
    await theirs.call(['REPLICAOF', 'NO', 'ONE']);
    await until(async () => (await replicationInfo(ours)).get('connected_slaves') === '0');
    await ours.call(['FLUSHALL']);
  });

  async function follow(to = port): Promise<void> {
    await theirs.call(['REPLICAOF', '127.0.0.1', String(to)]);
    await until(async () => (await replicationInfo(theirs)).get('master_link_status') === 'up');
  }

  /** Both have the same data and are at the same place of the stream. */
  async function equal(): Promise<void> {
    const place = async (client: RespClient): Promise<string | undefined> => (await replicationInfo(client)).get('master_repl_offset');
    // Keys go on expiring meanwhile, here before there: what counts is that both come to say the same at one place of the stream.
    const giveUp = performance.now() + 8000;
    for (;;) {
      const before = await place(ours);
      if (before === (await place(theirs))) {
        const found = await differences(ours, theirs, { streamed: true });
        if (before === (await place(ours))) {
          if (found.length === 0) return;
          if (performance.now() > giveUp) assert.fail(printDifferences(found));
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Several clients write at the same time. */
  async function write(seed: number, rounds: number, meanwhile: (round: number) => void = () => undefined): Promise<void> {
    await Promise.all(['a', 'b', 'c'].map(async (name, index) => {
      const random = seededRandom(seed + index);
      const client = await practice.openTcp();
      for (let round = 0; round < rounds; round += 1) {
        await Promise.all(steps(random, name).map((step) => client.call(step)));
        if (index === 0) meanwhile(round);
      }
      client.close();
    }));
  }

  for (const form of ['yes', 'no'] as const) {
    it(`has the data of before and of meanwhile, repl-diskless-sync ${form}`, async () => {
      await ours.call(['CONFIG', 'SET', 'repl-diskless-sync', form]);
      await write(1, 60);
      await Promise.all([follow(), write(100, 150)]);
      await ours.call(['CONFIG', 'SET', 'repl-diskless-sync', 'yes']);
      await equal();
    });
  }

  it('goes on where the link was cut', async () => {
    const wire = await startWire(port);
    await follow(wire.port);
    const before = await replicationInfo(ours, 'stats');
    await write(7, 200, (round) => {
      if (round % 40 === 20) wire.cut();
    });
    await until(async () => (await replicationInfo(theirs)).get('master_link_status') === 'up');
    await equal();
    const after = await replicationInfo(ours, 'stats');
    assert.equal(after.get('sync_full'), before.get('sync_full'));
    assert.ok(Number(after.get('sync_partial_ok')) > Number(before.get('sync_partial_ok')));
    wire.close();
  });

  it('is waited for', async () => {
    await follow();
    await ours.call(['SET', 'k', 'v']);
    assert.deepEqual(await ours.call(['WAIT', '1', '5000']), { kind: 'integer', text: '1' });
    assert.equal(replyText(await theirs.call(['GET', 'k'])), 'v');
    assert.deepEqual(await ours.call(['WAIT', '2', '50']), { kind: 'integer', text: '1' });
    await equal();
  });

  it('is shown by INFO, ROLE and CLIENT LIST', async () => {
    await follow();
    await ours.call(['SET', 'k', 'v']);
    await ours.call(['WAIT', '1', '5000']);
    const info = await replicationInfo(ours);
    assert.match(info.get('slave0') ?? '', new RegExp(`^ip=127\\.0\\.0\\.1,port=${String(replica.port)},state=online,offset=\\d+,lag=[01]$`));
    assert.equal(info.get('master_replid'), (await replicationInfo(theirs)).get('master_replid'));
    const role = printReply(await ours.call(['ROLE']));
    assert.match(role, new RegExp(`master[^]*127\\.0\\.0\\.1[^]*${String(replica.port)}`));
    assert.match(replyText(await ours.call(['CLIENT', 'LIST', 'TYPE', 'replica'])) ?? '', / flags=S .* cmd=replconf /);
  });

  it('has to be there for writes where min-replicas-to-write says so', async () => {
    await ours.call(['CONFIG', 'SET', 'min-replicas-to-write', '1']);
    assert.match(replyText(await ours.call(['SET', 'k', 'v'])) ?? '', /^NOREPLICAS Not enough good replicas to write\.$/);
    await follow();
    await until(async () => replyText(await ours.call(['SET', 'k', 'v'])) === 'OK');
    await ours.call(['CONFIG', 'SET', 'min-replicas-to-write', '0']);
    await equal();
  });

  it('hears of keys that expire and are evicted', async () => {
    await follow();
    for (let index = 0; index < 50; index += 1) await ours.call(['SET', `k${String(index)}`, 'v'.repeat(1000), 'PX', '5']);
    await until(async () => replyText(await theirs.call(['DEBUG', 'DIGEST'])) === '0'.repeat(40));
    await ours.call(['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random']);
    for (let index = 0; index < 200; index += 1) await ours.call(['SET', `k${String(index)}`, 'v'.repeat(1000)]);
    await ours.call(['CONFIG', 'SET', 'maxmemory', '1']);
    await until(async () => replyText(await ours.call(['DBSIZE'])) === '0');
    await ours.call(['CONFIG', 'SET', 'maxmemory', '0', 'maxmemory-policy', 'noeviction']);
    await equal();
    assert.equal(replyText(await theirs.call(['DEBUG', 'DIGEST'])), '0'.repeat(40));
  });

  it('takes functions', async () => {
    await ours.call(['FUNCTION', 'LOAD', "#!lua name=one\nredis.register_function{function_name='one', callback=function() return 1 end, flags={'no-writes'}}"]);
    await follow();
    await ours.call(['FUNCTION', 'LOAD', "#!lua name=two\nredis.register_function{function_name='two', callback=function() return 2 end, flags={'no-writes'}}"]);
    await equal();
    for (const name of ['one', 'two']) assert.deepEqual(await theirs.call(['FCALL', name, '0']), await ours.call(['FCALL', name, '0']));
    await ours.call(['FUNCTION', 'FLUSH']);
    await equal();
  });
});
