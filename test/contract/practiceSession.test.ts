import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ConnectionProfile } from '../../src/core/connection/profile.ts';
import { asInteger, asList, asText } from '../../src/core/connection/reply.ts';
import { isFailure } from '../../src/core/failure.ts';
import { createServer, type PracticeServer } from '../../src/server/server.ts';
import { createTestSessions, type TestSessions } from '../support/testSessions.ts';

describe('sessions on the practice server', () => {
  let server: PracticeServer;
  let sessions: TestSessions;
  const profile = (access: ConnectionProfile['access'] = 'read-write'): ConnectionProfile =>
    ({ id: `practice-${access}`, name: 'Practice', endpoint: { kind: 'practice', instance: 'one' }, access });

  beforeEach(() => {
    server = createServer({ cron: false });
    sessions = createTestSessions({ practice: { connect: async () => server.connect() } });
  });
  afterEach(async () => {
    await sessions.dispose();
    await server.close();
  });

  it('work as on a real one: facts, databases apart, bytes, pipelines', async () => {
    const [zero, three] = [sessions.acquire(profile(), 0), sessions.acquire(profile(), 3)];
    const facts = await zero.ready();
    assert.match(facts.runId, /^[0-9a-f]{40}$/);
    assert.equal(facts.mode, 'standalone');
    assert.ok(facts.databases !== undefined && facts.databases > 3);
    await three.send(['SET', Buffer.from([0, 255]), Buffer.from([13, 10])]);
    assert.deepEqual(await three.send(['GET', Buffer.from([0, 255])]), Buffer.from([13, 10]));
    assert.equal(asInteger(await zero.send(['DBSIZE'])), 0);
    const replies = await zero.sendAll([['ZADD', 'z', '1.10', 'm'], ['TYPE', 'z'], ['LPUSH', 'z', 'x'], ['ZSCAN', 'z', '0']]);
    assert.equal(asText(replies[1] as Buffer), 'zset');
    assert.ok(isFailure(replies[2], 'wrong-type'));
    assert.equal(asList(replies[3] as Buffer[]).length, 2);
    await assert.rejects(sessions.acquire(profile(), 9999).ready(), (error) => isFailure(error, 'bad-input'));
  });

  it('are guarded there too', async () => {
    const guarded = sessions.acquire(profile('read-only'), 0);
    await assert.rejects(guarded.send(['SET', 'k', '1']), (error) => isFailure(error, 'guarded'));
    assert.equal(await guarded.send(['GET', 'k']), null);
    assert.equal(asList(await guarded.send(['SCAN', '0'])).length, 2);
  });

  it('give their connections back, and notice when the server closes', async () => {
    const session = sessions.acquire(profile(), 0);
    const channel = await sessions.openChannel(profile(), 1, 'terminal');
    channel.write('PING\r\n');
    assert.deepEqual(await once(channel, 'data'), [Buffer.from('+PONG\r\n')]);
    await session.ready();
    assert.equal(server.state.sessions.size, 2);
    channel.destroy();
    session.release();
    for (let turn = 0; server.state.sessions.size > 0; turn += 1) {
      assert.ok(turn < 1000, 'the server still has a connection');
      await new Promise(setImmediate);
    }
    const again = sessions.acquire(profile(), 0);
    await again.ready();
    await server.close();
    await assert.rejects(again.send(['PING']), (error) => isFailure(error, 'unreachable') || isFailure(error, 'closed'));
  });
});
