import assert from 'node:assert/strict';
import { isFailure } from '../../../../src/core/failure.ts';
import { reaches, useBridge } from '../../../support/bridgePlay.ts';
import { differences } from '../../../support/oracle.ts';
import { seededRandom } from '../../../support/random.ts';
import { sampleTypes, sampleValue } from '../../../support/rdbSamples.ts';
import { infoOf, until } from '../../../support/replicationPlay.ts';
import { startRedisServer } from '../../../support/redisServer.ts';

const never = new AbortController().signal;

describe('a bridge in trouble', () => {
  const { servers, clients, bridge, start, inStep, arrived, equal, reconnect, snapshots } = useBridge();
  /** So many keys that they take several parts. */
  const fill = async (): Promise<void> => {
    for (const [count, prefix] of [['60000', 'key'], ['20000', 'other']] as const) await clients[0].call(['DEBUG', 'POPULATE', count, prefix, '100']);
  };
  const loading = (): Promise<void> => reaches(bridge(), ({ kind }) => kind === 'loading');

  it('begins anew when the target is killed while the data are put there, and loses nothing of the stream', async () => {
    await fill();
    start();
    await loading();
    await servers[1].kill();
    await clients[0].call(['INCR', 'n']);
    await servers[1].restart();
    await reconnect(1);
    await arrived();
    await clients[0].call(['INCR', 'n']);
    await bridge().liberate(never);
    await equal();
  });

  it('leaves whole keys only when it is ended in the middle, and brings them all when it is started again', async () => {
    await fill();
    start();
    await loading();
    await bridge().stop();
    assert.deepEqual(bridge().state.phase, { kind: 'stopped', reason: { kind: 'cut' } });
    const found = await differences(clients[0], clients[1]);
    assert.deepEqual([...new Set(found.filter(({ kind }) => kind !== 'digest').map(({ kind, second }) => `${kind}: ${second}`))].filter((text) => text !== 'missing: not there'), []);
    start();
    await bridge().liberate(never);
    await equal();
  });

  it('takes all that a source sends though the target is slow: the source need not hold it, nor cut the link', async () => {
    // Half of what is written: a machine that has much to do may lag by some of it.
    await clients[0].call(['CONFIG', 'SET', 'client-output-buffer-limit', 'replica 10mb 0 0']);
    await clients[0].call(['CONFIG', 'SET', 'repl-backlog-size', '16kb']);
    start();
    await inStep();
    await clients[1].call(['CLIENT', 'PAUSE', '600000', 'WRITE']);
    const [piece, pieces] = ['x'.repeat(100_000), 200];
    for (let index = 0; index < pieces; index += 1) await clients[0].call(['RPUSH', `list ${String(index % 7)}`, piece]);
    const offset = Number((await infoOf(clients[0])).get('master_repl_offset'));
    // It has all of it, and none is at the target.
    await until(async () => new RegExp(`state=online,offset=${String(offset)},`).test(await servers[0].cli('INFO', 'replication')));
    assert.deepEqual([await snapshots(), await servers[1].cli('EXISTS', 'list 0')], [1, '0']);
    const held = Number(/ flags=S .* omem=(\d+) /.exec(await servers[0].cli('CLIENT', 'LIST', 'TYPE', 'replica'))?.[1]);
    assert.ok(held < 200_000, `${String(held)} bytes are held`);
    await clients[1].call(['CLIENT', 'UNPAUSE']);
    await bridge().liberate(never);
    assert.equal(await snapshots(), 1);
    await equal();
  }).timeout(30_000);

  it('counts on after a target that was killed came back with its append-only file', async () => {
    await servers[1].stop();
    servers[1] = await startRedisServer(['--appendonly', 'yes', '--appendfsync', 'always']);
    await reconnect(1);
    start();
    await inStep();
    for (let round = 0; round < 3; round += 1) {
      for (const call of [['INCR', 'n'], ['RPUSH', 'list', 'x']]) await clients[0].call(call);
      await arrived();
      await servers[1].kill();
      for (const call of [['INCR', 'n'], ['RPUSH', 'list', 'y']]) await clients[0].call(call);
      // As it is: no SAVE, and nothing removed.
      await servers[1].restart();
    }
    await reconnect(1);
    await arrived();
    assert.equal(await snapshots(), 1);
    await bridge().liberate(never);
    await equal();
  });

  it('goes on where a source that was restarted with its data knows the place, and else anew', async () => {
    await clients[0].call(['SET', 'n', '1']);
    start();
    await inStep();
    await servers[0].restart({ keep: true });
    await reconnect(0);
    await clients[0].call(['INCR', 'n']);
    await arrived();
    await bridge().liberate(never);
    await equal();
  });

  it('says that the disk has no room for what the source sends', async () => {
    await clients[0].call(['CONFIG', 'SET', 'repl-diskless-sync', 'no']);
    await clients[0].call(['SET', 'a', '1']);
    start({}, { spool: { reserve: 2 ** 52 } });
    await assert.rejects(inStep(), (error: unknown) => isFailure(error, 'file') && /not enough room/.test(error.message));
  });

  it('ends where the user may not replicate, or not write', async () => {
    await clients[0].call(['ACL', 'SETUSER', 'default', '-psync', '-sync']);
    start();
    await assert.rejects(inStep(), (error: unknown) => isFailure(error, 'permission') && /PSYNC/.test(error.message));
    await clients[0].call(['ACL', 'SETUSER', 'default', '+@all']);
    await clients[0].call(['SET', 'a', '1']);
    await clients[1].call(['ACL', 'SETUSER', 'default', '-restore', '-set']);
    start();
    await assert.rejects(async () => {
      await inStep();
      await clients[0].call(['SET', 'a', '2']);
      await arrived();
    }, (error: unknown) => isFailure(error, 'permission'));
    await clients[1].call(['ACL', 'SETUSER', 'default', '+@all']);
  });

  for (const [what, more] of [['all', {}], ['a part', { rewrite: { from: Buffer.from(''), to: Buffer.from('copy:') } }]] as const) {
    const prefix = what === 'all' ? '' : 'copy:';

    it(`brings ${what} anew where somebody emptied the target meanwhile`, async () => {
      await clients[0].call(['SET', 'before', '1']);
      start(more);
      await inStep();
      await clients[1].call(['FLUSHALL']);
      await clients[0].call(['SET', 'after', '1']);
      await until(async () => await servers[1].cli('EXISTS', `${prefix}before`) === '1');
      await arrived();
      await bridge().liberate(never);
      assert.equal(await servers[1].cli('EXISTS', `${prefix}before`, `${prefix}after`), '2');
      if (what === 'all') await equal();
    });

    it(`lets go of ${what} where the source is restarted in between`, async () => {
      await clients[0].call(['SET', 'a', '1']);
      start(more);
      await inStep();
      await servers[1].cli('CLIENT', 'PAUSE', '1000', 'WRITE');
      await clients[0].call(['SET', 'a', '2']);
      const liberation = bridge().liberate(never);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await servers[0].restart({ keep: true });
      await reconnect(0);
      await liberation;
      assert.equal(await servers[1].cli('GET', `${prefix}a`), '2');
    });
  }

  for (const [what, more, calls] of [
    ['in a database', {}, [['SELECT', '9'], ['SET', 'a', 'of 9']]],
    ['in a transaction over several', {}, [['MULTI'], ['SET', 'b', '1'], ['SELECT', '9'], ['SET', 'a', 'of 9'], ['EXEC']]],
    ['by a move', {}, [['SET', 'b', '1'], ['MOVE', 'b', '9']]],
    ['by a swap', {}, [['SWAPDB', '0', '9']]],
    ['in a database of a part', { databases: new Map([[0, 0], [2, 9]]) }, [['SELECT', '2'], ['SET', 'a', 'of 2']]],
  ] as const) {
    it(`ends at what is written ${what} that the target lacks, and puts it nowhere else`, async () => {
      await servers[1].stop();
      servers[1] = await startRedisServer(['--databases', '4']);
      await reconnect(1);
      await clients[0].call(['SET', 'a', '1']);
      start(more);
      await assert.rejects(async () => {
        await inStep();
        for (const call of calls) await clients[0].call(call);
        await arrived();
      }, (error: unknown) => isFailure(error, 'unsupported') && /no database 9/.test(error.message));
      assert.equal(await servers[1].cli('GET', 'a'), '1');
    });
  }

  for (const [what, more] of [['all', {}], ['a part', { rewrite: { from: Buffer.from(''), to: Buffer.from('') } }]] as const) {
    it(`moves values of ${what} by pieces that the target does not take at once, and names those that it takes in no way`, async () => {
      await servers[1].cli('CONFIG', 'SET', 'proto-max-bulk-len', '1mb');
      const random = seededRandom(5);
      const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => random.below(256)));
      await clients[0].call(['DEBUG', 'POPULATE', '3000', 'key', '100']);
      for (const key of ['list', 'list too']) for (let round = 0; round < 4; round += 1) await clients[0].call(['RPUSH', key, ...Array.from({ length: 5 }, () => bytes(100_000))]);
      await clients[0].call(['HSET', 'no way', 'field', bytes(1_500_000)]);
      await clients[0].call(['PEXPIREAT', 'list too', '4102444800123']);
      start(more);
      await inStep();
      assert.deepEqual([...bridge().lost.keys()], ['no way']);
      for (const call of [['INCR', 'n'], ['RPUSH', 'list', bytes(900_000)], ['SADD', 'set', bytes(600_000), bytes(800_000)], ['SET', 'no way either', bytes(1_200_000), 'PX', '3600000'], ['RPUSH', 'list too', bytes(1)], ['INCR', 'n']]) await clients[0].call(call);
      await arrived();
      assert.deepEqual([...bridge().lost.keys()], ['no way', 'no way either']);
      await clients[0].call(['DEL', 'no way', 'no way either']);
      await bridge().liberate(never);
      await equal();
    });
  }

  it('puts nothing of a snapshot into another database than its own', async () => {
    await servers[1].stop();
    servers[1] = await startRedisServer(['--databases', '4']);
    await reconnect(1);
    for (const call of [['SET', 'a', 'of 0'], ['SELECT', '2'], ['SET', 'a', 'of 2'], ['SELECT', '0']]) await clients[0].call(call);
    start({ databases: new Map([[0, 0], [2, 9]]) });
    await assert.rejects(inStep(), (error: unknown) => isFailure(error, 'unsupported') && /no database 9/.test(error.message));
    assert.notEqual(await servers[1].cli('GET', 'a'), 'of 2');
  });

  it('brings values of all types to a target that takes no payloads', async () => {
    await servers[1].stop();
    servers[1] = await startRedisServer(['--rename-command', 'RESTORE', '', '--rename-command', 'APPEND', '']);
    await reconnect(1);
    const random = seededRandom(8);
    for (const type of sampleTypes) for (const call of sampleValue(random, type, `key ${type}`)) await clients[0].call(call);
    start();
    await inStep();
    await clients[0].call(['APPEND', 'key string', 'more']);
    await clients[0].call(['APPEND', 'key string', 'and more']);
    await arrived();
    assert.deepEqual([...bridge().lost.keys()], []);
    await bridge().liberate(never);
    await equal();
  });
});
