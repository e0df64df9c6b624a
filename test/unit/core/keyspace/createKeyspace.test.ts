import assert from 'node:assert/strict';
import type { Reply } from '../../../../src/core/connection/session.ts';
import { Failure, isFailure } from '../../../../src/core/failure.ts';
import { createKeyspace } from '../../../../src/core/keyspace/createKeyspace.ts';
import type { KeyFilter, KeyRow, Keyspace, ScanOptions } from '../../../../src/core/keyspace/keyspace.ts';
import { createFakeClock, createFakeDatabase, createFakeSession, type FakeDatabase, scanReply } from '../../../support/fakeSession.ts';

const root = Buffer.alloc(0);
const options: ScanOptions = { pageSize: 500, budget: 1000, maxCount: 10_000, delimiter: Buffer.from(':'), maxRows: 5000 };

interface Set extends FakeDatabase {
  readonly keyspace: Keyspace;
}

function setUp(names: readonly string[], overrides: Partial<ScanOptions> = {}, filter: KeyFilter = {}, before?: (command: readonly string[]) => Reply | undefined): Set {
  const database = createFakeDatabase(names, before);
  const keyspace = createKeyspace(database.session, filter, { ...options, ...overrides }, createFakeClock());
  return { ...database, keyspace };
}

const label = (row: KeyRow): string => {
  switch (row.kind) {
    case 'namespace':
      return `${row.prefix.toString('latin1')} ${row.count}${row.total ? '' : '+'}`;
    case 'key':
      return row.name.toString('latin1');
    case 'range':
      return `[${row.first.toString('latin1')} … ${row.last.toString('latin1')}: ${row.size}]`;
  }
};
const labels = (rows: readonly KeyRow[]): string[] => rows.map(label);
const numbered = (count: number, prefix = ''): string[] => Array.from({ length: count }, (_, at) => `${prefix}${String(at).padStart(5, '0')}`);
const scans = (set: FakeDatabase): string[][] => set.session.sent.filter(([name]) => name === 'SCAN');

