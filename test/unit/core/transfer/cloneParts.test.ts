import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyClone } from '../../../../src/core/compare/verifyClone.ts';
import { isFailure } from '../../../../src/core/failure.ts';
import { clone, type CloneDeps, type CloneProgress, type CloneReport, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { createJournal, openJournal, readJournal } from '../../../../src/core/transfer/journal.ts';
import { planClone } from '../../../../src/core/transfer/plan.ts';
import { restoreRequest, saveRequest } from '../../../../src/core/transfer/savedRequest.ts';
import { scopeOfChosen } from '../../../../src/core/transfer/scope.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const all = { pattern: undefined, types: undefined };
const chosen = (prefixes: readonly string[], names: readonly string[] = []) => scopeOfChosen({ prefixes: prefixes.map((one) => Buffer.from(one)), names: names.map((one) => Buffer.from(one)) });

describe('a clone of several parts', () => {
  let servers: [RedisServer, RedisServer];
  let sessions: TestSessions;
  let folder: string;
  const never = new AbortController().signal;
  const deps = (more: Partial<CloneDeps> = {}): CloneDeps => ({ sessions, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve(), ...more });
  const request = (more: Partial<CloneRequest> = {}, [from, to]: readonly [number, number] = [0, 1]): CloneRequest => ({
    source: { profile: testProfile(servers[from] as RedisServer), database: 0 }, target: { profile: testProfile(servers[to] as RedisServer), database: 0 },
    scope: all, conflict: 'stop', verify: true, ...more,
  });
  const run = (given: CloneRequest, more?: Partial<CloneDeps>, onProgress: (progress: CloneProgress) => void = () => undefined): Promise<CloneReport> => clone(deps(more), given, never, onProgress);
  const keys = async (server: number, database: number): Promise<string[]> => (await (servers[server] as RedisServer).cli('-n', String(database), 'KEYS', '*')).split('\n').filter((name) => name !== '').sort();
  const set = async (database: number, ...names: readonly string[]): Promise<void> => {
    for (const name of names) await servers[0].cli('-n', String(database), 'SET', name, `${name} of ${String(database)}`);
  };

  before(async () => {
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    folder = await mkdtemp(join(tmpdir(), 'keyspace-parts-'));
  });
  after(async () => {
    for (const server of servers) await server.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    sessions = createTestSessions();
    for (const server of servers) await server.cli('FLUSHALL');
  });
  afterEach(() => sessions.dispose());

  it('takes several namespaces and keys of one database, and nothing beside them', async () => {
    await set(0, 'user:1', 'user:2', 'user', 'users', 'cart:*[1]', 'cart', 'one', 'one:more', 'other');
    const given = request({ scope: chosen(['user:', 'cart:'], ['one']) });
    assert.equal((await planClone(deps(), given, never, () => undefined)).keys, 4);
    const report = await run(given);
    assert.deepEqual(await keys(1, 0), ['cart:*[1]', 'one', 'user:1', 'user:2']);
    assert.deepEqual([report.copied, report.verification?.compared, report.verification?.differences], [4, 4, []]);
    await servers[1].cli('SET', 'user:3', 'beyond');
    await servers[1].cli('SET', 'one:more', 'not in scope');
    await servers[1].cli('SET', 'one', 'changed');
    const { differences } = await verifyClone(deps(), given, { kind: 'full' }, never, () => undefined);
    assert.deepEqual(differences.map(({ name, kind }) => `${name.toString()} ${kind}`).sort(), ['one value', 'user:3 extra']);
  });

  it('puts a prefix before the names of several namespaces', async () => {
    await set(0, 'user:1', 'cart:1', 'other');
    const given = request({ scope: chosen(['user:', 'cart:']), rewrite: { from: Buffer.alloc(0), to: Buffer.from('copy:') } }, [0, 0]);
    const report = await run(given);
    assert.deepEqual([report.copied, report.verification?.differences], [2, []]);
    assert.deepEqual(await keys(0, 0), ['cart:1', 'copy:cart:1', 'copy:user:1', 'other', 'user:1']);
    await servers[0].cli('DEL', 'copy:user:1');
    assert.equal((await verifyClone(deps(), given, { kind: 'full' }, never, () => undefined)).differences.length, 1);
  });

  it('takes several databases into others by a map, with one plan, one progress and one report', async () => {
    await set(0, 'a', 'b');
    await set(3, 'b', 'c', 'd:1');
    await set(5, 'x:1', 'y:1', 'z');
    await servers[1].cli('-n', '7', 'SET', 'c', 'is there');
    const given = request({ conflict: 'replace', more: [{ source: 3, target: 7, scope: all }, { source: 5, target: 5, scope: chosen(['x:', 'y:']) }] });
    const plan = await planClone(deps(), given, never, () => undefined);
    assert.deepEqual([plan.keys, plan.conflicts, plan.parts?.map((part) => [part.request.source.database, part.request.target.database, part.keys, part.conflicts])], [7, 1, [[0, 0, 2, 0], [3, 7, 3, 1], [5, 5, 2, 0]]]);
    const seen: number[] = [];
    const at: string[] = [];
    const report = await run(given, {}, ({ phase, keys: count, part }) => {
      if (phase === 'copying') seen.push(count);
      at.push(`${String(part?.number)} of ${String(part?.of)}`);
    });
    assert.deepEqual([...new Set(at)], ['1 of 3', '2 of 3', '3 of 3']);
    assert.deepEqual([report.copied, report.verification?.compared, report.verification?.differences], [7, 7, []]);
    assert.deepEqual(report.parts?.map((part) => [part.source, part.target, part.report.copied]), [[0, 0, 2], [3, 7, 3], [5, 5, 2]]);
    assert.equal(seen.at(-1), 7);
    assert.deepEqual([await keys(1, 0), await keys(1, 7), await keys(1, 5)], [['a', 'b'], ['b', 'c', 'd:1'], ['x:1', 'y:1']]);
    assert.equal((await servers[1].cli('-n', '7', 'GET', 'b')).trim(), 'b of 3');
    await servers[1].cli('-n', '7', 'SET', 'b', 'other');
    const check = await verifyClone(deps(), given, { kind: 'full' }, never, () => undefined);
    assert.deepEqual([check.compared, check.parts?.map(({ target, differences }) => [target, differences.length])], [7, [[0, 0], [7, 1], [5, 0]]]);
  });

  it('refuses two databases into one, and a source that takes a copy', async () => {
    await set(0, 'a');
    await set(1, 'a');
    const refused = (given: CloneRequest, message: RegExp) => assert.rejects(run(given), (error) => isFailure(error, 'bad-input') && message.test(error.message));
    await refused(request({ more: [{ source: 1, target: 0, scope: all }] }), /cannot go into one/);
    const end = request({}, [0, 0]);
    await refused({ ...end, target: { ...end.target, database: 1 }, more: [{ source: 1, target: 2, scope: all }] }, /Database 1 is to be copied itself/);
    await assert.rejects(planClone(deps(), { ...end, target: { ...end.target, database: 1 }, more: [{ source: 1, target: 2, scope: all }] }, never, () => undefined), (error) => isFailure(error, 'bad-input'));
  });

  it('goes on in the database where it was interrupted', async () => {
    await servers[0].cli('DEBUG', 'POPULATE', '6000', 'key', '20');
    await servers[0].cli('-n', '2', 'DEBUG', 'POPULATE', '3000', 'key', '30');
    const given = request({ conflict: 'empty', more: [{ source: 2, target: 2, scope: all }] });
    const path = join(folder, 'parts.journal');
    const journal = createJournal(path, saveRequest(given), [3, 4]);
    const stop = new AbortController();
    await assert.rejects(clone(deps({ journal }), given, stop.signal, ({ phase, keys: count }) => void (phase === 'copying' && count > 7000 && stop.abort())), (error) => isFailure(error, 'cancelled'));
    await journal.close();
    const { standings, request: saved } = await readJournal(path);
    assert.deepEqual([standings.of(0).done.size, standings.of(0).finished, standings.of(1).finished], [6000, true, false]);
    assert.ok(standings.of(1).done.size > 0 && standings.of(1).done.size < 3000 && standings.copied() > 7000 - 1, String(standings.of(1).done.size));
    // What the target has of the first database is not deleted again.
    const calls = async (): Promise<number> => Number(/cmdstat_flushdb:calls=(\d+)/.exec(await servers[1].cli('INFO', 'commandstats'))?.[1] ?? 0);
    const before = await calls();
    const again = await openJournal(path);
    const profiles = new Map([given.source, given.target].map(({ profile }) => [profile.id, profile]));
    const report = await run(restoreRequest(saved, (id) => profiles.get(id)), { journal: again });
    await again.remove();
    assert.deepEqual([report.copied, report.verification?.compared, report.verification?.differences, await calls()], [9000, 9000, [], before]);
  });
});
