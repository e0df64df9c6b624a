import assert from 'node:assert/strict';
import { connectResp } from '../support/respClient.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { isNotYet } from './coverage.ts';
import { play, type Player } from './play.ts';
import { startPractice, type Practice } from './practice.ts';
import { scripts } from './scripts/index.ts';

/** Scripts that are left out, each for its reason. */
const unheard: ReadonlyMap<string, string> = new Map([
  ['pubsub: with transactions, and in INFO and CLIENT LIST', 'it ends every connection that listens'],
  ['clients: names, types and errors', 'it lists every connection that listens'],
  ['maxmemory: everything that a policy lets go is gone when nothing fits', 'which of several keys goes first is chance'],
]);

/** Scripts that wait for the cycle to find a key. */
const awaiting: ReadonlySet<string> = new Set(['tracking: by prefix', 'tracking: told to another client']);

describe('keyspace events come as from redis-server 7.0, one by one', () => {
  let real: RedisServer;
  let practice: Practice;

  before(async () => {
    [real, practice] = await Promise.all([startRedisServer(), startPractice()]);
  });
  after(async () => {
    await practice.close();
    await real.stop();
  });

  const theirs: Player = { open: () => connectResp(real.port) };
  const ours: Player = { open: () => Promise.resolve(practice.openStream()) };

  /** Keys go when a command finds them past their time, not when a cycle comes along, but where a script waits for that. */
  const expireActively = async (on: boolean): Promise<void> => {
    for (const { open } of [ours, theirs]) {
      const client = await open();
      await client.call(['DEBUG', 'SET-ACTIVE-EXPIRE', on ? '1' : '0']);
      client.close();
    }
  };

  for (const script of scripts) {
    if (unheard.has(script.name) || script.needs?.some(isNotYet) === true) continue;
    it(script.name, async () => {
      await expireActively(awaiting.has(script.name));
      const { differences } = await play(script, ours, theirs, 2, { events: true });
      assert.equal(differences.length, 0, `${String(differences.length)} differences\n${differences.slice(0, 12).join('\n')}`);
    });
  }

  it('leaves out only what there is', () => {
    assert.deepEqual([...unheard.keys()].filter((name) => !scripts.some((script) => script.name === name)), []);
  });
});
