import assert from 'node:assert/strict';
import { once } from 'node:events';
import { startWorker } from '../../../../src/server/worker/workerHost.ts';
import type { WorkerExit, WorkerServer } from '../../../../src/server/worker/workerHost.ts';
import { redisOver } from '../../../support/practiceServer.ts';

const entry = new URL('../../../../src/server/worker/worker.ts', import.meta.url);

describe('practice server in a worker thread', () => {
  let worker: WorkerServer;
  before(async () => {
    worker = await startWorker({ entry, options: { seed: 1, sample: 'shop' } });
  });
  after(() => worker.close());

  it('is reached by ioredis through a stream in memory', async () => {
    const redis = redisOver(() => worker.connect());
    assert.equal(await redis.hlen('catalogue:prices'), 50_000);
    assert.equal(await redis.get('shop:name'), 'Keyspace practice shop');
    redis.disconnect();
    await once(redis, 'end');
  });

  it('runs scripts and functions', async () => {
    const redis = redisOver(() => worker.connect());
    assert.deepEqual(await redis.eval("redis.call('SET', KEYS[1], ARGV[1]) return {redis.call('GET', KEYS[1]), #ARGV[1]}", 1, 'scripted', 'value'), ['value', 5]);
    assert.equal(await redis.function('LOAD', "#!lua name=lib\nredis.register_function('twice', function(_, args) return args[1] * 2 end)"), 'lib');
    assert.equal(await redis.fcall('twice', 0, '21'), 42);
    redis.disconnect();
  });

  it('carries large values and many of them both ways', async () => {
    const redis = redisOver(() => worker.connect());
    const value = Buffer.alloc(3_000_000, 'keyspace');
    await redis.set('large', value);
    assert.ok((await redis.getBuffer('large'))?.equals(value));
    const replies = await Promise.all(Array.from({ length: 2000 }, (_, index) => redis.echo(`message ${index}`)));
    assert.equal(replies.at(-1), 'message 1999');
    redis.disconnect();
  });

  it('does not run ahead of a client that does not read', async () => {
    const redis = redisOver(() => worker.connect());
    await redis.set('big', 'x'.repeat(200_000));
    const stream = worker.connect();
    for (let index = 0; index < 50; index += 1) stream.write('GET big\r\n');
    await redis.ping();
    await redis.ping();
    const info = /omem=/.test(String(await redis.client('LIST')));
    assert.ok(info);
    assert.ok(stream.readableLength < 2_000_000, `${stream.readableLength} bytes were sent unasked`);
    let received = 0;
    stream.on('data', (chunk: Buffer) => (received += chunk.length));
    stream.end();
    await once(stream, 'close');
    assert.equal(received, 50 * (200_000 + '$200000\r\n\r\n'.length));
    redis.disconnect();
  });

  it('ends the session in the worker when the stream is destroyed here', async () => {
    const redis = redisOver(() => worker.connect());
    const stream = worker.connect();
    stream.write('CLIENT SETNAME doomed\r\n');
    await once(stream, 'data');
    assert.match(String(await redis.client('LIST')), /name=doomed/);
    stream.destroy();
    let left = '';
    for (let tries = 0; tries < 100; tries += 1) {
      left = String(await redis.client('LIST'));
      if (!left.includes('doomed')) break;
    }
    assert.doesNotMatch(left, /doomed/);
    redis.disconnect();
  });

  it('tells who watches a busy server (MONITOR) all of it, in few messages', async () => {
    const redis = redisOver(() => worker.connect());
    const stream = worker.connect();
    stream.write('MONITOR\r\n');
    await once(stream, 'data');
    let heard = '';
    let messages = 0;
    const told = new Promise<void>((resolve) => stream.on('data', (chunk: Buffer) => {
      messages += 1;
      heard += chunk.toString();
      if (heard.endsWith('"the end"\r\n')) resolve();
    }));
    for (let at = 0; at < 20_000; at += 1) await redis.set('k', at);
    await redis.echo('the end');
    await told;
    assert.equal(heard.match(/"set" "k"/g)?.length, 20_000);
    // One for each command without batches. How many there are depends on how long the machine takes, so no time is asserted.
    assert.ok(messages < 10_000, `${messages} messages`);
    stream.destroy();
    redis.disconnect();
  });

  it('listens, resets and loads again on request', async () => {
    const { port } = await worker.listen();
    assert.ok(port > 0);
    await assert.rejects(worker.listen({ port }), (error: NodeJS.ErrnoException) => error.code === 'EADDRINUSE');
    const redis = redisOver(() => worker.connect());
    await worker.reset();
    assert.equal(await redis.dbsize(), 0);
    await worker.loadSample('shop');
    assert.ok((await redis.dbsize()) > 5000);
    redis.disconnect();
  });
});

describe('practice server worker that ends', () => {
  it('closes its streams and says so when it is closed', async () => {
    const worker = await startWorker({ entry });
    const exits: WorkerExit[] = [];
    worker.onExit((exit) => exits.push(exit));
    const stream = worker.connect();
    stream.write('PING\r\n');
    await once(stream, 'data');
    const closed = once(stream, 'close');
    await worker.close();
    await closed;
    assert.deepEqual(exits, [{ expected: true, error: undefined }]);
    await assert.rejects(worker.reset(), /not running/);
    const late = worker.connect();
    if (!late.closed) await once(late, 'close');
    assert.ok(late.destroyed);
    await worker.close();
  });

  it('tells of a crash, and takes its streams along', async () => {
    const worker = await startWorker({ entry: new URL('data:text/javascript,' + encodeURIComponent(crashing)) });
    const stream = worker.connect();
    const exit = new Promise<WorkerExit>((resolve) => worker.onExit(resolve));
    const closed = once(stream, 'close');
    const pending = assert.rejects(worker.reset(), /it broke/);
    const { expected, error } = await exit;
    assert.equal(expected, false);
    assert.match(String(error), /it broke/);
    await Promise.all([closed, pending]);
    worker.onExit((late) => assert.equal(late.expected, false));
  });

  it('rejects when it cannot start', async () => {
    await assert.rejects(startWorker({ entry: new URL('data:text/javascript,throw new Error("no start")') }), /no start/);
    await assert.rejects(startWorker({ entry, options: { config: { nonsense: 'x' } } }), /nonsense/);
  });
});

/** A worker that says it is ready and dies of the first request. */
const crashing = `
  import { parentPort } from 'node:worker_threads';
  parentPort.on('message', (message) => { if (message.kind === 'call') throw new Error('it broke'); });
  parentPort.postMessage({ kind: 'ready' });
`;
