import assert from 'node:assert/strict';
import { comparePart } from '../../../../src/core/replicate/compareServers.ts';
import type { BridgeScope } from '../../../../src/core/bridge/mapping.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

describe('comparing the part that a bridge took', () => {
  let servers: [RedisServer, RedisServer];
  let sessions: TestSessions;
  const compare = async (part: BridgeScope): Promise<readonly (readonly [index: number, names: readonly string[]])[]> => {
    const deps = { sessions, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve() } as const;
    const { databases } = await comparePart(deps, testProfile(servers[0]), testProfile(servers[1]), part, new AbortController().signal, () => undefined);
    return databases.map(({ index, differences }) => [index, differences.map(({ name }) => name.toString()).sort()]);
  };

  before(async () => {
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    sessions = createTestSessions();
    await servers[0].cli('MSET', 'user:1', 'a', 'user:2', 'b', 'other', 'c');
    await servers[0].cli('-n', '2', 'SET', 'x', 'y');
    await servers[1].cli('-n', '5', 'MSET', 'user:1', 'a', 'user:2', 'changed', 'copy:1', 'a', 'copy:2', 'b', 'copy:3', 'beyond', 'of its own', 'c');
    await servers[1].cli('-n', '7', 'SET', 'x', 'y');
  });
  after(async () => {
    await sessions.dispose();
    for (const server of servers) await server.stop();
  });

  it('looks at keys of the pattern or the prefix only', async () => {
    assert.deepEqual(await compare({ databases: new Map([[0, 5]]), pattern: Buffer.from('user:*') }), [[0, ['user:2']]]);
    assert.deepEqual(await compare({ databases: new Map([[0, 5]]), rewrite: { from: Buffer.from('user:'), to: Buffer.from('copy:') } }), [[0, ['user:3']]]);
  });

  it('compares each database with the one it went into', async () => {
    assert.deepEqual(await compare({ databases: new Map([[2, 7], [0, 9]]) }), [[2, []], [0, ['other', 'user:1', 'user:2']]]);
    assert.deepEqual((await compare({ pattern: Buffer.from('x') })).filter(([, names]) => names.length > 0), [[2, ['x']], [7, ['x']]]);
  });
});