describe('a level of keys', () => {
  it('shows a page at a time, sorted, namespaces first, and says how far it got', async () => {
    const set = setUp(['z', 'b:2', 'a', 'b:1', 'c:x:1', 'B', 'b'], { pageSize: 10 });
    const level = set.keyspace.level(root);
    assert.equal(level.counts.end, undefined);
    assert.equal(level.hasMore, true);
    const added = await level.loadMore();
    assert.deepEqual(labels(level.rows), ['b: 2', 'c: 1', 'B', 'a', 'b', 'z']);
    assert.deepEqual(added, level.rows);
    assert.deepEqual({ ...level.counts }, { shown: 6, found: 7, scanned: 1, complete: true, restarted: false, end: 'end' });
    assert.equal(level.hasMore, false);
    assert.equal(set.keyspace.level(root), level);
  });

  it('resolves with the rows that are new, in display order, between the rows that were there', async () => {
    const set = setUp(['d', 'a', 'e', 'b', 'c', 'f'], { pageSize: 2, maxCount: 10 });
    const level = set.keyspace.level(root);
    assert.deepEqual(labels(await level.loadMore()), ['a', 'd']);
    assert.deepEqual(labels(await level.loadMore()), ['b', 'e']);
    assert.deepEqual(labels(level.rows), ['a', 'b', 'd', 'e']);
    assert.deepEqual({ ...level.counts, scanned: 0 }, { shown: 4, found: 6, scanned: 0, complete: true, restarted: false, end: 'page' });
    assert.equal(scans(set).length, 1, 'names already found come first');
    assert.deepEqual(labels(await level.loadMore()), ['c', 'f']);
    assert.equal(level.counts.end, 'end');
    assert.equal(level.hasMore, false);
    assert.deepEqual(await level.loadMore(), []);
  });

  it('shows a name once however often SCAN returns it', async () => {
    const pages: Record<string, [string, string[]]> = { 0: ['3', ['a', 'b', 'a']], 3: ['5', []], 5: ['1', ['b', 'c']], 1: ['0', ['a', 'd']] };
    const session = createFakeSession(([name, cursor = '']) => (name === 'TYPE' ? Buffer.from('string') : [Buffer.from(pages[cursor]?.[0] ?? '0'), (pages[cursor]?.[1] ?? []).map((one) => Buffer.from(one))]));
    const level = createKeyspace(session, {}, options, createFakeClock()).level(root);
    await level.loadMore();
    assert.deepEqual(labels(level.rows), ['a', 'b', 'c', 'd']);
    assert.equal(level.counts.found, 4);
  });

  it('sorts the other way on request, namespaces still first', async () => {
    let sort: 'ascending' | 'descending' = 'descending';
    const database = createFakeDatabase(['a', 'c', 'b', 'x:1', 'y:1']);
    const level = createKeyspace(database.session, {}, () => ({ ...options, sort }), createFakeClock()).level(root);
    await level.loadMore();
    assert.deepEqual(labels(level.rows), ['y: 1', 'x: 1', 'c', 'b', 'a']);
    sort = 'ascending';
    assert.deepEqual(labels(level.rows), ['x: 1', 'y: 1', 'a', 'b', 'c']);
  });

  it('folds earlier rows into ranges above maxRows', async () => {
    const set = setUp(numbered(95), { pageSize: 10, maxRows: 30 });
    const level = set.keyspace.level(root);
    for (let page = 0; page < 10; page++) await level.loadMore();
    assert.equal(level.rows.length <= 30, true, `${level.rows.length} rows`);
    assert.equal(level.counts.shown, 95);
    assert.deepEqual(labels(level.rows).filter((row) => row.startsWith('[')), ['[00000 … 00029: 30]', '[00030 … 00049: 20]', '[00050 … 00069: 20]']);
    const range = level.rows[0];
    assert.ok(range?.kind === 'range');
    assert.deepEqual(labels(range.rows), numbered(30));
    assert.equal(level.rows[0], range, 'the same object while nothing changes');
  });

  it('keeps the objects of rows that did not change', async () => {
    const set = setUp(['a', 'b', 'n:1', ...numbered(20)], { pageSize: 3, maxCount: 10 });
    const level = set.keyspace.level(root);
    await level.loadMore();
    const before = new Map(level.rows.map((row) => [label(row), row]));
    await level.loadMore();
    for (const row of level.rows) if (before.has(label(row))) assert.equal(row, before.get(label(row)));
  });

  it('knows the types of a page before it resolves, and drops keys that went away', async () => {
    const set = setUp(['h', 's', 'gone'], {}, {}, ([name, key]) => (name === 'TYPE' && key === 'gone' ? Buffer.from('none') : undefined));
    set.types.set('h', 'hash');
    const level = set.keyspace.level(root);
    const rows = await level.loadMore();
    assert.deepEqual(rows.map((row) => row.kind === 'key' && `${row.name.toString()} ${row.type}`), ['h hash', 's string']);
    assert.equal(level.counts.found, 2);
  });

  it('shows a key again that was gone for a moment: when its type was asked for, or when a page came to it', async () => {
    let gone = true;
    const locks = setUp(['a', 'lock'], {}, {}, ([name, key]) => (gone && name === 'TYPE' && key === 'lock' ? Buffer.from('none') : undefined));
    await locks.keyspace.level(root).loadMore();
    assert.deepEqual(labels(locks.keyspace.level(root).rows), ['a']);
    gone = false;
    await locks.keyspace.refresh();
    assert.deepEqual(labels(locks.keyspace.level(root).rows), ['a', 'lock']);

    const { keyspace } = setUp(['a', 'b', 'c', 'd:1', 'e', 'f', 'g', 'h', 'i'], { pageSize: 2 });
    const level = keyspace.level(root);
    await level.loadMore();
    for (const name of ['c', 'd:1', 'e']) keyspace.note(Buffer.from(name), false);
    assert.deepEqual(labels(await level.loadMore()), ['f', 'g']);
    keyspace.note(Buffer.from('c'), true, 'string');
    assert.deepEqual(labels(level.rows), ['a', 'b', 'c', 'f', 'g'], 'our own write is shown at once');
    await keyspace.refresh();
    await level.loadMore();
    await level.loadMore();
    assert.deepEqual(labels(level.rows), ['d: 1', 'a', 'b', 'c', 'e', 'f', 'g', 'h', 'i']);
    assert.deepEqual([level.hasMore, level.counts.shown, level.counts.found], [false, 9, 9]);
  });

  it('shows keys without a type where TYPE is not permitted', async () => {
    const set = setUp(['a'], {}, {}, ([name]) => {
      if (name === 'TYPE') throw new Failure('permission', 'No.');
      return undefined;
    });
    const [row] = await set.keyspace.level(root).loadMore();
    assert.ok(row?.kind === 'key');
    assert.equal(row.type, undefined);
  });

  it('joins loads, and keeps what a cancelled one found', async () => {
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    let calls = 0;
    const session = createFakeSession(async ([name]) => {
      if (name !== 'SCAN') return Buffer.from('string');
      if (++calls === 2) await held;
      return [Buffer.from(String(calls)), [Buffer.from(`k${calls}`)]];
    });
    const level = createKeyspace(session, {}, options, createFakeClock()).level(root);
    const controller = new AbortController();
    const first = level.loadMore(controller.signal);
    assert.equal(level.loadMore(), first);
    assert.equal(level.loading, true);
    await new Promise(setImmediate);
    controller.abort();
    assert.deepEqual(labels(await first), ['k1']);
    assert.equal(level.loading, false);
    assert.equal(level.counts.end, 'cancelled');
    assert.equal(level.hasMore, true);
    answer();
  });

  it('loses no row to a page that was cancelled while its call was under way', async () => {
    const held = Promise.withResolvers<void>();
    let calls = 0;
    const session = createFakeSession(async ([name, , match]) => {
      if (name !== 'SCAN') return Buffer.from('string');
      if (match === 'MATCH') return scanReply('0', ['x:1']);
      if (++calls === 1) await held.promise;
      return scanReply(calls === 1 ? '1' : '0', [`k${calls}`]);
    });
    const keyspace = createKeyspace(session, {}, options, createFakeClock());
    const level = keyspace.level(root);
    const controller = new AbortController();
    const cancelled = level.loadMore(controller.signal);
    await new Promise(setImmediate);
    controller.abort();
    await cancelled;
    await keyspace.level(Buffer.from('x:')).loadMore();
    held.resolve();
    await new Promise(setImmediate);
    while (level.hasMore) await level.loadMore();
    assert.deepEqual(labels(level.rows), ['x: 1', 'k1', 'k2']);
  });

  it('shows what was found before a failure, then throws it; the next page goes on', async () => {
    let fail = true;
    const set = setUp(numbered(30), { pageSize: 20, maxCount: 10 }, {}, ([name, cursor]) => {
      if (name === 'SCAN' && cursor === '10' && fail) throw new Failure('unreachable', 'Cut.');
      return undefined;
    });
    const level = set.keyspace.level(root);
    await assert.rejects(level.loadMore(), (error) => isFailure(error, 'unreachable'));
    assert.equal(level.rows.length, 10);
    fail = false;
    await level.loadMore();
    assert.equal(level.rows.length, 30);
    assert.ok(level.rows.every((row) => row.kind === 'key' && row.type === 'string'));
  });
});

