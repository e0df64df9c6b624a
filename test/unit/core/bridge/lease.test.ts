import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bridge, BridgeRequest } from '../../../../src/core/bridge/bridge.ts';
import { courseOf, refuseCircle } from '../../../../src/core/bridge/circle.ts';
import { claimOf, heldFailure, holderText, inTheWay, meets, readHolders, refuseTarget, type Claim, type Holder } from '../../../../src/core/bridge/holders.ts';
import { createMapping, type BridgeScope } from '../../../../src/core/bridge/mapping.ts';
import { isFailure } from '../../../../src/core/failure.ts';
import { holdersKey } from '../../../../src/core/keyspace/positionKey.ts';
import { preflight } from '../../../../src/core/replicate/preflight.ts';
import type { ChildBridge } from '../../../support/bridgeInChild.ts';
import { reaches, startTestBridge } from '../../../support/bridgePlay.ts';
import { untilEqual } from '../../../support/oracle.ts';
import { follow, until } from '../../../support/replicationPlay.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const never = new AbortController().signal;
const child = new URL('../../../support/bridgeInChild.ts', import.meta.url).pathname;
/** Ms; of a window that is gone nobody waits longer here. */
const TERM = 1200;

describe('two bridges onto one target', () => {
  let servers: [RedisServer, RedisServer, RedisServer];
  let clients: [RespClient, RespClient, RespClient];
  let sessions: TestSessions;
  let folder: string;
  let bridges: Bridge[];
  let children: ChildProcess[];
  const start = (from: number, id: string, more: Partial<BridgeRequest> = {}): Bridge => {
    const [source, target] = [servers[from], servers[2]].map((server) => testProfile(server as RedisServer)) as [BridgeRequest['source'], BridgeRequest['target']];
    const bridge = startTestBridge({ sessions, folder, source, target, term: TERM }, { id, ...more });
    bridges.push(bridge);
    return bridge;
  };
  const inStep = (bridge: Bridge): Promise<void> => reaches(bridge, ({ kind }) => kind === 'in-step');
  const isHeld = (error: unknown): boolean => isFailure(error, 'exists') && /^A live bridge from “Test test-\d+” writes to 127\.0\.0\.1:\d+ already \(its window: a test\).* Liberate it there, or choose another target\. If that window is gone, try again in \d s\.$/.test(error.message);
  /** A bridge of a process of its own, and what it has said. */
  const startChild = (from: number, id: string): { process: ChildProcess; said: string[] } => {
    const what: ChildBridge = { ports: [servers[from]?.port ?? 0, servers[2].port], folder, id, term: TERM };
    const process = spawn(globalThis.process.execPath, [child, JSON.stringify(what)], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(process);
    const said: string[] = [];
    process.stdout.on('data', (chunk: Buffer) => said.push(...chunk.toString().split('\n').filter((line) => line !== '')));
    return { process, said };
  };
  const end = async (process: ChildProcess): Promise<void> => {
    if (process.exitCode !== null || process.signalCode !== null) return;
    process.kill('SIGKILL');
    await once(process, 'exit');
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyspace-test-'));
    sessions = createTestSessions();
    [bridges, children] = [[], []];
    servers = await Promise.all([startRedisServer(['--repl-diskless-sync-delay', '0']), startRedisServer(['--repl-diskless-sync-delay', '0']), startRedisServer()]);
    clients = await Promise.all(servers.map(({ port }) => connectResp(port))) as typeof clients;
    for (const [index, client] of clients.entries()) await client.call(['SET', `of ${String(index)}`, '1']);
  });
  afterEach(async () => {
    for (const bridge of bridges) await bridge.stop().catch(() => undefined);
    for (const process of children) await end(process);
    for (const client of clients) client.close();
    await sessions.dispose();
    for (const server of servers) await server.stop();
    await rm(folder, { recursive: true });
  });

  it('refuses the second one in words, which then takes nothing away, until the first one is liberated', async () => {
    const first = start(0, 'first');
    await inStep(first);
    await assert.rejects(inStep(start(1, 'second')), isHeld);
    await clients[0].call(['INCR', 'n']);
    await first.liberate(never);
    await untilEqual(clients[0], clients[2], { streamed: true });
    const second = start(1, 'third');
    await inStep(second);
    await second.liberate(never);
    await untilEqual(clients[1], clients[2], { streamed: true });
  });

  it('lets one of several win that begin at the same moment', async () => {
    const all = Array.from({ length: 6 }, (_, index) => start(index % 2, `bridge ${String(index)}`));
    await until(async () => all.every(({ state: { phase } }) => phase.kind === 'in-step' || phase.kind === 'stopped'));
    const won = all.filter(({ state }) => state.phase.kind !== 'stopped');
    assert.equal(won.length, 1);
    for (const { state: { phase } } of all) if (phase.kind === 'stopped') assert.ok(phase.reason.kind === 'failed' && isHeld(phase.reason.failure));
    await won[0]?.liberate(never);
    await untilEqual(clients[all.indexOf(won[0] as Bridge) % 2] as RespClient, clients[2], { streamed: true });
  });

  it('goes on at once where the window of the same bridge was killed, and takes over from another one when its time is out', async () => {
    const { process, said } = startChild(0, 'killed');
    await until(async () => said.includes('in-step'));
    await clients[0].call(['INCR', 'n']);
    await until(async () => await servers[2].cli('GET', 'n') === '1');
    await end(process);
    await clients[0].call(['INCR', 'n']);
    const again = start(0, 'killed');
    await until(async () => await servers[2].cli('GET', 'n') === '2');
    assert.match(await servers[0].cli('INFO', 'stats'), /sync_full:1\r?\n/);
    await again.stop();
    const other = startChild(1, 'other');
    await until(async () => other.said.includes('in-step'));
    await end(other.process);
    await assert.rejects(inStep(start(0, 'next')), isHeld);
    await until(async () => inStep(start(0, 'next')).then(() => true, (error: unknown) => !isHeld(error)));
    await bridges.at(-1)?.liberate(never);
    await untilEqual(clients[0], clients[2], { streamed: true });
  });

  it('stops one that was asleep while another one took over, before it has written anything', async () => {
    const { process, said } = startChild(0, 'asleep');
    await until(async () => said.includes('in-step'));
    process.kill('SIGSTOP');
    for (const call of [['SET', 'old', '1'], ['FLUSHALL'], ['SET', 'old', '2']]) await clients[0].call(call);
    await until(async () => inStep(start(1, 'awake')).then(() => true, (error: unknown) => !isHeld(error)));
    process.kill('SIGCONT');
    await until(async () => said.some((line) => line.startsWith('stopped')));
    assert.match(said.at(-1) ?? '', /stopped: A live bridge from “Test test-\d+” writes to/);
    assert.equal(await servers[2].cli('EXISTS', 'old'), '0');
    await clients[1].call(['INCR', 'n']);
    await bridges.at(-1)?.liberate(never);
    await untilEqual(clients[1], clients[2], { streamed: true });
  });

  it('stops the one of two windows that has the same bridge no more, and counts nothing twice', async () => {
    const first = start(0, 'same');
    await inStep(first);
    const second = start(0, 'same');
    for (let round = 0; round < 200; round += 1) await clients[0].call(['INCR', 'n']);
    await assert.rejects(reaches(first, () => false), (error: unknown) => isFailure(error, 'exists') && /Another window \(a test\) goes on with this replication/.test(error.message));
    await first.stop();
    await second.liberate(never);
    assert.equal(await servers[2].cli('GET', 'n'), '200');
    await untilEqual(clients[0], clients[2], { streamed: true });
  });

  it('lets bridges side by side that write to other keys, and no others', async () => {
    const to = (prefix: string): Partial<BridgeRequest> => ({ rewrite: { from: Buffer.alloc(0), to: Buffer.from(prefix) } });
    const first = start(0, 'a', to('a:'));
    await inStep(first);
    await inStep(start(1, 'b', to('b:')));
    await assert.rejects(inStep(start(1, 'aa', to('a:a'))), isHeld);
    await assert.rejects(inStep(start(1, 'whole')), isHeld);
    assert.deepEqual([await servers[2].cli('GET', 'a:of 0'), await servers[2].cli('GET', 'b:of 1'), await servers[2].cli('GET', 'of 2')], ['1', '1', '1']);
    await clients[2].call(['FLUSHALL']);
    await until(async () => await servers[2].cli('HLEN', holdersKey.toString()) === '2');
  });

  it('is refused beforehand onto a target that is one already, or a replica; a full target is emptied all the same', async () => {
    await inStep(start(0, 'first'));
    const [whole, target] = [claimOf(createMapping({}), undefined), testProfile(servers[2])];
    await assert.rejects(refuseTarget(sessions, target, 'second', whole, never), isHeld);
    await refuseTarget(sessions, target, 'first', whole, never);
    const [{ kind }] = (await preflight({ sessions, password: async () => undefined }, { source: testProfile(servers[1]), target, address: { host: '127.0.0.1', port: servers[1].port } }, never)).refusals as [{ kind: string }];
    assert.equal(kind, 'bridged');
    await bridges[0]?.stop();
    await refuseTarget(sessions, target, 'second', whole, never);
    await follow(clients[2], servers[1].port);
    await assert.rejects(refuseTarget(sessions, target, 'second', whole, never), (error: unknown) => isFailure(error, 'unsupported') && /is a replica of 127\.0\.0\.1:\d+/.test(error.message));
    await clients[2].call(['REPLICAOF', 'NO', 'ONE']);
    await clients[2].call(['SET', 'large', Buffer.alloc(40_000_000)]);
    await clients[2].call(['CONFIG', 'SET', 'maxmemory', '30mb']);
    await inStep(start(0, 'last'));
    assert.equal(await servers[2].cli('EXISTS', 'large'), '0');
  });
});

