import assert from 'node:assert/strict';
import type { Session } from '../../../../src/core/connection/session.ts';
import { createKeyspace } from '../../../../src/core/keyspace/createKeyspace.ts';
import { displayName } from '../../../../src/core/keyspace/display.ts';
import type { KeyFilter, KeyRow, Keyspace, Level, ScanOptions } from '../../../../src/core/keyspace/keyspace.ts';
import { type RedisServer, startRedisServer } from '../../../support/redisServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const root = Buffer.alloc(0);
const options: ScanOptions = { pageSize: 500, budget: 5000, maxCount: 1000, delimiter: Buffer.from(':'), maxRows: 5000 };
const clock = { now: () => Date.now(), elapsed: () => performance.now() };

/** 20,000 names: flat, nested, empty segments, glob characters, bytes that are no text, long ones. */
function manyShapes(): Buffer[] {
  const shapes: ((at: number) => Buffer)[] = [
    (at) => Buffer.from(`user:${at}`),
    (at) => Buffer.from(`user:${at % 50}:session:${at}`),
    (at) => Buffer.from(`flat${at}`),
    (at) => Buffer.from(`a::${at}`),
    (at) => Buffer.from(`:${at}`),
    (at) => Buffer.from(`${at}:`),
    (at) => Buffer.from(`g[l]o*b?\\${at % 7}:${at}`),
    (at) => Buffer.concat([Buffer.of(0xff, 0x00, 0x3a, at & 0xff, 0xfe), Buffer.from(String(at))]),
    (at) => Buffer.from(`"quo ted"\n:\`md\` **${at}**`),
    (at) => Buffer.concat([Buffer.alloc(300, 'long'), Buffer.from(`:${at}`)]),
  ];
  return Array.from({ length: 20_000 }, (_, at) => (shapes[at % shapes.length] as (at: number) => Buffer)(at));
}

/** Opens every level to its end and gives every key's name as often as a row shows it. */
async function everyKey(keyspace: Keyspace, prefix: Buffer = root): Promise<Buffer[]> {
  const level: Level = keyspace.level(prefix);
  while (level.hasMore) await level.loadMore();
  const keys: Buffer[] = [];
  const visit = async (rows: readonly KeyRow[]): Promise<void> => {
    for (const row of rows) {
      if (row.kind === 'key') keys.push(row.name);
      else if (row.kind === 'range') await visit(row.rows);
      else {
        const below = await everyKey(keyspace, row.prefix);
        assert.equal(below.length, row.count, `count of ${displayName(row.prefix)}`);
        for (const key of below) keys.push(key);
      }
    }
  };
  await visit(level.rows);
  return keys;
}

const text = (names: readonly Buffer[]): string[] => names.map((name) => name.toString('latin1')).sort();

describe('a keyspace on a real server', () => {
  let server: RedisServer;
  let sessions: TestSessions;
  let session: Session;
  const names = manyShapes();

  before(async () => {
    server = await startRedisServer();
    sessions = createTestSessions();
    session = sessions.acquire(testProfile(server), 0);
  });
  beforeEach(async () => {
    await session.send(['FLUSHALL']);
    for (let at = 0; at < names.length; at += 1000) await session.sendAll(names.slice(at, at + 1000).map((name) => ['SET', name, 'x']));
  });
  after(async () => {
    await sessions.dispose();
    await server.stop();
  });

  const open = (filter: KeyFilter = {}, overrides: Partial<ScanOptions> = {}): Keyspace => createKeyspace(session, filter, { ...options, ...overrides }, clock);

  it('shows each of 20,000 keys of many shapes exactly once', async () => {
    const keyspace = open();
    assert.deepEqual(text(await everyKey(keyspace)), text(names));
    assert.equal(keyspace.counts.found, names.length);
    assert.equal(keyspace.counts.complete, true);
  });

  it('shows each once too when every namespace is opened by its own cursor while the table is rehashed', async () => {
    const keyspace = open({}, { pageSize: 50, maxCount: 100 });
    await keyspace.level(root).loadMore();
    // Four times the keys: the table doubles twice under the cursors.
    const more = Array.from({ length: 60_000 }, (_, at) => Buffer.from(`extra:${at}`));
    for (let at = 0; at < more.length; at += 2000) await session.sendAll(more.slice(at, at + 2000).map((name) => ['SET', name, 'x']));
    for (const prefix of ['user:', 'g[l]o*b?\\3:', 'a:', 'a::', ':']) {
      const level = keyspace.level(Buffer.from(prefix));
      while (level.hasMore) await level.loadMore();
      const expected = names.filter((name) => name.toString('latin1').startsWith(prefix)).length;
      assert.equal(level.counts.found, expected, prefix);
      assert.equal(level.counts.complete, true);
    }
    const keys = await everyKey(keyspace);
    const known = new Set(text(keys));
    assert.equal(known.size, keys.length, 'nothing twice');
    for (const name of names) assert.ok(known.has(name.toString('latin1')), displayName(name));
  });

  it('refreshes after deletes', async () => {
    const keyspace = open();
    await everyKey(keyspace);
    const gone = names.filter((_, at) => at % 3 === 0);
    for (let at = 0; at < gone.length; at += 1000) await session.send(['UNLINK', ...gone.slice(at, at + 1000)]);
    await session.send(['HSET', 'user:new', 'f', 'v']);
    await keyspace.refresh();
    const left = [...names.filter((_, at) => at % 3 !== 0), Buffer.from('user:new')];
    assert.equal(keyspace.counts.found, left.length);
    assert.deepEqual(text(await everyKey(keyspace)), text(left));
  });

  it('goes on over a restart half way: nothing missing, nothing twice', async () => {
    const keyspace = open({}, { pageSize: 300, maxCount: 200 });
    const level = keyspace.level(root);
    await level.loadMore();
    assert.equal(level.counts.complete, false);
    await server.restart({ keep: true });
    assert.deepEqual(text(await everyKey(keyspace)), text(names));
    assert.equal(keyspace.counts.restarted, true);
  });

  it('filters by pattern and type, inside namespaces too', async () => {
    await session.send(['HSET', 'user:h', 'f', 'v']);
    const hashes = open({ type: 'hash' });
    assert.deepEqual(text(await everyKey(hashes)), ['user:h']);
    const sevens = names.filter((name) => /^user:.*7/s.test(name.toString('latin1')));
    assert.deepEqual(text(await everyKey(open({ pattern: Buffer.from('user:*7*') }))), text(sevens));
    const inside = names.filter((name) => /^user:.*:session:.*9$/s.test(name.toString('latin1')));
    assert.deepEqual(text(await everyKey(open({ pattern: Buffer.from('*9'), type: 'string' }), Buffer.from('user:'))), text([...inside, ...names.filter((name) => /^user:[^:]*9$/s.test(name.toString('latin1')))]));
  });
});
