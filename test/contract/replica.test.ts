import assert from 'node:assert/strict';
import { follow, inStep, infoOf, startWire, until, write } from '../support/replicationPlay.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { seededRandom } from '../support/random.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { printReply, replyText } from '../support/respReply.ts';
import { startPractice, type Practice } from './practice.ts';

describe('The practice server as replica of a redis-server', () => {
  let master: RedisServer;
  let practice: Practice;
  let ours: RespClient;
  let theirs: RespClient;

  before(async () => {
    [master, practice] = await Promise.all([startRedisServer(['--repl-diskless-sync-delay', '0', '--repl-backlog-size', '256mb']), startPractice()]);
    [ours, theirs] = [await practice.openTcp(), await connectResp(master.port)];
  });
  after(async () => {
    ours.close();
    theirs.close();
    await Promise.all([master.stop(), practice.close()]);
  });
  afterEach(async () => {
    await ours.call(['REPLICAOF', 'NO', 'ONE']);
    await until(async () => (await infoOf(theirs)).get('connected_slaves') === '0');
    for (const call of [['FLUSHALL'], ['FUNCTION', 'FLUSH']]) await theirs.call(call);
  });

  const writeThere = (seed: number, rounds: number, meanwhile?: (round: number) => void): Promise<void> => write(() => connectResp(master.port), seed, rounds, meanwhile);

  for (const form of ['yes', 'no'] as const) {
    it(`has the data of before and of meanwhile, repl-diskless-sync ${form}`, async () => {
      await theirs.call(['CONFIG', 'SET', 'repl-diskless-sync', form]);
      await writeThere(1, 60);
      await ours.call(['SET', 'of before', 'v']);
      await Promise.all([follow(ours, master.port), writeThere(100, 150)]);
      await theirs.call(['CONFIG', 'SET', 'repl-diskless-sync', 'yes']);
      await inStep(theirs, ours);
      assert.equal(replyText(await ours.call(['EXISTS', 'of before'])), '0');
    });
  }

  it('goes on where the link was cut, at any byte', async () => {
    const random = seededRandom(3);
    const wire = await startWire(master.port);
    await follow(ours, wire.port);
    const before = await infoOf(theirs, 'stats');
    let left = 12;
    wire.cutAfter(() => {
      left -= 1;
      return left < 0 ? undefined : 200 + random.below(20_000);
    });
    wire.cut();
    await writeThere(7, 250);
    await until(async () => (await infoOf(ours)).get('master_link_status') === 'up');
    await inStep(theirs, ours);
    const after = await infoOf(theirs, 'stats');
    assert.ok(wire.cuts() > 5, String(wire.cuts()));
    assert.equal(after.get('sync_full'), before.get('sync_full'));
    assert.ok(Number(after.get('sync_partial_ok')) - Number(before.get('sync_partial_ok')) >= wire.cuts());
    wire.close();
  });

  it('is held up by CLIENT PAUSE as another replica: what it has read and not applied is not confirmed', async () => {
    const other = await startRedisServer([]);
    const real = await connectResp(other.port);
    try {
      await follow(ours, master.port);
      await follow(real, master.port);
      await theirs.call(['SET', 'k', 'before']);
      const found = [];
      for (const replica of [ours, real]) {
        await inStep(theirs, ours);
        await inStep(theirs, real);
        const from = Number((await infoOf(theirs)).get('master_repl_offset'));
        await replica.call(['CLIENT', 'PAUSE', '60000', 'WRITE']);
        for (const call of [['MULTI'], ['SET', 'k', 'after'], ['EXEC']]) await theirs.call(call);
        const waited = replyText(await theirs.call(['WAIT', '2', '300']));
        const [written, state] = [Number((await infoOf(theirs)).get('master_repl_offset')), await infoOf(replica)];
        const [read, applied] = [Number(state.get('slave_read_repl_offset')), Number(state.get('slave_repl_offset'))];
        found.push({ waited, value: replyText(await replica.call(['GET', 'k'])), link: state.get('master_link_status'), hasRead: read > from, isBehind: applied < written });
        await replica.call(['CLIENT', 'UNPAUSE']);
        await inStep(theirs, replica);
        assert.equal(replyText(await replica.call(['GET', 'k'])), 'after');
        await theirs.call(['SET', 'k', 'before']);
      }
      assert.deepEqual(found[0], found[1]);
      assert.deepEqual(found[0], { waited: '1', value: 'before', link: 'up', hasRead: true, isBehind: true });
    } finally {
      real.close();
      await other.stop();
    }
  });

  it('is waited for, and says how far it is', async () => {
    await follow(ours, master.port);
    await theirs.call(['SET', 'k', 'v']);
    assert.deepEqual(await theirs.call(['WAIT', '1', '5000']), { kind: 'integer', text: '1' });
    assert.equal(replyText(await ours.call(['GET', 'k'])), 'v');
    await until(async () => /state=online,offset=\d\d+,lag=[01]$/.test((await infoOf(theirs)).get('slave0') ?? ''));
    assert.match(printReply(await ours.call(['ROLE'])), new RegExp(`slave[^]*127\\.0\\.0\\.1[^]*${String(master.port)}[^]*connected`));
  });
});
