import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MessageChannel } from 'node:worker_threads';
import { startWorker } from '../../../../src/server/worker/workerHost.ts';
import type { WorkerServer } from '../../../../src/server/worker/workerHost.ts';
import { noTrouble, type Trouble } from '../../../../src/server/trouble.ts';
import { portStream } from '../../../../src/server/transport/portStream.ts';
import { mayMount, onSmallDisk } from '../../../support/fullDisk.ts';
import { redisOver } from '../../../support/practiceServer.ts';

const entry = new URL('../../../../src/server/worker/worker.ts', import.meta.url);
const run = promisify(execFile);
const cli = async (port: number, ...args: readonly string[]): Promise<string> =>
  (await run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...args], { timeout: 20_000 })).stdout.trim();

describe('practice server in a worker that is exposed on a port', () => {
  let worker: WorkerServer;
  before(async () => {
    worker = await startWorker({ entry });
  });
  after(() => worker.close());

  it('is joined by redis-cli until the port is closed', async () => {
    const { port } = await worker.listen();
    assert.equal(await cli(port, 'SET', 'from', 'outside'), 'OK');
    const redis = redisOver(() => worker.connect());
    assert.equal(await redis.get('from'), 'outside');
    const joined = promisify(execFile)('redis-cli', ['-p', String(port), 'BLPOP', 'never', '0']).catch((error: unknown) => error);
    while (!String(await redis.client('LIST')).includes('cmd=blpop'));
    await worker.stopListening();
    // Who came by the port is gone, who came through memory is not.
    assert.ok(await joined);
    assert.equal(await redis.get('from'), 'outside');
    await assert.rejects(cli(port, 'PING'), /Connection refused/);
    const again = await worker.listen({ port });
    assert.equal(again.port, port);
    assert.equal(await cli(port, 'GET', 'from'), 'outside');
    await worker.stopListening();
    redis.disconnect();
  });

  it('asks those who come by the port for the password, and nobody in this process', async () => {
    await worker.setPassword('päss wörd');
    const { port } = await worker.listen();
    assert.equal(await cli(port, 'PING'), 'NOAUTH Authentication required.');
    assert.equal(await cli(port, '--no-auth-warning', '-a', 'päss wörd', 'PING'), 'PONG');
    const redis = redisOver(() => worker.connect());
    assert.equal(await redis.ping(), 'PONG');
    await worker.setPassword('');
    assert.equal(await cli(port, 'PING'), 'PONG');
    await worker.stopListening();
    redis.disconnect();
  });

  it('goes on serving this process when somebody sets a password by hand, or takes the default user away', async () => {
    const { port } = await worker.listen();
    for (const [command, refusal] of [
      [['CONFIG', 'SET', 'requirepass', 'by hand'], 'NOAUTH Authentication required.'],
      [['ACL', 'SETUSER', 'default', 'resetpass'], 'NOAUTH Authentication required.'],
      [['ACL', 'SETUSER', 'default', 'nopass', 'off'], 'NOAUTH Authentication required.'],
    ] as const) {
      assert.equal(await cli(port, ...command), 'OK');
      assert.equal(await cli(port, 'PING'), refusal, command.join(' '));
      const redis = redisOver(() => worker.connect());
      assert.equal(await redis.ping(), 'PONG', command.join(' '));
      // Who resets the connection is nobody, as in redis-cli.
      assert.equal(await redis.call('RESET'), 'RESET');
      await assert.rejects(redis.ping(), /NOAUTH/, command.join(' '));
      redis.disconnect();
      const mended = redisOver(() => worker.connect());
      assert.equal(await mended.acl('SETUSER', 'default', 'on', 'nopass'), 'OK');
      mended.disconnect();
      assert.equal(await cli(port, 'PING'), 'PONG');
    }
    await worker.stopListening();
  });

  it('asks its neighbours for the password that was set by hand: only what the window itself opens needs none', async () => {
    const redis = redisOver(() => worker.connect());
    await redis.config('SET', 'requirepass', 'for neighbours');
    const neighbour = redisOver(() => {
      const { port1, port2 } = new MessageChannel();
      worker.serve(port2);
      return portStream(port1, 'client');
    });
    neighbour.on('error', () => undefined);
    await assert.rejects(neighbour.ping(), /NOAUTH/);
    await redis.config('SET', 'requirepass', '');
    neighbour.disconnect();
    redis.disconnect();
  });

  it('is in trouble for redis-cli too, and tells when it is over', async () => {
    const { port } = await worker.listen();
    const over = new Promise<Trouble>((resolve) => worker.onTrouble(resolve));
    await worker.setTrouble({ delay: 0, links: 'next', memoryFull: true });
    await assert.rejects(cli(port, 'GET', 'from'), /Server closed the connection/);
    assert.deepEqual(await over, { delay: 0, links: 'kept', memoryFull: true });
    assert.match(await cli(port, 'SET', 'more', 'x'.repeat(5000)), /^OOM command not allowed/);
    await worker.setTrouble({ ...noTrouble, delay: 120 });
    const began = performance.now();
    assert.equal(await cli(port, 'GET', 'from'), 'outside');
    assert.ok(performance.now() - began >= 120);
    await worker.setTrouble(noTrouble);
    await worker.stopListening();
  });
});

