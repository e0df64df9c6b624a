import assert from 'node:assert/strict';
import { constants } from 'node:buffer';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import type { Redis } from 'ioredis';
import { createServer } from '../../../src/server/server.ts';
import type { PracticeServer } from '../../../src/server/server.ts';
import { pushBack } from '../../../src/server/store/chunked.ts';
import { findValue } from '../../../src/server/store/database.ts';
import type { Database } from '../../../src/server/store/database.ts';
import { frozenServer, redisOver } from '../../support/practiceServer.ts';

/** Makes `long` a list of `length` items. */
async function fillList(server: PracticeServer, redis: Redis, length: number, item: (index: number) => string): Promise<void> {
  await redis.rpush('long', item(0));
  const list = findValue(server.state.databases[0] as Database, 'long');
  assert.equal(list?.type, 'list');
  for (let index = 1; index < length; index += 1) pushBack(list.items, item(index));
}

for (const protocol of [2, 3] as const) {
  describe(`practice server under ioredis, RESP${protocol}`, () => {
    let server: PracticeServer;
    let redis: Redis;
    beforeEach(async () => {
      server = frozenServer();
      redis = redisOver(() => server.connect(), { protocol });
      await redis.connect();
    });
    afterEach(async () => {
      redis.disconnect();
      await server.close();
    });

    it('refuses a string that is longer than V8 can hold in the words of one beyond proto-max-bulk-len', async () => {
      const longest = constants.MAX_STRING_LENGTH;
      const refusal = /string exceeds maximum allowed size \(proto-max-bulk-len\)/;
      await assert.rejects(redis.setrange('long', longest, 'x'), refusal);
      const beyond = /bit offset is not an integer or out of range/;
      await assert.rejects(redis.setbit('long', longest * 8, 1), beyond);
      await assert.rejects(redis.call('BITFIELD', 'long', 'SET', 'u8', longest * 8 - 1, 1), beyond);
      assert.equal(await redis.getbit('long', 2 ** 32 - 1), 0);
      assert.equal(await redis.setrange('long', longest - 1, 'x'), longest);
      await assert.rejects(redis.append('long', 'x'), refusal);
      assert.equal(await redis.strlen('long'), longest);
    });

    it('shakes hands', async () => {
      const [session] = [...server.state.sessions.values()];
      assert.equal(session?.version, protocol);
      assert.equal(session?.libraryName, 'ioredis');
      assert.match(await redis.info(), /redis_version:7\.0/);
    });

    it('keeps every byte of names and values', async () => {
      const name = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      const value = Buffer.from([0, 255, 13, 10, 0]);
      await redis.set(name, value);
      assert.deepEqual(await redis.getBuffer(name), value);
      const [, keys] = (await redis.callBuffer('SCAN', '0')) as [Buffer, Buffer[]];
      assert.deepEqual(keys, [name]);
    });

    it('answers each type as the client expects it', async () => {
      await redis.hset('h', 'a', '1', 'b', '2');
      assert.deepEqual({ ...(await redis.hgetall('h')) }, { a: '1', b: '2' });
      await redis.rpush('l', 'x', 'y', 'z');
      assert.deepEqual(await redis.lrange('l', 0, -1), ['x', 'y', 'z']);
      await redis.sadd('s', '3', '1', '2');
      assert.deepEqual(await redis.smembers('s'), ['1', '2', '3']);
      await redis.zadd('z', 2, 'b', 1.5, 'a');
      const scored = (await redis.call('ZRANGE', 'z', '0', '-1', 'WITHSCORES')) as unknown[];
      assert.deepEqual(scored.flat().map(String), ['a', '1.5', 'b', '2']);
      await redis.xadd('x', '1-1', 'f', 'v');
      assert.deepEqual(await redis.xrange('x', '-', '+'), [['1-1', ['f', 'v']]]);
      assert.deepEqual(await Promise.all(['h', 'l', 's', 'z', 'x'].map((key) => redis.type(key))), ['hash', 'list', 'set', 'zset', 'stream']);
      await assert.rejects(redis.get('h'), /^ReplyError: WRONGTYPE/);
    });

    it('pages a hash of 5,000 fields by cursor, and answers a small one whole', async () => {
      const fields = Array.from({ length: 5000 }, (_, index) => [`f${index}`, String(index)]).flat();
      await redis.hset('big', ...fields);
      const seen = new Set<string>();
      let pages = 0;
      let cursor = '0';
      do {
        const [next, items] = await redis.hscan('big', cursor, 'COUNT', 100);
        for (let index = 0; index < items.length; index += 2) seen.add(items[index] ?? '');
        cursor = next;
        pages += 1;
      } while (cursor !== '0');
      assert.equal(seen.size, 5000);
      assert.ok(pages > 20 && pages < 100, `${pages} pages`);
      await redis.hset('small', 'b', '1', 'a', '2');
      assert.deepEqual(await redis.hscan('small', '0', 'COUNT', 1), ['0', ['b', '1', 'a', '2']]);
    });

    it('runs transactions, and drops them when a watched key changes', async () => {
      assert.deepEqual(await redis.multi().set('k', '1').incr('k').exec(), [[null, 'OK'], [null, 2]]);
      await redis.watch('k');
      const other = redisOver(() => server.connect(), { protocol });
      await other.set('k', '9');
      other.disconnect();
      assert.equal(await redis.multi().incr('k').exec(), null);
      assert.equal(await redis.get('k'), '9');
    });

    it('keeps databases apart, per connection', async () => {
      await redis.set('k', 'zero');
      const second = redisOver(() => server.connect(), { protocol, db: 1 });
      await second.set('k', 'one');
      assert.equal(await redis.get('k'), 'zero');
      assert.equal(await second.get('k'), 'one');
      assert.match(await redis.info('keyspace'), /db0:keys=1,.*\r\ndb1:keys=1,/);
      second.disconnect();
    });

    it('answers a long reply', async () => {
      await fillList(server, redis, 200_000, (index) => `item ${index}`);
      const long = await redis.lrange('long', 0, -1);
      assert.equal(long.length, 200_000);
      assert.equal(long[143_210], 'item 143210');
    });
  });
}

