import assert from 'node:assert/strict';
import { createDict, dictRehash, dictSet, dictDelete, dictShrinkIfNeeded } from '../../../src/server/store/dict.ts';
import { drawBuckets } from '../../../src/server/commands/debugBuckets.ts';
import { createServer } from '../../../src/server/server.ts';
import { redisOver } from '../../support/practiceServer.ts';

describe('server DEBUG BUCKETS', () => {
  it('draws every key in one line, during a resize too', () => {
    const dict = createDict<number>(1);
    assert.equal(drawBuckets(dict, 0), 'The table is empty.\n');
    for (let key = 0; key < 60; key += 1) dictSet(dict, `k${key}`, key);
    while (dictRehash(dict, 100));
    for (let key = 6; key < 60; key += 1) dictDelete(dict, `k${key}`);
    const names = (drawn: string): string[] => (drawn.split('\n').slice(2).join(' ').match(/k\d+/g) ?? []).sort();
    const all = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5'];
    assert.deepEqual(names(drawBuckets(dict, 0)), all);
    dictShrinkIfNeeded(dict);
    assert.notEqual(dict.second, undefined);
    assert.match(drawBuckets(dict, 0), /being moved from 64 to 8 buckets/);
    assert.deepEqual(names(drawBuckets(dict, 0)), all);
    while (dictRehash(dict, 1)) assert.deepEqual(names(drawBuckets(dict, 2)), all);
    const lines = drawBuckets(dict, 2).split('\n').slice(2, -1);
    assert.deepEqual(lines.map((line) => line.trim().split(/ +/).filter((word) => /^([x>]|[01]{3})$/.test(word)).join('')), ['x000', 'x100', '>010', '110', '001', '101', '011', '111']);
  });

  it('says that a bucket which was visited in part is visited again', () => {
    const dict = createDict<number>(1);
    for (let key = 0; key < 8; key += 1) dictSet(dict, `k${key}`, key);
    while (dictRehash(dict, 100));
    // 10 of 64 buckets is 010 with a bit above.
    const marks = drawBuckets(dict, 10).split('\n').slice(2, -1).map((line) => line.trim().split(/ +/).filter((word) => /^([x>]|[01]{3})$/.test(word)).join(''));
    assert.deepEqual(marks.slice(0, 4), ['x000', 'x100', '>010', '110']);
  });
});

describe('server DEBUG BUCKETS cursor TABLES', () => {
  it('lists every key with its table and bucket, during a resize too', async () => {
    const server = createServer({ cron: false });
    const client = redisOver(() => server.connect());
    const send = async (name: string, ...args: string[]): Promise<unknown> => client.call(name, ...args);
    const lengths = (reply: unknown): unknown => [(reply as unknown[][])[0], (reply as unknown[][])[1]?.length];
    try {
      assert.deepEqual(lengths(await send('DEBUG', 'BUCKETS', '0', 'TABLES')), [[0], 0]);
      for (let key = 0; key < 60; key += 1) await send('SET', `k${key}`, 'x');
      server.cron();
      assert.deepEqual(lengths(await send('DEBUG', 'BUCKETS', '0', 'tables')), [[64], 60]);
      await send('CONFIG', 'SET', 'activerehashing', 'no');
      for (let key = 6; key < 60; key += 1) await send('DEL', `k${key}`);
      server.cron();
      assert.deepEqual(lengths(await send('DEBUG', 'BUCKETS', '0', 'TABLES')), [[64, 8], 6]);
      assert.match(String(await send('DEBUG', 'BUCKETS')), /being moved from 64 to 8/);
      await send('CONFIG', 'SET', 'activerehashing', 'yes');
      server.cron();
      assert.deepEqual(lengths(await send('DEBUG', 'BUCKETS', '0', 'TABLES')), [[8], 6]);
      await assert.rejects(send('DEBUG', 'BUCKETS', '0', 'NAMES'), /unknown subcommand/);
    } finally {
      client.disconnect();
      await server.close();
    }
  });
});
