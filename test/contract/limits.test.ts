import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, encodeCall, type RespClient } from '../support/respClient.ts';
import { printReply, replyText } from '../support/respReply.ts';
import { createServer, type PracticeServer } from '../../src/server/server.ts';

/** One of the two servers. */
interface Side {
  readonly port: number;
  readonly admin: RespClient;
}

const crlf = (...lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');
const long = (size: number): string => 'a'.repeat(size);

/** What breaks the protocol, or nearly so, with a name. */
const rubbish: Readonly<Record<string, string>> = {
  'an inline command': 'PING\r\n', 'one with a line feed only': 'PING\n', 'empty lines': '\r\n\n\r\nPING\r\n', 'half an inline command': 'PIN', 'an open quote': 'SET k "v\r\nPING\r\n', 'a letter behind a quote': 'SET k "v"x\r\nPING\r\n',
  'an inline command with escapes': 'ECHO "\\x41\\n\\"\\\'"\r\n', 'zero bytes': '\0\0\0\r\nPING\r\n', 'HTTP': 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'POST': 'POST / HTTP/1.1\r\nHost: a\r\n\r\nPING\r\n', 'Host': 'Host: a\r\nPING\r\n',
  'an inline command of 64 kB': `ECHO ${long(65530)}\r\n`, 'one too long': `ECHO ${long(65540)}\r\n`, 'a long one that never ends': long(65537), 'just not too long': long(65536), 'one of 200 kB': long(200_000),
  'no count': '*\r\nPING\r\n', 'a count that is none': '*x\r\nPING\r\n', 'a negative count': '*-1\r\nPING\r\n', 'a count of nothing': '*0\r\nPING\r\n', 'a huge count': '*2147483648\r\nPING\r\n', 'the largest count': '*2147483647\r\n', 'a count with blanks': '* 1\r\n$4\r\nPING\r\n',
  'a count with a plus': '*+1\r\n$4\r\nPING\r\n', 'a count with a zero': '*01\r\n$4\r\nPING\r\n', 'a count that overflows': '*99999999999999999999\r\n', 'a count of 64 kB': `*${long(65537)}`, 'no dollar': '*1\r\nPING\r\n', 'a star': '*1\r\n*1\r\n', 'a zero byte for a dollar': '*1\r\n\0\r\n',
  'a length that is none': '*1\r\n$x\r\n', 'a negative length': '*1\r\n$-1\r\n', 'a length of 512 MB but for 24 bytes, V8\'s longest string': '*1\r\n$536870888\r\nabc', 'one beyond 512 MB': '*1\r\n$536870913\r\n', 'a length that overflows': '*1\r\n$99999999999999999999\r\n', 'a length of 64 kB': `*1\r\n$${long(65537)}`,
  'an empty name': '*1\r\n$0\r\n\r\nPING\r\n', 'half an argument': '*2\r\n$4\r\nECHO\r\n$5\r\nab', 'bytes for a line end': '*1\r\n$4\r\nPINGxxPING\r\n', 'a command and rubbish': crlf('*1', '$4', 'PING', '*1', 'x'), 'a lone carriage return': '*1\r$4\rPING\r',
  'two commands in one': crlf('*1', '$4', 'PING', '*2', '$4', 'ECHO', '$2', 'hi'), 'RESP3 types': '%1\r\n+a\r\n:1\r\n', 'a subcommand with a bar': crlf('*1', '$10', 'config|get'),
};

describe('limits against redis-server', () => {
  let real: RedisServer;
  let practice: PracticeServer;
  let sides: Readonly<Record<'ours' | 'redis', Side>>;

  before(async () => {
    practice = createServer();
    const [started, { port }] = await Promise.all([startRedisServer(), practice.listen()]);
    real = started;
    sides = { ours: { port, admin: await connectResp(port) }, redis: { port: real.port, admin: await connectResp(real.port) } };
  });
  after(async () => {
    await practice.close();
    await real.stop();
  });

  /** Does the same on both, one after the other, and holds the outcomes to each other. */
  async function same<T>(work: (side: Side) => Promise<T>): Promise<T> {
    const [mine, theirs] = [await work(sides.ours), await work(sides.redis)];
    assert.deepEqual(mine, theirs);
    return mine;
  }

  const ask = async (side: Side, ...args: readonly string[]): Promise<string> => printReply(await side.admin.call(args));

  async function statistic(side: Side, name: string): Promise<number> {
    return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(replyText(await side.admin.call(['INFO', 'everything'])) ?? '')?.[1]);
  }

  /** Everything that a server says to these bytes, until it or we have no more to say. */
  async function talk(side: Side, bytes: string): Promise<string> {
    const socket = connect(side.port, '127.0.0.1');
    const parts: Buffer[] = [];
    socket.on('data', (part: Buffer) => parts.push(part));
    socket.on('error', () => undefined);
    // What it has not read may make the other side's end a reset: that is an end too.
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.end(Buffer.from(bytes, 'latin1'));
    await closed;
    return Buffer.concat(parts).toString('latin1').replace(/\b\d{5}\b/g, 'N');
  }

  for (const [name, bytes] of Object.entries(rubbish)) {
    it(`answers ${name}`, async () => {
      await same((side) => talk(side, bytes));
    });
  }

  it('holds those who have not logged in to less', async () => {
    await same(async (side) => {
      const answers = [await ask(side, 'CONFIG', 'SET', 'requirepass', 'pw')];
      const eleven = crlf('*11', ...Array.from({ length: 11 }, () => ['$1', 'a']).flat());
      const ten = crlf('*10', ...Array.from({ length: 10 }, () => ['$1', 'a']).flat());
      for (const bytes of [eleven, ten, '*11\r\n', crlf('*1', '$16385'), crlf('*2', '$4', 'PING', '$16384', long(16384)), crlf('*2', '$4', 'AUTH', '$2', 'pw') + eleven, `ECHO ${long(20_000)}\r\n`]) answers.push(await talk(side, bytes));
      answers.push(await ask(side, 'CONFIG', 'SET', 'requirepass', ''), await talk(side, eleven));
      return answers;
    });
  });

  it('turns away those who are too many', async () => {
    await same(async (side) => {
      const before = { rejected: await statistic(side, 'rejected_connections'), received: await statistic(side, 'total_connections_received') };
      const [one, two] = [await connectResp(side.port), await connectResp(side.port)];
      await Promise.all([one.call(['PING']), two.call(['PING'])]);
      const answers = [await ask(side, 'CONFIG', 'SET', 'maxclients', '3'), await talk(side, ''), await talk(side, '')];
      one.close();
      while (Number(await statistic(side, 'connected_clients')) > 2) await new Promise((resolve) => setImmediate(resolve));
      answers.push(await talk(side, 'PING\r\n'), String((await statistic(side, 'rejected_connections')) - before.rejected), String((await statistic(side, 'total_connections_received')) - before.received));
      two.close();
      answers.push(await ask(side, 'CONFIG', 'SET', 'maxclients', '10000'));
      return answers;
    });
  });

  it('cuts off those who send more than client-query-buffer-limit without an end, in a transaction too', async () => {
    await same(async (side) => {
      const answers = [await ask(side, 'CONFIG', 'SET', 'client-query-buffer-limit', '1mb', 'proto-max-bulk-len', '4mb')];
      answers.push(await talk(side, `*1\r\n$3000000\r\n${long(2_900_000)}`), await talk(side, `*2\r\n$4\r\nECHO\r\n$500000\r\n${long(500_000)}\r\n`).then((text) => String(text.length)));
      answers.push(await talk(side, 'MULTI\r\n' + crlf('*2', '$4', 'ECHO', '$300000', long(300_000)).repeat(8)).then((text) => text.slice(0, 100)));
      answers.push(await ask(side, 'CONFIG', 'SET', 'client-query-buffer-limit', '1gb', 'proto-max-bulk-len', '1mb'), await talk(side, '*1\r\n$1048577\r\n'), await ask(side, 'CONFIG', 'SET', 'proto-max-bulk-len', '512mb'));
      return answers;
    });
  });

  /** A client that does not read. */
  async function deaf(side: Side): Promise<Socket> {
    const socket = connect({ port: side.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.pause();
    return socket;
  }

  /** True once a client of that name is there, or no more. */
  async function until(side: Side, name: string, there: boolean): Promise<void> {
    while ((replyText(await side.admin.call(['CLIENT', 'LIST'])) ?? '').includes(`name=${name} `) !== there) await new Promise((resolve) => setImmediate(resolve));
  }

  const setLimits = (side: Side, limits: string): Promise<string> => ask(side, 'CONFIG', 'SET', 'client-output-buffer-limit', limits);

  it('cuts off a subscriber that does not read, at the hard limit and no sooner', async () => {
    for (const side of Object.values(sides)) {
      await setLimits(side, 'pubsub 1mb 0 0');
      const socket = await deaf(side);
      socket.write('CLIENT SETNAME deaf\r\nSUBSCRIBE c\r\n');
      await until(side, 'deaf', true);
      let sent = 0;
      while ((await side.admin.call(['PUBSUB', 'NUMSUB', 'c']).then(printReply)).includes('integer 1')) {
        await side.admin.call(['PUBLISH', 'c', long(100_000)]);
        sent += 100_000;
        assert.ok(sent < 100_000_000);
      }
      assert.ok(sent > 1_000_000, String(sent));
      socket.destroy();
      await setLimits(side, 'pubsub 33554432 8388608 60');
    }
  });

  it('cuts it off at the soft limit once its time is over', async () => {
    for (const side of Object.values(sides)) {
      await setLimits(side, 'pubsub 0 100kb 1');
      const socket = await deaf(side);
      socket.write('CLIENT SETNAME soft\r\nSUBSCRIBE c\r\n');
      await until(side, 'soft', true);
      while (!/omem=\d{6}/.test((replyText(await side.admin.call(['CLIENT', 'LIST'])) ?? '').split('\n').find((line) => line.includes('name=soft')) ?? '')) await side.admin.call(['PUBLISH', 'c', long(1_000_000)]);
      const from = performance.now();
      await until(side, 'soft', false);
      const took = performance.now() - from;
      assert.ok(took > 700 && took < 6000, String(took));
      socket.destroy();
      await setLimits(side, 'pubsub 33554432 8388608 60');
    }
  });

  it('cuts off who asks for more than the limit of a normal client, without the reply', async () => {
    await same(async (side) => {
      const answers = [await ask(side, 'SET', 'big', long(200_000)), await ask(side, 'SET', 'small', long(20_000)), await setLimits(side, 'normal 100000 0 0')];
      answers.push(await talk(side, 'GET big\r\nPING\r\n'), await talk(side, 'GET small\r\nPING\r\n').then((text) => String(text.length)), await talk(side, 'GET small\r\n'.repeat(20)));
      const patient = await connectResp(side.port);
      answers.push(await setLimits(side, 'normal 0 0 0'), ...(await patient.raw(Buffer.from('GET small\r\n'.repeat(20)), 20)).map((reply) => String(replyText(reply)?.length)), await ask(side, 'DEL', 'big', 'small'));
      patient.close();
      return answers;
    });
  });

  it('cuts off who asks for more random elements than the limit lets through', async () => {
    await same(async (side) => {
      const answers = [await ask(side, 'HSET', 'h', 'f', 'v'), await ask(side, 'SADD', 's', 'm'), await ask(side, 'ZADD', 'z', '1', 'm'), await setLimits(side, 'normal 100000 0 0')];
      for (const call of ['HRANDFIELD h -999999999', 'SRANDMEMBER s -999999999', 'ZRANDMEMBER z -999999999']) answers.push(await talk(side, `${call}\r\nPING\r\n`));
      answers.push(await setLimits(side, 'normal 0 0 0'), await ask(side, 'DEL', 'h', 's', 'z'));
      return answers;
    });
  });

  it('serves the others, in bounded memory, while one asks for everything and reads nothing', async () => {
    const side = sides.ours;
    await side.admin.call(['SET', 'big', long(1_000_000)]);
    const socket = await deaf(side);
    socket.write('CLIENT SETNAME greedy\r\n');
    await until(side, 'greedy', true);
    socket.write(encodeCall(['GET', 'big']).toString().repeat(2000));
    for (let round = 0; round < 50; round += 1) {
      assert.equal(printReply(await side.admin.call(['ECHO', 'a'])), 'bulk "a"');
      const line = (replyText(await side.admin.call(['CLIENT', 'LIST'])) ?? '').split('\n').find((one) => one.includes('name=greedy')) ?? '';
      assert.ok(Number(/ omem=(\d+)/.exec(line)?.[1]) < 300_000_000, line);
    }
    socket.destroy();
    await side.admin.call(['DEL', 'big']);
  });

  it('answers who sends all of a long pipeline before reading', async () => {
    for (const side of Object.values(sides)) {
      const socket = await deaf(side);
      const request = encodeCall(['ECHO', long(1_000_000)]);
      for (let call = 0; call < 40; call += 1) socket.write(request);
      await once(socket, 'drain');
      let left = 40 * (1_000_000 + '$1000000\r\n\r\n'.length);
      socket.on('data', ({ length }: Buffer) => (left -= length));
      socket.resume();
      while (left > 0) await once(socket, 'data');
      assert.equal(left, 0);
      socket.destroy();
    }
  });

  it('lets no keys give way to what a replica does not take', async () => {
    for (const side of Object.values(sides)) {
      const config = (...args: readonly string[]): Promise<string> => ask(side, 'CONFIG', 'SET', ...args);
      await config('repl-diskless-sync-delay', '0', 'client-output-buffer-limit', 'replica 0 0 0', 'repl-backlog-size', '16384');
      const before = await statistic(side, 'mem_clients_slaves');
      const replica = await deaf(side);
      replica.write('SYNC\r\n');
      while (!(replyText(await side.admin.call(['INFO', 'replication'])) ?? '').includes('state=online')) await new Promise((resolve) => setImmediate(resolve));
      for (let key = 0; key < 100; key += 1) await side.admin.call(['SET', `key:${String(key)}`, 'v']);
      for (let round = 0; round < 20; round += 1) await side.admin.call(['SET', 'big', long(1_000_000)]);
      const [buffers, replicas, apart, used] = [
        await statistic(side, 'mem_total_replication_buffers'), await statistic(side, 'mem_clients_slaves'), await statistic(side, 'mem_not_counted_for_evict'), await statistic(side, 'used_memory'),
      ];
      assert.equal(before, 0);
      assert.ok(buffers > 5_000_000 && buffers < 21_000_000, String(buffers));
      assert.ok(replicas > 5_000_000 && replicas <= buffers, String(replicas));
      assert.ok(apart > 5_000_000 && apart <= replicas, String(apart));
      assert.ok(used > buffers, String(used));
      await config('maxmemory', String(used - apart + 500_000), 'maxmemory-policy', 'allkeys-lru');
      for (let key = 0; key < 100; key += 1) await side.admin.call(['SET', `key:${String(key)}`, 'w']);
      assert.equal(await ask(side, 'DBSIZE'), 'integer 101');
      await config('maxmemory', '0', 'maxmemory-policy', 'noeviction', 'client-output-buffer-limit', 'replica 268435456 67108864 60', 'repl-backlog-size', '1mb');
      replica.destroy();
      await side.admin.call(['FLUSHALL']);
    }
  });

  it('closes who is idle for longer than timeout, but not who listens, waits or monitors', async () => {
    await Promise.all(Object.values(sides).map(async (side) => {
      const [idle, listening, waiting, monitor] = [await deaf(side), await connectResp(side.port), await connectResp(side.port), await connectResp(side.port)];
      idle.write('CLIENT SETNAME idle\r\n');
      await listening.call(['SUBSCRIBE', 'c']);
      await monitor.call(['CLIENT', 'SETNAME', 'monitor']);
      monitor.keepOrder();
      await monitor.call(['MONITOR']);
      void waiting.call(['BLPOP', 'l', '0']).catch(() => undefined);
      await until(side, 'idle', true);
      await side.admin.call(['CONFIG', 'SET', 'timeout', '1']);
      await until(side, 'idle', false);
      await side.admin.call(['CONFIG', 'SET', 'timeout', '0']);
      assert.match(replyText(await side.admin.call(['INFO', 'clients'])) ?? '', /blocked_clients:1/);
      assert.match(printReply(await side.admin.call(['PUBSUB', 'NUMSUB', 'c'])), /integer 1/);
      await until(side, 'monitor', true);
      for (const client of [listening, waiting, monitor]) client.close();
      idle.destroy();
    }));
  });
});