describe('practice server connections', () => {
  let server: PracticeServer;
  beforeEach(() => {
    server = frozenServer();
  });
  afterEach(() => server.close());

  it('ends its side at once when the client ends, so that ioredis does not wait', async () => {
    const stream = server.connect();
    const started = performance.now();
    stream.resume();
    stream.end();
    await once(stream, 'close');
    assert.ok(performance.now() - started < 1500, 'ioredis would wait two seconds');
    assert.equal(server.state.sessions.size, 0);
  });

  it('ends after QUIT, after its reply', async () => {
    const stream = server.connect();
    stream.write('SET k v\r\nQUIT\r\nGET k\r\n');
    let text = '';
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(stream, 'close');
    assert.equal(text, '+OK\r\n+OK\r\n');
  });

  it('answers a protocol error and closes only the connection that made it', async () => {
    const other = redisOver(() => server.connect());
    await other.connect();
    const stream = server.connect();
    let text = '';
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    stream.write('*1\r\nnonsense\r\n');
    await once(stream, 'close');
    assert.equal(text, "-ERR Protocol error: expected '$', got 'n'\r\n");
    assert.equal(await other.ping(), 'PONG');
    other.disconnect();
  });

  it('stops reading from a client that does not read, and goes on when it does', async () => {
    const redis = redisOver(() => server.connect());
    await redis.set('big', 'x'.repeat(100_000));
    const stream = server.connect();
    for (let index = 0; index < 4000; index += 1) stream.write('GET big\r\n');
    // Other clients are served meanwhile, and the greedy one has cost no more than what may wait for all.
    for (let index = 0; index < 20; index += 1) await redis.ping();
    const session = [...server.state.sessions.values()].at(-1);
    assert.ok((session?.outputBytes ?? Infinity) < 300_000_000, `${session?.outputBytes} bytes were written to a client that reads nothing`);
    let received = 0;
    stream.on('data', (chunk: Buffer) => (received += chunk.length));
    stream.end();
    await once(stream, 'close');
    assert.equal(received, 4000 * (100_000 + '$100000\r\n\r\n'.length));
    redis.disconnect();
  });

  it('answers a long reply in slices and serves others meanwhile', async () => {
    const redis = redisOver(() => server.connect());
    await fillList(server, redis, 1_500_000, () => 'item');
    redis.disconnect();
    const expected = `*1500000\r\n${'$4\r\nitem\r\n'.repeat(1_500_000)}`;
    const long = server.connect();
    const other = server.connect();
    const chunks: Buffer[] = [];
    let received = 0;
    let meanwhile = Infinity;
    const whole = new Promise<void>((resolve) => {
      long.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        received += chunk.length;
        if (received === expected.length) resolve();
      });
    });
    other.once('data', () => (meanwhile = received));
    long.write('LRANGE long 0 -1\r\n');
    other.write('PING\r\n');
    await whole;
    assert.ok(meanwhile < expected.length, `the other client was served after ${meanwhile} bytes`);
    assert.ok(Buffer.concat(chunks).equals(Buffer.from(expected, 'latin1')));
  });

  it('lets others have their turn while one sends a great many commands', async () => {
    const stream = server.connect();
    let replies = 0;
    stream.on('data', (chunk: Buffer) => (replies += chunk.length / '+PONG\r\n'.length));
    for (let index = 0; index < 20_000; index += 1) stream.write('PING\r\n');
    let turns = 0;
    while (replies < 20_000) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
      assert.ok(turns < 100_000, `${replies} replies`);
    }
    assert.ok(turns > 2, `it took the thread for itself: ${turns} turns`);
    stream.destroy();
  });

  it('asks for the password, and lets in who has it', async () => {
    await server.close();
    server = frozenServer({ requirepass: 'open sesame' });
    const stranger = redisOver(() => server.connect(), { enableReadyCheck: false });
    stranger.on('error', () => undefined);
    await assert.rejects(stranger.get('k'), /NOAUTH/);
    stranger.disconnect();
    for (const protocol of [2, 3] as const) {
      const friend = redisOver(() => server.connect(), { protocol, password: 'open sesame' });
      assert.equal(await friend.ping(), 'PONG');
      friend.disconnect();
      const guesser = redisOver(() => server.connect(), { protocol, password: 'guess', enableReadyCheck: false });
      const failure = once(guesser, 'error');
      guesser.connect().catch(() => undefined);
      assert.match(String((await failure)[0]), /WRONGPASS/);
      guesser.disconnect();
    }
  });

  it('listens on 127.0.0.1 only when it is told to, on a port of the system', async () => {
    const { port } = await server.listen();
    assert.equal(server.state.port, port);
    const socket = connectTcp(port, '127.0.0.1');
    socket.write('PING\r\n');
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    assert.equal(chunk.toString(), '+PONG\r\n');
    await assert.rejects(server.listen({ port }), /EADDRINUSE/);
    await server.close();
    if (!socket.destroyed) await once(socket, 'close');
    assert.equal(server.state.sessions.size, 0);
  });

  it('refuses a parameter it does not know', () => {
    assert.throws(() => createServer({ config: { 'no-such-thing': '1' }, cron: false }), /no-such-thing/);
    assert.throws(() => createServer({ config: { databases: 'many' }, cron: false }), /databases/);
  });

  it('makes every command wait while DEBUG SLEEP sleeps', async () => {
    const sleepy = createServer({ cron: false });
    const stream = sleepy.connect();
    const other = sleepy.connect();
    const started = performance.now();
    stream.write('DEBUG SLEEP 0.05\r\n');
    await new Promise((resolve) => setImmediate(resolve));
    other.write('PING\r\n');
    const [first] = (await once(other, 'data')) as [Buffer];
    assert.equal(first.toString(), '+PONG\r\n');
    assert.ok(performance.now() - started >= 45);
    stream.destroy();
    other.destroy();
    await sleepy.close();
  });
});

