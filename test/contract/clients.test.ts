import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, encodeCall, type RespClient } from '../support/respClient.ts';
import { printReply, replyText } from '../support/respReply.ts';
import { splitArguments } from './script.ts';
import { startPractice, type Practice } from './practice.ts';
import { run } from '../soak/clients.ts';

/** `a: COMMAND`: the client of that name sends it, and takes one reply, or as many as `/N` behind the colon says. */
type Scene = readonly string[];

/** What depends on when and where: times, addresses, IDs, file descriptors, ages. */
function settle(text: string): string {
  return text
    .replace(/\d{10}\.\d{6}/g, 'TIME')
    .replace(/127\.0\.0\.1:\d+/g, 'ADDRESS')
    .replace(/(id|fd|age|idle|rbs|rbp|tot-mem)=\d+/g, '$1=N');
}

async function perform(open: () => Promise<RespClient>, scene: Scene): Promise<string[]> {
  const clients = new Map<string, RespClient>();
  const ids = new Map<string, string>();
  const heard: string[] = [];
  try {
    for (const line of scene) {
      const [, name = '', count = '1', command = ''] = /^(\w+):(?:\/(\d+))? ?(.*)$/s.exec(line) ?? [];
      let client = clients.get(name);
      if (client === undefined) {
        client = await open();
        client.keepOrder();
        clients.set(name, client);
        ids.set(`ID:${name}`, replyText(await client.call(['CLIENT', 'ID'])) ?? '');
      }
      const args = splitArguments(command).map((arg) => ids.get(arg.toString()) ?? arg);
      const replies = await client.raw(args.length === 0 ? Buffer.alloc(0) : encodeCall(args), Number(count));
      heard.push(line, ...replies.map((reply) => settle(printReply(reply, '  '))));
    }
  } finally {
    for (const client of clients.values()) client.close();
  }
  return heard;
}

