import assert from 'node:assert/strict';
import { Failure, isFailure } from '../../../../src/core/failure.ts';
import { listDatabases } from '../../../../src/core/keyspace/databases.ts';
import { readMetadata } from '../../../../src/core/keyspace/metadata.ts';
import { createFakeSession } from '../../../support/fakeSession.ts';
import { type RedisServer, startRedisServer } from '../../../support/redisServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

describe('what a server tells of its databases and keys', () => {
  let server: RedisServer;
  let sessions: TestSessions;

  before(async () => {
    server = await startRedisServer(['--databases', '20']);
    sessions = createTestSessions();
  });
  after(async () => {
    await sessions.dispose();
    await server.stop();
  });

  it('lists the databases that hold keys', async () => {
    const session = sessions.acquire(testProfile(server), 0);
    await session.sendAll([['SET', 'a', '1'], ['SET', 'b', '1', 'EX', '1000']]);
    await sessions.acquire(testProfile(server), 17).send(['SET', 'c', '1']);
    const { databases, count, partial } = await listDatabases(session);
    assert.deepEqual(databases, [{ index: 0, keys: 2, expires: 1 }, { index: 17, keys: 1, expires: 0 }]);
    assert.deepEqual([count, partial], [20, undefined]);
  });

  it('lists the own database where INFO is not permitted, and says so', async () => {
    const session = createFakeSession(([name]) => {
      if (name === 'DBSIZE') return 7;
      throw new Failure('permission', 'No.');
    });
    const { databases, partial } = await listDatabases(session);
    assert.deepEqual(databases.map(({ index, keys }) => [index, keys]), [[0, 7]]);
    assert.match(partial ?? '', /INFO/);
    const cut = createFakeSession(() => {
      throw new Failure('unreachable', 'Cut.');
    });
    await assert.rejects(listDatabases(cut), (error) => isFailure(error, 'unreachable'));
  });

  it('tells type, time to live, length, encoding and memory of a key', async () => {
    const session = sessions.acquire(testProfile(server), 0);
    await session.sendAll([['DEL', 'k'], ['HSET', 'k', 'a', '1', 'b', '2'], ['PEXPIRE', 'k', '90000']]);
    const facts = await readMetadata(session, Buffer.from('k'));
    assert.deepEqual([facts.type, facts.length, facts.encoding], ['hash', 2, 'listpack']);
    assert.ok(facts.ttl !== undefined && facts.ttl > 80_000 && facts.ttl <= 90_000);
    assert.ok(facts.memory !== undefined && facts.memory > 10);
    await session.send(['SET', 'k', 'four']);
    const string = await readMetadata(session, Buffer.from('k'));
    assert.deepEqual([string.type, string.length, string.ttl], ['string', 4, undefined]);
    await assert.rejects(readMetadata(session, Buffer.from('nobody')), (error) => isFailure(error, 'vanished'));
  });

  it('knows no length of a type that is named like a property of every object', async () => {
    for (const type of ['__proto__', 'constructor', 'toString']) {
      const session = createFakeSession(([name]) => (name === 'TYPE' ? Buffer.from(type) : name === 'PTTL' ? -1 : null));
      const { length, ...facts } = await readMetadata(session, Buffer.from('k'));
      assert.deepEqual([facts.type, length, session.sent.length], [type, undefined, 4]);
    }
  });

  it('tells what it may where commands are not permitted', async () => {
    const session = createFakeSession(([name]) => {
      if (name === 'TYPE') return Buffer.from('zset');
      if (name === 'PTTL') return -1;
      if (name === 'ZCARD') return 3;
      throw new Failure('permission', 'No.');
    });
    assert.deepEqual(await readMetadata(session, Buffer.from('k')), { type: 'zset', ttl: undefined, memory: undefined, encoding: undefined, length: 3 });
  });
});
