import assert from 'node:assert/strict';
import { deleteLacking, planCarry, type Carry, type Side } from '../../../../src/core/compare/carry.ts';
import { compareDatabases, compareKeys, type CompareRequest } from '../../../../src/core/compare/compareDatabases.ts';
import { Failure } from '../../../../src/core/failure.ts';
import { clone, type CloneDeps } from '../../../../src/core/transfer/clone.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const everything = { pattern: undefined, types: undefined };

describe('carrying differences from one side to the other', () => {
  let server: RedisServer;
  let sessions: TestSessions;
  let deps: CloneDeps;
  const { signal } = new AbortController();
  const ignore = (): void => undefined;
  const end = (database: number): CompareRequest['source'] => ({ profile: testProfile(server), database });
  const names = (...list: readonly string[]): Buffer[] => list.map((name) => Buffer.from(name));
  const differences = async (request: CompareRequest): Promise<string[]> => (await compareDatabases(deps, request, signal, ignore)).differences.map(({ name, kind }) => `${kind} ${name.toString()}`).sort();
  const carry = async (work: Carry): Promise<{ readonly copied: number; readonly deleted: number }> => {
    const copied = work.clone.names.length === 0 ? 0 : (await clone(deps, work.clone, signal, ignore)).copied;
    return { copied, deleted: await deleteLacking(deps, work, signal) };
  };
  const carryAll = async (request: CompareRequest, side: Side): Promise<string> => {
    const { differences: found } = await compareDatabases(deps, request, signal, ignore);
    const { copied, deleted } = await carry(planCarry(request, found, side));
    return `${String(copied)} copied, ${String(deleted)} deleted`;
  };

  before(async () => {
    server = await startRedisServer();
    sessions = createTestSessions();
    deps = { sessions, seeds: [1, 2], patience: 10_000, pause: async () => undefined };
  });
  beforeEach(async () => {
    await server.cli('FLUSHALL');
    for (const database of ['0', '1']) {
      await server.cli('-n', database, 'MSET', 'same', '1', 'changed', database);
      await server.cli('-n', database, 'SET', `only:${database}`, '1', 'PXAT', '4102444800000');
    }
  });
  after(async () => {
    await sessions.dispose();
    await server.stop();
  });

  it('asks nobody again whether keys may be deleted, where writes are confirmed: the plan was', async () => {
    const request = { source: end(0), target: { profile: testProfile(server, { id: 'asks', access: 'confirm-writes' }), database: 1 }, scope: everything };
    assert.equal(await carryAll(request, 'target'), '2 copied, 1 deleted');
    assert.deepEqual([sessions.asked.length, await differences(request)], [0, []]);
  });

  it('deletes where the user may run DEL but not UNLINK', async () => {
    await server.cli('ACL', 'SETUSER', 'old', 'on', '>secret', '~*', '+@all', '-unlink');
    sessions.passwords.set('old', 'secret');
    const request = { source: end(0), target: { profile: testProfile(server, { id: 'old', username: 'old' }), database: 1 }, scope: everything };
    assert.equal(await carryAll(request, 'target'), '2 copied, 1 deleted');
    await server.cli('ACL', 'DELUSER', 'old');
  });

  for (const side of ['target', 'source'] as const) {
    it(`makes the ${side} what the other side is, and leaves that as it was`, async () => {
      const request = { source: end(0), target: end(1), scope: everything };
      const kept = side === 'target' ? '0' : '1';
      assert.deepEqual(await differences(request), ['extra only:1', 'missing only:0', 'value changed']);
      assert.equal(await carryAll(request, side), '2 copied, 1 deleted');
      assert.deepEqual(await differences(request), []);
      for (const database of ['0', '1']) {
        assert.equal(await server.cli('-n', database, 'GET', 'changed'), kept);
        assert.equal(await server.cli('-n', database, 'PEXPIRETIME', `only:${kept}`), '4102444800000');
        assert.equal(await server.cli('-n', database, 'DBSIZE'), '3');
      }
    });
  }

  it('compares single keys, by their names at the source', async () => {
    const request = { source: end(0), target: end(1), scope: everything };
    assert.deepEqual((await compareKeys(deps, request, names('same', 'changed', 'only:1', 'none'), signal)).map(({ name, kind }) => `${kind} ${name.toString()}`), ['value changed', 'extra only:1']);
  });

  for (const [from, to] of [['original:', 'edited:'], ['', 'copy:'], ['copy:', ''], ['a:', 'a:a:']] as const) {
    for (const side of ['target', 'source'] as const) {
      it(`keeps to two parts of one database: “${from}” and “${to}”, to the ${side}`, async () => {
        await server.cli('FLUSHALL');
        await server.cli('MSET', `${from}same`, '1', `${to}same`, '1', `${from}changed`, 'source', `${to}changed`, 'target', `${from}left`, '1', `${to}right`, '1', ...(from === '' || to === '' ? [] : ['other', '1']));
        const pattern = from === '' ? undefined : Buffer.from(`${from}*`);
        const request: CompareRequest = { source: end(0), target: end(0), scope: { pattern, types: undefined }, rewrite: { from: Buffer.from(from), to: Buffer.from(to) } };
        assert.deepEqual(await differences(request), [`extra ${from}right`, `missing ${from}left`, `value ${from}changed`]);
        assert.equal(await carryAll(request, side), '2 copied, 1 deleted');
        assert.deepEqual(await differences(request), []);
        assert.equal(await server.cli('GET', `${from}changed`), side === 'target' ? 'source' : 'target');
        assert.equal(await server.cli('GET', `${to}changed`), side === 'target' ? 'source' : 'target');
        assert.equal(await server.cli('EXISTS', `${from}left`, `${to}left`, `${from}right`, `${to}right`), '2');
      });
    }
  }

  it('ends a comparison when progress is enough for whoever hears of it', async () => {
    const request = { source: end(0), target: end(1), scope: everything };
    const enough = new Failure('too-large', 'enough');
    await assert.rejects(compareDatabases(deps, request, signal, ({ differences: count }) => {
      if (count > 1) throw enough;
    }), enough);
  });

  it('deletes only what the other side lacks still', async () => {
    const request = { source: end(0), target: end(1), scope: everything };
    const { differences: found } = await compareDatabases(deps, request, signal, ignore);
    await server.cli('SET', 'only:1', 'by now');
    const { deleted } = await carry(planCarry(request, found, 'target'));
    assert.equal(deleted, 0);
    assert.equal(await server.cli('-n', '1', 'GET', 'only:1'), '1');
  });

  it('writes nothing to a side that is read-only', async () => {
    const request: CompareRequest = { source: end(0), target: { profile: testProfile(server, { id: 'ro', access: 'read-only' }), database: 1 }, scope: everything };
    await assert.rejects(carryAll(request, 'target'), { kind: 'guarded' });
    const { differences: found } = await compareDatabases(deps, request, signal, ignore);
    await assert.rejects(carry(planCarry(request, found.filter(({ kind }) => kind === 'extra'), 'target')), { kind: 'guarded' });
    assert.deepEqual(await differences(request), ['extra only:1', 'missing only:0', 'value changed']);
  });
});
