import assert from 'node:assert/strict';
import { usedMemory } from '../../../../src/server/memory/used.ts';
import { databaseSize } from '../../../../src/server/store/database.ts';
import { frozenServer } from '../../../support/practiceServer.ts';
import type { FrozenServer } from '../../../support/practiceServer.ts';
import { openRespClient } from '../../../support/respClient.ts';
import type { RespClient } from '../../../support/respClient.ts';
import { printReply, replyItems, replyText } from '../../../support/respReply.ts';

const OOM = `error "OOM command not allowed when used memory > 'maxmemory'."`;

describe('server eviction', () => {
  let server: FrozenServer;
  let client: RespClient;
  const send = async (...args: string[]): Promise<string> => printReply(await client.call(args));
  const run = (line: string): Promise<string> => send(...line.split(' '));
  const policy = (name: string): Promise<string> => send('CONFIG', 'SET', 'maxmemory-policy', name);

  beforeEach(() => {
    server = frozenServer();
    client = openRespClient(server.connect());
    // However slow the machine is, a round ends only when enough is evicted.
    server.state.config.start('maxmemory-eviction-tenacity', '100');
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  /** Allows so many bytes more than are used now. */
  const allow = (more: number): Promise<string> => send('CONFIG', 'SET', 'maxmemory', String(usedMemory(server.state) + more));
  const size = (): number => server.state.databases.reduce((sum, db) => sum + databaseSize(db), 0);
  const evicted = (): number => server.state.statistics.evicted;

  for (const name of ['allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl']) {
    it(`${name}: keeps what is used within the limit`, async () => {
      await policy(name);
      await allow(100 * 1024);
      const limit = server.state.config.number('maxmemory');
      for (let index = 0; index < 3000; index += 1) assert.equal(await send('SETEX', `key:${index}`, '10000', 'x'), 'simple "OK"');
      await send('PING');
      assert.ok(usedMemory(server.state) <= limit);
      assert.ok(size() > 300 && size() < 2000, `${size()} keys`);
      assert.equal(evicted() + size(), 3000);
    });
  }

  it('noeviction: refuses what may take memory, and lets all else pass', async () => {
    await send('RPUSH', 'l', 'a', 'b');
    await allow(-1);
    for (const line of ['SET k v', 'RPUSH l c', 'HSET h a 1', 'APPEND k v', 'SETRANGE k 0 a', 'COPY l m', 'SORT l STORE m', 'LMOVE l l LEFT LEFT']) assert.equal(await run(line), OOM, line);
    for (const line of ['GET k', 'LPOP l', 'DEL l', 'EXPIRE k 10', 'PING', 'CONFIG GET maxmemory', 'INFO memory', 'MULTI', 'DISCARD']) assert.doesNotMatch(await run(line), /OOM/, line);
    await send('CONFIG', 'SET', 'maxmemory', '0');
    assert.equal(await run('SET k v'), 'simple "OK"');
  });

  it('noeviction: nothing is queued by a transaction, and EXEC of what was is refused if it may take memory', async () => {
    await send('MULTI');
    await send('SET', 'k', 'v');
    server.state.config.set([['maxmemory', '1']]);
    assert.equal(await send('GET', 'k'), OOM);
    assert.equal(await send('EXEC'), `error "EXECABORT Transaction discarded because of: OOM command not allowed when used memory > 'maxmemory'."`);
    assert.equal(await send('MULTI'), 'simple "OK"');
    assert.equal(await send('PING'), OOM);
    assert.equal(await send('EXEC'), 'error "EXECABORT Transaction discarded because of previous errors."');
    assert.equal(await send('DBSIZE'), 'integer 0');
  });

  it('volatile policies leave keys without an expiry alone, and refuse once only those are there', async () => {
    await policy('volatile-lru');
    for (let index = 0; index < 100; index += 1) {
      await send('SET', `stays:${index}`, 'x'.repeat(100));
      await send('SET', `goes:${index}`, 'x'.repeat(100), 'EX', '1000');
    }
    await allow(-5000);
    await send('PING');
    assert.ok(evicted() > 10 && evicted() < 60, `${evicted()}`);
    assert.equal((await send('KEYS', 'stays:*')).match(/stays/g)?.length, 100);
    await send('CONFIG', 'SET', 'maxmemory', '1');
    assert.equal(await send('SET', 'k', 'v'), OOM);
    assert.equal(size(), 100);
  });

  it('takes least recently used keys first, about', async () => {
    await policy('allkeys-lru');
    await send('CONFIG', 'SET', 'maxmemory-samples', '10');
    for (let index = 0; index < 1000; index += 1) await send('SET', `key:${index}`, 'x');
    server.advance(1000_000);
    for (let index = 0; index < 1000; index += 2) await send('GET', `key:${index}`);
    await allow(-20_000);
    await send('PING');
    const left = await send('KEYS', '*');
    const odd = left.match(/key:\d*[13579]"/g)?.length ?? 0;
    assert.ok(evicted() > 200 && evicted() < 400, `${evicted()} are evicted`);
    assert.ok(1000 - evicted() - odd > 490, 'hardly one that was used since');
  });

  it('takes least frequently used keys first, about', async () => {
    await policy('allkeys-lfu');
    for (let index = 0; index < 500; index += 1) await send('SET', `key:${index}`, 'x');
    for (let round = 0; round < 20; round += 1) for (let index = 0; index < 500; index += 2) await send('GET', `key:${index}`);
    await allow(-10_000);
    await send('PING');
    const left = await send('KEYS', '*');
    assert.ok(evicted() > 80, `${evicted()} are evicted`);
    assert.ok((left.match(/key:\d*[02468]"/g)?.length ?? 0) > 245);
  });

  it('takes the soonest expired first under volatile-ttl, from every database', async () => {
    await policy('volatile-ttl');
    for (let index = 0; index < 200; index += 1) {
      await send('SELECT', String(index % 2));
      await send('SET', `key:${index}`, 'x', 'EX', String(index < 100 ? 1000 + index : 100_000 + index));
    }
    await allow(-3000);
    await send('PING');
    assert.ok(evicted() >= 15, `${evicted()} are evicted`);
    await send('SELECT', '0');
    const zero = await send('KEYS', '*');
    await send('SELECT', '1');
    const one = await send('KEYS', '*');
    assert.equal(((zero + one).match(/key:1\d\d"/g) ?? []).length, 100, 'the last to expire are all there');
    assert.ok((zero.match(/key/g)?.length ?? 0) < 100 && (one.match(/key/g)?.length ?? 0) < 100);
  });

  it('takes among equals those of the first database first', async () => {
    await policy('allkeys-lru');
    for (const line of ['SET a 1', 'SELECT 3', 'SET b 1', 'SELECT 5', 'SET c 1', 'CONFIG SET notify-keyspace-events Ee']) await run(line);
    const ear = openRespClient(server.connect());
    await ear.call(['PSUBSCRIBE', '*']);
    await send('CONFIG', 'SET', 'maxmemory', '1');
    server.cron();
    const heard = await ear.raw(Buffer.alloc(0), 3);
    ear.close();
    assert.deepEqual(heard.map((message) => replyItems(message).slice(2).map(replyText).join(' ')), ['__keyevent@0__:evicted a', '__keyevent@3__:evicted b', '__keyevent@5__:evicted c']);
  });

  it('evicts at once when the limit is set below what is used, and tells of each key', async () => {
    await policy('allkeys-random');
    await send('CONFIG', 'SET', 'notify-keyspace-events', 'Ee');
    for (let index = 0; index < 100; index += 1) await send('SET', `key:${index}`, 'x');
    const listener = openRespClient(server.connect());
    await listener.call(['SUBSCRIBE', '__keyevent@0__:evicted']);
    server.cron();
    await allow(-100);
    server.cron();
    assert.ok(evicted() > 0 && evicted() < 10);
    assert.match(printReply((await listener.raw(Buffer.alloc(0), 1))[0] ?? { kind: 'closed' }), /evicted/);
    assert.match(await send('INFO', 'stats'), new RegExp(`evicted_keys:${evicted()}\\b`));
    listener.close();
  });

  it('does not evict what the command itself has just made', async () => {
    await policy('allkeys-lru');
    await allow(2000);
    // A short call that makes a long value: what a client sends counts before its command runs.
    assert.equal(await send('SETRANGE', 'long', '100000', 'x'), 'integer 100001');
    assert.equal(size(), 1, 'more than is allowed, until the next command');
    await send('PING');
    assert.equal(size(), 0);
  });

  it('spares watched keys of others nothing: they hear of it', async () => {
    await policy('allkeys-lru');
    await send('SET', 'k', 'v');
    await send('WATCH', 'k');
    await send('MULTI');
    const other = openRespClient(server.connect());
    await other.call(['CONFIG', 'SET', 'maxmemory', '1']);
    await other.call(['PING']);
    await other.call(['CONFIG', 'SET', 'maxmemory', '0']);
    await send('PING');
    assert.equal(await send('EXEC'), 'null *');
    other.close();
  });

  it('forgets samples that have gone', async () => {
    await policy('allkeys-lru');
    for (let index = 0; index < 200; index += 1) await send('SET', `key:${index}`, 'x');
    await allow(-300);
    await send('PING');
    await send('FLUSHALL');
    for (let index = 0; index < 200; index += 1) await send('SET', `other:${index}`, 'x'.repeat(200));
    await send('PING');
    assert.ok(usedMemory(server.state) <= server.state.config.number('maxmemory'));
  });
});