describe('a namespace', () => {
  it('shows the names already found first, then scans with its own cursor, escaped', async () => {
    const names = [...numbered(10, 'x*:'), ...numbered(300, 'other'), ...numbered(30, 'x*:late')];
    const set = setUp(names, { pageSize: 10, maxCount: 10 });
    const top = set.keyspace.level(root);
    await top.loadMore();
    const level = set.keyspace.level(Buffer.from('x*:'));
    assert.equal(level.counts.found, 10);
    const before = scans(set).length;
    assert.deepEqual(labels(await level.loadMore()), numbered(10, 'x*:'));
    assert.equal(scans(set).length, before);
    assert.equal(level.hasMore, true);
    const [first] = top.rows;
    assert.equal(first === undefined ? '' : label(first), 'x*: 10+');
    while (level.hasMore) await level.loadMore();
    assert.ok(scans(set).slice(before).every((command) => command.includes('x\\*:*')));
    assert.equal(level.counts.found, 40);
    assert.equal(level.counts.complete, true);
    assert.equal(top.counts.complete, false);
    const [after] = top.rows;
    assert.equal(after === undefined ? '' : label(after), 'x*: 40', 'its own cursor makes the count a total');
  });

  it('opens deep levels without their parents having been shown, and none scans once the database is whole', async () => {
    const set = setUp(['a:b:c:1', 'a:b:c:2', 'a:b:2', 'a:', 'a', 'a::b']);
    await set.keyspace.scanEverything({ signal: new AbortController().signal });
    const before = scans(set).length;
    const deep = set.keyspace.level(Buffer.from('a:b:c:'));
    assert.deepEqual(labels(await deep.loadMore()), ['a:b:c:1', 'a:b:c:2']);
    const a = set.keyspace.level(Buffer.from('a:'));
    await a.loadMore();
    assert.deepEqual(labels(a.rows), ['a:: 1', 'a:b: 3', 'a:']);
    assert.deepEqual(a.rows.map((row) => row.kind !== 'range' && row.segment.toString()), ['', 'b', '']);
    assert.equal(scans(set).length, before);
    assert.equal(set.keyspace.level(root).counts.end, undefined, 'scanning everything adds names, not rows');
  });

  it('finds names of a namespace that nothing was known of', async () => {
    const set = setUp([...numbered(50), 'q:1', 'q:r:2']);
    const level = set.keyspace.level(Buffer.from('q:'));
    await level.loadMore();
    assert.deepEqual(labels(level.rows), ['q:r: 1', 'q:1']);
  });
});

