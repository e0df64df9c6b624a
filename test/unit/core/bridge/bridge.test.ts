import assert from 'node:assert/strict';
import { verifyClone } from '../../../../src/core/compare/verifyClone.ts';
import { holdersKey, positionKey } from '../../../../src/core/keyspace/positionKey.ts';
import { compareDatabases } from '../../../../src/core/compare/compareDatabases.ts';
import { isFailure } from '../../../../src/core/failure.ts';
import { clone, type CloneEnd } from '../../../../src/core/transfer/clone.ts';
import { count, expect, reaches, useBridge } from '../../../support/bridgePlay.ts';
import { untilEqual } from '../../../support/oracle.ts';
import { startWire, until, write } from '../../../support/replicationPlay.ts';
import { startRedisServer } from '../../../support/redisServer.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';
import { replyText } from '../../../support/respReply.ts';
import { testProfile } from '../../../support/testSessions.ts';

const never = new AbortController().signal;
const text = async (client: RespClient, ...call: (string | Buffer)[]): Promise<string> => replyText(await client.call(call)) ?? '(nil)';

describe('a bridge between two servers', () => {
  const { servers, clients, sessions, bridge, start, inStep, arrived, equal, reconnect, snapshots } = useBridge();

  it('copies what is there, follows what is written, and lets go when all of it has arrived', async () => {
    await write(() => connectResp(servers[0].port), 1, 10);
    await clients[1].call(['SET', 'old', 'goes']);
    start();
    await inStep();
    await Promise.all([write(() => connectResp(servers[0].port), 2, 20), count(await connectResp(servers[0].port), 3, 200)]);
    const { fence, reached } = await bridge().liberate(never);
    assert.ok(fence > 0 && reached >= fence);
    assert.deepEqual(bridge().state.phase, { kind: 'stopped', reason: { kind: 'liberated', offset: reached } });
    await equal();
    assert.equal(await text(clients[1], 'EXISTS', positionKey('test')), '0');
  });

  it('keeps a position that is no difference, and that is not copied', async () => {
    await clients[0].call(['SET', 'a', '1']);
    start();
    await inStep();
    const [source, target] = servers.map((server) => ({ profile: testProfile(server), database: 0 })) as [CloneEnd, CloneEnd];
    const deps = { sessions: sessions(), seeds: [1, 2] as const, patience: 10_000, pause: () => Promise.resolve() };
    const scope = { pattern: undefined, types: undefined };
    assert.deepEqual((await compareDatabases(deps, { source, target, scope }, never, () => undefined)).differences, []);
    const { copied } = await clone(deps, { source: target, target: { ...target, database: 7 }, scope, conflict: 'stop', verify: true }, never, () => undefined);
    assert.equal(copied, 1);
    // Nor where it is named, or met by chance.
    const names = [positionKey('test'), holdersKey, Buffer.from('a')];
    assert.equal((await clone(deps, { source: target, target: { ...target, database: 8 }, scope, names, conflict: 'stop', verify: true }, never, () => undefined)).copied, 1);
    assert.deepEqual(await verifyClone(deps, { source, target, scope, conflict: 'stop', verify: true }, { kind: 'sample', keys: 500 }, never, () => undefined), { kind: 'sample', compared: 1, differences: [] });
  });

  it('goes on where it was, with all that was counted meanwhile counted once', async () => {
    start();
    await inStep();
    await clients[0].call(['INCRBY', 'n', '5']);
    await arrived();
    bridge().dispose();
    for (const call of [['INCR', 'n'], ['SELECT', '3'], ['APPEND', 'text', 'x'], ['SELECT', '0']]) await clients[0].call(call);
    start();
    await arrived();
    assert.equal(await text(clients[1], 'GET', 'n'), '6');
    assert.equal(await snapshots(), 1);
    await bridge().liberate(never);
    await equal();
  });

  it('applies each call once, wherever the link to the target is cut', async () => {
    const wire = await startWire(servers[1].port);
    start({}, { ports: [servers[0].port, wire.port] });
    await inStep();
    await clients[0].call(['SET', 'n', '0']);
    let times = 0;
    for (let limit = 4; limit < 330; limit += 3) {
      const limits = [limit];
      wire.cutAfter(() => limits.shift());
      wire.cut();
      times += 1;
      for (const call of [['MULTI'], ['INCR', 'n'], ['RPUSH', 'list', String(times)], ['EXEC']]) await clients[0].call(call);
      await arrived();
    }
    assert.deepEqual([await text(clients[1], 'GET', 'n'), await text(clients[1], 'LLEN', 'list')], [String(times), String(times)]);
    assert.ok(wire.cuts() > 50, `${String(wire.cuts())} cuts`);
    await bridge().liberate(never);
    await equal();
    wire.close();
  });

  it('follows FLUSHALL, FLUSHDB and SWAPDB, where its own position lies as well', async () => {
    await clients[0].call(['SET', 'first', '1']);
    start();
    await inStep();
    for (const call of [['SWAPDB', '0', '1'], ['SET', 'n', '1'], ['SWAPDB', '0', '2'], ['INCR', 'n'], ['MULTI'], ['FLUSHDB'], ['SET', 'a', 'b'], ['SWAPDB', '1', '0'], ['EXEC']]) await clients[0].call(call);
    await arrived();
    assert.equal(await text(clients[1], 'EXISTS', positionKey('test')), '1');
    for (const call of [['FLUSHALL'], ['INCR', 'after'], ['SWAPDB', '0', '5'], ['INCR', 'after']]) await clients[0].call(call);
    await arrived();
    // It goes on from there.
    bridge().dispose();
    await clients[0].call(['INCR', 'after']);
    start();
    await arrived();
    assert.equal(await snapshots(), 1);
    await bridge().liberate(never);
    await equal();
  });

  it('counts on where the target would have let a key expire that the source extended in time', async () => {
    start();
    await inStep();
    for (const call of [['SET', 'hits', '41', 'PX', '300'], ['RPUSH', 'list', 'a'], ['PEXPIRE', 'list', '300'], ['SADD', 'set', 'a'], ['PEXPIRE', 'set', '300']]) await clients[0].call(call);
    await arrived();
    // Nothing gets there for a while.
    await clients[1].call(['CLIENT', 'PAUSE', '600', 'WRITE']);
    for (const call of [['INCR', 'hits'], ['PEXPIRE', 'hits', '100000'], ['MULTI'], ['RPUSH', 'list', 'b'], ['PERSIST', 'list'], ['EXEC'], ['SUNIONSTORE', 'union', 'set'], ['PERSIST', 'set'], ['INCR', 'other']]) await clients[0].call(call);
    await until(async () => (await text(clients[1], 'EXISTS', 'other')) === '1');
    await arrived();
    assert.deepEqual([await text(clients[1], 'GET', 'hits'), await text(clients[1], 'LLEN', 'list'), await text(clients[1], 'SCARD', 'union')], ['42', '2', '1']);
    await bridge().liberate(never);
    await equal();
  });

  it('begins anew where the target has lost what was put there, and goes on from where its own dump is', async () => {
    await write(() => connectResp(servers[0].port), 5, 5);
    start();
    await inStep();
    await servers[1].restart({ keep: true });
    await clients[0].call(['INCR', 'n']);
    await arrived();
    assert.equal(await snapshots(), 1, 'its own dump had the position');
    await servers[1].cli('SAVE');
    await clients[0].call(['INCR', 'n']);
    await arrived();
    await servers[1].kill();
    await clients[0].call(['INCR', 'n']);
    await servers[1].restart({ keep: false });
    await reaches(bridge(), ({ kind }) => kind === 'transferring' || kind === 'loading' || kind === 'in-step');
    await reconnect(1);
    await arrived();
    assert.equal(await text(clients[1], 'GET', 'n'), '3');
    assert.equal(await snapshots(), 2);
    await bridge().liberate(never);
    await equal();
  });

  it('takes a new snapshot of a source that was restarted', async () => {
    await clients[0].call(['SET', 'gone', 'soon']);
    start();
    await inStep();
    await servers[0].restart();
    await reconnect(0);
    await clients[0].call(['SET', 'new', '1']);
    await until(async () => (await text(clients[1], 'EXISTS', 'new')) === '1');
    await bridge().liberate(never);
    await equal();
  });

  it('waits while the target is full, and ends where it may not write', async () => {
    start();
    await inStep();
    await clients[1].call(['CONFIG', 'SET', 'maxmemory', '1']);
    await clients[0].call(['RPUSH', 'list', 'x']);
    await reaches(bridge(), (phase) => phase.kind === 'reconnecting' && /out of memory/.test(phase.why ?? ''));
    await clients[1].call(['CONFIG', 'SET', 'maxmemory', '0']);
    await arrived();
    assert.equal(await text(clients[1], 'LLEN', 'list'), '1');
    await clients[1].call(['REPLICAOF', '127.0.0.1', '1']);
    await clients[0].call(['RPUSH', 'list', 'y']);
    await assert.rejects(reaches(bridge(), () => false), (error: unknown) => isFailure(error, 'permission') && /read-only replica/.test(error.message));
    await clients[1].call(['REPLICAOF', 'NO', 'ONE']);
  });

  it('replicates a prefix under another one, with names and values of any bytes, and leaves all else alone', async () => {
    const name = (prefix: string, rest: string): Buffer => Buffer.from(`${prefix}${rest}`, 'latin1');
    const strange = '\xff*[?]\r\n\0';
    for (const rest of ['1', strange, 'gone']) await clients[0].call(['SET', name('or:', rest), name('', strange)]);
    await clients[0].call(['SET', 'other', 'x']);
    for (const call of [['SET', 'mine', 'stays'], ['SET', 'copy:old', 'goes']]) await clients[1].call(call);
    start({ rewrite: { from: Buffer.from('or:'), to: Buffer.from('copy:') } });
    await inStep();
    for (const call of [['APPEND', name('or:', strange), 'more'], ['DEL', 'or:gone'], ['RENAME', 'or:1', 'or:2'], ['PEXPIRE', 'or:2', '100000'], ['RPUSH', 'or:list', ...Array.from({ length: 50 }, () => 'x'.repeat(50_000))], ['MOVE', 'or:list', '1'], ['COPY', 'or:2', 'or:3', 'DB', '2'], ['SWAPDB', '2', '3']]) await clients[0].call(call);
    await arrived();
    await bridge().liberate(never);
    const expected = await startRedisServer();
    const reference = await connectResp(expected.port);
    await expect(clients[0], reference, (database, key) => (key.toString('latin1').startsWith('or:') ? { database, name: name('copy:', key.toString('latin1').slice(3)) } : undefined));
    await reference.call(['SET', 'mine', 'stays']);
    await untilEqual(reference, clients[1]);
    reference.close();
    await expected.stop();
  });

  it('empties what it replicates, and nothing else, when the source is emptied', async () => {
    for (const call of [['SET', 'a:1', 'x'], ['SELECT', '2'], ['SET', 'a:2', 'x'], ['SELECT', '0']]) await clients[0].call(call);
    await clients[1].call(['SET', 'b:mine', 'stays']);
    start({ pattern: Buffer.from('a:*') });
    await inStep();
    await clients[0].call(['FLUSHALL']);
    await clients[0].call(['SET', 'a:3', 'x']);
    await arrived();
    assert.deepEqual([await text(clients[1], 'EXISTS', 'a:1'), await text(clients[1], 'EXISTS', 'a:3'), await text(clients[1], 'EXISTS', 'b:mine')], ['0', '1', '1']);
    for (const call of [['SELECT', '2'], ['SET', 'a:4', 'x'], ['SET', 'a:5', 'x'], ['FLUSHDB'], ['SET', 'a:6', 'x'], ['SWAPDB', '2', '3'], ['SET', 'a:7', 'x'], ['SELECT', '0']]) await clients[0].call(call);
    await clients[1].call(['SELECT', '2']);
    await clients[1].call(['SET', 'b:mine', 'stays']);
    await arrived();
    assert.deepEqual([await text(clients[1], 'EXISTS', 'a:2', 'a:4', 'a:5', 'a:6'), await text(clients[1], 'EXISTS', 'a:7', 'b:mine')], ['0', '2']);
    await clients[1].call(['SELECT', '3']);
    assert.deepEqual([await text(clients[1], 'DBSIZE'), await text(clients[1], 'EXISTS', 'a:6')], ['1', '1']);
    await clients[1].call(['SELECT', '0']);
    assert.equal(await text(clients[1], 'EXISTS', 'a:3', 'b:mine'), '2');
  });

  it('reads anew what the target has no command for', async () => {
    await servers[1].stop();
    servers[1] = await startRedisServer(['--rename-command', 'SETRANGE', '', '--rename-command', 'COPY', '']);
    await reconnect(1);
    start();
    await inStep();
    for (const call of [['SETRANGE', 'text', '3', 'x'], ['APPEND', 'text', 'y'], ['COPY', 'text', 'copy'], ['APPEND', 'copy', 'z'], ['MULTI'], ['SETRANGE', 'text', '0', 'ab'], ['RENAME', 'text', 'name'], ['APPEND', 'name', '!'], ['EXEC'], ['RPUSH', 'list', 'q']]) await clients[0].call(call);
    await arrived();
    await clients[0].call(['APPEND', 'name', '?']);
    await bridge().liberate(never);
    await equal();
  });

  it('refuses a bridge that would meet its own writes', async () => {
    start({}, { ports: [servers[0].port, servers[0].port] });
    await assert.rejects(reaches(bridge(), () => false), (error: unknown) => isFailure(error, 'bad-input'));
  });
});
