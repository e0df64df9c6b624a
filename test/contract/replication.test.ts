import assert from 'node:assert/strict';
import { follow, infoOf, inStep, startWire, until, write } from '../support/replicationPlay.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { printReply, replyText } from '../support/respReply.ts';
import { startPractice, type Practice } from './practice.ts';

describe('A redis-server as replica of the practice server', () => {
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
    await until(async () => (await infoOf(ours)).get('connected_slaves') === '0');
    await ours.call(['FLUSHALL']);
  });

  const followOurs = (to = port): Promise<void> => follow(theirs, to);
  const equal = (): Promise<void> => inStep(ours, theirs);
  const writeHere = (seed: number, rounds: number, meanwhile?: (round: number) => void): Promise<void> => write(() => practice.openTcp(), seed, rounds, meanwhile);

  for (const form of ['yes', 'no'] as const) {
    it(`has the data of before and of meanwhile, repl-diskless-sync ${form}`, async () => {
      await ours.call(['CONFIG', 'SET', 'repl-diskless-sync', form]);
      await writeHere(1, 60);
      await Promise.all([followOurs(), writeHere(100, 150)]);
      await ours.call(['CONFIG', 'SET', 'repl-diskless-sync', 'yes']);
      await equal();
    });
  }

  it('goes on where the link was cut', async () => {
    const wire = await startWire(port);
    await followOurs(wire.port);
    const before = await infoOf(ours, 'stats');
    await writeHere(7, 200, (round) => {
      if (round % 40 === 20) wire.cut();
    });
    await until(async () => (await infoOf(theirs)).get('master_link_status') === 'up');
    await equal();
    const after = await infoOf(ours, 'stats');
    assert.equal(after.get('sync_full'), before.get('sync_full'));
    assert.ok(Number(after.get('sync_partial_ok')) > Number(before.get('sync_partial_ok')));
    wire.close();
  });

  it('is waited for', async () => {
    await followOurs();
    await ours.call(['SET', 'k', 'v']);
    assert.deepEqual(await ours.call(['WAIT', '1', '5000']), { kind: 'integer', text: '1' });
    assert.equal(replyText(await theirs.call(['GET', 'k'])), 'v');
    assert.deepEqual(await ours.call(['WAIT', '2', '50']), { kind: 'integer', text: '1' });
    await equal();
  });

  it('is shown by INFO, ROLE and CLIENT LIST', async () => {
    await followOurs();
    await ours.call(['SET', 'k', 'v']);
    await ours.call(['WAIT', '1', '5000']);
    const info = await infoOf(ours);
    assert.match(info.get('slave0') ?? '', new RegExp(`^ip=127\\.0\\.0\\.1,port=${String(replica.port)},state=online,offset=\\d+,lag=[01]$`));
    assert.equal(info.get('master_replid'), (await infoOf(theirs)).get('master_replid'));
    const role = printReply(await ours.call(['ROLE']));
    assert.match(role, new RegExp(`master[^]*127\\.0\\.0\\.1[^]*${String(replica.port)}`));
    assert.match(replyText(await ours.call(['CLIENT', 'LIST', 'TYPE', 'replica'])) ?? '', / flags=S .* cmd=replconf /);
  });

  it('has to be there for writes where min-replicas-to-write says so', async () => {
    await ours.call(['CONFIG', 'SET', 'min-replicas-to-write', '1']);
    assert.match(replyText(await ours.call(['SET', 'k', 'v'])) ?? '', /^NOREPLICAS Not enough good replicas to write\.$/);
    await followOurs();
    await until(async () => replyText(await ours.call(['SET', 'k', 'v'])) === 'OK');
    await ours.call(['CONFIG', 'SET', 'min-replicas-to-write', '0']);
    await equal();
  });

  it('hears of keys that expire and are evicted', async () => {
    await followOurs();
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
    await followOurs();
    await ours.call(['FUNCTION', 'LOAD', "#!lua name=two\nredis.register_function{function_name='two', callback=function() return 2 end, flags={'no-writes'}}"]);
    await equal();
    for (const name of ['one', 'two']) assert.deepEqual(await theirs.call(['FCALL', name, '0']), await ours.call(['FCALL', name, '0']));
    await ours.call(['FUNCTION', 'FLUSH']);
    await equal();
  });
});
