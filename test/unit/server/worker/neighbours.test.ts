import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { startWorker } from '../../../../src/server/worker/workerHost.ts';
import type { WorkerServer } from '../../../../src/server/worker/workerHost.ts';
import { redisOver } from '../../../support/practiceServer.ts';

const entry = new URL('../../../../src/server/worker/worker.ts', import.meta.url);
const names = ['original', 'copy'] as const;

describe('practice servers in workers that know each other by name', () => {
  const workers = new Map<string, WorkerServer>();
  const clients = new Map<string, Redis>();
  const at = (name: string): Redis => clients.get(name) as Redis;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keyspace-neighbours-'));
    for (const name of names) {
      const config = { 'repl-diskless-sync-delay': '0', 'replica-announce-ip': name, 'replica-announce-port': '6379' };
      const worker = await startWorker({ entry, options: { neighbours: names, dumpFile: join(folder, 'dump.rdb'), config } });
      worker.onDial((host, port) => {
        const other = workers.get(host);
        if (other === undefined) port.close();
        else other.serve(port);
      });
      workers.set(name, worker);
      clients.set(name, redisOver(() => worker.connect()));
    }
  });
  after(async () => {
    for (const client of clients.values()) client.disconnect();
    for (const worker of workers.values()) await worker.close();
    rmSync(folder, { recursive: true });
  });

  it('follow each other, and say who they are', async () => {
    await at('original').set('greeting', 'hello');
    await at('copy').replicaof('original', 6379);
    while (!/master_link_status:up/.test(await at('copy').info('replication')));
    assert.equal(await at('copy').get('greeting'), 'hello');
    await at('original').set('greeting', 'hello again');
    assert.equal(await at('original').wait(1, 5000), 1);
    assert.equal(await at('copy').get('greeting'), 'hello again');
    assert.match(await at('original').info('replication'), /slave0:ip=copy,port=6379,state=online/);
    assert.match(await at('copy').info('replication'), /master_host:original\r\nmaster_port:6379/);
    await at('copy').replicaof('NO', 'ONE');
    assert.equal((await at('original').info('server')).includes('tcp_port:0'), true, 'no port is open for it');
  });

  it('take keys from each other by MIGRATE, and refuse another port', async () => {
    await at('original').set('traveller', 'x');
    assert.equal(await at('original').migrate('copy', 6379, 'traveller', 0, 5000), 'OK');
    assert.equal(await at('copy').get('traveller'), 'x');
    await assert.rejects(at('copy').migrate('original', 6380, 'traveller', 0, 5000), /IOERR/);
    await at('copy').replicaof('ORIGINAL', 6380);
    assert.match(await at('copy').info('replication'), /master_link_status:down/);
    await at('copy').replicaof('NO', 'ONE');
  });

  it('share a file: what one has saved the other loads', async () => {
    await at('original').flushall();
    assert.equal(existsSync(join(folder, 'dump.rdb')), false, 'no save point writes it');
    await at('original').set('saved', 'yes');
    assert.equal(await at('original').save(), 'OK');
    await at('original').set('later', 'yes');
    assert.equal(await at('copy').call('DEBUG', 'RELOAD', 'NOSAVE'), 'OK');
    assert.deepEqual(await at('copy').keys('*'), ['saved']);
  });

  it('is cut off from a neighbour that is not there', async () => {
    await workers.get('original')?.close();
    await assert.rejects(at('copy').migrate('original', 6379, 'saved', 0, 5000), /IOERR/);
    assert.equal(await at('copy').get('saved'), 'yes');
  });
});
