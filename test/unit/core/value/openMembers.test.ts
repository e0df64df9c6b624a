import assert from 'node:assert/strict';
import type { Session } from '../../../../src/core/connection/session.ts';
import { isFailure } from '../../../../src/core/failure.ts';
import type { ScanOptions } from '../../../../src/core/keyspace/keyspace.ts';
import type { MemberRow, Members } from '../../../../src/core/value/members.ts';
import { openMembers } from '../../../../src/core/value/openMembers.ts';
import { idAfter } from '../../../../src/core/value/stream.ts';
import { createFakeClock, createFakeSession, scanReply } from '../../../support/fakeSession.ts';
import { type RedisServer, startRedisServer } from '../../../support/redisServer.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const options: ScanOptions = { pageSize: 100, budget: 5000, maxCount: 10_000, delimiter: Buffer.from(':'), maxRows: 300 };
const clock = { now: () => Date.now(), elapsed: () => performance.now() };
const key = Buffer.from('k');

function label(row: MemberRow): string {
  switch (row.kind) {
    case 'field':
      return `${row.field.toString('latin1')}=${row.value.toString('latin1')}`;
    case 'member':
      return row.member.toString('latin1');
    case 'scored':
      return `${row.member.toString('latin1')} ${row.score}`;
    case 'item':
      return `${row.index} ${row.value.toString('latin1')}`;
    case 'entry':
      return `${row.id} ${row.fields.map(([field, value]) => `${field.toString()}=${value.toString()}`).join(' ')}`;
    case 'range':
      return `[${row.first} … ${row.last}: ${row.size}]`;
  }
}
const labels = (rows: readonly MemberRow[]): string[] => rows.map(label);
const flat = (rows: readonly MemberRow[]): MemberRow[] => rows.flatMap((row) => (row.kind === 'range' ? row.rows : [row]));

async function toTheEnd(members: Members): Promise<void> {
  while (members.hasMore) await members.loadMore();
}

describe('members by a scripted server', () => {
  it('shows a field that HSCAN returns twice once, with its latest value', async () => {
    const pages: Record<string, [string, string[]]> = { 0: ['2', ['a', '1', 'b', '2']], 2: ['1', []], 1: ['0', ['a', '9', 'c', '3']] };
    const session = createFakeSession(([name, , cursor = '']) => {
      if (name === 'TYPE') return Buffer.from('hash');
      return name === 'HLEN' ? 3 : scanReply(...(pages[cursor] ?? ['0', []]));
    });
    const members = openMembers(session, key, 'hash', options, createFakeClock());
    const rows = await members.loadMore();
    assert.deepEqual(labels(rows), ['a=9', 'b=2', 'c=3']);
    assert.deepEqual({ ...members.counts }, { shown: 3, found: 3, scanned: 1, complete: true, restarted: false, end: 'end' });
    assert.equal(members.hasMore, false);
  });

  it('makes no row of a reply that is cut short, and goes on', async () => {
    let reply = ['a', '1', 'b'];
    const session = createFakeSession(([name]) => (name === 'TYPE' ? Buffer.from('hash') : name === 'HLEN' ? 3 : scanReply('0', reply)));
    const members = openMembers(session, key, 'hash', options, createFakeClock());
    await assert.rejects(members.loadMore(), (error) => isFailure(error, 'server'));
    reply = ['c', '1', 'a', '2'];
    await members.loadMore();
    assert.deepEqual(labels(members.rows), ['a=2', 'c=1']);

    const odd = createFakeSession(([name]) => (name === 'TYPE' ? Buffer.from('stream') : name === 'XLEN' ? 3 : [[Buffer.from('no-ID'), [Buffer.from('f'), Buffer.from('v')]]]));
    await assert.rejects(openMembers(odd, key, 'stream', options, createFakeClock()).loadMore(), (error) => isFailure(error, 'server'));
  });

  it('counts what is shown after a refresh that a load is overtaken by', async () => {
    const held = Promise.withResolvers<void>();
    const session = createFakeSession(async ([name, , cursor]) => {
      if (name === 'TYPE') return Buffer.from('set');
      if (name === 'SCARD') return 400;
      const from = Number(cursor);
      if (from === 100) await held.promise;
      return scanReply(from < 300 ? String(from + 100) : '0', Array.from({ length: 100 }, (_, at) => `m${from + at}`));
    });
    const members = openMembers(session, key, 'set', options, createFakeClock());
    await members.loadMore();
    const load = members.loadMore();
    await members.refresh();
    held.resolve();
    assert.deepEqual(await load, []);
    assert.deepEqual([members.rows.length, members.counts.shown], [100, 100]);
  });

  it('drops the indices that a list does not have any more', async () => {
    let items = Array.from({ length: 250 }, (_, at) => `v${at}`);
    const session = createFakeSession(([name, , from, to]) => {
      if (name === 'TYPE') return Buffer.from('list');
      return name === 'LLEN' ? items.length : items.slice(Number(from), Number(to) + 1).map((item) => Buffer.from(item));
    });
    const members = openMembers(session, key, 'list', options, createFakeClock());
    await members.loadMore();
    await members.loadMore();
    assert.equal(members.rows.length, 200);
    items = items.slice(0, 150);
    assert.deepEqual(await members.loadMore(), []);
    assert.equal(members.rows.length, 150);
    assert.deepEqual([members.length, members.hasMore, members.counts.complete], [150, false, true]);
  });
});

describe('idAfter', () => {
  it('counts in the sequence, and carries into the time', () => {
    assert.equal(idAfter('5-7'), '5-8');
    assert.equal(idAfter('1526919030474-18446744073709551615'), '1526919030475-0');
    assert.equal(idAfter('1-9007199254740993'), '1-9007199254740994');
  });
});