describe('clients of the practice server, as redis-server 7.0 has them', () => {
  let real: RedisServer;
  let practice: Practice;

  beforeEach(async () => {
    [real, practice] = await Promise.all([startRedisServer(), startPractice()]);
  });
  afterEach(async () => {
    await practice.close();
    await real.stop();
  });

  async function same(scene: Scene): Promise<void> {
    const [ours, theirs] = await Promise.all([perform(() => practice.openTcp(), scene), perform(() => connectResp(real.port), scene)]);
    assert.deepEqual(ours, theirs);
  }

  it('shows every command to who monitors, passwords and administration left out', async () => {
    await same([
      'm: MONITOR', 'a: SET k "a b\\x00\\xff\\n\\"\\\\\\t\\a\\b\\r"', 'm:', 'a: GET', 'a: nosuch', 'a: AUTH x', 'm:', 'a: AUTH default x', 'm:', 'a: AUTH a b c', 'm:', 'a: HELLO 2 FOO', 'm:', 'a: HELLO 2 AUTH nobody secret', 'm:', 'a: CLIENT LIST TYPE pubsub', 'a: CLIENT SETNAME foo', 'm:', 'a: CONFIG GET maxmemory', 'a: DEBUG SLEEP 0', 'a: MULTI', 'm:', 'a: SET x 1', 'a: INCR x', 'a: LPUSH x', 'a: DISCARD', 'm:', 'a: MULTI', 'm:', 'a: SET x 1', 'a: INCR x', 'a: EXEC', 'm:/3', 'a: SELECT 3', 'm:', 'a: gEt 5', 'm:', 'a: INCR x y', 'a: LPUSH l v', 'm:', 'a: INCR l', 'm:', 'a: SUBSCRIBE ch', 'm:', 'a: PING', 'm:', 'a: QUIT', 'm:', 'b: MULTI', 'm:', 'b: MONITOR', 'b: EXEC', 'm:', 'm: PING', 'm:', 'm: SET q 1', 'm: PUBLISH a b', 'm: GET q', 'm: MULTI', 'm:', 'm: DISCARD', 'm:', 'm:/0 MONITOR', 'b: BLPOP l m 0.01', 'm:', 'm: CLIENT REPLY ON', 'm:', 'c: EVAL "redis.pcall(\'GET\') redis.call(\'SELECT\', 5) redis.call(\'SET\',KEYS[1],\'b\') return redis.call(\'get\', KEYS[1])" 1 kk', 'm:/5', 'c: EVAL_RO "return redis.call(\'GET\',KEYS[1])" 1 kk', 'm:/2', 'c: EVAL "return error" 0', 'm:', 'c: EVALSHA 1234 0', 'm:', 'c: FCALL none 0', 'm:', 'c: SCRIPT LOAD "return 1"', 'm:', 'm: CLIENT PAUSE 30', 'm: PING', 'm:', 'b: PING', 'm:', 'm: RESET', 'm: PING', 'b: PING',
    ]);
  });

  it('lists clients with their flags and figures', async () => {
    await same([
      'a: CLIENT LIST ID ID:a', 'b: SET k v', 'b: WATCH k l', 'b: MULTI', 'a: CLIENT LIST ID ID:b', 'b: SET x 1', 'a: CLIENT LIST ID ID:b', 'b: MGET a b c d', 'b: MGET a b c d', 'a: CLIENT LIST ID ID:b', 'a: SET k w', 'a: CLIENT LIST ID ID:b', 'b: RESET', 'a: CLIENT LIST ID ID:b', 'c: CLIENT SETNAME c', 'c:/2 SUBSCRIBE a b', 'c: PSUBSCRIBE a', 'c: SSUBSCRIBE s', 'd:/0 BLPOP l 0', 'e: SELECT 5', 'e: CLIENT NO-EVICT ON', 'm: MONITOR', 'f: CLIENT TRACKING ON', 'g: CLIENT TRACKING ON BCAST', 'h: nosuch', 'i: CLIENT', 'j: CLIENT NOSUCH', 'k: GET', 'a: CLIENT LIST ID ID:c ID:d ID:e ID:m ID:f ID:g ID:h ID:i ID:j ID:k ID:c 999999', 'a: CLIENT LIST TYPE pubsub', 'l: HELLO 3 SETNAME "l l"', 'l: CLIENT INFO', 'a: CLIENT TRACKING ON REDIRECT 999999', 'n: CLIENT TRACKING ON', 'n: MULTI', 'a: CLIENT LIST ID ID:n', 'm: RESET', 'm: CLIENT INFO',
    ]);
  });

  it('flags who tracks for one that is gone', async () => {
    const scene: Scene = ['a: CLIENT TRACKING ON REDIRECT ID:b', 'b: PING', 'a: CLIENT TRACKING ON REDIRECT ID:b', 'a: GET x', 'b: QUIT', 'b:', 'c: SET x 1'];
    await same(scene);
    for (const open of [() => practice.openTcp(), () => connectResp(real.port)]) {
      const [gone, left] = [await open(), await open()];
      const id = replyText(await gone.call(['CLIENT', 'ID'])) ?? '';
      await left.call(['HELLO', '3']);
      await left.call(['CLIENT', 'TRACKING', 'ON', 'REDIRECT', id]);
      await left.call(['GET', 'x']);
      await gone.call(['QUIT']);
      left.keepOrder();
      const other = await open();
      await other.call(['SET', 'x', '1']);
      const [push] = await left.raw(Buffer.alloc(0), 1);
      assert.equal(printReply(push ?? { kind: 'closed' }), `push of 2\n  bulk "tracking-redir-broken"\n  integer ${id}`);
      assert.match(replyText(await left.call(['CLIENT', 'INFO'])) ?? '', new RegExp(` flags=tR .* redir=${id} resp=3`));
      const info = printReply(await left.call(['CLIENT', 'TRACKINGINFO']));
      assert.match(info, /bulk "on"\n +bulk "broken_redirect"/);
      for (const client of [left, other]) client.close();
    }
  });

  it('counts what it tracks', async () => {
    await same(['a: CLIENT TRACKING ON', 'a: MGET x y', 'b: CLIENT TRACKING ON', 'b: GET x', 'c: CLIENT TRACKING ON BCAST PREFIX p PREFIX q', 'd: CLIENT TRACKING ON BCAST PREFIX p']);
    const counts = async (client: RespClient): Promise<string[]> => {
      const text = replyText(await client.call(['INFO', 'everything'])) ?? '';
      return text.split('\r\n').filter((line) => line.startsWith('tracking_'));
    };
    const scene = async (open: () => Promise<RespClient>): Promise<string[]> => {
      const [a, b, c] = [await open(), await open(), await open()];
      await a.call(['CLIENT', 'TRACKING', 'ON']);
      await a.call(['MGET', 'x', 'y']);
      await b.call(['CLIENT', 'TRACKING', 'ON']);
      await b.call(['GET', 'x']);
      await c.call(['CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', 'p', 'PREFIX', 'q']);
      const all = [...(await counts(c))];
      await c.call(['SET', 'x', '1']);
      await c.call(['RESET']);
      all.push(...(await counts(c)));
      for (const client of [a, b, c]) client.close();
      return all;
    };
    // The clients of the scene before are gone, but not what they read.
    await Promise.all([practice.openTcp(), connectResp(real.port)].map(async (opening) => {
      const client = await opening;
      await client.call(['FLUSHALL']);
      client.close();
    }));
    assert.deepEqual(await scene(() => practice.openTcp()), await scene(() => connectResp(real.port)));
  });

  it('hear the same in the same order whatever they do to each other, for a slice of `npm run soak -- clients`', async () => {
    const { checks } = await run({ seed: 11, seconds: 2 });
    assert.ok(checks > 50, `only ${String(checks)} checks`);
  });

  describe('that are no good clients', () => {
    async function openSocket(to: number): Promise<Socket> {
      const socket = connect({ host: '127.0.0.1', port: to, noDelay: true, allowHalfOpen: true });
      await once(socket, 'connect');
      return socket;
    }

    /** Everything that comes until the server ends the connection. */
    async function all(socket: Socket): Promise<string> {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      socket.on('error', () => undefined);
      socket.on('end', () => socket.end());
      await new Promise((resolve) => {
        socket.once('close', resolve);
      });
      return Buffer.concat(chunks).toString('latin1');
    }

    it('answers what came before a half-closed end, and forgets what such a client waits for', async () => {
      for (const to of [await practice.port(), real.port]) {
        const half = await openSocket(to);
        half.end('SET half 1\r\nGET half\r\n');
        assert.equal(await all(half), '+OK\r\n$1\r\n1\r\n');
        const blocked = await openSocket(to);
        blocked.end('BLPOP list 0\r\nPING\r\n');
        assert.equal(await all(blocked), '');
        const client = await connectResp(to);
        assert.equal(replyText(await client.call(['RPUSH', 'list', 'x'])), '1');
        assert.equal(replyText(await client.call(['LLEN', 'list'])), '1');
        await client.call(['CLIENT', 'PAUSE', '100000', 'WRITE']);
        const held = await openSocket(to);
        held.end('SET half 2\r\n');
        assert.equal(await all(held), '');
        await client.call(['CLIENT', 'UNPAUSE']);
        assert.equal(replyText(await client.call(['GET', 'half'])), '1');
        client.close();
      }
    });

    it('ends the connection of who does not take what is published', async () => {
      for (const to of [await practice.port(), real.port]) {
        const client = await connectResp(to);
        await client.call(['CONFIG', 'SET', 'client-output-buffer-limit', 'pubsub 1000000 0 0']);
        const deaf = await openSocket(to);
        deaf.on('error', () => undefined);
        deaf.write('SUBSCRIBE c\r\n');
        await once(deaf, 'data');
        deaf.pause();
        let receivers = '1';
        const message = 'x'.repeat(500_000);
        for (let sent = 0; receivers === '1' && sent < 200; sent += 1) receivers = replyText(await client.call(['PUBLISH', 'c', message])) ?? '';
        assert.equal(receivers, '0');
        deaf.destroy();
        client.close();
      }
    });

    it('ends the connection of who asks for more than it may', async () => {
      for (const to of [await practice.port(), real.port]) {
        const client = await connectResp(to);
        await client.call(['SET', 'big', 'x'.repeat(200_000)]);
        await client.call(['CONFIG', 'SET', 'client-output-buffer-limit', 'normal 100000 0 0']);
        const greedy = await openSocket(to);
        greedy.write('GET big\r\n');
        assert.equal(await all(greedy), '');
        assert.equal(replyText(await client.call(['PING'])), 'PONG');
        client.close();
      }
    });

    it('ends the connections that take most where maxmemory-clients is less than they take, but for those that are kept', async () => {
      for (const to of [await practice.port(), real.port]) {
        const client = await connectResp(to);
        await client.call(['CONFIG', 'SET', 'maxmemory-clients', '200kb']);
        const [kept, large, small] = [await openSocket(to), await openSocket(to), await connectResp(to)];
        kept.write('CLIENT NO-EVICT ON\r\n');
        await once(kept, 'data');
        kept.write(`*2\r\n$4\r\nECHO\r\n$300000\r\n${'x'.repeat(250_000)}`);
        large.write(`*2\r\n$4\r\nECHO\r\n$400000\r\n${'x'.repeat(390_000)}`);
        assert.equal(await all(large), '');
        assert.equal(replyText(await small.call(['PING'])), 'PONG');
        assert.match(replyText(await client.call(['INFO', 'stats'])) ?? '', /\r\nevicted_clients:1\r\n/);
        const rest = once(kept, 'data');
        kept.write(`${'x'.repeat(50_000)}\r\n`);
        assert.match(String((await rest)[0]), /^\$300000\r\nx/);
        kept.destroy();
        small.close();
        client.close();
      }
    });

    it('ends those that take most at once when maxmemory-clients becomes less than they take', async () => {
      for (const to of [await practice.port(), real.port]) {
        const client = await connectResp(to);
        await client.call(['CLIENT', 'NO-EVICT', 'ON']);
        const others = await Promise.all([300_000, 700_000, 100_000].map(async (size) => {
          const other = await openSocket(to);
          other.write(`CLIENT SETNAME of${String(size)}\r\n`);
          await once(other, 'data');
          other.write(`*2\r\n$4\r\nECHO\r\n$${String(size + 10)}\r\n${'x'.repeat(size)}`);
          return other;
        }));
        const list = async (): Promise<string> => replyText(await client.call(['CLIENT', 'LIST'])) ?? '';
        let tries = 0;
        while (tries < 2000 && [...(await list()).matchAll(/qbuf=(\d+)/g)].reduce((sum, [, bytes]) => sum + Number(bytes), 0) < 1_100_000) tries += 1;
        await client.call(['CONFIG', 'SET', 'maxmemory-clients', '900kb']);
        assert.deepEqual((await list()).match(/name=of\d+/g)?.sort(), ['name=of100000', 'name=of300000']);
        for (const other of others) other.destroy();
        client.close();
      }
    });

    it('counts a long argument as soon as its length is announced', async () => {
      const taken = await Promise.all([await practice.port(), real.port].map(async (to) => {
        const client = await connectResp(to);
        const totals: number[] = [];
        for (const size of [100, 32_767, 32_768, 220_200, 5_000_000]) {
          const other = await openSocket(to);
          other.write(`CLIENT SETNAME of${String(size)}\r\n`);
          await once(other, 'data');
          other.write(`*2\r\n$4\r\nECHO\r\n$${String(size)}\r\n`);
          const pattern = new RegExp(`name=of${String(size)} .* argv-mem=4 .* tot-mem=(\\d+)`);
          let found: RegExpExecArray | null = null;
          for (let tries = 0; tries < 2000 && found === null; tries += 1) found = pattern.exec(replyText(await client.call(['CLIENT', 'LIST'])) ?? '');
          totals.push(Number(found?.[1]));
          other.destroy();
        }
        client.close();
        return totals;
      }));
      for (const [index, total] of (taken[0] ?? []).entries()) assert.ok(Math.abs(total - (taken[1]?.[index] ?? 0)) <= 32, JSON.stringify(taken));
    });

    it('counts what a client listens to with prefixes', async () => {
      const taken = await Promise.all([await practice.port(), real.port].map(async (to) => {
        const client = await connectResp(to);
        const total = async (): Promise<number> => Number(/tot-mem=(\d+)/.exec(replyText(await client.call(['CLIENT', 'INFO'])) ?? '')?.[1]);
        const before = await total();
        const sums: number[] = [];
        for (let prefix = 0; prefix < 10; prefix += 1) {
          await client.call(['CLIENT', 'TRACKING', 'ON', 'BCAST', 'PREFIX', `000${String(prefix)}`]);
          sums.push((await total()) - before);
        }
        client.close();
        return sums;
      }));
      assert.deepEqual(taken[0], taken[1]);
    });

    for (const [what, request] of [['do not take', 'GET key:1\r\n'.repeat(100)], ['ask by and by', `*100\r\n${`$50000\r\n${'x'.repeat(50_000)}\r\n`.repeat(99)}`]] as const) {
      it(`makes keys give way to what others ${what}, where all is more than maxmemory`, async () => {
        for (const to of [await practice.port(), real.port]) {
          const client = await connectResp(to);
          const evicted = async (): Promise<number> => Number(/evicted_keys:(\d+)/.exec(replyText(await client.call(['INFO', 'stats'])) ?? '')?.[1]);
          await client.call(['CONFIG', 'SET', 'maxmemory', '20mb', 'maxmemory-policy', 'allkeys-lru']);
          for (let key = 0; key < 50; key += 1) await client.call(['SET', `key:${String(key)}`, 'x'.repeat(100_000)]);
          assert.equal(await evicted(), 0);
          const others = await Promise.all(Array.from({ length: 8 }, () => openSocket(to)));
          for (const other of others) {
            other.on('error', () => undefined);
            other.pause();
            other.write(request);
          }
          let tries = 0;
          while (tries < 2000 && (await evicted()) === 0) tries += 1;
          assert.ok(tries < 2000, String(to));
          for (const other of others) other.destroy();
          client.close();
        }
      });
    }
  });
});
