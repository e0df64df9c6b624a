import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ConnectionProfile } from '../../src/core/connection/profile.ts';
import { isFailure, type FailureKind } from '../../src/core/failure.ts';
import { saveRdb, type SaveDeps, type SaveProgress, type SaveReport } from '../../src/core/save/saveRdb.ts';
import { createServer } from '../../src/server/server.ts';
import { fillWithEverything } from '../support/dataset.ts';
import { differences, type Asked } from '../support/oracle.ts';
import { startRelay } from '../support/relay.ts';
import { connectResp, openRespClient } from '../support/respClient.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../support/testSessions.ts';
import { makeCertificates } from '../support/tls.ts';

const run = promisify(execFile);
const QUICK = { 'repl-diskless-sync-delay': '0' };
const FAST = Object.entries(QUICK).flatMap(([name, value]) => [`--${name}`, value]);

describe('saving a connection as an RDB file', () => {
  let folder: string;
  let path: string;
  let server: RedisServer;
  let sessions: TestSessions;
  const clock = { now: () => Date.now(), elapsed: () => performance.now() };

  before(async () => {
    server = await startRedisServer(FAST);
    const client = await connectResp(server.port);
    await fillWithEverything(client);
    client.close();
  });
  after(() => server.stop());
  beforeEach(async () => {
    sessions = createTestSessions();
    folder = await mkdtemp(join(tmpdir(), 'keyspace-save-'));
    path = join(folder, 'dump.rdb');
  });
  afterEach(async () => {
    await sessions.dispose();
    await rm(folder, { recursive: true });
  });

  interface Options {
    readonly deps?: Partial<SaveDeps>;
    readonly database?: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: SaveProgress) => void;
  }
  const save = (profile: ConnectionProfile, { deps, database, signal = new AbortController().signal, onProgress = () => undefined }: Options = {}): Promise<SaveReport> =>
    saveRdb({ sessions, clock, ...deps }, { profile, path, ...(database === undefined ? {} : { database }) }, { signal, onProgress });

  /** Holds what a real server makes of the file against who was saved, once redis-check-rdb has found nothing wrong. */
  async function holdsAllOf(saved: RedisServer | Asked): Promise<void> {
    const { stdout } = await run('redis-check-rdb', [path]);
    assert.match(stdout, /RDB looks OK/);
    const other = await startRedisServer(['--dir', folder, '--dbfilename', 'dump.rdb']);
    const ours = 'call' in saved ? undefined : await connectResp(saved.port);
    const theirs = await connectResp(other.port);
    try {
      assert.deepEqual(await differences(ours ?? (saved as Asked), theirs), []);
    } finally {
      ours?.close();
      theirs.close();
      await other.stop();
    }
  }
  async function fails(work: Promise<unknown>, kind: FailureKind, words: RegExp): Promise<void> {
    await assert.rejects(work, (error) => isFailure(error, kind) && words.test(error.message) || assert.fail(String(error)));
    assert.deepEqual(await readdir(folder), []);
  }

  describe('as a replica', () => {
    for (const diskless of ['yes', 'no']) {
      it(`is the data of one moment, ${diskless === 'yes' ? 'without a disk on the server ($EOF)' : 'by its disk ($<length>)'}`, async () => {
        await server.cli('CONFIG', 'SET', 'repl-diskless-sync', diskless);
        const seen: SaveProgress[] = [];
        const report = await save(testProfile(server), { onProgress: (progress) => seen.push(progress) });
        const file = await readFile(path);
        assert.deepEqual({ ...report, keys: undefined }, { method: 'replica', refusal: undefined, keys: undefined, bytes: file.length, vanished: 0, refused: undefined, partial: undefined });
        assert.equal(seen[0]?.phase, 'waiting');
        assert.equal(seen.at(-1)?.phase, 'replica');
        assert.equal(seen.at(-1)?.keys, report.keys);
        assert.equal(seen.at(-1)?.fraction, 1);
        await holdsAllOf(server);
        assert.deepEqual(await readdir(folder), ['dump.rdb']);
      });
    }

    it('leaves no replica behind', async () => {
      await save(testProfile(server));
      assert.match(await server.cli('INFO', 'replication'), /connected_slaves:0/);
    });

    for (const access of ['read-only', 'confirm-writes'] as const) {
      it(`works over a connection that is ${access}, and asks nothing`, async () => {
        assert.equal((await save(testProfile(server, { access }))).method, 'replica');
        assert.deepEqual(sessions.asked, []);
        await holdsAllOf(server);
      });
    }

    it('asks by SYNC where the server knows no PSYNC', async () => {
      const old = await startRedisServer([...FAST, '--rename-command', 'PSYNC', '']);
      await old.cli('SET', 'key', 'value');
      assert.equal((await save(testProfile(old))).method, 'replica');
      await holdsAllOf(old);
      await old.stop();
    });

    it('works with user, password and TLS', async () => {
      const certificates = await makeCertificates();
      const secure = await startRedisServer([...FAST, '--requirepass', 'pw'], { tls: { caFile: certificates.caFile, ...certificates.server, clientAuth: true } });
      try {
        const profile = testProfile(secure, { tls: { caFile: certificates.caFile, ...certificates.client, verify: true } });
        sessions.passwords.set(profile.id, 'pw');
        assert.equal((await save(profile)).method, 'replica');
      } finally {
        await secure.stop();
        await certificates.remove();
      }
    });

    it('is cut in the middle: an error that says so, and nothing is left', async () => {
      const big = await startRedisServer(FAST);
      await big.cli('DEBUG', 'POPULATE', '100000', 'key', '100');
      for (const diskless of ['yes', 'no']) {
        await big.cli('CONFIG', 'SET', 'repl-diskless-sync', diskless);
        const relay = await startRelay(big.port, { cutAfter: 3_000_000 });
        await fails(save(testProfile(relay)), 'unreachable', /^The connection to 127\.0\.0\.1:\d+ was cut in the middle of its data\. Nothing was saved\.$/);
        await relay.close();
      }
      const relay = await startRelay(big.port, { cutAfter: 3_000_000, stall: true });
      await fails(save(testProfile(relay), { deps: { patience: { before: 5000, within: 300 } } }), 'timeout', /has sent nothing for .* in the middle of its data\. Nothing was saved\.$/);
      await relay.close();
      await big.stop();
    });

    it('is cancelled in the middle, and leaves what had the name as it was', async () => {
      const big = await startRedisServer(FAST);
      await big.cli('DEBUG', 'POPULATE', '100000', 'key', '100');
      await writeFile(path, 'old');
      const cancelled = new AbortController();
      await assert.rejects(save(testProfile(big), { signal: cancelled.signal, onProgress: ({ bytes }) => {
        if (bytes > 1_000_000) cancelled.abort();
      } }), (error) => isFailure(error, 'cancelled'));
      assert.deepEqual(await readdir(folder), ['dump.rdb']);
      assert.equal(await readFile(path, 'utf8'), 'old');
      await save(testProfile(big));
      assert.equal((await readFile(path)).toString('latin1', 0, 5), 'REDIS');
      await big.stop();
    });
  });

  describe('by SCAN and DUMP', () => {
    const reader = 'ACL SETUSER saver on nopass ~* &* +@read +@connection +info +select +command +config|get +time +dump +scan -psync -sync -replconf'.split(' ');
    const saver = async (extra: readonly string[] = []): Promise<ConnectionProfile> => {
      await server.cli(...reader, ...extra);
      return testProfile(server, { username: 'saver', id: 'saver' });
    };

    it('holds the same, where the server lets nobody be a replica', async () => {
      const seen: SaveProgress[] = [];
      const report = await save(await saver(['+function|dump']), { onProgress: (progress) => seen.push(progress) });
      assert.equal(report.method, 'scan');
      assert.match(report.refusal ?? '', /does not allow this user to run PSYNC/);
      assert.equal(report.keys, seen.at(-1)?.keys);
      assert.equal(seen.at(-1)?.fraction, 1);
      await holdsAllOf(server);
    });

    it('goes without functions where they may not be read, and tells which keys it may not read', async () => {
      await server.cli('SET', 'secret:1', 'x');
      await server.cli(...reader, 'resetkeys', '~string:*', '~list:*');
      const report = await save(testProfile(server, { username: 'saver', id: 'saver' }));
      await server.cli('DEL', 'secret:1');
      assert.equal(report.keys, 3 * 8 * 2);
      assert.ok((report.refused?.keys ?? 0) > 50);
      assert.match(report.refused?.why ?? '', /does not allow this user to run DUMP/);
      assert.match((await run('redis-check-rdb', [path])).stdout, /RDB looks OK/);
    });

    it('works over a read-only connection', async () => {
      const profile = { ...await saver(['+function|dump']), access: 'read-only' as const };
      assert.equal((await save(profile)).method, 'scan');
      await holdsAllOf(server);
    });

    it('saves one database alone', async () => {
      const report = await save(testProfile(server), { database: 9 });
      assert.equal(report.method, 'scan');
      const other = await startRedisServer(['--dir', folder, '--dbfilename', 'dump.rdb']);
      assert.match(await other.cli('INFO', 'keyspace'), new RegExp(`^# Keyspace\\r\\ndb9:keys=${report.keys},`));
      await other.stop();
    });

    it('is what is left of a replica that has lost its master', async () => {
      const lost = await startRedisServer([...FAST]);
      await lost.cli('SET', 'key', 'value');
      await lost.cli('REPLICAOF', '127.0.0.1', '1');
      const report = await save(testProfile(lost));
      assert.equal(report.method, 'scan');
      assert.match(report.refusal ?? '', /not connected with my master/);
      assert.equal(report.keys, 1);
      await lost.stop();
    });

    it('reckons when keys expire where the server tells only how long they have left, and moves long values by parts', async () => {
      const old = await startRedisServer([...FAST, '--rename-command', 'PEXPIRETIME', '', '--rename-command', 'FUNCTION', '', '--rename-command', 'PSYNC', '', '--rename-command', 'SYNC', '']);
      await old.cli('SETRANGE', 'long', '3000000', 'end');
      await old.cli('SET', 'short', 'x', 'PX', '900000');
      const until = await old.cli('PTTL', 'short').then((left) => Date.now() + Number(left));
      assert.equal((await save(testProfile(old))).method, 'scan');
      const other = await startRedisServer(['--dir', folder, '--dbfilename', 'dump.rdb']);
      assert.equal(await other.cli('STRLEN', 'long'), '3000003');
      assert.equal(await other.cli('PTTL', 'long'), '-1');
      assert.ok(Math.abs(Number(await other.cli('PEXPIRETIME', 'short')) - until) < 50);
      assert.equal(await other.cli('DEBUG', 'DIGEST'), await old.cli('DEBUG', 'DIGEST'));
      await other.stop();
      await old.stop();
    });

    it('saves an empty server and an empty database', async () => {
      const empty = await startRedisServer(FAST);
      await save(testProfile(empty), { database: 3 });
      await holdsAllOf(empty);
      await empty.stop();
    });

    it('writes each key once while others write, rename and delete, and no time to live of another value', async () => {
      const busy = await startRedisServer(FAST);
      await busy.cli('DEBUG', 'POPULATE', '30000', 'key', '20');
      const writer = await connectResp(busy.port);
      let on = true;
      let round = 0;
      const writing = (async (): Promise<void> => {
        while (on) {
          round += 1;
          const batch: string[][] = [];
          for (let index = 0; index < 200; index += 1) {
            batch.push(['SET', `key:${(round * 200 + index) % 30_000}`, 'short', 'PX', '50000'], ['SET', `key:${(round * 200 + index) % 30_000}`, 'for good']);
            batch.push(['SET', `new:${round}:${index}`, 'x'], ['DEL', `new:${round - 5}:${index}`]);
          }
          await Promise.all(batch.map((command) => writer.call(command)));
        }
      })();
      await busy.cli('ACL', 'SETUSER', 'saver', 'on', 'nopass', '~*', '&*', '+@all', '-psync', '-sync');
      const report = await save(testProfile(busy, { username: 'saver', id: 'busy' }));
      on = false;
      await writing;
      writer.close();
      assert.equal(report.method, 'scan');
      assert.ok(round > 3, `${round} rounds`);
      assert.match((await run('redis-check-rdb', [path])).stdout, /RDB looks OK/);
      // It panics on a key that is there twice.
      const other = await startRedisServer(['--dir', folder, '--dbfilename', 'dump.rdb']);
      const client = await connectResp(other.port);
      for (let index = 0; index < 30_000; index += 500) {
        for (let at = index; at < index + 500; at += 50) {
          const value = await client.call(['GET', `key:${at}`]);
          const lives = await client.call(['PTTL', `key:${at}`]);
          const text = value.kind === 'bulk' ? value.bytes.toString() : '';
          assert.equal(lives.kind === 'integer' && Number(lives.text) > 0, text === 'short', `key:${at} ${text}`);
        }
      }
      client.close();
      await other.stop();
      await busy.stop();
    });

    it('is cut in the middle: an error, and nothing is left', async () => {
      const relay = await startRelay(server.port, { cutAfter: 100_000 });
      await server.cli(...reader);
      await fails(save(testProfile(relay, { username: 'saver', id: 'saver' })), 'unreachable', /^The connection to 127\.0\.0\.1:\d+ was cut/);
      await relay.close();
    });

    it('is cancelled, and nothing is left', async () => {
      const cancelled = new AbortController();
      const profile = await saver();
      await fails(save(profile, { signal: cancelled.signal, onProgress: ({ keys }) => {
        if (keys > 20) cancelled.abort();
      } }), 'cancelled', /./);
    });
  });

  describe('of the practice server', () => {
    it('pulls from it in memory, and a real server loads the same', async () => {
      const practice = createServer({ config: QUICK });
      const client = openRespClient(practice.connect());
      await fillWithEverything(client);
      await sessions.dispose();
      sessions = createTestSessions({ practice: { connect: async () => practice.connect() } });
      const report = await save({ id: 'practice', name: 'Practice', endpoint: { kind: 'practice', instance: 'practice' }, access: 'read-write' });
      assert.equal(report.method, 'replica');
      await holdsAllOf(client);
      client.close();
      await practice.close();
    });

    it('reads it key by key as well', async () => {
      const practice = createServer({ config: QUICK });
      const client = openRespClient(practice.connect());
      await fillWithEverything(client);
      await client.call('ACL SETUSER default -psync -sync'.split(' '));
      await sessions.dispose();
      sessions = createTestSessions({ practice: { connect: async () => practice.connect() } });
      const report = await save({ id: 'practice', name: 'Practice', endpoint: { kind: 'practice', instance: 'practice' }, access: 'read-only' });
      assert.equal(report.method, 'scan');
      await holdsAllOf(client);
      client.close();
      await practice.close();
    });
  });

  it('copies the file that a connection shows, and finds when it is damaged', async () => {
    await server.cli('SAVE');
    const file = join(server.dir, 'dump.rdb');
    const request = { profile: testProfile(server, { access: 'read-only' }), path, file };
    const options = { signal: new AbortController().signal, onProgress: (): void => undefined };
    const report = await saveRdb({ sessions, clock }, request, options);
    assert.equal(report.method, 'copy');
    const bytes = await readFile(file);
    assert.ok(bytes.equals(await readFile(path)));
    await rm(path);
    bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1;
    await writeFile(file, bytes);
    await fails(saveRdb({ sessions, clock }, request, options), 'server', /dump\.rdb holds damaged data, at byte \d+: /);
    await rm(file);
    await fails(saveRdb({ sessions, clock }, request, options), 'file', /dump\.rdb could not be read \(ENOENT\)/);
  });

  it('says that there is no such folder, or that it may not write there', async () => {
    await assert.rejects(saveRdb({ sessions, clock }, { profile: testProfile(server), path: join(folder, 'none', 'dump.rdb') }, { signal: new AbortController().signal, onProgress: () => undefined }),
      (error) => isFailure(error, 'file') && /no such folder\. Nothing was saved/.test(error.message));
    await assert.rejects(saveRdb({ sessions, clock }, { profile: testProfile(server), path: folder }, { signal: new AbortController().signal, onProgress: () => undefined }),
      (error) => isFailure(error, 'file') && /is a folder/.test(error.message));
  });
});