describe('members on a real server', () => {
  let server: RedisServer;
  let sessions: TestSessions;
  let session: Session;

  before(async () => {
    server = await startRedisServer();
    sessions = createTestSessions();
    session = sessions.acquire(testProfile(server), 0);
  });
  beforeEach(async () => void (await session.send(['FLUSHALL'])));
  after(async () => {
    await sessions.dispose();
    await server.stop();
  });

  const numbers = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at));
  const open = (type: string): Members => openMembers(session, key, type, options, clock);

  it('pages a hash to its end, folding', async () => {
    await session.send(['HSET', key, ...numbers(2000).flatMap((at) => [`f${at}`, `v${at}`])]);
    const members = open('hash');
    const first = await members.loadMore();
    assert.equal(first.length, 100);
    assert.equal(members.length, 2000);
    await toTheEnd(members);
    assert.ok(members.rows.length <= 300, `${members.rows.length} rows`);
    assert.deepEqual(labels(flat(members.rows)).sort(), numbers(2000).map((at) => `f${at}=v${at}`).sort());
    assert.deepEqual([members.counts.shown, members.counts.found, members.counts.complete], [2000, 2000, true]);
  });

  it('pages a set and a sorted set, scores as the server wrote them', async () => {
    await session.send(['SADD', key, ...numbers(1200)]);
    const set = open('set');
    await toTheEnd(set);
    assert.deepEqual(labels(flat(set.rows)).sort(), numbers(1200).sort());
    await session.send(['DEL', key]);
    await session.send(['ZADD', key, 'inf', 'a', '-inf', 'b', '1e3', 'c', '0.1', 'd', '9007199254740993', 'e', ...numbers(500).flatMap((at) => [at, `m${at}`])]);
    const scored = open('zset');
    await toTheEnd(scored);
    const rows = new Set(labels(flat(scored.rows)));
    assert.equal(rows.size, 505);
    for (const row of ['a inf', 'b -inf', 'c 1000', 'e 9007199254740992', 'm7 7']) assert.ok(rows.has(row), row);
    const [, written] = (await session.send(['ZSCAN', key, '0', 'MATCH', 'd', 'COUNT', '1000'])) as [Buffer, Buffer[]];
    assert.ok(rows.has(`d ${String(written[1])}`), 'not a number that JavaScript printed');
  });

  it('pages a list by index, equal items as rows of their own, and follows a list that grows', async () => {
    await session.send(['RPUSH', key, ...numbers(750).map((at) => `v${Number(at) % 3}`)]);
    const list = open('list');
    await toTheEnd(list);
    assert.deepEqual(labels(flat(list.rows)), numbers(750).map((at) => `${at} v${Number(at) % 3}`));
    assert.deepEqual(labels(list.rows).slice(0, 2), ['[0 … 299: 300]', '[300 … 499: 200]']);
    await session.send(['RPUSH', key, 'late']);
    await list.refresh();
    assert.equal(labels(flat(list.rows)).at(-1), '750 late');
  });

  it('pages a stream by ID, over a carry and deleted entries', async () => {
    await session.send(['XADD', key, '5-18446744073709551615', 'f', 'first']);
    await session.sendAll(numbers(400).map((at) => ['XADD', key, `6-${at === '0' ? '1' : `${Number(at) + 1}`}`, 'n', at, 'm', 'x']));
    await session.send(['XDEL', key, '6-50']);
    const stream = open('stream');
    const first = await stream.loadMore();
    assert.equal(label(first[0] as MemberRow), '5-18446744073709551615 f=first');
    assert.equal(stream.length, 400);
    await toTheEnd(stream);
    assert.equal(flat(stream.rows).length, 400);
    assert.equal(label(flat(stream.rows)[1] as MemberRow), '6-1 n=0 m=x');
  });

  it('shows an empty stream as complete', async () => {
    await session.send(['XADD', key, '1-1', 'a', 'b']);
    await session.send(['XDEL', key, '1-1']);
    const stream = open('stream');
    assert.deepEqual(await stream.loadMore(), []);
    assert.equal(stream.hasMore, false);
  });

  it('refreshes to what is there now', async () => {
    await session.send(['HSET', key, ...numbers(1000).flatMap((at) => [`f${at}`, 'old'])]);
    const members = open('hash');
    await members.loadMore();
    await members.loadMore();
    await session.send(['HSET', key, ...numbers(1000).flatMap((at) => [`f${at}`, 'new'])]);
    await members.refresh();
    assert.equal(members.rows.length, 200);
    assert.ok(labels(members.rows).every((row) => row.endsWith('=new')));
  });

  it('says that a key has gone, or holds another type', async () => {
    await assert.rejects(open('hash').loadMore(), (error) => isFailure(error, 'vanished'));
    await assert.rejects(open('list').loadMore(), (error) => isFailure(error, 'vanished'));
    await session.send(['SET', key, 'x']);
    for (const type of ['hash', 'list', 'stream', 'zset', 'set']) await assert.rejects(open(type).loadMore(), (error) => isFailure(error, 'wrong-type'), type);
    await assert.rejects(open('string').loadMore(), (error) => isFailure(error, 'wrong-type'));
    await session.send(['DEL', key]);
    await session.send(['HSET', key, ...numbers(1000).flatMap((at) => [at, at])]);
    const members = open('hash');
    await members.loadMore();
    await session.send(['DEL', key]);
    await assert.rejects(members.loadMore(), (error) => isFailure(error, 'vanished'));
  });
});
