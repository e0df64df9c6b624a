import assert from 'node:assert/strict';
import type { RespClient } from '../support/respClient.ts';
import { replyText } from '../support/respReply.ts';
import { bothServers } from './both.ts';

/** How far an estimate may be off. */
const FACTOR = 2;

const numbered = (count: number, make: (index: number) => readonly string[]): string[][] => Array.from({ length: count }, (_, index) => [...make(index)]);

/** Calls that fill the key `k`, by what they make. */
const values: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'a short string': [['SET', 'k', 'text']],
  'a long string': [['SET', 'k', 'x'.repeat(10_000)]],
  'a very long string': [['SET', 'k', 'x'.repeat(3_000_000)]],
  'an integer': [['SET', 'k', '123456']],
  'a small list': numbered(10, (i) => ['RPUSH', 'k', `item:${i}`]),
  'a list': numbered(5000, (i) => ['RPUSH', 'k', `item:${i}`]),
  'a list of numbers': numbered(5000, (i) => ['RPUSH', 'k', `${i * 7}`]),
  'a list of long items': numbered(100, (i) => ['RPUSH', 'k', `${i}`.padEnd(3000, 'x')]),
  'a small hash': numbered(20, (i) => ['HSET', 'k', `field:${i}`, `value ${i}`]),
  'a hash': numbered(5000, (i) => ['HSET', 'k', `field:${i}`, `value ${i}`]),
  'a hash of long values': numbered(200, (i) => ['HSET', 'k', `field:${i}`, `${i}`.padEnd(2000, 'x')]),
  'a set of integers': numbered(500, (i) => ['SADD', 'k', `${i * 100_000}`]),
  'a set': numbered(5000, (i) => ['SADD', 'k', `member:${i}`]),
  'a small sorted set': numbered(100, (i) => ['ZADD', 'k', `${i * 1.5}`, `member:${i}`]),
  'a sorted set': numbered(5000, (i) => ['ZADD', 'k', `${i * 1.5}`, `member:${i}`]),
  'a stream': numbered(5000, (i) => ['XADD', 'k', `${i + 1}-1`, 'name', `value ${i}`, 'other', 'text']),
  'a small stream': [['XADD', 'k', '1-1', 'f', 'v']],
  'a stream with a group': [
    ...numbered(1000, (i) => ['XADD', 'k', `${i + 1}-1`, 'name', `value ${i}`]), ['XGROUP', 'CREATE', 'k', 'g', '0'], ['XREADGROUP', 'GROUP', 'g', 'c', 'COUNT', '1000', 'STREAMS', 'k', '>'],
  ],
};

