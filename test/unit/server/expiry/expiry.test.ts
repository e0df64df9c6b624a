import assert from 'node:assert/strict';
import { expireCycle, findValue, setExpiry } from '../../../../src/server/store/database.ts';
import { dictSize } from '../../../../src/server/store/dict.ts';
import { frozenServer } from '../../../support/practiceServer.ts';
import type { FrozenServer } from '../../../support/practiceServer.ts';
import { openRespClient } from '../../../support/respClient.ts';
import type { RespClient } from '../../../support/respClient.ts';
import { printReply } from '../../../support/respReply.ts';

describe('server expiry', () => {
  let server: FrozenServer;
  let client: RespClient;
  const send = async (...args: string[]): Promise<string> => printReply(await client.call(args));

  beforeEach(() => {
    server = frozenServer();
    client = openRespClient(server.connect());
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  it('hides a key the moment its time is over, and counts it', async () => {
    await send('SET', 'k', 'v', 'PX', '1000');
    server.advance(1000);
    assert.equal(await send('PTTL', 'k'), await send('STRLEN', 'missing'), 'at the millisecond itself it is still there, with 0 left');
    server.advance(1);
    assert.equal(await send('DBSIZE'), 'integer 1', 'nothing has noticed it yet');
    assert.equal(await send('EXISTS', 'k'), 'integer 0');
    assert.equal(await send('DBSIZE'), 'integer 0');
    assert.equal(server.state.statistics.expired, 1);
  });

  it('is active: keys that nobody asks for go too', async () => {
    for (let index = 0; index < 500; index += 1) await send('SET', `k${index}`, 'v', 'EX', '10');
    await send('SET', 'stays', 'v');
    server.advance(9_999);
    server.cron();
    assert.equal(await send('DBSIZE'), 'integer 501');
    server.advance(2);
    // A round goes on where the last one stopped, so the keys before that place wait for the one after.
    server.cron();
    server.cron();
    assert.equal(await send('DBSIZE'), 'integer 1');
    assert.equal(server.state.databases.reduce((sum, db) => sum + dictSize(db.volatile), 0), 0);
  });

  it('keeps one expiry per key through every way of changing it', async () => {
    await send('SET', 'k', '1', 'EX', '100');
    await send('INCR', 'k');
    await send('APPEND', 'k', '0');
    assert.equal(await send('TTL', 'k'), 'integer 100');
    await send('RENAME', 'k', 'other');
    assert.equal(await send('TTL', 'other'), 'integer 100');
    await send('COPY', 'other', 'copy');
    assert.equal(await send('TTL', 'copy'), 'integer 100');
    await send('SET', 'other', 'x', 'KEEPTTL');
    assert.equal(await send('TTL', 'other'), 'integer 100');
    await send('SET', 'other', 'x');
    assert.equal(await send('TTL', 'other'), 'integer -1');
    await send('PERSIST', 'copy');
    server.advance(1_000_000);
    server.cron();
    assert.equal(await send('DBSIZE'), 'integer 2');
  });

  it('does not find what a SCAN would show as expired', async () => {
    await send('SET', 'k', 'v', 'PX', '1');
    await send('SET', 'stays', 'v');
    server.advance(5);
    assert.match(await send('SCAN', '0'), /stays/);
    assert.equal(await send('DBSIZE'), 'integer 1');
  });

  it('fails an EXEC whose watched key has expired', async () => {
    await send('SET', 'k', 'v', 'PX', '1');
    await send('WATCH', 'k');
    server.advance(5);
    await send('MULTI');
    await send('PING');
    const aborted = await client.call(['EXEC']);
    assert.equal(printReply(aborted), 'null *');
  });

  it('takes many keys that expire at once in short rounds', async () => {
    const count = 20_000;
    for (let start = 0; start < count; start += 1000) {
      await send('MSET', ...Array.from({ length: 1000 }, (_, index) => [`k${start + index}`, 'v']).flat());
    }
    const db = server.state.databases[0];
    assert.ok(db);
    for (let index = 0; index < count; index += 1) {
      const value = findValue(db, `k${index}`);
      assert.ok(value);
      setExpiry(db, `k${index}`, value, 1);
    }
    const { looked, removed } = expireCycle(db, 1000, 64, () => undefined);
    assert.ok(looked >= 64 && looked < 80, 'to the end of a bucket');
    assert.deepEqual([removed, dictSize(db.volatile)], [looked, count - looked]);
    const rounds: number[] = [];
    while (dictSize(db.volatile) > 0) {
      assert.ok(rounds.length < 1000, 'it ends');
      const started = performance.now();
      server.cron();
      rounds.push(performance.now() - started);
    }
    // The median: a busy machine may stop any one round.
    const median = rounds.sort((a, b) => a - b)[rounds.length >> 1] ?? 0;
    assert.ok(median < 25, `a round takes ${median} ms`);
    assert.equal(await send('DBSIZE'), 'integer 0');
  });
});
