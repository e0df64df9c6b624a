import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { clone, type CloneReport, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { compareLargeKeys, type KeyAt } from '../../../../src/core/compare/large.ts';
import { startPractice } from '../../../contract/practice.ts';
import { differences } from '../../../support/oracle.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { connectResp, type Argument, type RespClient } from '../../../support/respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const never = new AbortController().signal;

describe('what a clone moves by pieces', () => {
  let servers: [RedisServer, RedisServer];
  let clients: [RespClient, RespClient];
  let sessions: TestSessions;
  const request = (more: Partial<CloneRequest> = {}): CloneRequest => {
    const [source, target] = servers.map((server) => ({ profile: testProfile(server), database: 0 })) as [CloneRequest['source'], CloneRequest['target']];
    return { source, target, scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true, ...more };
  };
  const run = (given: CloneRequest, largest?: number): Promise<CloneReport> =>
    clone({ sessions, seeds: [1, 2], patience: 20_000, pause: () => Promise.resolve(), ...(largest === undefined ? {} : { largest }) }, given, never, () => undefined);
  const call = async (client: RespClient, ...commands: readonly (readonly Argument[])[]): Promise<void> => {
    for (const command of commands) assert.notEqual((await client.call(command)).kind, 'error', command.slice(0, 3).join(' '));
  };

  beforeEach(async () => {
    sessions = createTestSessions();
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    clients = await Promise.all(servers.map(({ port }) => connectResp(port))) as [RespClient, RespClient];
  });
  afterEach(async () => {
    for (const client of clients) client.close();
    await sessions.dispose();
    for (const server of servers) await server.stop();
  });

  it('are streams too, with groups, consumers, and what is pending, deleted or not', async () => {
    const [source] = clients;
    for (let index = 1; index <= 3000; index += 1) await source.call(['XADD', 'stream', `${String(index)}-${String(index % 3)}`, 'field', `value ${String(index)}`]);
    await call(source,
      ['XGROUP', 'CREATE', 'stream', 'group', '0'], ['XGROUP', 'CREATE', 'stream', 'idle', '$'], ['XGROUP', 'CREATECONSUMER', 'stream', 'group', 'nobody'],
      ['XREADGROUP', 'GROUP', 'group', 'ann', 'COUNT', '1500', 'STREAMS', 'stream', '>'], ['XREADGROUP', 'GROUP', 'group', 'bob', 'COUNT', '20', 'STREAMS', 'stream', '>'],
      ['XDEL', 'stream', '7-1', '1510-1', '3000-0', '2999-2'], ['XTRIM', 'stream', 'MINID', '5-0'], ['XSETID', 'stream', '5000-7'], ['PEXPIREAT', 'stream', '4102444800123']);
    const report = await run(request(), 10_000);
    assert.deepEqual([report.copied, report.notCopied, report.verification?.differences], [1, [], []]);
    assert.deepEqual(await differences(...clients), []);
    assert.ok((await servers[1].cli('INFO', 'commandstats')).includes('cmdstat_xadd'));
    const ends = servers.map((server) => sessions.acquire(testProfile(server), 0));
    const [from, to] = ends.map((session) => ({ session, key: Buffer.from('stream') })) as [KeyAt, KeyAt];
    for (const [command, kind] of [
      [['XACK', 'stream', 'group', '900-0'], 'groups'], [['XGROUP', 'DESTROY', 'stream', 'idle'], 'groups'], [['XGROUP', 'DELCONSUMER', 'stream', 'group', 'nobody'], 'groups'],
      [['XSETID', 'stream', '5001-0'], 'stream'], [['XDEL', 'stream', '2000-2'], 'value'],
    ] as const) {
      await call(clients[1], command);
      assert.equal(await compareLargeKeys(from, to, never), kind, command.join(' '));
      await run(request({ conflict: 'replace' }), 10_000);
      assert.equal(await compareLargeKeys(from, to, never), undefined);
    }
    for (const session of ends) session.release();
  }).timeout(30_000);

  it('are streams of which nothing but groups and pending entries is left', async () => {
    const [source] = clients;
    for (let index = 1; index <= 200; index += 1) await source.call(['XADD', 'stream', `${String(index)}-1`, 'f', 'v'.repeat(100)]);
    await call(source, ['XGROUP', 'CREATE', 'stream', 'group', '0'], ['XREADGROUP', 'GROUP', 'group', 'ann', 'STREAMS', 'stream', '>'], ['XTRIM', 'stream', 'MAXLEN', '0']);
    const report = await run(request(), 100);
    assert.deepEqual([report.copied, report.notCopied, report.verification?.differences], [1, [], []]);
    assert.deepEqual(await differences(...clients), []);
  });

  it('are payloads beyond what the target takes at once; what it takes in no way is named, and the rest arrives', async () => {
    await servers[1].cli('CONFIG', 'SET', 'proto-max-bulk-len', '1mb');
    await call(clients[0], ['SET', 'small', '1'], ['SET', 'long', randomBytes(2_000_000)], ['RPUSH', 'element', randomBytes(1_500_000)]);
    for (let index = 0; index < 30; index += 1) await call(clients[0], ['RPUSH', 'list', randomBytes(100_000)], ['HSET', 'hash', `f${String(index)}`, randomBytes(100_000)], ['XADD', 'stream', '*', 'f', randomBytes(100_000)]);
    const report = await run(request());
    assert.deepEqual(report.notCopied.map(({ name, failure }) => `${name.toString()} ${failure.kind}`).sort(), ['element unsupported', 'long unsupported']);
    assert.ok(report.notCopied.every(({ failure }) => /larger than|exceeds/.test(failure.message)), report.notCopied.map(({ failure }) => failure.message).join(' '));
    assert.deepEqual([report.copied, report.verification?.differences.map(({ name, kind }) => `${name.toString()} ${kind}`).sort()], [4, ['element missing', 'long missing']]);
    for (const key of ['long', 'element']) await servers[0].cli('DEL', key);
    assert.deepEqual(await differences(...clients), []);
  });

  it('are sorted sets, of which -0 is another score than 0', async () => {
    await call(clients[0], ['ZADD', 'zset', ...Array.from({ length: 500 }, (_, index) => [String(index - 250), `member ${String(index)}`]).flat(), '-0', 'minus', 'inf', 'most']);
    assert.deepEqual((await run(request(), 10_000)).verification?.differences, []);
    assert.deepEqual(await differences(...clients), []);
    await call(clients[1], ['ZREM', 'zset', 'minus'], ['ZADD', 'zset', '0', 'minus']);
    const ends = servers.map((server) => sessions.acquire(testProfile(server), 0));
    const [from, to] = ends.map((session) => ({ session, key: Buffer.from('zset') })) as [KeyAt, KeyAt];
    assert.equal(await compareLargeKeys(from, to, never), 'value');
    for (const session of ends) session.release();
  });

  it('are hashes whose fields expire, and other times of theirs are found', async () => {
    const [one, two] = [await startPractice(), await startPractice()];
    const ports = [await one.port(), await two.port()];
    const there = await Promise.all(ports.map((port) => connectResp(port)));
    const fields = Array.from({ length: 2000 }, (_, index) => `field ${String(index)}`);
    await call(there[0] as RespClient, ['HSET', 'hash', ...fields.flatMap((field) => [field, 'v'])], ['HPEXPIREAT', 'hash', '4102444800123', 'FIELDS', '2', 'field 7', 'field 1999']);
    const ends = ports.map((port) => ({ profile: testProfile({ port }), database: 0 })) as [CloneRequest['source'], CloneRequest['target']];
    const given = request({ source: ends[0], target: ends[1] });
    assert.deepEqual((await run(given, 10_000)).verification?.differences, []);
    assert.deepEqual((await there[1]?.call(['HPEXPIRETIME', 'hash', 'FIELDS', '2', 'field 7', 'field 8'])), (await there[0]?.call(['HPEXPIRETIME', 'hash', 'FIELDS', '2', 'field 7', 'field 8'])));
    await call(there[1] as RespClient, ['HPERSIST', 'hash', 'FIELDS', '1', 'field 7']);
    const report = await run({ ...given, conflict: 'skip' }, 10_000);
    assert.equal(report.skipped, 1);
    const sides = ends.map(({ profile }) => sessions.acquire(profile, 0));
    const [from, to] = sides.map((session) => ({ session, key: Buffer.from('hash') })) as [KeyAt, KeyAt];
    assert.equal(await compareLargeKeys(from, to, never), 'field-expiry');
    for (const session of sides) session.release();
    for (const client of there) client.close();
    for (const practice of [one, two]) await practice.close();
  });

  it('keeps to a rate, in small batches', async () => {
    await servers[0].cli('DEBUG', 'POPULATE', '500', 'key', '100');
    let now = 0;
    const waits: number[] = [];
    const pause = async (ms: number): Promise<void> => {
      waits.push(ms);
      now += ms;
    };
    const report = await clone({ sessions, seeds: [1, 2], patience: 20_000, pause, clock: { elapsed: () => now } }, request({ rate: { keysPerSecond: 100 } }), never, () => undefined);
    assert.deepEqual([report.copied, Math.round(now / 100), report.verification?.differences], [500, 50, []]);
    assert.ok(waits.length >= 50 && Math.max(...waits) <= 101, `${String(waits.length)} waits, up to ${String(Math.max(...waits))} ms`);
  });
});