describe('what data take in memory', () => {
  const both = bothServers();

  const number = async (client: RespClient, ...args: string[]): Promise<number> => Number(replyText(await client.call(args)));
  /** What INFO tells of memory that is not the clients'. */
  const used = async (client: RespClient): Promise<number> => {
    const info = replyText(await client.call(['INFO', 'memory'])) ?? '';
    const field = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
    return field('used_memory') - field('mem_clients_normal');
  };
  const fill = async (client: RespClient, calls: readonly (readonly string[])[]): Promise<void> => {
    await Promise.all(calls.map((call) => client.call(call)));
  };
  const close = (mine: number, other: number, what: string): void => {
    assert.ok(mine <= other * FACTOR && other <= mine * FACTOR, `${what}: ${String(mine)} for ${String(other)} bytes`);
  };

  for (const [name, calls] of Object.entries(values)) {
    it(`${name}: within a factor of ${String(FACTOR)} of redis-server, and nothing once it is gone`, async () => {
      for (const client of [both.ours, both.theirs]) await client.call(['FLUSHALL']);
      const [before, theirsBefore] = [await used(both.ours), await used(both.theirs)];
      await fill(both.ours, calls);
      await fill(both.theirs, calls);
      const usage = await number(both.theirs, 'MEMORY', 'USAGE', 'k', 'SAMPLES', '0');
      const mine = await number(both.ours, 'MEMORY', 'USAGE', 'k');
      close(mine, usage, 'MEMORY USAGE');
      const added = (await used(both.ours)) - before;
      // What redis-server holds for its clients sways by some tens of thousands of bytes.
      if (added > 200_000) close(added, (await used(both.theirs)) - theirsBefore, 'used_memory');
      await both.ours.call(['COPY', 'k', 'copy']);
      const copied = (await used(both.ours)) - before;
      // The copy has not two tables at a time, as a hash table that is growing has.
      assert.ok(copied > added * 1.7 - 150 && copied < added * 2 + 400, `${String(copied)} with a copy, ${String(added)} without`);
      await both.ours.call(['RENAME', 'copy', 'k']);
      await both.ours.call(['DEL', 'k']);
      const left = (await used(both.ours)) - before;
      assert.ok(left >= 0 && left < 200, `${String(left)} are left`);
    });
  }

  it('keys: used_memory grows and shrinks with them as that of redis-server', async () => {
    for (const [size, expires] of [[3, false], [100, false], [3000, false], [3, true]] as const) {
      const calls = numbered(5000, (i) => ['SET', `key:${i}`, 'x'.repeat(size), ...(expires ? ['EX', '1000'] : [])]);
      const [mine, other] = await Promise.all([both.ours, both.theirs].map(async (client) => {
        await client.call(['FLUSHALL']);
        const before = await used(client);
        await fill(client, calls);
        return (await used(client)) - before;
      }));
      close(mine ?? 0, other ?? 0, `5000 values of ${String(size)}`);
    }
    const before = await used(both.ours);
    for (let i = 0; i < 5000; i += 1) await both.ours.call(['UNLINK', `key:${i}`]);
    both.practice.cron();
    assert.ok((await used(both.ours)) < before - 5000 * 60);
    await both.ours.call(['FLUSHALL']);
  });

  it('counts a value where it is, when it changes on its way', async () => {
    await both.ours.call(['FLUSHALL']);
    const before = await used(both.ours);
    for (const call of ['MULTI', 'RPUSH l a', 'MOVE l 1', 'SELECT 1', `RPUSH l ${'x'.repeat(5000)}`, 'EXEC', 'FLUSHDB', 'SELECT 0']) await both.ours.call(call.split(' '));
    assert.ok(Math.abs((await used(both.ours)) - before) < 200, String((await used(both.ours)) - before));
  });

  it('goes back to where it was after every kind of change in place', async () => {
    await both.ours.call(['FLUSHALL']);
    const before = await used(both.ours);
    const calls = [
      'RPUSH l a b c d e f g', 'LPOP l', 'RPOP l 2', 'LSET l 0 longer', 'LINSERT l BEFORE d x', 'LREM l 0 d', 'LTRIM l 0 0', 'LMOVE l l LEFT RIGHT', 'LPOP l', 'RPUSH l a', 'RPOPLPUSH l m', 'LPOP m',
      'HSET h a 1 b 2', 'HINCRBY h a 1000000', 'HDEL h a', 'HSET h b 3', 'HDEL h b', 'SADD s 1 2 3', 'SADD s x', 'SPOP s 2', 'SMOVE s t x', 'SREM s 1 2 3 x', 'SREM t x', 'ZADD z 1 a 2 b', 'ZINCRBY z 5 a', 'ZPOPMIN z', 'ZREMRANGEBYRANK z 0 -1',
      'XADD x 1-1 f v', 'XADD x 2-1 f v', 'XGROUP CREATE x g 0', 'XREADGROUP GROUP g c STREAMS x >', 'XACK x g 1-1', 'XDEL x 1-1', 'XTRIM x MAXLEN 0', 'XGROUP DESTROY x g', 'DEL x', 'SET k v', 'APPEND k more', 'SETRANGE k 100 y', 'SETBIT k 9000 1', 'GETDEL k', 'SET e v PX 100000', 'PERSIST e', 'MOVE e 3', 'SWAPDB 0 3', 'DEL e',
    ];
    for (const call of calls) await both.ours.call(call.split(' '));
    assert.equal(await number(both.ours, 'DBSIZE'), 0);
    // Tables of a few buckets stay.
    assert.ok((await used(both.ours)) - before < 400, String((await used(both.ours)) - before));
  });
});
