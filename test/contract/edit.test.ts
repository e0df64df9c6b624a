import assert from 'node:assert/strict';
import type { Session, Sessions } from '../../src/core/connection/session.ts';
import { createSessions } from '../../src/core/connection/sessions.ts';
import { type FailureKind, isFailure } from '../../src/core/failure.ts';
import * as edit from '../../src/core/value/edit.ts';
import { type RedisServer, startRedisServer } from '../support/redisServer.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const key = bytes('k\xff*?[\n');
const rejects = (promise: Promise<unknown>, kind: FailureKind): Promise<void> => assert.rejects(promise, (error) => isFailure(error, kind));

describe('editing on a real redis-server', () => {
  let server: RedisServer;
  let sessions: Sessions;
  let session: Session;
  before(async () => {
    server = await startRedisServer();
    sessions = createSessions({
      secrets: { password: () => Promise.resolve(undefined) },
      practice: { connect: () => Promise.reject(new Error('no practice server here')) },
      clock: { now: Date.now, elapsed: () => performance.now() },
      log: () => undefined,
      confirmWrite: () => Promise.resolve(false),
    });
    session = sessions.acquire({ id: 'x', name: 'x', endpoint: { kind: 'tcp', host: '127.0.0.1', port: server.port }, access: 'read-write' }, 0);
  });
  beforeEach(() => session.send(['FLUSHALL']));
  after(async () => {
    await sessions.dispose();
    await server.stop();
  });

  it('replaces a string and keeps its time to live', async () => {
    await session.send(['SET', key, 'old', 'PX', '100000']);
    await edit.setString(session, key, bytes('new\0'));
    assert.deepEqual(await session.send(['GET', key]), bytes('new\0'));
    assert.ok(Number(await session.send(['PTTL', key])) > 90_000);
  });

  it('never turns a collection into a string, nor makes a key that is gone', async () => {
    await session.send(['HSET', key, 'f', 'v']);
    await rejects(edit.setString(session, key, bytes('x')), 'wrong-type');
    await session.send(['DEL', key]);
    await rejects(edit.setString(session, key, bytes('x')), 'vanished');
    assert.equal(await session.send(['EXISTS', key]), 0);
  });

  it('refuses to edit what is too long for an input box', async () => {
    await session.send(['SET', key, 'x'.repeat(11)]);
    await rejects(edit.readEditable(session, key, 10), 'too-large');
    assert.equal((await edit.readEditable(session, key, 11)).length, 11);
  });

  it('adds without overwriting, changes, and removes fields, members and scores', async () => {
    await session.send(['HSET', 'h', 'f', 'v']);
    await rejects(edit.addField(session, bytes('h'), bytes('f'), bytes('other')), 'exists');
    await edit.setField(session, bytes('h'), bytes('f'), bytes('changed'));
    assert.deepEqual(await session.send(['HGET', 'h', 'f']), bytes('changed'));
    await edit.addField(session, bytes('h'), bytes('g'), bytes(''));
    await edit.deleteField(session, bytes('h'), bytes('f'));
    await rejects(edit.deleteField(session, bytes('h'), bytes('f')), 'vanished');
    await session.send(['SADD', 's', 'm']);
    await rejects(edit.addMember(session, bytes('s'), bytes('m')), 'exists');
    await session.send(['ZADD', 'z', '1', 'm']);
    await rejects(edit.addScored(session, bytes('z'), bytes('m'), '2'), 'exists');
    await edit.setScore(session, bytes('z'), bytes('m'), '1e3');
    assert.deepEqual(await session.send(['ZSCORE', 'z', 'm']), bytes('1000'));
    await rejects(edit.setScore(session, bytes('z'), bytes('gone'), '2'), 'vanished');
    assert.equal(await session.send(['ZCARD', 'z']), 1);
  });

  it('removes a list item by index, duplicates and all', async () => {
    await session.send(['RPUSH', 'l', 'a', 'x', 'a', 'b']);
    await edit.removeItem(session, bytes('l'), 2, bytes('a'));
    assert.deepEqual(await session.send(['LRANGE', 'l', '0', '-1']), ['a', 'x', 'b'].map(bytes));
  });

  it('leaves a list alone when another item stands at the index now', async () => {
    await session.send(['RPUSH', 'l', 'a', 'b']);
    await session.send(['LPUSH', 'l', 'new']);
    await rejects(edit.removeItem(session, bytes('l'), 1, bytes('b')), 'vanished');
    await rejects(edit.setItem(session, bytes('l'), 1, bytes('b'), bytes('B')), 'vanished');
    assert.deepEqual(await session.send(['LRANGE', 'l', '0', '-1']), ['new', 'a', 'b'].map(bytes));
    await edit.setItem(session, bytes('l'), 2, bytes('b'), bytes('B'));
    assert.deepEqual(await session.send(['LINDEX', 'l', '2']), bytes('B'));
  });

  it('does the same for a user without scripts', async () => {
    await server.cli('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '+@all', '-@scripting');
    const plain = createSessions({
      secrets: { password: () => Promise.resolve('pw') },
      practice: { connect: () => Promise.reject(new Error('no practice server here')) },
      clock: { now: Date.now, elapsed: () => performance.now() },
      log: () => undefined,
      confirmWrite: () => Promise.resolve(false),
    });
    const limited = plain.acquire({ id: 'y', name: 'y', endpoint: { kind: 'tcp', host: '127.0.0.1', port: server.port }, username: 'plain', access: 'read-write' }, 0);
    try {
      await session.send(['RPUSH', 'l', 'a', 'b', 'a']);
      await edit.removeItem(limited, bytes('l'), 2, bytes('a'));
      await rejects(edit.removeItem(limited, bytes('l'), 0, bytes('b')), 'vanished');
      assert.deepEqual(await session.send(['LRANGE', 'l', '0', '-1']), ['a', 'b'].map(bytes));
    } finally {
      await plain.dispose();
    }
  });

  it('makes a key of each type, and never over one that exists', async () => {
    const initials: edit.InitialValue[] = [
      { type: 'string', value: bytes('') },
      { type: 'hash', field: bytes('f'), value: bytes('v') },
      { type: 'list', item: bytes('i') },
      { type: 'set', member: bytes('m') },
      { type: 'zset', member: bytes('m'), score: '-inf' },
      { type: 'stream', fields: [[bytes('f'), bytes('v')]] },
    ];
    for (const initial of initials) {
      await session.send(['DEL', key]);
      await edit.createKey(session, key, initial);
      assert.deepEqual(await session.send(['TYPE', key]), bytes(initial.type));
      for (const other of initials) await rejects(edit.createKey(session, key, other), 'exists');
      assert.equal(await session.send(['DBSIZE']), 1);
    }
  });

  it('renames, never over a key that exists, and says when the key is gone', async () => {
    await session.send(['MSET', 'a', '1', 'b', '2']);
    await rejects(edit.renameKey(session, bytes('a'), bytes('b')), 'exists');
    await edit.renameKey(session, bytes('a'), key);
    assert.deepEqual(await session.send(['GET', key]), bytes('1'));
    await rejects(edit.renameKey(session, bytes('a'), bytes('c')), 'vanished');
  });

  it('deletes many keys in batches and counts those that were there', async () => {
    await server.cli('DEBUG', 'POPULATE', '1200', 'k');
    const names = Array.from({ length: 1201 }, (_, index) => bytes(`k:${index}`));
    assert.equal(await edit.deleteKeys(session, names), 1200);
    assert.equal(await session.send(['DBSIZE']), 0);
  });

  it('sets and removes a time to live', async () => {
    await session.send(['SET', key, 'x']);
    await edit.setTtl(session, key, 5000);
    assert.ok(Number(await session.send(['PTTL', key])) > 1000);
    await edit.setTtl(session, key, undefined);
    assert.equal(await session.send(['PTTL', key]), -1);
    await edit.setTtl(session, key, undefined);
    await rejects(edit.setTtl(session, bytes('gone'), undefined), 'vanished');
    await rejects(edit.setTtl(session, bytes('gone'), 5), 'vanished');
  });

  it('adds entries to a stream and deletes them', async () => {
    await session.send(['XADD', 'st', '1-1', 'f', 'v']);
    const id = await edit.addEntry(session, bytes('st'), [[bytes('g'), bytes('w')]]);
    assert.match(id, /^\d+-\d+$/);
    await edit.deleteEntry(session, bytes('st'), '1-1');
    await rejects(edit.deleteEntry(session, bytes('st'), '1-1'), 'vanished');
    assert.equal(await session.send(['XLEN', 'st']), 1);
  });

  it('grows a list at either end, and only one that exists', async () => {
    await rejects(edit.pushItem(session, bytes('l'), bytes('x'), 'tail'), 'vanished');
    await session.send(['RPUSH', 'l', 'm']);
    await edit.pushItem(session, bytes('l'), bytes('t'), 'tail');
    await edit.pushItem(session, bytes('l'), bytes('h'), 'head');
    assert.deepEqual(await session.send(['LRANGE', 'l', '0', '-1']), ['h', 'm', 't'].map(bytes));
  });
});
