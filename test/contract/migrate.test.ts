import assert from 'node:assert/strict';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { printReply, replyText } from '../support/respReply.ts';
import { startPractice, type Practice } from './practice.ts';

describe('MIGRATE', () => {
  let server: RedisServer;
  let target: RedisServer;
  let locked: RedisServer;
  let practice: Practice;
  let ours: RespClient;
  let theirs: RespClient;
  let there: RespClient;

  before(async () => {
    [server, target, locked, practice] = await Promise.all([startRedisServer(), startRedisServer(), startRedisServer(['--requirepass', 'pw']), startPractice()]);
    [ours, theirs, there] = [practice.openStream(), await connectResp(server.port), await connectResp(target.port)];
  });
  after(async () => {
    for (const client of [ours, theirs, there]) client.close();
    await Promise.all([server.stop(), target.stop(), locked.stop(), practice.close()]);
  });

  /** The replies of a server to these commands, and what is in the target then; words PORT and LOCKED stand for ports. */
  async function played(client: RespClient, steps: readonly string[]): Promise<string[]> {
    await there.call(['FLUSHALL']);
    await client.call(['FLUSHALL']);
    const told: string[] = [];
    for (const step of steps) {
      const args = step.split(' ').map((word) => ({ PORT: String(target.port), LOCKED: String(locked.port), '""': '' })[word] ?? word);
      const asked = args[0] === 'THERE' ? there.call(args.slice(1)) : client.call(args);
      told.push(`${step}: ${printReply(await asked)}`);
    }
    return told;
  }

  const scripts: Readonly<Record<string, readonly string[]>> = {
    'moves a key of any type': [
      'SET s text', 'RPUSH l a b', 'SADD i 1 2', 'ZADD z 1 a', 'HSET h f v', 'XADD x 1-1 f v', ...['s', 'l', 'i', 'z', 'h', 'x'].map((key) => `MIGRATE 127.0.0.1 PORT ${key} 0 1000`),
      'DBSIZE', 'THERE GET s', 'THERE LRANGE l 0 -1', 'THERE SMEMBERS i', 'THERE ZRANGE z 0 -1 WITHSCORES', 'THERE HGETALL h', 'THERE XRANGE x - +',
    ],
    'moves several, and says when there is none': ['MSET a 1 b 2', 'MIGRATE 127.0.0.1 PORT "" 0 1000 KEYS a b c', 'DBSIZE', 'THERE MGET a b c', 'MIGRATE 127.0.0.1 PORT a 0 1000', 'MIGRATE 127.0.0.1 PORT "" 0 1000 KEYS', 'MIGRATE 127.0.0.1 1 "" 0 10'],
    'copies, replaces and refuses': [
      'SET a 1', 'MIGRATE 127.0.0.1 PORT a 0 1000 COPY', 'EXISTS a', 'SET a 2', 'MIGRATE 127.0.0.1 PORT a 0 1000', 'EXISTS a', 'THERE GET a', 'MIGRATE 127.0.0.1 PORT a 0 1000 COPY REPLACE', 'THERE GET a', 'MIGRATE 127.0.0.1 PORT a 0 1000 replace', 'EXISTS a',
      'MSET a 1 b 2', 'MIGRATE 127.0.0.1 PORT "" 0 1000 KEYS a b', 'EXISTS a', 'EXISTS b', 'THERE MGET a b',
    ],
    'takes the time to live along': ['SET a 1 PX 100000000', 'MIGRATE 127.0.0.1 PORT a 3 1000', 'THERE SELECT 3', 'THERE PERSIST a', 'THERE SELECT 0', 'SET b 1', 'MIGRATE 127.0.0.1 PORT b 0 1000', 'THERE TTL b'],
    'shows who it is': ['SET a 1', 'MIGRATE 127.0.0.1 LOCKED a 0 1000', 'MIGRATE 127.0.0.1 LOCKED a 0 1000 AUTH wrong', 'MIGRATE 127.0.0.1 LOCKED a 0 1000 COPY REPLACE AUTH pw', 'MIGRATE 127.0.0.1 LOCKED a 0 1000 REPLACE AUTH2 default pw', 'EXISTS a', 'SET a 1', 'MIGRATE 127.0.0.1 PORT a 0 1000 AUTH x', 'EXISTS a'],
    'tells what is wrong': [
      'SET k v', 'MIGRATE 127.0.0.1 1 k 0 10', 'MIGRATE 127.0.0.1 1 k x 10', 'MIGRATE 127.0.0.1 1 k 0 x', 'MIGRATE 127.0.0.1 1 k 0 -1', 'MIGRATE 127.0.0.1 1 k 0 10 AUTH', 'MIGRATE 127.0.0.1 1 k 0 10 AUTH2 a', 'MIGRATE 127.0.0.1 1 k 0 10 COPY FOO', 'MIGRATE 127.0.0.1 1 k 0 10 KEYS k', 'MIGRATE 127.0.0.1 x k 0 10',
      'MIGRATE no.such.host.invalid 1 k 0 1000', 'MIGRATE 127.0.0.1 PORT k 99 1000', 'MIGRATE 127.0.0.1 99999 none 0 10', 'MIGRATE 127.0.0.1 1 k 0', 'EXISTS k',
    ],
  };
  for (const [name, steps] of Object.entries(scripts)) {
    it(`${name}, as redis-server does`, async () => {
      const real = await played(theirs, steps);
      assert.deepEqual(await played(ours, steps), real);
    });
  }

  it('lets other clients go on, and keeps a key that they change meanwhile', async () => {
    const other = practice.openStream();
    await ours.call(['SET', 'a', '1']);
    // The target answers only after the pause; the practice server does meanwhile.
    await there.call(['FLUSHALL']);
    await there.call(['CLIENT', 'PAUSE', '100000', 'WRITE']);
    const moved = ours.call(['MIGRATE', '127.0.0.1', String(target.port), 'a', '0', '5000']);
    await other.call(['SET', 'a', '2']);
    await there.call(['CLIENT', 'UNPAUSE']);
    assert.match(replyText(await moved) ?? '', /^ERR 'a' was changed/);
    assert.equal(replyText(await other.call(['GET', 'a'])), '2');
    assert.equal(replyText(await there.call(['GET', 'a'])), '1');
    other.close();
  });
});
