import assert from 'node:assert/strict';
import { frozenServer, type FrozenServer } from '../../../support/practiceServer.ts';
import { openRespClient, type RespClient } from '../../../support/respClient.ts';
import { printReply, replyText } from '../../../support/respReply.ts';

describe('clients of a practice server whose clock is the test', () => {
  let server: FrozenServer;
  const opened: RespClient[] = [];

  const open = (): RespClient => {
    const client = openRespClient(server.connect());
    opened.push(client);
    return client;
  };
  const ask = async (client: RespClient, line: string): Promise<string> => printReply(await client.call(line.split(' ')));

  beforeEach(() => {
    server = frozenServer();
  });
  afterEach(async () => {
    for (const client of opened.splice(0)) client.close();
    await server.close();
  });

  it('go on when a pause is over, in their order', async () => {
    const [first, second, third] = [open(), open(), open()];
    assert.equal(await ask(first, 'CLIENT PAUSE 100 WRITE'), 'simple "OK"');
    const order: string[] = [];
    const held = [second.call(['APPEND', 'k', 'b']).then(() => order.push('b')), third.call(['APPEND', 'k', 'c']).then(() => order.push('c'))];
    // A longer one is not cut by a shorter one.
    assert.equal(await ask(first, 'CLIENT PAUSE 50 WRITE'), 'simple "OK"');
    server.advance(100);
    server.cron();
    assert.equal(await ask(first, 'GET k'), 'null $');
    server.advance(1);
    server.cron();
    await Promise.all(held);
    assert.deepEqual(order, ['b', 'c']);
    assert.equal(await ask(first, 'GET k'), 'bulk "bc"');
  });

  it('tell of their library by CLIENT SETINFO (7.2), in words that CLIENT LIST could show', async () => {
    const client = open();
    assert.equal(await ask(client, 'CLIENT SETINFO lib-name redis-py'), 'simple "OK"');
    assert.equal(await ask(client, 'CLIENT SETINFO LIB-VER 1.2.3'), 'simple "OK"');
    assert.equal(await ask(client, 'CLIENT SETINFO LIB-SIZE 3'), `error "ERR Unrecognized option 'LIB-SIZE'"`);
    assert.match(printReply(await client.call(['CLIENT', 'SETINFO', 'LIB-NAME', 'two words'])), /lib-name cannot contain spaces, newlines or special characters/);
    assert.match(await ask(client, 'CLIENT SETINFO LIB-NAME'), /wrong number of arguments for 'client\|setinfo'/);
  });

  it('leave keys untouched after CLIENT NO-TOUCH (7.2), but for TOUCH', async () => {
    const client = open();
    await ask(client, 'SET k v');
    assert.equal(await ask(client, 'CLIENT NO-TOUCH on'), 'simple "OK"');
    server.advance(10_000);
    await ask(client, 'GET k');
    assert.equal(await ask(client, 'OBJECT IDLETIME k'), 'integer 10');
    assert.match(await ask(client, 'CLIENT INFO'), / flags=T /);
    await ask(client, 'TOUCH k');
    assert.equal(await ask(client, 'OBJECT IDLETIME k'), 'integer 0');
    await ask(client, 'CLIENT NO-TOUCH off');
    server.advance(10_000);
    await ask(client, 'GET k');
    assert.equal(await ask(client, 'OBJECT IDLETIME k'), 'integer 0');
    assert.match(await ask(client, 'CLIENT NO-TOUCH maybe'), /^error "ERR syntax error"/);
  });

  it('find keys that expire in a pause gone, and the keys there until it ends', async () => {
    const client = open();
    await ask(client, 'SET k v PX 10');
    await ask(client, 'CLIENT PAUSE 1000 WRITE');
    server.advance(20);
    server.cron();
    assert.equal(await ask(client, 'GET k'), 'null $');
    assert.equal(await ask(client, 'DBSIZE'), 'integer 1');
    server.advance(1000);
    server.cron();
    assert.equal(await ask(client, 'DBSIZE'), 'integer 0');
  });

  it('hear of keys that are forgotten for their number though they asked for it themselves', async () => {
    const client = openRespClient(server.connect());
    opened.push(client);
    await ask(client, 'HELLO 3');
    await ask(client, 'CLIENT TRACKING ON NOLOOP');
    await ask(client, 'MGET a b');
    await ask(client, 'CONFIG SET tracking-table-max-keys 1');
    server.cron();
    assert.match(await ask(client, 'INFO stats'), /tracking_total_keys:1\b/);
    assert.match(client.pushes.map((push) => printReply(push)).join(), /invalidate/);
  });

  it('have a buffer for replies that shrinks while little is in it, and grows when it is full', async () => {
    const [first, other] = [open(), open()];
    const buffer = async (): Promise<string> => /rbs=\d+ rbp=\d+/.exec(replyText(await first.call(['CLIENT', 'INFO'])) ?? '')?.[0] ?? '';
    const rounds = async (...times: number[]): Promise<string> => {
      for (const ms of times) {
        server.advance(ms);
        server.cron();
      }
      return buffer();
    };
    // All of it as redis-server showed it.
    assert.equal(await buffer(), 'rbs=16384 rbp=16384');
    assert.equal(await rounds(5000), 'rbs=16384 rbp=16384');
    await ask(other, 'DEBUG REPLYBUFFER PEAK-RESET-TIME 100');
    await rounds(101);
    assert.match(await rounds(100), /^rbs=1024 /);
    await ask(other, 'DEBUG REPLYBUFFER PEAK-RESET-TIME NEVER');
    await first.call(['ECHO', 'x'.repeat(40_000)]);
    assert.equal(await buffer(), 'rbs=1024 rbp=1024');
    for (const size of [2048, 4096, 8192, 16384, 16384]) {
      await rounds(100);
      await first.call(['ECHO', 'x'.repeat(40_000)]);
      assert.equal(await buffer(), `rbs=${String(size)} rbp=${String(size)}`);
    }
    assert.match(await ask(other, 'INFO stats'), /reply_buffer_shrinks:[12]\r?\n?.*reply_buffer_expands:4\b/s);
    await ask(other, 'DEBUG REPLYBUFFER RESIZING 0');
    await ask(other, 'DEBUG REPLYBUFFER PEAK-RESET-TIME 0');
    assert.equal(await rounds(100, 100, 100), 'rbs=16384 rbp=16384');
  });

  it('are cut off when more than the soft limit waits for too long, not before', async () => {
    const client = open();
    await client.call(['CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 0 100000 10']);
    const deaf = server.connect();
    deaf.write('SUBSCRIBE c\r\n');
    while ((await ask(client, 'PUBSUB NUMSUB c')) !== 'array of 2\n  bulk "c"\n  integer 1');
    const message = 'x'.repeat(300_000);
    assert.equal(replyText(await client.call(['PUBLISH', 'c', message])), '1');
    server.advance(10_000);
    server.cron();
    assert.equal(replyText(await client.call(['PUBLISH', 'c', message])), '1');
    server.advance(1);
    server.cron();
    assert.equal(replyText(await client.call(['PUBLISH', 'c', message])), '0');
    deaf.destroy();
  });

  it('that track cost the others nothing before they have read and after they were told', async () => {
    const [reader, writer] = [open(), open()];
    await reader.call(['HELLO', '3']);
    await ask(reader, 'CLIENT TRACKING ON');
    assert.equal(server.state.signals.touched, undefined);
    await ask(reader, 'GET k');
    assert.notEqual(server.state.signals.touched, undefined);
    await ask(writer, 'SET k v');
    assert.equal(server.state.signals.touched, undefined);
    await ask(reader, 'PING');
    assert.deepEqual(reader.pushes.map((push) => printReply(push)), ['push of 2\n  bulk "invalidate"\n  array of 1\n    bulk "k"']);
    await ask(reader, 'CLIENT TRACKING OFF');
    await ask(reader, 'CLIENT TRACKING ON BCAST PREFIX a');
    assert.notEqual(server.state.signals.touched, undefined);
    reader.close();
    while (server.state.sessions.size > 1) await ask(writer, 'PING');
    assert.equal(server.state.signals.touched, undefined);
  });

  it('that track more keys than the table holds are told of keys that did not change', async () => {
    const reader = open();
    await reader.call(['HELLO', '3']);
    await ask(reader, 'CONFIG SET tracking-table-max-keys 50');
    await ask(reader, 'CLIENT TRACKING ON');
    const keys = Array.from({ length: 1000 }, (_, index) => `k${String(index)}`);
    await reader.call(['MGET', ...keys]);
    assert.equal(server.state.tracking.readers.size, 1000);
    for (let commands = 1; server.state.tracking.readers.size > 50; commands += 1) {
      assert.ok(commands < 10);
      await ask(reader, 'PING');
    }
    assert.equal(reader.pushes.length, 950);
    assert.equal(server.state.tracking.items, 50);
  });
});
