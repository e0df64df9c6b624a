import assert from 'node:assert/strict';
import { frozenServer } from '../../../support/practiceServer.ts';
import type { FrozenServer } from '../../../support/practiceServer.ts';
import { openRespClient } from '../../../support/respClient.ts';
import type { RespClient } from '../../../support/respClient.ts';
import { printReply } from '../../../support/respReply.ts';

describe('server blocked clients', () => {
  let server: FrozenServer;
  let waiter: RespClient;
  let other: RespClient;
  const send = async (client: RespClient, ...args: string[]): Promise<string> => printReply(await client.call(args));
  const turns = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  beforeEach(() => {
    server = frozenServer();
    waiter = openRespClient(server.connect());
    other = openRespClient(server.connect());
  });
  afterEach(async () => {
    waiter.close();
    other.close();
    await server.close();
  });

  it('are answered when the clock has passed their time, not before', async () => {
    const reply = send(waiter, 'BLPOP', 'l', '1.5');
    await turns();
    assert.equal(server.state.waits.size, 1);
    server.advance(1500);
    server.cron();
    assert.equal(server.state.waits.size, 1);
    server.advance(1);
    server.cron();
    assert.equal(await reply, 'null *');
    assert.equal(server.state.waits.size, 0);
    assert.equal(server.state.databases[0]?.awaited.size, 0);
  });

  it('wait for ever with a timeout of 0', async () => {
    const reply = send(waiter, 'XREAD', 'BLOCK', '0', 'STREAMS', 's', '$');
    await turns();
    server.advance(1e12);
    server.cron();
    assert.equal(server.state.waits.size, 1);
    await send(other, 'XADD', 's', '1-1', 'f', 'v');
    assert.match(await reply, /1-1/);
  });

  it('do nothing of what they sent after it until they are served, then all of it in order', async () => {
    const first = send(waiter, 'BLPOP', 'l', '0');
    const second = send(waiter, 'RPUSH', 'done', 'x');
    await turns();
    assert.equal(await send(other, 'EXISTS', 'done'), 'integer 0');
    await send(other, 'RPUSH', 'l', 'v');
    assert.match(await first, /bulk "v"/);
    assert.equal(await second, 'integer 1');
  });

  it('take nothing once their connection is gone', async () => {
    const reply = waiter.call(['BLPOP', 'l', '0']).catch(() => 'gone');
    await turns();
    waiter.close();
    assert.equal(await reply, 'gone');
    await turns();
    assert.equal(server.state.waits.size, 0);
    assert.equal(await send(other, 'RPUSH', 'l', 'v'), 'integer 1');
    assert.equal(await send(other, 'LLEN', 'l'), 'integer 1');
  });

  it('take nothing once they are killed', async () => {
    const reply = waiter.call(['BLPOP', 'l', '0']).catch(() => 'gone');
    await turns();
    const [wait] = server.state.waits;
    const kill = send(other, 'CLIENT', 'KILL', 'ID', String(wait?.context.session.id));
    const push = send(other, 'RPUSH', 'l', 'v');
    assert.deepEqual([await kill, await push, await reply], ['integer 1', 'integer 1', 'gone']);
    assert.equal(await send(other, 'LLEN', 'l'), 'integer 1');
  });

  it('hear when the key of their group expires', async () => {
    await send(other, 'XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM');
    await send(other, 'PEXPIRE', 's', '100');
    const reply = send(waiter, 'XREADGROUP', 'GROUP', 'g', 'c', 'BLOCK', '0', 'STREAMS', 's', '>');
    await turns();
    server.advance(101);
    server.cron();
    assert.match(await reply, /UNBLOCKED the stream key no longer exists/);
  });
});
