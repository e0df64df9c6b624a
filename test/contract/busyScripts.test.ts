import assert from 'node:assert/strict';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, encodeCall, type RespClient } from '../support/respClient.ts';
import { printReply, replyText } from '../support/respReply.ts';
import { startPractice, type Practice } from './practice.ts';

/** Opens a connection to one of the two servers. */
type Open = () => Promise<RespClient>;

const LIMIT = '60';

/** What a scene has heard, reply by reply. */
interface Stage {
  /** A client that stays for the scene. */
  client(): Promise<RespClient>;
  /** One command and its reply. */
  say(client: RespClient, ...args: readonly string[]): Promise<void>;
  /** Sends commands without waiting for replies. */
  begin(client: RespClient, ...commands: readonly (readonly string[])[]): Promise<void>;
  /** Takes replies that were not waited for. */
  take(client: RespClient, count: number): Promise<void>;
  /** Until a client is blocked. */
  untilBlocked(client: RespClient): Promise<void>;
  /** Until others are told that the server is busy. */
  untilBusy(client: RespClient): Promise<void>;
}

async function perform(open: Open, scene: (stage: Stage) => Promise<void>): Promise<string[]> {
  const clients: RespClient[] = [];
  const heard: string[] = [];
  const hear = (text: string): void => {
    heard.push(text.replace(/(duration_ms"?\n\s*integer) \d+/, '$1 N').replace(/\d{10}\.\d{6}/g, 'TIME').replace(/(\[\d+ )[^ ]*:\d+\]/g, '$1ADDRESS]'));
  };
  try {
    await scene({
      async client() {
        const client = await open();
        clients.push(client);
        client.keepOrder();
        return client;
      },
      async say(client, ...args) {
        hear(`${args.join(' ').slice(0, 60)} → ${printReply(await client.call(args))}`);
      },
      async begin(client, ...commands) {
        await client.raw(Buffer.concat(commands.map((args) => encodeCall(args))), 0);
      },
      async take(client, count) {
        for (const reply of await client.raw(Buffer.alloc(0), count)) hear(printReply(reply));
      },
      async untilBlocked(client) {
        for (let look = 0; !(replyText(await client.call(['INFO', 'clients'])) ?? '').includes('blocked_clients:1'); look += 1) {
          assert.ok(look < 10_000, 'nobody ever was blocked');
        }
      },
      async untilBusy(client) {
        for (let look = 0; ; look += 1) {
          const reply = await client.call(['EXISTS', 'busy']);
          if (reply.kind === 'error') return;
          assert.ok(look < 10_000, 'the server never was busy');
        }
      },
    });
  } finally {
    for (const client of clients) client.close();
  }
  return heard;
}

describe('scripts that run too long, as redis-server 7.0 has them', () => {
  let real: RedisServer;
  let practice: Practice;

  beforeEach(async () => {
    [real, practice] = await Promise.all([startRedisServer(['--busy-reply-threshold', LIMIT]), startPractice()]);
    const client = practice.openStream();
    await client.call(['CONFIG', 'SET', 'lua-time-limit', LIMIT]);
    client.close();
  });
  afterEach(async () => {
    await practice.close();
    await real.stop();
  });

  async function same(scene: (stage: Stage) => Promise<void>): Promise<void> {
    const theirs = await perform(() => connectResp(real.port), scene);
    assert.deepEqual(await perform(() => practice.openTcp(), scene), theirs);
    assert.deepEqual(await perform(() => Promise.resolve(practice.openStream()), scene), theirs);
  }

  /** A script that is killed, and what its client hears. */
  const killed = (source: string) => async (stage: Stage): Promise<void> => {
    const [looping, other] = [await stage.client(), await stage.client()];
    await stage.begin(looping, ['EVAL', source, '0'], ['PING']);
    await stage.untilBusy(other);
    await stage.say(other, 'SCRIPT', 'KILL');
    await stage.take(looping, 2);
    await stage.say(other, 'SCRIPT', 'KILL');
    await stage.say(other, 'EVAL', 'return 1', '0');
  };

  const loops: Readonly<Record<string, string>> = {
    'an endless loop': 'while true do end',
    'a loop in a function': 'local function f()\nlocal x = 1\nwhile true do x = x + 1 end\nend\nf()',
    'a loop in pcall, and code on the next line': 'pcall(function()\nwhile true do end end)\nreturn 1',
    'a loop in pcall and nothing after it': 'return {pcall(function() while true do end end)}',
    'a loop in pcall in a loop': 'while true do\npcall(function()\nwhile true do end end)\nend',
    'a loop in xpcall': 'local ok, e = xpcall(function()\nwhile true do end\nend, function(e) return e end)\nreturn 7',
    'a loop in a coroutine': 'local c = coroutine.create(function()\nwhile true do end\nend)\nlocal ok, e = coroutine.resume(c)\nreturn 1',
    'a loop in a wrapped coroutine': 'local f = coroutine.wrap(function()\nwhile true do end\nend)\nf()\nreturn 1',
    'a loop of commands': 'while true do redis.call("get", "x") end',
    'a loop of commands that fail': 'while true do redis.pcall("nosuch")\nend',
    'tail calls without end': 'local function f() return f() end\nreturn f()',
  };

  for (const [name, source] of Object.entries(loops)) it(`kills ${name}`, () => same(killed(source)));

  it('answers BUSY but to what is allowed, and kills no script by FUNCTION KILL', () =>
    same(async (stage) => {
      const [looping, other, third] = [await stage.client(), await stage.client(), await stage.client()];
      await stage.begin(looping, ['EVAL', 'while true do end', '0']);
      await stage.untilBusy(other);
      for (const command of ['GET a', 'PING', 'EVAL x', 'EVAL return 0', 'NOSUCH', 'GET', 'FUNCTION STATS', 'FUNCTION KILL', 'FUNCTION LIST', 'SCRIPT EXISTS a', 'SHUTDOWN', 'SHUTDOWN SAVE', 'SHUTDOWN ABORT', 'WATCH a', 'UNWATCH', 'DISCARD', 'AUTH x', 'CLIENT ID', 'INFO server']) {
        await stage.say(other, ...command.split(' '));
      }
      for (const command of ['MULTI', 'GET a', 'EXEC', 'EXEC', 'MULTI', 'DISCARD', 'RESET', 'QUIT']) await stage.say(third, ...command.split(' '));
      await stage.say(await stage.client(), 'GET', 'a');
      await stage.say(other, 'SCRIPT', 'KILL');
      await stage.take(looping, 1);
      await stage.say(other, 'GET', 'a');
    }));

  it('lets nobody kill a script that has written', () =>
    same(async (stage) => {
      const [looping, other] = [await stage.client(), await stage.client()];
      // Long enough on either machine; it ends when the first reader has been seen.
      await stage.begin(looping, ['EVAL', 'redis.call("set","a",1) local x = 0 for i=1,6e7 do x = i end return "end"', '0']);
      await stage.untilBusy(other);
      await stage.say(other, 'SCRIPT', 'KILL');
      await stage.say(other, 'FUNCTION', 'KILL');
      await stage.take(looping, 1);
      await stage.say(other, 'GET', 'a');
    }));

  it('kills functions by FUNCTION KILL only, and tells in FUNCTION STATS what runs', () =>
    same(async (stage) => {
      const [looping, other] = [await stage.client(), await stage.client()];
      await stage.say(other, 'FUNCTION', 'FLUSH');
      await stage.say(other, 'FUNCTION', 'LOAD', '#!lua name=l\nredis.register_function("loop", function()\nwhile true do end\nend)');
      await stage.begin(looping, ['FCALL', 'loop', '1', 'key', 'arg'], ['PING']);
      await stage.untilBusy(other);
      for (const command of ['GET a', 'SCRIPT KILL', 'FUNCTION STATS', 'FUNCTION DELETE l', 'SHUTDOWN', 'FUNCTION KILL']) await stage.say(other, ...command.split(' '));
      await stage.take(looping, 2);
      await stage.say(other, 'FUNCTION', 'STATS');
      await stage.say(other, 'FUNCTION', 'KILL');
    }));

  it('goes on with a transaction after a script in it', () =>
    same(async (stage) => {
      const [looping, other] = [await stage.client(), await stage.client()];
      await stage.begin(looping, ['MULTI'], ['INCR', 'n'], ['EVAL', 'while true do end', '0'], ['INCR', 'n'], ['EVAL', 'return redis.call("incr","n")', '0'], ['EXEC'], ['GET', 'n']);
      await stage.untilBusy(other);
      await stage.say(other, 'SCRIPT', 'KILL');
      await stage.take(looping, 7);
      await stage.say(other, 'DEL', 'n');
    }));

  it('serves blocked clients after a script, not within it', () =>
    same(async (stage) => {
      const [looping, other, blocked] = [await stage.client(), await stage.client(), await stage.client()];
      await stage.say(other, 'CONFIG', 'SET', 'busy-reply-threshold', '0');
      await stage.say(other, 'FLUSHALL');
      await stage.say(blocked, 'PING');
      await stage.begin(blocked, ['BLPOP', 'list', '0']);
      await stage.untilBlocked(other);
      const between = 'local x for i=1,1e7 do x = i end';
      await stage.begin(looping, ['MULTI'], ['EVAL', `redis.call("rpush","list","a") ${between} return redis.call("llen","list")`, '0'], ['RPUSH', 'list', 'b'], ['EVAL', `${between} return redis.call("lrange","list",0,-1)`, '0'], ['EXEC'], ['LRANGE', 'list', '0', '-1']);
      await stage.take(looping, 6);
      await stage.take(blocked, 1);
      await stage.say(other, 'CONFIG', 'SET', 'busy-reply-threshold', LIMIT);
    }));

  it('counts it once, by all of its time', () =>
    same(async (stage) => {
      const [looping, other] = [await stage.client(), await stage.client()];
      await stage.say(other, 'CONFIG', 'SET', 'busy-reply-threshold', '0', 'slowlog-log-slower-than', '40000');
      await stage.say(other, 'CONFIG', 'RESETSTAT');
      await stage.say(other, 'SLOWLOG', 'RESET');
      await stage.begin(looping, ['EVAL', 'local x for i=1,3e7 do x = i end redis.call("ping") return x', '0'], ['EVAL', 'local x for i=1,3e7 do x = i end redis.call("nosuch")', '0'], ['CLIENT', 'REPLY', 'SKIP'], ['EVAL', 'local x for i=1,3e7 do x = i end return "skipped"', '0'], ['PING']);
      await stage.take(looping, 3);
      await stage.say(other, 'SLOWLOG', 'LEN');
      const counts = printReply(await other.call(['INFO', 'commandstats']));
      for (const wanted of [/cmdstat_eval:calls=3,usec=\d{6}/, /eval:.*failed_calls=1/, /cmdstat_ping:calls=2/]) assert.match(counts, wanted);
      await stage.say(other, 'INFO', 'errorstats');
      await stage.say(other, 'CONFIG', 'SET', 'busy-reply-threshold', LIMIT);
    }));

  it('goes on with the script of a client that has left', () =>
    same(async (stage) => {
      const [looping, other] = [await stage.client(), await stage.client()];
      await stage.begin(looping, ['EVAL', 'while true do end', '0']);
      await stage.untilBusy(other);
      looping.close();
      await stage.say(other, 'GET', 'a');
      await stage.say(other, 'SCRIPT', 'KILL');
    }));

  it('stops the code of a library that takes long to load', () =>
    same(async (stage) => {
      const client = await stage.client();
      await stage.say(client, 'FUNCTION', 'FLUSH');
      for (const code of ['while true do end', 'local function f() while true do end end\nf()']) await stage.say(client, 'FUNCTION', 'LOAD', `#!lua name=l\n${code}`);
      await stage.say(client, 'FUNCTION', 'LOAD', '#!lua name=l\nredis.register_function("f", function() return 1 end)');
      await stage.say(client, 'FCALL', 'f', '0');
    }));

  it('shows scripts and what they call to MONITOR, and to limited users what they may not call', () =>
    same(async (stage) => {
      const [watcher, client] = [await stage.client(), await stage.client()];
      await stage.say(client, 'FUNCTION', 'FLUSH');
      await stage.say(client, 'FUNCTION', 'LOAD', '#!lua name=l\nredis.register_function("f", function(k) return redis.call("get", k[1]) end)');
      await stage.say(client, 'ACL', 'SETUSER', 'limited', 'on', 'nopass', '~k*', '&c*', '+@all', '-set', '-config|get');
      await stage.begin(watcher, ['MONITOR']);
      await stage.take(watcher, 1);
      await stage.say(client, 'EVAL', 'redis.call("select", 3) redis.call("set", KEYS[1], "v\\0") return redis.call("get", KEYS[1])', '1', 'key');
      await stage.say(client, 'FCALL', 'f', '1', 'key');
      await stage.take(watcher, 6);
      watcher.close();
      await stage.say(client, 'AUTH', 'limited', 'any');
      for (const source of [
        'return redis.call("set", "k", "1")', 'return redis.pcall("set", "k", "1")', 'return redis.call("get", "z")', 'return redis.call("get", "k")', 'return redis.call("publish", "z", "m")', 'return redis.call("publish", "c", "m")',
        'return redis.call("config", "get", "x")', 'return {redis.acl_check_cmd("set", "k", "1"), redis.acl_check_cmd("get", "z"), redis.acl_check_cmd("get", "k"), redis.acl_check_cmd("config", "get", "x")}', 'return redis.call("mget", "k", "z")', 'return redis.acl_check_cmd("get")',
      ]) await stage.say(client, 'EVAL', source, '0');
      await stage.say(client, 'EVAL', 'return 1', '1', 'z');
      await stage.say(client, 'FCALL', 'f', '1', 'z');
      await stage.say(client, 'AUTH', 'default', '');
      await stage.say(client, 'ACL', 'DELUSER', 'limited');
    }));

  it('makes others wait for a script that is not long, and serves them in order', () =>
    same(async (stage) => {
      const [looping, other, blocked] = [await stage.client(), await stage.client(), await stage.client()];
      await stage.begin(blocked, ['BLPOP', 'list', '0']);
      await stage.untilBlocked(other);
      await stage.say(other, 'CONFIG', 'SET', 'busy-reply-threshold', '0');
      await stage.begin(looping, ['EVAL', 'local x for i=1,2e7 do x = i end redis.call("rpush","list","a") redis.call("set","b","1") return x', '0'], ['GET', 'b']);
      await stage.take(looping, 2);
      await stage.take(blocked, 1);
      await stage.say(other, 'GET', 'b');
      await stage.say(other, 'CONFIG', 'SET', 'busy-reply-threshold', LIMIT);
      await stage.say(other, 'DEL', 'b');
    }));
});
