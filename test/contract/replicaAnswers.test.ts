import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { follow, inStep, infoOf, until } from '../support/replicationPlay.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { printReply, replyText } from '../support/respReply.ts';
import { startPractice, type Practice } from './practice.ts';

/** What a read-only replica answers; each line a run of calls. `_` stands for a space within an argument. */
const answers: readonly string[] = [
  'GET k;SET k v;DEL k;FLUSHALL;PUBLISH c x;PFCOUNT hll;WAIT 1 0;REPLICAOF h x;SORT list STORE d;SORT list;GEORADIUS g 1 1 1 km STORE d;GEORADIUS g 1 1 1 km;XREAD COUNT 1 STREAMS s 0;EXPIRE k 10;GETEX k;SPOP set',
  "MULTI;GET k;EXEC;MULTI;SET k v;EXEC;MULTI;PUBLISH c x;EXEC;EVAL return_redis.call('set','k','v') 0;EVAL return_redis.call('get','k') 0;EVAL return_redis.pcall('set','k','v') 0;EVAL_RO return_redis.call('get','k') 0;FUNCTION LOAD x;FUNCTION FLUSH;SCRIPT FLUSH",
  "EVAL #!lua\\nreturn_1 0;EVAL #!lua_flags=no-writes\\nreturn_redis.call('get','k') 0;EVAL #!lua_flags=no-writes\\nreturn_redis.call('set','k','v') 0;FCALL f 0;FCALL_RO f 0",
  'RESTORE k 0 x;MIGRATE h 1 k 0 1;SWAPDB 0 1;COPY k k2;MOVE k 1;DEBUG SLEEP 0;CONFIG SET maxmemory 1;SET k v;GET k;CONFIG SET maxmemory 0;FAILOVER;FAILOVER ABORT;PSYNC ? -1 FAILOVER;CLIENT LIST TYPE replica',
  'DEBUG SLEEP 0.01;TTL gone;GET gone;EXISTS gone;TYPE gone;DBSIZE;SCAN 0 MATCH gone* COUNT 1000;KEYS gone*;STRLEN gone;PTTL gone;OBJECT ENCODING gone;TOUCH gone;DUMP gone;HGETALL goneHash;PEXPIRETIME gone',
  'DEBUG SLEEP 0.005;CONFIG SET replica-read-only no;SET own 1;GET own;SET own 2 PX 100000;SET gone 5;GET gone;DEL own;DEL gone;SADD goneSet x;SMEMBERS goneSet;DEL goneSet;INCR gone2;DEL gone2;CONFIG SET replica-read-only yes',
];

