import assert from 'node:assert/strict';
import { loadSample, sampleNames, type SampleProgress } from '../../../../src/server/samples/index.ts';
import { databaseSize } from '../../../../src/server/store/database.ts';
import { frozenServer, redisOver } from '../../../support/practiceServer.ts';

describe('sample data', () => {
  it('are the same for the same seed', async () => {
    for (const name of sampleNames.filter((one) => one !== 'million')) {
      const digests = await Promise.all([1, 1, 2].map(async (seed) => {
        const server = frozenServer({}, seed);
        await server.loadSample(name);
        const redis = redisOver(() => server.connect());
        const keys = (await redis.keys('*')).sort();
        const some = keys.filter((_, index) => index % 20 === 0 && keys.length > 100);
        const digest = JSON.stringify([keys, some.length === 0 ? await redis.call('DEBUG', 'DIGEST') : await redis.call('DEBUG', 'DIGEST-VALUE', ...some)]);
        redis.disconnect();
        await server.close();
        return digest;
      }));
      assert.equal(digests[0], digests[1], name);
      if (name !== 'empty') assert.notEqual(digests[0], digests[2], name);
    }
  });

  it('have sessions that go, and things that stay', async () => {
    const server = frozenServer();
    await server.loadSample('sessions');
    const redis = redisOver(() => server.connect());
    const before = await redis.dbsize();
    assert.ok(before > 6000, `${before} keys`);
    assert.ok((await redis.ttl('banner:maintenance')) === 300 && (await redis.ttl('config:session')) === -1);
    server.advance(3600_000);
    for (let round = 0; round < 400; round += 1) server.cron();
    const after = await redis.dbsize();
    assert.ok(after > 3000 && after < before - 1500, `${before} keys, ${after} an hour later`);
    server.advance(31 * 86_400_000);
    for (let round = 0; round < 800; round += 1) server.cron();
    assert.deepEqual((await redis.keys('*')).sort(), ['config:session', 'stats:sign-ins']);
    redis.disconnect();
    await server.close();
  });

  it('have a leaderboard in the order of its scores', async () => {
    const server = frozenServer();
    await server.loadSample('leaderboard');
    const redis = redisOver(() => server.connect());
    assert.equal(await redis.zcard('leaderboard:all'), 50_000);
    const [best] = await redis.zrevrange('leaderboard:all', 0, 0);
    assert.equal(await redis.zrevrank('leaderboard:all', String(best)), 0);
    const countries = await redis.keys('leaderboard:country:*');
    const sizes = await Promise.all(countries.map((key) => redis.zcard(key)));
    assert.equal(sizes.reduce((sum, size) => sum + size, 0), 50_000);
    redis.disconnect();
    await server.close();
  });

  it('have streams whose groups are at different places, with entries that are pending', async () => {
    const server = frozenServer();
    await server.loadSample('events');
    const redis = redisOver(() => server.connect());
    const groups = (await redis.xinfo('GROUPS', 'events:orders')) as unknown[][];
    const facts = groups.map((group) => Object.fromEntries(Array.from({ length: group.length / 2 }, (_, at) => [String(group[at * 2]), group[at * 2 + 1]])));
    assert.deepEqual(facts.map(({ name, pending, lag }) => [name, pending, lag]), [['archive', 0, 0], ['billing', 40, 1200], ['fraud', 0, 5000], ['mail', 25, 10]]);
    const stale = (await redis.xpending('events:orders', 'mail', 'IDLE', 6 * 3_600_000, '-', '+', 100)) as [string, string, number, number][];
    assert.equal(stale.length, 25);
    assert.ok(stale.every(([, consumer, , deliveries]) => consumer === 'mail-1' && deliveries >= 2));
    // What is pending can be claimed and confirmed: the IDs are those of entries.
    const [claimed] = (await redis.xautoclaim('events:orders', 'mail', 'mail-2', 0, '0', 'COUNT', 100)).slice(1) as [unknown[]];
    assert.equal(claimed.length, 25);
    redis.disconnect();
    await server.close();
  });

  it('tell how far a million keys are, and can be given up', async () => {
    const server = frozenServer();
    const cancel = new AbortController();
    const told: SampleProgress[] = [];
    await loadSample(server.state, 'million', {
      signal: cancel.signal,
      onProgress(progress) {
        told.push(progress);
        if (told.length === 2) cancel.abort();
      },
    });
    const [database] = server.state.databases;
    assert.ok(database !== undefined);
    assert.equal(told.length, 2);
    assert.ok(told.every(({ of }) => of === 1_000_000));
    assert.ok(databaseSize(database) < 1_000_000 && databaseSize(database) >= (told[1]?.keys ?? 0));
    await server.close();
  });
});
