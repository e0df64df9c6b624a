import assert from 'node:assert/strict';
import { appendFile, copyFile, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { opened, useFileServers } from '../../../support/fileServers.ts';
import { auxiliary, end, header, keyOf, stringKey, text } from '../../../support/rdbParts.ts';
import { seededRandom } from '../../../support/random.ts';
import { sampleTypes, sampleValue } from '../../../support/rdbSamples.ts';
import { type RedisServer, startRedisServer } from '../../../support/redisServer.ts';
import { connectResp } from '../../../support/respClient.ts';

const MB = 2 ** 20;

describe('the contents of a file that is looked at', () => {
  let real: RedisServer;
  let dump: string;
  const { started, clientOf, written } = useFileServers();

  before(async function () {
    real = await startRedisServer();
    const random = seededRandom(7);
    const client = await connectResp(real.port);
    for (let count = 0; count < 20; count += 1) {
      for (const type of sampleTypes) for (const command of sampleValue(random, type, `${type}:${count}`)) await client.call(command);
    }
    await client.call(['SET', 'short', 'x', 'PX', '1000000']);
    // Some of these are there at a time, with the memory that is given below.
    await client.call(['EVAL', "for i = 1, 60 do redis.call('SET', 'large:' .. i, string.rep(string.char(i), 1000000)) end", '0']);
    // Loaded anew there too: only then encodings are those of a load.
    await client.call(['DEBUG', 'RELOAD']);
    client.close();
    dump = join(real.dir, 'dump.rdb');
  });
  after(() => real.stop());

  it('are the same as on the server that wrote it, also where few of them fit in memory at a time', async () => {
    const worker = await started(64 * MB);
    const before = await readFile(dump);
    opened(await worker.loadFile(dump, { maxMemory: 5 * MB }));
    const redis = clientOf(worker);
    assert.equal(await redis.call('DEBUG', 'DIGEST'), (await real.cli('DEBUG', 'DIGEST')).trim());
    for (let round = 0; round < 2; round += 1) {
      for (let index = 1; index <= 60; index += 1) assert.equal(await redis.getrange(`large:${index}`, 999_998, -1), String.fromCharCode(index).repeat(2));
    }
    for (const type of sampleTypes) assert.equal(await redis.call('OBJECT', 'ENCODING', `${type}:0`), (await real.cli('OBJECT', 'ENCODING', `${type}:0`)).trim());
    assert.ok((await readFile(dump)).equals(before));
  }).timeout(30_000);

  it('are all sent to a replica, though few of them fit in memory at a time', async () => {
    const worker = await started(64 * MB, { 'repl-diskless-sync-delay': '0' });
    opened(await worker.loadFile(dump, { maxMemory: 5 * MB }));
    const { port } = await worker.listen();
    const replica = await startRedisServer();
    try {
      await replica.cli('REPLICAOF', '127.0.0.1', String(port));
      while (!/master_link_status:up/.test(await replica.cli('INFO', 'replication')));
      assert.equal(await replica.cli('DEBUG', 'DIGEST'), await real.cli('DEBUG', 'DIGEST'));
    } finally {
      await replica.stop();
    }
  }).timeout(30_000);

  it('are not touched by what asks for names, types, times and numbers, and are not mistaken where the file was changed', async () => {
    const path = `${dump}.changed`;
    await copyFile(dump, path);
    const worker = await started();
    const { keys } = opened(await worker.loadFile(path, { maxMemory: 1024 * MB }));
    await appendFile(path, 'x');
    const redis = clientOf(worker);
    assert.equal(await redis.dbsize(), keys);
    assert.ok(await redis.pttl('short') > 0);
    assert.equal(await redis.type('stream:1'), 'stream');
    assert.equal(await redis.exists('hash:1', 'zset:1'), 2);
    assert.equal(await redis.object('ENCODING', 'list:1'), 'quicklist');
    let cursor = '0';
    const lists: string[] = [];
    do {
      const [next, found] = await redis.scan(cursor, 'TYPE', 'list');
      lists.push(...found);
      cursor = next;
    } while (cursor !== '0');
    assert.equal(lists.length, 20);
    await assert.rejects(redis.get('large:1'), /the file was changed since it was opened/);
    await assert.rejects(redis.memory('USAGE', 'large:1'), /the file was changed since it was opened/);
  });

  it('are read on where another file took its place, as redis-server saves', async () => {
    const path = `${dump}.replaced`;
    await copyFile(dump, path);
    await copyFile(dump, `${path}.new`);
    const worker = await started();
    opened(await worker.loadFile(path, { maxMemory: 1024 * MB }));
    await rename(`${path}.new`, path);
    assert.equal(await clientOf(worker).strlen('large:3'), 1_000_000);
  });

  it('are refused before the file is loaded where a single one does not fit', async () => {
    const outcome = await (await started()).loadFile(dump, { maxMemory: 900_000 });
    assert.equal(outcome.kind, 'too-large');
    // Of one that has not arrived in full the name may not be known.
    assert.ok(outcome.kind === 'too-large' && outcome.estimate > 900_000 && outcome.of.what === 'value' && /^("large:\d+")?$/.test(outcome.of.key), JSON.stringify(outcome));
  });

  it('tell where they contradict themselves', async () => {
    const path = await written('twice.rdb', header, stringKey('a', '1'), keyOf(2, 'set', Buffer.from([2]), text('x'), text('x')), end);
    const worker = await started();
    assert.equal(opened(await worker.loadFile(path, { maxMemory: 1024 * MB })).damage, undefined);
    const redis = clientOf(worker);
    await assert.rejects(redis.smembers('set'), /cannot be read, at byte 19 of the file: an element that is there twice/);
    assert.equal(await redis.get('a'), '1');
  });

  it('are not written to: whatever writes is refused', async () => {
    const worker = await started();
    opened(await worker.loadFile(dump, { maxMemory: 1024 * MB }));
    const redis = clientOf(worker);
    for (const command of [['SET', 'a', '1'], ['DEL', 'short'], ['EXPIRE', 'short', '1'], ['RENAME', 'short', 'b'], ['FLUSHALL'], ['XADD', 'stream:1', '*', 'a', 'b']] as const) {
      const [name, ...args] = command;
      await assert.rejects(redis.call(name, ...args), /^ReplyError: READONLY /, name);
    }
    await assert.rejects(redis.eval("return redis.call('SET', 'a', '1')", 0), /READONLY/);
    assert.ok(Number(await redis.pfcount('hll:0')) > 0);
  });

  it('as a scratch copy may be changed, and time goes on from when the file was written; the file stays as it is', async () => {
    const at = 1_000_000_000;
    const expiry = Buffer.alloc(9, 0xfc);
    expiry.writeBigInt64LE(BigInt(at * 1000 + 300), 1);
    const path = await written('scratch.rdb', header, auxiliary('ctime', String(at)), expiry, stringKey('soon', 'x'), stringKey('a', '1'), end);
    const [before, { mtimeMs }] = [await readFile(path), await stat(path)];
    const worker = await started();
    opened(await worker.loadFile(path, { maxMemory: 1024 * MB, scratch: true }));
    const redis = clientOf(worker);
    assert.equal(await redis.append('a', '23'), 3);
    assert.equal(await redis.rename('a', 'b'), 'OK');
    assert.equal(await redis.get('b'), '123');
    while ((await redis.exists('soon')) === 1);
    const [seconds] = await redis.time();
    assert.equal(Number(seconds), at);
    assert.ok((await readFile(path)).equals(before));
    assert.equal((await stat(path)).mtimeMs, mtimeMs);
  });
});