describe('practice server sample data', () => {
  it('is the same for the same seed, has every type, and is worth paging', async () => {
    const [first, second] = [frozenServer(), frozenServer()];
    await first.loadSample('shop');
    await second.loadSample('shop');
    const redis = redisOver(() => first.connect());
    const twin = redisOver(() => second.connect());
    assert.ok((await redis.dbsize()) > 5000);
    assert.deepEqual((await twin.keys('*')).sort(), (await redis.keys('*')).sort());
    assert.deepEqual(await twin.hgetall('customer:77'), await redis.hgetall('customer:77'));
    assert.equal(await redis.hlen('catalogue:prices'), 50_000);
    const oneOfEach = ['shop:name', 'customer:1', 'bestsellers', 'events:shop', 'queue:emails', 'index:products:by-colour:red'];
    const types = await Promise.all(oneOfEach.map((key) => redis.type(key)));
    assert.deepEqual(types.sort(), ['hash', 'list', 'set', 'stream', 'string', 'zset']);
    for (const key of ['awkward::empty-segment', ':leading-delimiter', 'trailing-delimiter:', 'awkward', '']) assert.equal(await redis.exists(key), 1, JSON.stringify(key));
    assert.ok((await redis.ttl('awkward:gone-in-an-hour')) > 3500);
    redis.disconnect();
    twin.disconnect();
    await Promise.all([first.close(), second.close()]);
  });
});
