import assert from 'node:assert/strict';
import { standingClock } from '../../../../src/server/clock.ts';
import { createServer, type PracticeServer } from '../../../../src/server/server.ts';
import { createSyncReader } from '../../../../src/protocol/psync/payload.ts';
import type { Session } from '../../../../src/server/state.ts';
import { openRespClient, type RespClient } from '../../../support/respClient.ts';
import { printReply, replyText } from '../../../support/respReply.ts';

/** Ms; repl-backlog-ttl is 3600 s. */
const LONGER = 3_601_000;

describe('replication without a network', () => {
  let server: PracticeServer;
  let client: RespClient;
  const clock = standingClock(1_700_000_000_000);
  before(() => {
    server = createServer({ clock, cron: false });
    client = openRespClient(server.connect());
  });
  after(async () => {
    client.close();
    await server.close();
  });

  async function info(name: string): Promise<string> {
    const text = replyText(await client.call(['INFO', 'replication'])) ?? '';
    return new RegExp(`^${name}:(.*)\r$`, 'm').exec(text)?.[1] ?? '';
  }

  it('says so where nothing may leave', async () => {
    const { outside } = server.state;
    server.state.outside = { ...outside, connect: undefined };
    await client.call(['SET', 'k', 'v']);
    for (const call of [['REPLICAOF', 'h', '1'], ['SLAVEOF', 'h', '1'], ['MIGRATE', 'h', '1', 'k', '0', '1']]) {
      assert.match(replyText(await client.call(call)) ?? '', /^ERR this server has no way to other servers/, call.join(' '));
    }
    assert.equal(printReply(await client.call(['REPLICAOF', 'NO', 'ONE'])), 'simple "OK"');
    assert.equal(await info('role'), 'master');
    server.state.outside = outside;
  });

  it('holds a few MB of a snapshot with its length before it, however slowly it is taken', async () => {
    const megabyte = 1024 * 1024;
    await client.call(['CONFIG', 'SET', 'rdbcompression', 'no']);
    for (let index = 0; index < 24; index += 1) await client.call(['SET', `large:${index}`, Buffer.alloc(megabyte, 'v')]);
    const replica = server.connect();
    replica.write('SYNC\r\n');
    const replicas = (): readonly Session[] => [...server.state.replication.replicas];
    const output = (): number => Math.max(...replicas().map((session) => session.buffers().output));
    while (replicas().length === 0 || server.state.replication.job !== undefined) await new Promise((resolve) => setImmediate(resolve));
    await client.call(['SET', 'meanwhile', 'v']);
    const reader = createSyncReader();
    let [size, bytes, ended] = [0, 0, false];
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    let most = output();
    replica.on('data', (chunk: Buffer) => {
      most = Math.max(most, output());
      reader.push(chunk);
      for (let event = reader.next(); event !== undefined; event = reader.next()) {
        if (event.kind === 'begin') size = event.size ?? -1;
        else if (event.kind === 'bytes') bytes += event.bytes.length;
        else ended ||= event.kind === 'end';
      }
    });
    while (!ended) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(size > 24 * megabyte, String(size));
    assert.equal(bytes, size);
    assert.ok(most > 0 && most < 8 * megabyte, String(most));
    let stream = '';
    while (!stream.includes('meanwhile')) {
      stream += reader.rest().toString('latin1');
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.match(stream, /^\*2\r\n\$6\r\nSELECT\r\n\$1\r\n0\r\n\*3\r\n\$3\r\nSET\r\n\$9\r\nmeanwhile\r\n/);
    replica.destroy();
    while (replicas().length > 0) await new Promise((resolve) => setImmediate(resolve));
    await client.call(['FLUSHALL']);
  });

  it('gives the backlog up some time after the last replica has left, and the ID with it', async () => {
    const replica = server.connect();
    replica.resume();
    replica.write('SYNC\r\n');
    while ((await info('connected_slaves')) !== '1') await new Promise((resolve) => setImmediate(resolve));
    const id = await info('master_replid');
    replica.destroy();
    while ((await info('connected_slaves')) !== '0') await new Promise((resolve) => setImmediate(resolve));
    clock.set(clock.now() + LONGER - 2000);
    server.cron();
    assert.equal(await info('repl_backlog_active'), '1');
    clock.set(clock.now() + LONGER);
    server.cron();
    assert.equal(await info('repl_backlog_active'), '0');
    assert.notEqual(await info('master_replid'), id);
  });

  it('changes its ID on request (DEBUG CHANGE-REPL-ID)', async () => {
    const id = await info('master_replid');
    await client.call(['DEBUG', 'CHANGE-REPL-ID']);
    assert.notEqual(await info('master_replid'), id);
  });
});
