import assert from 'node:assert/strict';
import type { Command, Reply, Session } from '../../../../src/core/connection/session.ts';
import { Failure, isFailure } from '../../../../src/core/failure.ts';
import { clone, type CloneReport, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { differences } from '../../../support/oracle.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const items = Array.from({ length: 3000 }, (_, index) => `item ${String(index)}`);

describe('a large value that is disturbed while it is cloned', () => {
  let servers: [RedisServer, RedisServer];
  let clients: [RespClient, RespClient];
  let sessions: TestSessions;
  let cancel: AbortController;
  /** Called before each command of a session; what it answers is taken for the reply. */
  let before: (command: readonly string[]) => Promise<Reply | undefined | void>;
  /** Called with what goes to a server on a channel; true: it passes, but nothing comes back. */
  let mute: (bytes: string) => Promise<void> | undefined;

  const run = (more: Partial<CloneRequest> = {}): Promise<CloneReport> => {
    const hooked: TestSessions = {
      ...sessions,
      acquire(profile, database) {
        const session = sessions.acquire(profile, database);
        const send: Session['send'] = async (command: Command, options) => {
          const reply = await before(command.map((arg) => arg.toString('latin1')));
          return reply === undefined ? session.send(command, options) : reply;
        };
        return { ...session, send };
      },
      async openChannel(...given) {
        const channel = await sessions.openChannel(...given);
        const write = channel.write.bind(channel) as (chunk: Buffer) => boolean;
        channel.write = (chunk: Buffer): boolean => {
          const over = mute(chunk.toString('latin1'));
          if (over !== undefined) {
            channel.pause();
            void over.then(() => channel.destroy());
          }
          return write(chunk);
        };
        return channel;
      },
    };
    const [source, target] = servers.map((server) => ({ profile: testProfile(server), database: 0 })) as [CloneRequest['source'], CloneRequest['target']];
    return clone({ sessions: hooked, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve(), largest: 10_000 }, {
      source, target, scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true, ...more,
    }, cancel.signal, () => undefined);
  };
  /** Acts at the n-th command of this name. */
  const at = (name: string, count: number, act: () => Promise<Reply | undefined | void>): void => {
    let seen = 0;
    before = async (command) => {
      if (command[0] !== name) return undefined;
      seen += 1;
      return seen === count ? act() : undefined;
    };
  };

  beforeEach(async () => {
    cancel = new AbortController();
    before = () => Promise.resolve();
    mute = () => undefined;
    sessions = createTestSessions();
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    clients = await Promise.all(servers.map(({ port }) => connectResp(port))) as [RespClient, RespClient];
    await clients[0].call(['RPUSH', 'list', ...items]);
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await sessions.dispose();
    for (const server of servers) await server.stop();
  });

  it('leaves no temporary key behind when it is cancelled', async () => {
    at('LRANGE', 4, async () => {
      assert.match(await servers[1].cli('KEYS', '*'), /^list\.keyspace-/);
      assert.ok(Number(await servers[1].cli('PTTL', await servers[1].cli('KEYS', '*'))) > 0, 'it would go by itself');
      cancel.abort();
    });
    await assert.rejects(run(), (error) => isFailure(error, 'cancelled'));
    assert.equal(await servers[1].cli('KEYS', '*'), '');
  });

  it('leaves none at a target that is full', async () => {
    at('LRANGE', 4, async () => void (await servers[1].cli('CONFIG', 'SET', 'maxmemory', '1')));
    await assert.rejects(run(), (error) => isFailure(error, 'server'));
    assert.equal(await servers[1].cli('KEYS', '*'), '');
  });

  for (const [what, act] of [
    ['that is over by the clock of the target', (): Promise<Reply> => Promise.resolve(1)],
    ['that is over', async (): Promise<undefined> => void (await servers[0].cli('DEL', 'list'))],
  ] as const) {
    it(`counts a value as gone ${what}`, async () => {
      at('PEXPIRETIME', 1, act);
      const report = await run({ verify: false });
      assert.deepEqual([report.copied, report.vanished, report.notCopied], [0, 1, []]);
      assert.equal(await servers[1].cli('KEYS', '*'), '');
    });
  }

  it('copies it anew where it becomes another type in the middle', async () => {
    at('LRANGE', 4, async () => {
      await servers[0].cli('DEL', 'list');
      await clients[0].call(['SADD', 'list', ...items]);
    });
    const report = await run();
    assert.deepEqual([report.copied, report.notCopied, report.verification?.differences], [1, [], []]);
    assert.deepEqual(await differences(...clients), []);
  });

  it('finds a value that becomes another type while it is compared', async () => {
    await run();
    const other = Array.from({ length: 3000 }, (_, index) => `other ${String(index)}`);
    let compared = false;
    before = async ([name]) => {
      if (name !== 'LRANGE' || compared) return;
      compared = true;
      await servers[0].cli('DEL', 'list');
      await clients[0].call(['SADD', 'list', ...other]);
    };
    // It was copied before, so that only the comparison reads it.
    const report = await run({ conflict: 'skip' });
    assert.deepEqual([report.copied, report.skipped], [0, 1]);
    await run({ conflict: 'replace' });
    assert.deepEqual(await differences(...clients), []);
  });

  it('leaves no temporary key behind when both links break and the value is gone when they are back', async () => {
    let broken = false;
    before = async ([name]) => {
      if (name === 'LRANGE' && !broken && (await servers[1].cli('KEYS', '*')) !== '') {
        broken = true;
        await servers[0].cli('DEL', 'list');
        await servers[1].cli('CLIENT', 'KILL', 'TYPE', 'normal');
      } else if (name === 'UNLINK') throw new Failure('unreachable', 'The connection was lost.');
      return undefined;
    };
    const report = await run();
    assert.deepEqual([broken, report.copied, report.verification?.differences], [true, 0, []]);
    assert.equal(await servers[1].cli('KEYS', '*'), '');
  });

  it('knows its own copy again when the link breaks at the last reply', async () => {
    let links = 0;
    mute = (bytes) => {
      if (!bytes.includes('RENAMENX') || links > 0) return undefined;
      links += 1;
      return (async () => {
        while ((await servers[1].cli('EXISTS', 'list')) === '0') await new Promise(setImmediate);
      })();
    };
    const report = await run();
    assert.deepEqual([links, report.copied, report.verification?.differences], [1, 1, []]);
  });

  it('reads no more than one huge element to begin with', async () => {
    await clients[0].call(['DEL', 'list']);
    for (let index = 0; index < 8; index += 1) await clients[0].call(['RPUSH', 'list', Buffer.alloc(3_000_000, 65 + index)]);
    const asked: string[] = [];
    before = ([name, , from, to]) => {
      if (name === 'LRANGE') asked.push(`${from ?? ''}-${to ?? ''}`);
      return Promise.resolve();
    };
    assert.equal((await run({ verify: false })).copied, 1);
    assert.ok(asked.every((range) => range.split('-')[0] === range.split('-')[1]), asked.join(' '));
    assert.deepEqual(await differences(...clients), []);
  });
});
