import assert from 'node:assert/strict';
import { standingClock } from '../../../../src/server/clock.ts';
import { createServer, type PracticeServer } from '../../../../src/server/server.ts';
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