describe('two bridges that lead to each other', () => {
  let servers: [RedisServer, RedisServer];
  let sessions: TestSessions;
  let folder: string;
  let bridges: Bridge[];
  const ends = (from: number): Pick<BridgeRequest, 'source' | 'target'> => ({ source: testProfile(servers[from] as RedisServer), target: testProfile(servers[1 - from] as RedisServer) });
  const start = (from: number, scope: BridgeScope = {}): Bridge => {
    const bridge = startTestBridge({ sessions, folder, ...ends(from), term: TERM }, { id: `from ${String(from)}`, ...scope });
    bridges.push(bridge);
    return bridge;
  };
  const inStep = (bridge: Bridge): Promise<void> => reaches(bridge, ({ kind }) => kind === 'in-step');
  const isCircle = (error: unknown): boolean => isFailure(error, 'bad-input') && /^A live bridge from 127\.0\.0\.1:\d+ to 127\.0\.0\.1:\d+ is under way \(its window: a test\): with one that leads back each change would go round for ever\./.test(error.message);
  const look = async (from: number, scope: BridgeScope): Promise<void> => {
    const { source, target } = ends(from);
    await refuseCircle(sessions, await courseOf(sessions, source, target, scope, never), 'back', never);
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyspace-test-'));
    sessions = createTestSessions();
    bridges = [];
    servers = await Promise.all([startRedisServer(['--repl-diskless-sync-delay', '0']), startRedisServer(['--repl-diskless-sync-delay', '0'])]);
  });
  afterEach(async () => {
    for (const bridge of bridges) await bridge.stop().catch(() => undefined);
    await sessions.dispose();
    for (const server of servers) await server.stop();
    await rm(folder, { recursive: true });
  });

  it('are refused, beforehand and when they begin, and nothing of the first source is thrown away', async () => {
    await servers[0].cli('SET', 'kept', '1');
    await inStep(start(0));
    await assert.rejects(look(1, {}), isCircle);
    const { refusals } = await preflight({ sessions, password: async () => undefined }, { ...ends(1), address: { host: '127.0.0.1', port: servers[1].port } }, never);
    assert.ok(refusals.some((one) => one.kind === 'bridged' && isCircle(one.failure)));
    await assert.rejects(inStep(start(1)), isCircle);
    assert.equal(await servers[0].cli('GET', 'kept'), '1');
    await bridges[0]?.stop();
    await look(1, {});
  });

  it('go side by side where neither follows what the other one writes', async () => {
    const under = (from: string, to: string): BridgeScope => ({ rewrite: { from: Buffer.from(from), to: Buffer.from(to) } });
    await inStep(start(0, under('a:', 'b:')));
    await assert.rejects(look(1, under('b:', 'a:')), isCircle);
    await assert.rejects(look(1, { databases: new Map([[0, 0]]) }), isCircle);
    await inStep(start(1, under('b:', 'c:')));
    await servers[0].cli('SET', 'a:x', '1');
    await until(async () => await servers[0].cli('GET', 'c:x') === '1');
  });

  it('go side by side in databases apart', async () => {
    const into = (from: number, to: number): BridgeScope => ({ databases: new Map([[from, to]]) });
    await inStep(start(0, into(0, 1)));
    await assert.rejects(look(1, into(1, 0)), isCircle);
    await look(1, into(0, 1));
    await look(1, into(1, 2));
  });
});