describe('a filter', () => {
  const names = ['user:1', 'user:2', 'user:10', 'cart:1', 'cart:user', 'u*ser:1'];
  const found = async (filter: KeyFilter, prefix = ''): Promise<{ rows: string[]; set: Set }> => {
    const set = setUp(names, {}, filter);
    const level = set.keyspace.level(Buffer.from(prefix));
    await level.loadMore();
    return { rows: labels(level.rows), set };
  };

  it('passes a pattern as MATCH and a type as TYPE', async () => {
    const { rows, set } = await found({ pattern: Buffer.from('user:*'), type: 'string' });
    assert.deepEqual(rows, ['user: 3']);
    assert.deepEqual(set.session.sent, [['SCAN', '0', 'MATCH', 'user:*', 'COUNT', '100', 'TYPE', 'string']]);
  });

  it('looks an exact name up instead of scanning', async () => {
    const { rows, set } = await found({ pattern: Buffer.from('u\\*ser:1') }, 'u*ser:');
    assert.deepEqual(rows, ['u*ser:1']);
    assert.deepEqual(set.session.sent.map(([name]) => name), ['EXISTS', 'TYPE']);
    const none = await found({ pattern: Buffer.from('nobody') });
    assert.deepEqual(none.rows, []);
    const { counts } = none.set.keyspace;
    assert.deepEqual([counts.found, counts.complete, counts.end], [0, true, 'end']);
    const wrongType = await found({ pattern: Buffer.from('cart:1'), type: 'hash' });
    assert.deepEqual(wrongType.rows, []);
  });

  it('holds inside a namespace as well', async () => {
    assert.deepEqual((await found({ pattern: Buffer.from('*1*') }, 'user:')).rows, ['user:1', 'user:10']);
    assert.deepEqual((await found({ pattern: Buffer.from('*user*') }, 'cart:')).rows, ['cart:user']);
    assert.deepEqual((await found({ pattern: Buffer.from('user:1*') }, 'user:')).rows, ['user:1', 'user:10']);
    assert.deepEqual((await found({ pattern: Buffer.from('c*') }, 'cart:')).rows, ['cart:1', 'cart:user']);
  });

  it('asks each batch for its types where the server does not know SCAN … TYPE', async () => {
    const set = setUp(names, {}, { type: 'hash' }, (command) => {
      if (command[0] === 'SCAN' && command.includes('TYPE')) throw new Failure('server', 'ERR syntax error');
      return undefined;
    });
    set.types.set('cart:1', 'hash');
    const level = set.keyspace.level(root);
    await level.loadMore();
    assert.deepEqual(labels(level.rows), ['cart: 1']);
    assert.equal(level.counts.complete, true);
  });
});

describe('scanning everything', () => {
  it('runs to cursor 0 and reports counts', async () => {
    const set = setUp(numbered(3000), { maxCount: 100 });
    const counts = await set.keyspace.scanEverything({ signal: new AbortController().signal });
    assert.deepEqual([counts.found, counts.complete, counts.end, counts.shown], [3000, true, 'end', 0]);
  });

  it('keeps what it found when cancelled', async () => {
    const controller = new AbortController();
    let calls = 0;
    const set = setUp(numbered(3000), { maxCount: 100 }, {}, () => {
      if (++calls === 5) controller.abort();
      return undefined;
    });
    const counts = await set.keyspace.scanEverything({ signal: controller.signal });
    assert.equal(counts.end, 'cancelled');
    assert.ok(counts.found >= 300 && counts.found < 1000, String(counts.found));
  });

  it('begins again on another server process, and says so', async () => {
    const set = setUp(numbered(1000), { maxCount: 100, pageSize: 300 });
    await set.keyspace.level(root).loadMore();
    set.session.runId = 'second';
    set.names.push('new');
    set.names.splice(0, 10);
    const counts = await set.keyspace.scanEverything({ signal: new AbortController().signal });
    assert.deepEqual([counts.found, counts.restarted], [1001, true], 'what was found stays');
    assert.equal(scans(set).filter(([, cursor]) => cursor === '0').length, 2);
  });
});