describe('A replica', () => {
  let master: RedisServer;
  let twin: RedisServer;
  let practice: Practice;
  /** Clients: of the master, of the replica that is a redis-server, of ours. */
  let above: RespClient;
  let theirs: RespClient;
  let ours: RespClient;

  before(async () => {
    [master, twin, practice] = await Promise.all([startRedisServer(['--repl-diskless-sync-delay', '0']), startRedisServer(), startPractice()]);
    [above, theirs, ours] = [await connectResp(master.port), await connectResp(twin.port), await practice.openTcp()];
  });
  after(async () => {
    for (const client of [above, theirs, ours]) client.close();
    await Promise.all([master.stop(), twin.stop(), practice.close()]);
  });

  const call = (line: string): readonly string[] => line.split(' ').map((word) => word.replace(/_/g, ' ').replace(/\\n/g, '\n'));

  async function same(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const [real, practised] = [await theirs.call(call(line)), await ours.call(call(line))];
      assert.equal(printReply(practised), printReply(real), line);
    }
  }

  for (const [index, run] of answers.entries()) {
    it(`answers as a redis-server does (${String(index + 1)})`, async () => {
      await above.call(['FLUSHALL']);
      await above.call(['FUNCTION', 'LOAD', 'REPLACE', "#!lua name=l\nredis.register_function('f', function() return 1 end)"]);
      for (const line of ['SET k v', 'RPUSH list 1 2', 'PFADD hll a', 'XADD s 1-1 a b', 'GEOADD g 1 1 m', 'DEBUG SET-ACTIVE-EXPIRE 0', 'SADD set a']) await above.call(call(line));
      for (const line of ['SET gone v PX 1', 'SET gone2 v PX 1', 'HSET goneHash a b', 'PEXPIRE goneHash 1', 'SADD goneSet a', 'PEXPIRE goneSet 1']) await above.call(call(line));
      await Promise.all([follow(theirs, master.port), follow(ours, master.port)]);
      await above.call(['WAIT', '2', '5000']);
      await same(run.split(';'));
      await above.call(['DEBUG', 'SET-ACTIVE-EXPIRE', '1']);
    });
  }

  it('lets keys expire that its own clients gave a time', async () => {
    await Promise.all([follow(theirs, master.port), follow(ours, master.port)]);
    const tracked = async (client: RespClient): Promise<string | undefined> => (await infoOf(client, 'stats')).get('slave_expires_tracked_keys');
    for (const client of [theirs, ours]) {
      // Those of the calls before, if any.
      await until(async () => await tracked(client) === '0');
      for (const line of ['CONFIG SET replica-read-only no', 'SET own v PX 30', 'SADD ownSet a', 'PEXPIRE ownSet 30']) await client.call(call(line));
      assert.equal(await tracked(client), '2');
      await until(async () => await tracked(client) === '0');
    }
    await same(['DBSIZE', 'CONFIG SET replica-read-only yes']);
  });

  it('counts what its master asks for and it cannot do', async () => {
    await Promise.all([follow(theirs, master.port), follow(ours, master.port)]);
    await above.call(['SET', 'n', '1']);
    await above.call(['WAIT', '2', '5000']);
    for (const client of [theirs, ours]) {
      for (const line of ['CONFIG RESETSTAT', 'CONFIG SET replica-read-only no', 'SET n text', 'CONFIG SET replica-read-only yes']) await client.call(call(line));
    }
    await above.call(['INCR', 'n']);
    for (const client of [theirs, ours]) await until(async () => (await infoOf(client, 'stats')).get('unexpected_error_replies') === '1');
    await above.call(['SET', 'n', '1']);
    await inStep(above, theirs, ours);
  });

  it('has the fields of INFO and ROLE of a redis-server', async () => {
    await Promise.all([follow(theirs, master.port), follow(ours, master.port)]);
    await inStep(above, theirs, ours);
    const [real, practised] = [await infoOf(theirs), await infoOf(ours)];
    assert.deepEqual([...practised.keys()], [...real.keys()]);
    const own = new Set(['master_last_io_seconds_ago', 'repl_backlog_first_byte_offset', 'repl_backlog_histlen', 'second_repl_offset', 'master_replid2', 'slave_read_repl_offset', 'slave_repl_offset', 'master_repl_offset']);
    for (const [name, value] of real) if (!own.has(name)) assert.equal(practised.get(name), value, name);
    assert.equal(practised.get('master_repl_offset'), practised.get('slave_repl_offset'));
    assert.equal(printReply(await ours.call(['ROLE'])).replace(/integer \d+$/, ''), printReply(await theirs.call(['ROLE'])).replace(/integer \d+$/, ''));
    assert.match(printReply(await ours.call(['HELLO', '3'])), /role[^]*replica/);
    await ours.call(['HELLO', '2']);
    assert.equal(printReply(await ours.call(['CONFIG', 'GET', 'replicaof'])), printReply(await theirs.call(['CONFIG', 'GET', 'replicaof'])));
    const listed = replyText(await ours.call(['CLIENT', 'LIST', 'TYPE', 'master'])) ?? '';
    assert.match(listed, /flags=M db=\d+ .* user=\(superuser\)/);
    assert.deepEqual(await ours.call(['REPLICAOF', '127.0.0.1', String(master.port)]), await theirs.call(['REPLICAOF', '127.0.0.1', String(master.port)]));
  });

  it('comes again when its master is killed as a client, and goes on', async () => {
    await follow(ours, master.port);
    const before = await infoOf(above, 'stats');
    assert.deepEqual(await ours.call(['CLIENT', 'KILL', 'TYPE', 'master']), { kind: 'integer', text: '1' });
    await until(async () => (await infoOf(ours)).get('master_link_status') === 'up' && (await infoOf(above, 'stats')).get('sync_partial_ok') !== before.get('sync_partial_ok'));
    assert.equal((await infoOf(above, 'stats')).get('sync_full'), before.get('sync_full'));
  });

  it('shows or hides what it has while its master is away, as a redis-server does', async () => {
    await Promise.all([follow(theirs, master.port), follow(ours, master.port)]);
    await inStep(above, theirs, ours);
    await above.call(['CONFIG', 'SET', 'requirepass', 'pw']);
    for (const client of [ours, theirs]) {
      await client.call(['CLIENT', 'KILL', 'TYPE', 'master']);
      await until(async () => (await infoOf(client)).get('master_link_status') === 'down');
    }
    // Now and then Redis waits for data that it was refused.
    await until(async () => [...(await infoOf(ours)).keys()].join(' ') === [...(await infoOf(theirs)).keys()].join(' '));
    await same(['GET k', 'SET k v', 'CONFIG SET replica-serve-stale-data no', 'GET k', 'SET k v', 'MULTI', 'GET k', 'EXEC', 'MULTI', 'PING', 'EXEC', "EVAL return_redis.call('get','k') 0", 'EVAL #!lua\\nreturn_1 0', 'EVAL #!lua_flags=allow-stale,no-writes\\nreturn_1 0', 'PUBLISH a b', 'PING', 'SYNC', 'PSYNC ? -1', 'CONFIG SET replica-serve-stale-data yes', 'GET k']);
    for (const client of [ours, theirs]) await client.call(['CONFIG', 'SET', 'masterauth', 'pw']);
    for (const client of [ours, theirs]) await until(async () => (await infoOf(client)).get('master_link_status') === 'up');
    await above.call(['CONFIG', 'SET', 'requirepass', '']);
    for (const client of [ours, theirs]) await client.call(['CONFIG', 'SET', 'masterauth', '']);
  });

  it('lets go of clients that wait for keys', async () => {
    for (const client of [ours, theirs]) await client.call(['REPLICAOF', 'NO', 'ONE']);
    const waiting = [await connectResp(twin.port), await practice.openTcp()];
    const replies = waiting.map((client) => client.call(['BLPOP', 'nothing', '0']));
    await until(async () => (await infoOf(ours, 'clients')).get('blocked_clients') === '1' && (await infoOf(theirs, 'clients')).get('blocked_clients') === '1');
    await Promise.all([follow(theirs, master.port), follow(ours, master.port)]);
    const [real, practised] = await Promise.all(replies);
    assert.ok(real !== undefined && practised !== undefined);
    assert.equal(printReply(practised), printReply(real));
    for (const client of waiting) client.close();
  });
});