describe('what bridges say that they hold', () => {
  const claim = (scope: BridgeScope): Claim => claimOf(createMapping(scope), scope.databases?.values());
  const prefix = (to: string): BridgeScope => ({ rewrite: { from: Buffer.from('x'), to: Buffer.from(to) } });

  it('meets where the same keys could be written', () => {
    const cases: readonly (readonly [BridgeScope, BridgeScope, boolean])[] = [
      [{}, {}, true], [{}, prefix('a'), true], [prefix('a'), prefix('b'), false], [prefix('a'), prefix('ab'), true],
      [{ pattern: Buffer.from('a:*') }, { pattern: Buffer.from('b:*') }, false], [{ pattern: Buffer.from('*a') }, { pattern: Buffer.from('b:*') }, true],
      [{ databases: new Map([[0, 1]]) }, { databases: new Map([[0, 2]]) }, false], [{ databases: new Map([[0, 1]]) }, { databases: new Map([[2, 1]]) }, true], [{ databases: new Map([[0, 1]]) }, {}, true],
    ];
    for (const [one, other, expected] of cases) assert.deepEqual([meets(claim(one), claim(other)), meets(claim(other), claim(one))], [expected, expected]);
  });

  it('is read as it was written, with what is no holder left out and nothing shown that cannot be seen', () => {
    const holder: Holder = { id: 'id', token: 't', until: 2000, window: 'ö „x“ \u202e\n', source: 'n'.repeat(200), databases: [1], prefix: 'ff', reads: { runId: 'ab', databases: [0], prefix: '' } };
    assert.deepEqual(readHolders(['id', Buffer.from(holderText(holder), 'latin1').toString('latin1'), 'other', '{}', 'no', 'x', 'null', 'null']), [holder]);
    assert.deepEqual(readHolders(['id', holderText(holder).replace('"runId":"ab"', '"runId":7')]).map(({ reads }) => reads), [undefined]);
    for (const time of ['1e999', '1e300', '-1.5']) assert.deepEqual(readHolders(['id', holderText(holder).replace('2000', time)]), [], time);
    assert.equal(inTheWay([holder], 'other', claim({}), 1999), holder);
    assert.equal(inTheWay([holder], 'other', claim({}), 2000), undefined);
    assert.equal(inTheWay([holder], 'id', claim({}), 0), undefined);
    const { message } = heldFailure('here', holder, 500);
    assert.ok(message.length < 400 && message.includes('ö „x“ \\u{202e}\\n') && message.endsWith('try again in 2 s.'), message);
  });
});