describe('refresh', () => {
  it('drops names that are gone and finds new ones, with the old rows until then', async () => {
    const set = setUp(['a', 'b', 'n:1', 'n:2', 'm:1']);
    const top = set.keyspace.level(root);
    await top.loadMore();
    const n = set.keyspace.level(Buffer.from('n:'));
    await n.loadMore();
    set.names.splice(0, set.names.length, 'b', 'c', 'n:2', 'n:3');
    const running = set.keyspace.refresh();
    assert.deepEqual(labels(top.rows), ['m: 1', 'n: 2', 'a', 'b']);
    await running;
    assert.deepEqual(labels(top.rows), ['n: 2', 'b', 'c']);
    assert.deepEqual(labels(n.rows), ['n:2', 'n:3']);
    assert.deepEqual([top.counts.found, top.counts.complete, top.hasMore], [4, true, false]);
  });

  it('stops when as many names were found as before, and does not take those beyond for deleted', async () => {
    const set = setUp(numbered(1000), { pageSize: 100, maxCount: 100 });
    const top = set.keyspace.level(root);
    await top.loadMore();
    const far = set.keyspace.level(Buffer.from(''));
    assert.equal(far, top);
    set.keyspace.note(Buffer.from('00900'), true, 'string');
    set.names.splice(5, 2);
    const before = scans(set).length;
    await set.keyspace.refresh();
    assert.ok(scans(set).length - before <= 3, `${scans(set).length - before} calls`);
    assert.equal(labels(top.rows).includes('00005'), false);
    assert.ok(labels(top.rows).includes('00900'), 'asked for by name');
    assert.equal(top.counts.complete, false);
  });

  it('re-reads a namespace that had come further by its own cursor', async () => {
    const names = [...numbered(400), ...numbered(40, 'n:')];
    const set = setUp(names, { pageSize: 50, maxCount: 50 });
    await set.keyspace.level(root).loadMore();
    const n = set.keyspace.level(Buffer.from('n:'));
    while (n.hasMore) await n.loadMore();
    set.names.splice(set.names.indexOf('n:00003'), 1);
    set.names.push('n:new');
    await set.keyspace.refresh();
    assert.equal(n.counts.complete, true);
    assert.deepEqual(labels(n.rows), [...numbered(40, 'n:').filter((name) => name !== 'n:00003'), 'n:new']);
  });

  it('leaves everything as it was when cancelled', async () => {
    const set = setUp(numbered(1000), { pageSize: 1000, maxCount: 50 });
    const top = set.keyspace.level(root);
    await top.loadMore();
    const controller = new AbortController();
    set.names.splice(0, 500);
    const running = set.keyspace.refresh(controller.signal);
    controller.abort();
    await running;
    assert.equal(top.rows.length, 1000);
  });
});

describe('note', () => {
  it('shows a key that was just made, wherever the pages are, and removes one that was deleted', async () => {
    const set = setUp(numbered(300), { pageSize: 100, maxCount: 100 });
    const top = set.keyspace.level(root);
    await top.loadMore();
    set.keyspace.note(Buffer.from('00050x'), true, 'hash');
    set.keyspace.note(Buffer.from('00001'), false);
    set.keyspace.note(Buffer.from('new:1'), true);
    assert.equal(labels(top.rows)[0], 'new: 1+');
    assert.equal(labels(top.rows).indexOf('00050x'), labels(top.rows).indexOf('00050') + 1);
    assert.ok(top.rows.some((row) => row.kind === 'key' && row.name.toString() === '00050x' && row.type === 'hash'));
    assert.equal(labels(top.rows).includes('00001'), false);
    set.keyspace.note(Buffer.from('00001'), true);
    assert.ok(labels(top.rows).includes('00001'));
    while (top.hasMore) await top.loadMore();
    assert.equal(new Set(labels(top.rows)).size, top.rows.length);
  });

  it('ignores a name that the filter excludes', async () => {
    const set = setUp(['a1', 'b1'], {}, { pattern: Buffer.from('a*') });
    const top = set.keyspace.level(root);
    await top.loadMore();
    set.keyspace.note(Buffer.from('b2'), true);
    set.keyspace.note(Buffer.from('a2'), true);
    assert.deepEqual(labels(top.rows), ['a1', 'a2']);
  });
});