describe('A replica of a master whose data it cannot read', () => {
  let practice: Practice;
  let ours: RespClient;
  before(async () => {
    practice = await startPractice();
    ours = await practice.openTcp();
  });
  after(async () => {
    ours.close();
    await practice.close();
  });

  /** A master that sends one payload to everybody who asks. */
  async function startMaster(payload: string): Promise<{ readonly port: number; readonly sent: () => number; close(): void }> {
    let sent = 0;
    const sockets = new Set<Socket>();
    const listener = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      socket.setEncoding('latin1');
      socket.on('data', (text: string) => {
        if (text.includes('PING')) socket.write('+PONG\r\n');
        if (text.includes('listening-port')) socket.write('+OK\r\n+OK\r\n');
        if (!text.includes('PSYNC')) return;
        sent += 1;
        socket.write(`+FULLRESYNC ${'a'.repeat(40)} 100\r\n\n${payload}`, 'latin1');
      });
    });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return {
      port: (listener.address() as AddressInfo).port,
      sent: () => sent,
      close: () => {
        for (const socket of sockets) socket.destroy();
        listener.close();
      },
    };
  }

  const mark = 'm'.repeat(40);
  const refused: readonly (readonly [what: string, payload: string])[] = [
    ['of a version that is not known', `$EOF:${mark}\r\nREDIS0099\xff${'\0'.repeat(8)}${mark}`],
    ['that are no data', `$20\r\n${'x'.repeat(20)}`],
    ['that are damaged in the middle', `$EOF:${mark}\r\nREDIS0010\xfe\x00\x00\x01a\x01b\x09\x01c\x7fdd\xff${'\0'.repeat(8)}${mark}`],
    ['that end too soon', '$11\r\nREDIS0010\xfe\x00'],
    ['that are none', '-ERR no\r\n'],
  ];
  for (const [what, payload] of refused) {
    it(`keeps its own: ${what}`, async () => {
      await ours.call(['SET', 'k', 'of before']);
      const master = await startMaster(payload);
      await ours.call(['REPLICAOF', '127.0.0.1', String(master.port)]);
      await until(async () => master.sent() > 0 && (await infoOf(ours)).get('master_sync_in_progress') === '0');
      assert.equal(replyText(await ours.call(['GET', 'k'])), 'of before');
      assert.equal((await infoOf(ours)).get('master_link_status'), 'down');
      await ours.call(['REPLICAOF', 'NO', 'ONE']);
      assert.equal(replyText(await ours.call(['SET', 'k', 'of before'])), 'OK');
      master.close();
    });
  }
});
