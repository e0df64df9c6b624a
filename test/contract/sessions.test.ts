import assert from 'node:assert/strict';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { asInteger, asText } from '../../src/core/connection/reply.ts';
import { testConnection } from '../../src/core/connection/testConnection.ts';
import { Failure, isFailure, type FailureKind } from '../../src/core/failure.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../support/testSessions.ts';

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.then(() => new Error('nothing failed'), (reason: unknown) => reason);
  assert.ok(error instanceof Failure, inspect(error));
  return error;
}

const kind = (wanted: FailureKind) => (error: unknown): boolean => isFailure(error, wanted);

describe('sessions on a real server', () => {
  let server: RedisServer;
  let sessions: TestSessions;

  before(async () => {
    server = await startRedisServer();
  });
  beforeEach(() => {
    sessions = createTestSessions();
  });
  afterEach(async () => {
    await sessions.dispose();
  });
  after(async () => {
    await server.stop();
  });

  /** Sockets of other clients than redis-cli itself, counted by the server. */
  async function sockets(): Promise<string[]> {
    return (await server.cli('CLIENT', 'LIST')).split('\n').filter((line) => line !== '' && !line.includes('cmd=client|list'));
  }

  /** Until the server has noticed that sockets were closed. */
  async function untilSockets(count: number): Promise<void> {
    for (let attempt = 0; (await sockets()).length !== count; attempt += 1) {
      assert.ok(attempt < 100, `${(await sockets()).length} sockets, not ${count}`);
    }
  }

  it('connects on the first send only, shares a socket, and closes it with the last release', async () => {
    const profile = testProfile(server);
    const first = sessions.acquire(profile, 3);
    const second = sessions.acquire(profile, 3);
    assert.equal((await sockets()).length, 0);
    await Promise.all([first.send(['PING']), second.send(['PING']), first.ready()]);
    assert.equal((await sockets()).length, 1);
    assert.match((await sockets())[0] ?? '', / db=3 /);
    assert.match((await sockets())[0] ?? '', / resp=2$/);
    first.release();
    first.release();
    assert.equal(asText(await second.send(['PING'])), 'PONG');
    await assert.rejects(first.send(['PING']), kind('closed'));
    second.release();
    await untilSockets(0);
    const third = sessions.acquire(profile, 3);
    assert.equal(asText(await third.send(['PING'])), 'PONG');
    await untilSockets(1);
    third.release();
    await untilSockets(0);
  });

  it('keeps two databases apart while both work at once', async () => {
    const [one, two] = [1, 2].map((database) => sessions.acquire(testProfile(server), database));
    assert.ok(one !== undefined && two !== undefined);
    const work = Array.from({ length: 200 }, (_, index) => [one.send(['SET', `one:${index}`, '1']), two.send(['SET', `two:${index}`, '2'])]);
    await Promise.all(work.flat());
    assert.equal(asInteger(await one.send(['DBSIZE'])), 200);
    assert.equal(asInteger(await two.send(['DBSIZE'])), 200);
    assert.equal(await server.cli('-n', '0', 'DBSIZE'), '0');
    assert.equal(asInteger(await one.send(['EXISTS', 'two:7'])), 0);
  });

  it('learns what the server is before anything else is sent', async () => {
    const facts = await sessions.acquire(testProfile(server), 0).ready();
    assert.deepEqual({ ...facts, runId: facts.runId.length }, { runId: 40, version: '7.0.15', flavour: 'redis', mode: 'standalone', databases: 16 });
    assert.deepEqual(sessions.log.map(({ text }) => text), ['INFO', 'CONFIG GET databases']);
    const sentinel = await startRedisServer([], { sentinel: true });
    const cluster = await startRedisServer(['--cluster-enabled', 'yes']);
    try {
      assert.equal((await sessions.acquire(testProfile(sentinel), 0).ready()).mode, 'sentinel');
      assert.equal((await sessions.acquire(testProfile(cluster), 0).ready()).mode, 'cluster');
      assert.equal((await failureOf(sessions.acquire(testProfile(cluster), 1).ready())).kind, 'unsupported');
    } finally {
      await Promise.all([sentinel.stop(), cluster.stop()]);
    }
  });

  it('fails when SELECT is refused, and never works in database 0 instead', async () => {
    await server.cli('ACL', 'SETUSER', 'stuck', 'on', '>pw', '~*', '+@all', '-select');
    const outOfRange = sessions.acquire(testProfile(server), 16);
    await assert.rejects(outOfRange.send(['SET', 'leak', '1']), kind('bad-input'));
    await assert.rejects(outOfRange.send(['SET', 'leak', '1']), kind('bad-input'));
    sessions.passwords.set('stuck', 'pw');
    const profile = testProfile(server, { id: 'stuck', username: 'stuck' });
    const stuck = sessions.acquire(profile, 5);
    await assert.rejects(stuck.send(['SET', 'leak', '1']), kind('permission'));
    await assert.rejects(sessions.openChannel(profile, 5, 'copy'), kind('permission'));
    assert.equal(await server.cli('EXISTS', 'leak'), '0');
    assert.equal(asText(await sessions.acquire(profile, 0).send(['SET', 'fine', '1'])), 'OK');
    await server.cli('DEL', 'fine');
  });

  it('keeps a cursor from outliving its server', async () => {
    const own = await startRedisServer();
    try {
      const session = sessions.acquire(testProfile(own), 0);
      const { runId } = await session.ready();
      await session.send(['SCAN', '0'], { runId });
      await own.restart();
      await assert.rejects(session.send(['SCAN', '42'], { runId }), (error) => isFailure(error, 'server-changed') || isFailure(error, 'unreachable'));
      const again = await session.ready();
      assert.notEqual(again.runId, runId);
      await assert.rejects(session.send(['SCAN', '42'], { runId }), kind('server-changed'));
      await session.send(['SCAN', '0'], { runId: again.runId });
    } finally {
      await own.stop();
    }
  });

  it('says refused while the server is down, and works again when it is back', async () => {
    const own = await startRedisServer();
    const session = createSessionWithoutBackoff().acquire(testProfile(own), 0);
    try {
      await session.ready();
      await own.kill();
      await assert.rejects(session.send(['GET', 'k']), (error) => isFailure(error, 'unreachable') || isFailure(error, 'refused'));
      await assert.rejects(session.send(['GET', 'k']), kind('refused'));
      await own.restart();
      assert.equal(await session.send(['GET', 'k']), null);
    } finally {
      session.release();
      await own.stop();
    }
  });

  function createSessionWithoutBackoff(): TestSessions {
    return createTestSessions({ timeouts: { backoff: () => 0 } });
  }

  it('fails what was under way when the link is cut, and connects anew with the next send', async () => {
    const session = sessions.acquire(testProfile(server), 4);
    await session.ready();
    const before = server.cli('INFO', 'commandstats');
    const pending = session.send(['BLPOP', 'nothing', '0']);
    const failed = failureOf(pending);
    await before;
    await untilBlocked();
    const behind = failureOf(session.send(['INCR', 'counter']));
    await server.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    assert.equal((await failed).kind, 'unreachable');
    // It may have been done or not; sending it a second time could do it twice.
    assert.equal((await behind).kind, 'unreachable');
    assert.equal(await session.send(['GET', 'counter']), null);
    assert.equal(sessions.log.filter(({ text }) => text === 'SELECT 4').length, 2, 'the database is selected anew');
  });

  async function untilBlocked(): Promise<void> {
    for (let attempt = 0; !/blocked_clients:1/.test(await server.cli('INFO', 'clients')); attempt += 1) assert.ok(attempt < 100);
  }

  it('closes every socket of a connection on disconnect, and only of that one', async () => {
    const a = sessions.acquire(testProfile(server, { id: 'a' }), 0);
    const b = sessions.acquire(testProfile(server, { id: 'a' }), 1);
    const other = sessions.acquire(testProfile(server, { id: 'b' }), 0);
    await Promise.all([a.ready(), b.ready(), other.ready()]);
    const channel = await sessions.openChannel(testProfile(server, { id: 'a' }), 0, 'copy');
    const pending = failureOf(a.send(['BLPOP', 'nothing', '0']));
    await untilBlocked();
    const channelClosed = once(channel, 'close').catch((error: unknown) => assert.ok(isFailure(error, 'closed')));
    await sessions.disconnect('a');
    assert.equal((await pending).kind, 'closed');
    await channelClosed;
    await untilSockets(1);
    assert.equal(asText(await a.send(['PING'])), 'PONG');
    await sessions.dispose();
    await untilSockets(0);
    await assert.rejects(a.send(['PING']), kind('closed'));
    assert.throws(() => sessions.acquire(testProfile(server), 0), kind('closed'));
  });

  it('opens channels in their database that take raw bytes', async () => {
    const channel = await sessions.openChannel(testProfile(server), 7, 'copy');
    channel.write('*3\r\n$3\r\nSET\r\n$4\r\nchan\r\n$3\r\n\x00\xff\n\r\n', 'latin1');
    const [bytes] = (await once(channel, 'data')) as [Buffer];
    assert.equal(bytes.toString(), '+OK\r\n');
    assert.deepEqual(await sessions.acquire(testProfile(server), 7).send(['GET', 'chan']), Buffer.from([0, 255, 10]));
    channel.destroy();
  });

  describe('with passwords and users', () => {
    const secret = 'Tr0ub4dor&3-unmistakable';
    let locked: RedisServer;

    before(async () => {
      locked = await startRedisServer(['--requirepass', secret]);
      await locked.cli('-a', secret, '--no-auth-warning', 'ACL', 'SETUSER', 'blind', 'on', '>blind-pw', '~*', '+@all', '-info', '-config', '-command');
    });
    after(async () => {
      await locked.stop();
    });

    it('says auth for a missing, a wrong and a superfluous password', async () => {
      const missing = await failureOf(sessions.acquire(testProfile(locked, { id: 'missing' }), 0).ready());
      assert.equal(missing.kind, 'auth');
      sessions.passwords.set('wrong', 'nonsense');
      assert.equal((await failureOf(sessions.acquire(testProfile(locked, { id: 'wrong' }), 0).ready())).kind, 'auth');
      assert.equal((await failureOf(sessions.acquire(testProfile(locked, { id: 'wrong', username: 'nobody' }), 0).ready())).kind, 'auth');
      await assert.rejects(sessions.openChannel(testProfile(locked, { id: 'wrong' }), 0, 'copy'), kind('auth'));
      sessions.passwords.set('superfluous', 'pw');
      const superfluous = await failureOf(sessions.acquire(testProfile(server, { id: 'superfluous' }), 0).ready());
      assert.equal(superfluous.kind, 'auth');
      assert.match(superfluous.message, /has no password/);
    });

    it('takes a password that was corrected in between', async () => {
      const session = createCorrectable();
      session.passwords.set('p', 'nonsense');
      const handle = session.acquire(testProfile(locked, { id: 'p' }), 2);
      await assert.rejects(handle.ready(), kind('auth'));
      session.passwords.set('p', secret);
      assert.equal((await handle.ready()).version, '7.0.15');
      await session.dispose();
    });

    function createCorrectable(): TestSessions {
      return createTestSessions({ timeouts: { backoff: () => 0 } });
    }

    it('goes on without INFO, under a name that is new at every connect, and guards by its own table', async () => {
      sessions.passwords.set('blind', 'blind-pw');
      const profile = testProfile(locked, { id: 'blind', username: 'blind', access: 'read-only' });
      const session = sessions.acquire(profile, 0);
      const facts = await session.ready();
      assert.deepEqual({ ...facts, runId: '' }, { runId: '', version: '', flavour: 'unknown', mode: 'standalone', databases: undefined });
      assert.equal(await session.send(['GET', 'k']), null);
      await assert.rejects(session.send(['SET', 'k', '1']), kind('guarded'));
      await assert.rejects(session.send(['SCAN', '0'], { runId: 'another' }), kind('server-changed'));
      await sessions.disconnect('blind');
      assert.notEqual((await session.ready()).runId, facts.runId);
    });

    it('tests a connection with a password that is not saved', async () => {
      const deps = { practice: { connect: () => Promise.reject(new Error('none')) }, clock: { now: () => 0, elapsed: () => performance.now() } };
      assert.equal((await testConnection(deps, testProfile(locked), secret)).version, '7.0.15');
      await assert.rejects(testConnection(deps, testProfile(locked), 'nonsense'), kind('auth'));
      await assert.rejects(testConnection(deps, testProfile(locked), undefined), kind('auth'));
      await assert.rejects(testConnection(deps, { ...testProfile(locked), database: 99 }, secret), kind('bad-input'));
      const aborted = AbortSignal.abort();
      await assert.rejects(testConnection(deps, testProfile(locked), secret, aborted), kind('cancelled'));
    });

    it('never lets a password into a failure or the log', async () => {
      const words: string[] = [];
      const collect = (failure: unknown): void => {
        words.push(inspect(failure, { depth: 10, showHidden: true }), JSON.stringify(failure), String((failure as Error).stack), String((failure as Error).cause));
      };
      sessions.passwords.set('p', secret);
      sessions.passwords.set('superfluous', secret);
      sessions.passwords.set('reversed', [...secret].reverse().join(''));
      const wrong = [...secret].reverse().join('');
      const session = sessions.acquire(testProfile(locked, { id: 'p' }), 0);
      await session.ready();
      collect(await failureOf(sessions.acquire(testProfile(locked, { id: 'reversed' }), 0).ready()));
      collect(await failureOf(sessions.acquire(testProfile(locked, { id: 'reversed', username: 'someone' }), 0).ready()));
      collect(await failureOf(sessions.openChannel(testProfile(locked, { id: 'reversed' }), 0, 'copy')));
      collect(await failureOf(sessions.acquire(testProfile(server, { id: 'superfluous' }), 0).ready()));
      for (const command of [
        ['ACL', 'SETUSER', 'x', `>${secret}`, `%${secret}`], ['ACL', 'SETUSER', 'x', `#${secret}`], ['CONFIG', 'SET', 'requirepass', secret, 'maxmemory', 'x'],
        ['CONFIG', 'SET', 'masterauth', secret, 'nonsense', '1'], ['MIGRATE', '127.0.0.1', '1', 'k', '0', '1', 'AUTH', secret],
        ['MIGRATE', '127.0.0.1', '1', '', '0', '1', 'AUTH2', 'user', secret, 'KEYS', 'k'], ['NOSUCHCOMMAND', secret], ['SENTINEL', 'SET', 'm', 'auth-pass', secret],
      ]) {
        await session.send(command).then(
          () => undefined,
          (failure: unknown) => collect(failure),
        );
      }
      await locked.kill();
      collect(await failureOf(session.send(['PING'])));
      await locked.restart();
      assert.ok(words.length > 30);
      for (const text of words) assert.ok(!text.includes(secret) && !text.includes(wrong), text);
      const logged = sessions.log.map((entry) => JSON.stringify(entry)).filter((entry) => !entry.includes('NOSUCHCOMMAND') && !entry.includes(`%${secret}`));
      assert.ok(logged.length > 10);
      for (const entry of logged) assert.ok(!entry.includes(secret) && !entry.includes(wrong), entry);
    });
  });
});
