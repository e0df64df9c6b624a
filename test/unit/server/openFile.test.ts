import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, stat, truncate, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileProgress } from '../../../src/server/persistence/openFile.ts';
import { opened, useFileServers } from '../../support/fileServers.ts';
import { auxiliary, end, header, keyOf, manyKeys, moduleValue, stringKey, text } from '../../support/rdbParts.ts';
import { type RedisServer, startRedisServer } from '../../support/redisServer.ts';

const maxMemory = 2 ** 30;

describe('an RDB file in a worker thread', () => {
  let real: RedisServer;
  let dump: string;
  const { started, clientOf, written } = useFileServers();
  before(async () => {
    real = await startRedisServer();
    await real.cli('DEBUG', 'POPULATE', '30000', 'user');
    await real.cli('HSET', 'profile', 'name', 'Ann');
    await real.cli('SET', 'short', 'x', 'PX', '1000000');
    await real.cli('FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('f', function() return 1 end)");
    await real.cli('SAVE');
    dump = join(real.dir, 'dump.rdb');
  });
  after(() => real.stop());

  it('is served whole, with who wrote it and when, and is not changed', async () => {
    const before = await readFile(dump);
    const worker = await started();
    const progress: FileProgress[] = [];
    const facts = opened(await worker.loadFile(dump, { maxMemory, onProgress: (one) => progress.push(one) }));
    assert.equal(facts.keys, 30_002);
    assert.equal(facts.writer, 'redis 7.0.15');
    assert.equal(facts.version, 10);
    assert.equal(facts.libraries, 1);
    assert.equal(facts.damage, undefined);
    assert.ok(Math.abs((facts.savedAt ?? 0) - Date.now()) < 60_000);
    assert.equal(facts.clock, facts.savedAt);
    for (const { bytes, size } of progress) assert.ok(bytes <= size && size === before.length);
    const redis = clientOf(worker);
    assert.equal(await redis.dbsize(), 30_002);
    assert.deepEqual(await redis.hgetall('profile'), { name: 'Ann' });
    assert.ok((await readFile(dump)).equals(before));
  });

  it('shows keys as they were when it was written, however long ago', async () => {
    const at = 1_000_000_000;
    const expiring = (key: string, time: number): Buffer => {
      const bytes = Buffer.alloc(9, 0xfc);
      bytes.writeBigInt64LE(BigInt(time), 1);
      return Buffer.concat([bytes, stringKey(key, 'x')]);
    };
    const path = await written('old.rdb', header, auxiliary('valkey-ver', '8.1.0'), auxiliary('redis-ver', '7.2.4'), auxiliary('ctime', String(at)),
      Buffer.from([0xfe, 0]), expiring('then', at * 1000 + 5000), expiring('over', at * 1000 - 1), end);
    const worker = await started();
    const facts = opened(await worker.loadFile(path, { maxMemory }));
    assert.deepEqual([facts.keys, facts.expired, facts.savedAt, facts.writer], [1, 1, at * 1000, 'valkey 8.1.0']);
    assert.equal(await clientOf(worker).pttl('then'), 5000);
  });

  it('takes the time of the last change where the file does not tell one', async () => {
    const path = await written('silent.rdb', header, stringKey('a', 'b'), end);
    await utimes(path, 2000, 1_500_000);
    const facts = opened(await (await started()).loadFile(path, { maxMemory }));
    assert.deepEqual([facts.savedAt, facts.clock, facts.keys], [undefined, 1_500_000_000, 1]);
  });

  it('is served up to where it is cut, or damaged, with place, key and cause', async () => {
    const whole = await readFile(dump);
    const cut = await written('cut.rdb', whole.subarray(0, whole.length / 2));
    const worker = await started();
    const { damage, keys } = opened(await worker.loadFile(cut, { maxMemory }));
    assert.ok(damage?.truncated === true && damage.offset <= whole.length / 2, JSON.stringify(damage));
    assert.match(damage.what, /^the data ends /);
    assert.ok(keys > 10_000);
    assert.equal(await clientOf(worker).dbsize(), keys);
    const twice = await written('twice.rdb', header, stringKey('a', '1'), stringKey('b', '2'), stringKey('a', '3'), end);
    assert.deepEqual(opened(await (await started()).loadFile(twice, { maxMemory })).damage, { truncated: false, offset: 19, what: 'the key "a" is there twice' });
  });

  it('is served up to a length that cannot be right, however large the file, and is not read into memory for that', async () => {
    const path = await written('huge.rdb', header, stringKey('a', '1'), Buffer.from([0]), text('b'), Buffer.from([0x80, 0xff, 0xff, 0xff, 0xff]));
    await truncate(path, 3 * 2 ** 30);
    const { keys, damage } = opened(await (await started()).loadFile(path, { maxMemory: 2 ** 27 }));
    assert.deepEqual({ keys, damage }, { keys: 1, damage: { truncated: true, offset: 3 * 2 ** 30, what: 'the data ends in the middle of a value (key "b")' } });
  });

  it('is refused if it is no file: what is read from a pipe may never come', async () => {
    const path = join(real.dir, 'pipe');
    execFileSync('mkfifo', [path]);
    const worker = await started();
    const outcome = await worker.loadFile(path, { maxMemory });
    assert.ok(outcome.kind === 'unreadable' && /pipe or a device/.test(outcome.damage.what), JSON.stringify(outcome));
    await assert.rejects(worker.loadFile(real.dir, { maxMemory }), /EISDIR/);
  });

  it('tells what it does not know by version, type, key and place', async () => {
    const path = await written('unknown.rdb', header, stringKey('a', '1'), keyOf(99, 'odd', text('?')), end);
    const { damage, keys } = opened(await (await started()).loadFile(path, { maxMemory }));
    assert.equal(keys, 1);
    assert.deepEqual(damage, { truncated: false, offset: 14, what: 'a value of the unknown type 99 in version 10 of Redis dumps (key "odd")' });
  });

  it('shows the values of modules by the name of their type and their size', async () => {
    const path = await written('module.rdb', header, stringKey('a', '1'), keyOf(7, 'm', moduleValue('x'.repeat(50))), stringKey('b', '2'), end);
    const worker = await started();
    const facts = opened(await worker.loadFile(path, { maxMemory }));
    assert.deepEqual([facts.keys, facts.damage], [3, undefined]);
    const module = 'ReJSON-RL';
    assert.deepEqual(facts.modules, [{ module, keys: 1 }]);
    const redis = clientOf(worker);
    assert.equal(await redis.type('m'), module);
    assert.deepEqual(await redis.scan('0', 'TYPE', module), ['0', ['m']]);
    assert.deepEqual(await redis.scan('0', 'TYPE', 'module'), ['0', []]);
    const size = Number(await redis.memory('USAGE', 'm'));
    assert.ok(size > 50 && size < 300, `${size}`);
    await assert.rejects(redis.get('m'), /WRONGTYPE/);
    const payload = await redis.dumpBuffer('m');
    assert.ok(payload?.includes('x'.repeat(50)), 'DUMP answers it as it is');
    await assert.rejects(redis.restore('n', 0, payload), /READONLY/);
  });

  it('is refused if it is no dump, of an unknown version, or would take too much, by the keys that it tells of', async () => {
    const worker = await started();
    const none = await worker.loadFile(await written('none.rdb', Buffer.from('hello, this is text')), { maxMemory });
    assert.equal(none.kind, 'unreadable');
    const future = await worker.loadFile(await written('future.rdb', Buffer.from('REDIS0099'), end), { maxMemory });
    assert.match(future.kind === 'unreadable' ? future.damage.what : '', /version 99 of Redis/);
    const { size } = await stat(dump);
    const names = await worker.loadFile(dump, { maxMemory: 30_002 * 190 });
    assert.deepEqual(names, { kind: 'too-large', estimate: 30_002 * 200, of: { what: 'names', keys: 30_002 } });
    const data = await worker.loadFile(dump, { maxMemory: size * 4 + 300 * 30_001, scratch: true });
    assert.deepEqual(data, { kind: 'too-large', estimate: size * 4 + 300 * 30_002, of: { what: 'data' } });
    assert.equal(await clientOf(worker).dbsize(), 0);
    assert.equal((await worker.loadFile(dump, { maxMemory: 10 })).kind, 'too-large');
    await assert.rejects(worker.loadFile(`${dump}.missing`, { maxMemory }), (error: NodeJS.ErrnoException) => error.code === 'ENOENT');
  });

  it('answers commands while it reads, and stops when it is cancelled', async () => {
    const large = await written('large.rdb', header, manyKeys(400_000), end);
    const worker = await started();
    const redis = clientOf(worker);
    await redis.ping();
    const cancelled = new AbortController();
    const loading = worker.loadFile(large, { maxMemory, signal: cancelled.signal });
    let seen = 0;
    while (seen < 2000) seen = await redis.dbsize();
    assert.ok(seen < 400_000, 'it was answered only at the end');
    cancelled.abort();
    assert.deepEqual(await loading, { kind: 'cancelled' });
    assert.ok((await redis.dbsize()) < 400_000);
    assert.deepEqual(await worker.loadFile(large, { maxMemory, signal: cancelled.signal }), { kind: 'cancelled' });
  }).timeout(20_000);

  it('ends its thread alone when memory runs out', async () => {
    const worker = await started(24 * 2 ** 20);
    const large = await written('heavy.rdb', header, manyKeys(600_000), end);
    await assert.rejects(worker.loadFile(large, { maxMemory }), /memory/i);
  }).timeout(20_000);
});