describe('practice server in a worker that keeps its data in a file', () => {
  let folder: string;
  let dataFile: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keyspace-data-'));
    dataFile = join(folder, 'dump.rdb');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const start = (config: Readonly<Record<string, string>> = {}): Promise<WorkerServer> => startWorker({ entry, options: { dataFile, config } });

  it('has them again after a save, as redis-check-rdb accepts it', async () => {
    const first = await start();
    await first.loadSample('events');
    const redis = redisOver(() => first.connect());
    await redis.set('mine', 'kept');
    const digest = await redis.call('DEBUG', 'DIGEST');
    await first.save();
    redis.disconnect();
    await first.close();
    assert.match((await run('redis-check-rdb', [dataFile])).stdout, /RDB looks OK/);
    const second = await start();
    const again = redisOver(() => second.connect());
    assert.equal(await again.get('mine'), 'kept');
    assert.equal(await again.call('DEBUG', 'DIGEST'), digest);
    again.disconnect();
    await second.close();
  });

  it('saves by its save points without being asked', async () => {
    const worker = await start({ save: '1 1' });
    const redis = redisOver(() => worker.connect());
    await redis.set('mine', 'kept');
    // The save point counts whole seconds.
    while (/rdb_saves:0/.test(await redis.info('persistence')));
    assert.ok(existsSync(dataFile));
    redis.disconnect();
    await worker.close();
  });

  it('tells of a file that is damaged and does not touch it', async () => {
    const first = await start();
    await first.loadSample('events');
    await first.save();
    await first.close();
    const bytes = readFileSync(dataFile);
    const damaged = Buffer.concat([bytes.subarray(0, bytes.length / 2), Buffer.alloc(64, 0xff), bytes.subarray(bytes.length / 2)]);
    writeFileSync(dataFile, damaged);
    await assert.rejects(start({ save: '1 1' }), (error: NodeJS.ErrnoException) => error.code === 'DAMAGED' && /byte \d+: /.test(error.message));
    assert.ok(readFileSync(dataFile).equals(damaged));
  });

  it('tells why it cannot save', async () => {
    const worker = await startWorker({ entry, options: { dataFile: join(folder, 'none', 'dump.rdb') } });
    const redis = redisOver(() => worker.connect());
    await redis.set('mine', 'lost');
    await assert.rejects(worker.save(), /^Error: Failed opening the temp RDB file for saving: No such file or directory$/);
    redis.disconnect();
    await worker.close();
  });

  it('says that the disk is full, keeps what was saved before and what is in memory, and saves it once there is room', async function () {
    this.timeout(60_000);
    if (!await mayMount()) this.skip();
    const full = 'Write error saving DB on disk(rdbSaveRio): No space left on device';
    assert.deepEqual(await onSmallDisk(folder, 'fillPracticeDisk.ts'), {
      told: ['saved', `${full} (ENOSPC)`, `${full} (ENOSPC)`, 'saved'],
      refused: `${full} (ENOSPC)`,
      left: ['ballast', 'dump.rdb'],
      before: ['small'],
      inMemory: 2,
      after: ['large', 'small'],
    });
  });
});
