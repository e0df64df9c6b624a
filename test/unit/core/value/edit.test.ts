import assert from 'node:assert/strict';
import type { Command, Reply, Session } from '../../../../src/core/connection/session.ts';
import { Failure, type FailureKind, isFailure } from '../../../../src/core/failure.ts';
import * as edit from '../../../../src/core/value/edit.ts';
import { type RedisServer, startRedisServer } from '../../../support/redisServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const key = bytes('k\0ey');
const binary = Buffer.of(0xff, 0x00, 0x0a);

describe('edits', () => {
  let server: RedisServer;
  let sessions: TestSessions;
  let session: Session;

  before(async () => {
    server = await startRedisServer();
    sessions = createTestSessions();
    session = sessions.acquire(testProfile(server), 0);
  });
  beforeEach(async () => void (await session.send(['FLUSHALL'])));
  after(async () => {
    await sessions.dispose();
    await server.stop();
  });

  const fails = (work: Promise<unknown>, kind: FailureKind): Promise<void> => assert.rejects(work, (error) => isFailure(error, kind));
  const list = async (command: Command): Promise<string[]> => ((await session.send(command)) as readonly Reply[]).map(String);

  /** The same server as one that does not know these commands or options. */
  function without(session_: Session, unknown: (words: readonly string[]) => Failure | undefined): Session {
    const check = (command: Command): Failure | undefined => unknown(command.map((arg) => arg.toString('latin1').toUpperCase()));
    return {
      ...session_,
      async send(command, options) {
        const failure = check(command);
        if (failure !== undefined) throw failure;
        return session_.send(command, options);
      },
    };
  }

  it('sets a string and keeps its time to live', async () => {
    await session.send(['SET', key, 'old', 'PX', '100000']);
    await edit.setString(session, key, binary);
    assert.deepEqual(await session.send(['GET', key]), binary);
    assert.ok(Number(await session.send(['PTTL', key])) > 90_000);
    const old = without(session, (words) => (words.includes('KEEPTTL') ? new Failure('server', 'ERR syntax error') : undefined));
    await edit.setString(old, key, bytes('five'));
    assert.equal(String(await session.send(['GET', key])), 'five');
    assert.ok(Number(await session.send(['PTTL', key])) > 90_000, 'without KEEPTTL too');
  });

  it('never makes a string of a key that is gone or of another type', async () => {
    await fails(edit.setString(session, key, binary), 'vanished');
    assert.equal(await session.send(['EXISTS', key]), 0);
    await session.send(['RPUSH', key, 'a']);
    await fails(edit.setString(session, key, binary), 'wrong-type');
    assert.deepEqual(await list(['LRANGE', key, '0', '-1']), ['a']);
  });

  it('edits a hash, a set and a sorted set', async () => {
    await session.send(['HSET', key, 'f', '1']);
    await edit.setField(session, key, bytes('f'), binary);
    await edit.addField(session, key, binary, bytes('new'));
    await fails(edit.addField(session, key, binary, bytes('other')), 'exists');
    assert.deepEqual(await session.send(['HGET', key, 'f']), binary);
    assert.equal(String(await session.send(['HGET', key, binary])), 'new');
    await edit.deleteField(session, key, binary);
    await fails(edit.deleteField(session, key, binary), 'vanished');

    const set = bytes('s');
    await session.send(['SADD', set, 'a']);
    await edit.addMember(session, set, binary);
    await fails(edit.addMember(session, set, binary), 'exists');
    await edit.removeMember(session, set, binary);
    await fails(edit.removeMember(session, set, binary), 'vanished');
    assert.deepEqual(await list(['SMEMBERS', set]), ['a']);

    const zset = bytes('z');
    await session.send(['ZADD', zset, '1', 'a']);
    await edit.addScored(session, zset, bytes('b'), '-inf');
    await edit.setScore(session, zset, bytes('a'), '1e3');
    await fails(edit.setScore(session, zset, bytes('nobody'), '1'), 'vanished');
    await fails(edit.addScored(session, zset, bytes('b'), '5'), 'exists');
    await assert.rejects(edit.setScore(session, zset, bytes('a'), 'many'), (error) => isFailure(error));
    assert.deepEqual(await list(['ZRANGE', zset, '0', '-1', 'WITHSCORES']), ['b', '-inf', 'a', '1000']);
    await edit.removeScored(session, zset, bytes('b'));
    await fails(edit.removeScored(session, zset, bytes('b')), 'vanished');
  });

  it('does not make a collection that is gone anew', async () => {
    for (const work of [
      edit.setField(session, key, binary, binary), edit.addField(session, key, binary, binary), edit.addMember(session, key, binary),
      edit.addScored(session, key, binary, '1'), edit.pushItem(session, key, binary, 'tail'), edit.addEntry(session, key, [[binary, binary]]),
    ]) await fails(work, 'vanished');
    assert.equal(await session.send(['DBSIZE']), 0);
  });

  for (const scripts of [true, false]) {
    it(`changes a list item only where it still stands${scripts ? '' : ', on a server without scripts'}`, async () => {
      const target = scripts ? session : without(session, (words) => (words[0] === 'EVAL' ? new Failure('unsupported', 'No EVAL.') : undefined));
      await session.send(['RPUSH', key, 'a', 'b', 'a', binary]);
      await edit.removeItem(target, key, 2, bytes('a'));
      assert.deepEqual(await session.send(['LRANGE', key, '0', '-1']), [bytes('a'), bytes('b'), binary]);
      await edit.setItem(target, key, 2, binary, bytes('c'));
      await session.send(['LPUSH', key, 'shift']);
      await fails(edit.removeItem(target, key, 1, bytes('b')), 'vanished');
      await fails(edit.setItem(target, key, 1, bytes('b'), bytes('x')), 'vanished');
      await fails(edit.removeItem(target, key, 99, bytes('b')), 'vanished');
      assert.deepEqual(await list(['LRANGE', key, '0', '-1']), ['shift', 'a', 'b', 'c']);
      await edit.pushItem(target, key, bytes('first'), 'head');
      await edit.pushItem(target, key, bytes('last'), 'tail');
      assert.deepEqual(await list(['LRANGE', key, '0', '-1']), ['first', 'shift', 'a', 'b', 'c', 'last']);
    });
  }

  it('adds and deletes stream entries', async () => {
    await session.send(['XADD', key, '1-1', 'a', 'b']);
    const id = await edit.addEntry(session, key, [[binary, bytes('v')]]);
    assert.match(id, /^\d+-\d+$/);
    await edit.deleteEntry(session, key, '1-1');
    await fails(edit.deleteEntry(session, key, '1-1'), 'vanished');
    assert.equal(await session.send(['XLEN', key]), 1);
  });

  it('creates keys of every type and never over one that exists', async () => {
    const initial: readonly edit.InitialValue[] = [
      { type: 'string', value: binary }, { type: 'hash', field: binary, value: binary }, { type: 'list', item: binary }, { type: 'set', member: binary },
      { type: 'zset', member: binary, score: 'inf' }, { type: 'stream', fields: [[binary, binary]] },
    ];
    for (const value of initial) {
      const name = Buffer.concat([binary, bytes(value.type)]);
      await edit.createKey(session, name, value);
      assert.equal(String(await session.send(['TYPE', name])), value.type);
    }
    for (const value of initial) await fails(edit.createKey(session, Buffer.concat([binary, bytes('string')]), value), 'exists');
    assert.deepEqual(await session.send(['GET', Buffer.concat([binary, bytes('string')])]), binary);
    assert.equal(await session.send(['DBSIZE']), initial.length, 'no draft is left');
  });

  it('renames without overwriting', async () => {
    await session.sendAll([['SET', key, 'x'], ['SET', 'taken', 'y']]);
    await fails(edit.renameKey(session, key, bytes('taken')), 'exists');
    await edit.renameKey(session, key, binary);
    assert.equal(String(await session.send(['GET', binary])), 'x');
    await fails(edit.renameKey(session, key, bytes('other')), 'vanished');
  });

  it('deletes in batches, also where UNLINK is not known', async () => {
    const names = Array.from({ length: 1201 }, (_, at) => bytes(`n${at}`));
    await session.sendAll(names.map((name) => ['SET', name, 'x']));
    assert.equal(await edit.deleteKeys(session, [...names.slice(0, 1000), bytes('nobody')]), 1000);
    const old = without(session, (words) => (words[0] === 'UNLINK' ? new Failure('unsupported', 'The server does not know UNLINK.') : undefined));
    assert.equal(await edit.deleteKeys(old, names), 201);
    assert.equal(await session.send(['DBSIZE']), 0);
  });

  it('sets and removes the time to live', async () => {
    await session.send(['SET', key, 'x']);
    await edit.setTtl(session, key, 90_000);
    assert.ok(Number(await session.send(['PTTL', key])) > 80_000);
    await edit.setTtl(session, key, undefined);
    assert.equal(await session.send(['PTTL', key]), -1);
    await edit.setTtl(session, key, undefined);
    await fails(edit.setTtl(session, bytes('nobody'), 5000), 'vanished');
    await fails(edit.setTtl(session, bytes('nobody'), undefined), 'vanished');
  });

  it('reads a value for editing only if it is short', async () => {
    await session.send(['SET', key, 'abc']);
    assert.equal(String(await edit.readEditable(session, key, 3)), 'abc');
    await fails(edit.readEditable(session, key, 2), 'too-large');
    await fails(edit.readEditable(session, bytes('nobody'), 2), 'vanished');
    await session.send(['RPUSH', 'l', 'a']);
    await fails(edit.readEditable(session, bytes('l'), 9), 'wrong-type');
  });
});
