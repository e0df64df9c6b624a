import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '../../../../src/core/failure.ts';
import { clone, type CloneReport, type CloneRequest } from '../../../../src/core/transfer/clone.ts';
import { createJournal, openJournal, readJournal } from '../../../../src/core/transfer/journal.ts';
import type { NameSet } from '../../../../src/core/transfer/nameSet.ts';
import { argument, argumentValue } from '../../../../src/core/transfer/requests.ts';
import { restoreRequest, saveRequest } from '../../../../src/core/transfer/savedRequest.ts';
import { spawnOwned } from '../../../support/children.ts';
import type { ChildClone } from '../../../support/cloneInChild.ts';
import { differences } from '../../../support/oracle.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { connectResp } from '../../../support/respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const KEYS = 15_000;
const child = new URL('../../../support/cloneInChild.ts', import.meta.url).pathname;

describe('the journal of a clone', () => {
  let servers: [RedisServer, RedisServer];
  let sessions: TestSessions;
  let folder: string;
  let path: string;
  const request = (more: Partial<CloneRequest> = {}): CloneRequest => {
    const [source, target] = servers.map((server) => ({ profile: testProfile(server), database: 0 })) as [CloneRequest['source'], CloneRequest['target']];
    return { source, target, scope: { pattern: undefined, types: undefined }, conflict: 'stop', verify: true, ...more };
  };
  /** Starts a process that clones, and kills it when it has copied so many keys. */
  const killedAt = async (keys: number, conflict: ChildClone['conflict'] = 'stop'): Promise<void> => {
    const given: ChildClone = { ports: [servers[0].port, servers[1].port], path, conflict, resume: false };
    const process = spawnOwned('node', [child, JSON.stringify(given)], { stdio: ['ignore', 'pipe', 'inherit'] });
    process.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.toString().split('\n').some((line) => Number(line) >= keys)) process.kill('SIGKILL');
    });
    const [, signal] = (await once(process, 'exit')) as [number | null, string | null];
    assert.equal(signal, 'SIGKILL');
  };
  const resume = async (more: Partial<CloneRequest> = {}): Promise<CloneReport> => {
    const journal = await openJournal(path);
    try {
      return await clone({ sessions, seeds: [8, 9], patience: 10_000, pause: () => Promise.resolve(), journal }, request(more), new AbortController().signal, () => undefined);
    } finally {
      await journal.close();
    }
  };
  const equal = async (): Promise<void> => {
    const clients = await Promise.all(servers.map(({ port }) => connectResp(port)));
    assert.deepEqual(await differences(...(clients as [typeof clients[0], typeof clients[0]])), []);
    for (const client of clients) client.close();
  };
  const calls = async (command: string): Promise<number> => Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await servers[1].cli('INFO', 'commandstats'))?.[1] ?? 0);

  beforeEach(async () => {
    sessions = createTestSessions();
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    folder = await mkdtemp(join(tmpdir(), 'keyspace-journal-'));
    path = join(folder, 'clone.journal');
    await servers[0].cli('DEBUG', 'POPULATE', String(KEYS), 'key', '100');
  });
  afterEach(async () => {
    await sessions.dispose();
    for (const server of servers) await server.stop();
    await rm(folder, { recursive: true });
  });

  it('lets another process go on where one was killed, copies nothing twice and takes its own copies for no conflict', async () => {
    await killedAt(8000);
    const before = await calls('restore');
    assert.ok(before >= 8000 && before < KEYS, String(before));
    const { standing } = await readJournal(path);
    assert.ok(standing.done.size >= 8000 && standing.position !== undefined);
    const report = await resume();
    assert.deepEqual([report.copied, report.skipped, report.verification?.differences, report.verification?.repaired], [KEYS, 0, [], 0]);
    const again = await calls('restore') - KEYS;
    assert.ok(again <= standing.uncertain.size, `${String(again)} copied again, ${String(standing.uncertain.size)} uncertain`);
    await equal();
    assert.ok((await stat(path)).size <= 16 * KEYS, String((await stat(path)).size));
  });

  it('does not empty the target a second time, and skips what was skipped', async () => {
    await servers[1].cli('SET', 'old', '1');
    await killedAt(5000, 'empty');
    await servers[1].cli('SET', 'new', '1');
    const report = await resume({ conflict: 'empty' });
    assert.deepEqual([report.copied, report.verification?.differences.map(({ kind }) => kind)], [KEYS, ['extra']]);
    assert.equal(await servers[1].cli('EXISTS', 'old', 'new'), '1');
  });

  it('keeps what is done where the source was restarted meanwhile, and misses no key', async () => {
    await killedAt(5000);
    await servers[0].restart({ keep: true });
    const before = await calls('restore');
    const report = await resume();
    assert.deepEqual([report.copied, report.verification?.differences], [KEYS, []]);
    assert.ok(await calls('restore') - before < KEYS - 4000);
    await equal();
  });

  it('finds what is gone where the target was killed and came back with less', async () => {
    await killedAt(5000);
    await servers[1].cli('SAVE');
    await servers[1].cli('FLUSHALL');
    await servers[1].cli('DEBUG', 'POPULATE', '1000', 'key', '100');
    await servers[1].kill();
    await servers[1].restart();
    const report = await resume();
    assert.deepEqual([report.anew, report.copied, report.verification?.repaired], [true, KEYS, 0]);
    assert.deepEqual(report.verification?.differences, []);
    await equal();
  });

  it('relies on what is done where the target was restarted with its data, and its source, and has changed a little', async () => {
    await killedAt(5000);
    for (const server of [servers[1], servers[0]]) await server.restart({ keep: true });
    for (let key = 0; key < 200; key += 1) await servers[0].cli('SET', `key:${String(key)}`, 'new');
    const report = await resume({ conflict: 'replace', verify: false });
    assert.deepEqual([report.anew, report.copied], [false, KEYS]);
    assert.ok(await calls('restore') < KEYS - 4000);
  });

  for (const conflict of ['stop', 'skip'] as const) {
    it(`does not take another server at the target's address for its own: ${conflict}`, async () => {
      await killedAt(5000);
      await servers[1].restart();
      // The same names, and other values.
      await servers[1].cli('EVAL', `for i = 0, ${String(KEYS - 1)} do redis.call('SET', 'key:' .. i, 'theirs') end`, '0');
      if (conflict === 'stop') await assert.rejects(resume(), (error) => isFailure(error, 'exists') && /nothing was overwritten/.test(error.message));
      else assert.deepEqual(await resume({ conflict }).then(({ anew, copied, skipped }) => [anew, copied, skipped]), [true, 0, KEYS]);
      assert.equal(await servers[1].cli('GET', 'key:1'), 'theirs');
      // It is not forgotten by the next one.
      assert.equal((await readJournal(path)).standing.done.size, 0);
    });
  }

  it('begins anew without a comparison too, where the source is another one', async () => {
    await killedAt(5000);
    await servers[0].restart();
    await servers[0].cli('EVAL', `for i = 0, ${String(KEYS - 1)} do redis.call('SET', 'key:' .. i, 'others') end`, '0');
    const report = await resume({ conflict: 'replace', verify: false });
    assert.deepEqual([report.anew, report.copied], [true, KEYS]);
    await equal();
  });

  it('is read up to where it is torn, and goes on from there', async () => {
    await killedAt(5000);
    const whole = (await stat(path)).size;
    await truncate(path, whole - 700);
    const torn = await readJournal(path);
    assert.ok(torn.length <= whole - 700 && torn.standing.done.size > 0);
    await truncate(path, torn.length);
    await appendFile(path, Buffer.alloc(3000));
    assert.equal((await readJournal(path)).length, torn.length);
    // What the file has forgotten counts as the target's own.
    const report = await resume({ conflict: 'skip' });
    assert.deepEqual([report.copied + report.skipped, report.verification?.differences], [KEYS, []]);
    assert.deepEqual((await readJournal(path)).standing.finished, true);
    await equal();
  });

  it('ends at a target that is full, with whole keys only, and goes on when there is room', async () => {
    await servers[1].cli('CONFIG', 'SET', 'maxmemory', '3500kb');
    const journal = createJournal(path, saveRequest(request()), [1, 2]);
    await assert.rejects(clone({ sessions, seeds: [1, 2], patience: 10_000, pause: () => Promise.resolve(), journal }, request(), new AbortController().signal, () => undefined), (error) => isFailure(error, 'server') && /out of memory/.test(error.message));
    await journal.close();
    const there = Number(await servers[1].cli('DBSIZE'));
    assert.ok(there > 1000 && there < KEYS, String(there));
    assert.equal(await servers[1].cli('KEYS', '*.keyspace-*'), '');
    await servers[1].cli('CONFIG', 'SET', 'maxmemory', '0');
    const report = await resume();
    assert.deepEqual([report.copied, report.skipped, report.verification?.differences], [KEYS, 0, []]);
    await equal();
  });

  it('has no file where nothing was changed, and tells other files', async () => {
    const journal = createJournal(path, saveRequest(request()), [1, 2]);
    await assert.rejects(clone({ sessions, seeds: [1, 2], patience: 1000, pause: () => Promise.resolve(), journal }, request({ target: request().source }), new AbortController().signal, () => undefined), (error) => isFailure(error, 'bad-input'));
    await journal.remove();
    await assert.rejects(readJournal(path), (error) => isFailure(error, 'file'));
    for (const text of ['', 'keyspace-clone 2\n', 'keyspace-clone 2\n{}\n', 'keyspace-clone 2\n{"seeds":[1,2],"request":{"source":1}}\n', 'something else\n\n']) {
      await writeFile(path, text);
      await assert.rejects(readJournal(path), (error) => isFailure(error, 'file'), text);
    }
  });

  it('knows of each batch that was open how it ended, and of those that never did that they are uncertain', async () => {
    const journal = createJournal(path, saveRequest(request()), [1, 2]);
    const { done, skipped } = journal.standing;
    const batch = (letter: string): Buffer[] => [1, 2, 3].map((index) => argument(`${letter}${String(index)}`));
    const [first, second, third] = [batch('a'), batch('b'), batch('c')];
    const settleFirst = await journal.noteOffered(first);
    const settleSecond = await journal.noteOffered(second);
    done.add(Buffer.from('b1'));
    skipped.add(Buffer.from('b2'));
    await settleSecond();
    await journal.noteOffered(third);
    done.add(Buffer.from('a1'));
    await settleFirst();
    await journal.close();
    const { standing } = await readJournal(path);
    const names = [...first, ...second, ...third].map((name) => argumentValue(name));
    const listed = (set: NameSet): string => names.filter((name) => set.has(name)).join(' ');
    assert.deepEqual([standing.done, standing.skipped, standing.uncertain].map(listed), ['a1 b1', 'b2', 'c1 c2 c3']);
  });

  it('holds the request without secrets, and refuses one whose connection leads elsewhere by now', async () => {
    const given = request({ scope: { pattern: Buffer.from([255, 42]), types: ['hash'] }, names: [Buffer.from([0, 255])], rewrite: { from: Buffer.from('a'), to: Buffer.from('b') }, engine: 'dump', rate: { keysPerSecond: 5 } });
    const saved = saveRequest(given);
    assert.ok(!JSON.stringify(saved).includes('password'));
    const profiles = [given.source.profile, given.target.profile];
    assert.deepEqual(restoreRequest(JSON.parse(JSON.stringify(saved)) as typeof saved, (id) => profiles.find((profile) => profile.id === id)), given);
    assert.throws(() => restoreRequest(saved, () => undefined), (error) => isFailure(error, 'bad-input'));
    assert.throws(() => restoreRequest(saved, (id) => testProfile({ port: 1 }, { id })), (error) => isFailure(error, 'bad-input'));
  });
});
