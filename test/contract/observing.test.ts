import assert from 'node:assert/strict';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { printReply, replyItems, replyText, type Reply } from '../support/respReply.ts';
import { startPractice, type Practice } from './practice.ts';
import { splitArguments } from './script.ts';

describe('slow log and latency monitor as in redis-server 7.0', () => {
  let real: RedisServer;
  let practice: Practice;
  let clients: readonly RespClient[];

  before(async () => {
    [real, practice] = await Promise.all([startRedisServer(), startPractice()]);
    clients = [practice.openStream(), await connectResp(real.port)];
  });
  after(async () => {
    for (const client of clients) client.close();
    await practice.close();
    await real.stop();
  });

  /** Sends the calls to both servers, then holds what `look` sees of ours to theirs. */
  async function same(calls: readonly string[], look: (client: RespClient) => Promise<unknown>): Promise<unknown> {
    for (const client of clients) for (const call of calls) await client.call(splitArguments(call));
    const [ours, theirs] = await Promise.all(clients.map(look));
    assert.deepEqual(ours, theirs);
    return ours;
  }

  /** The arguments and the client's name of every entry, the latest first. */
  const logged = async (client: RespClient): Promise<string[]> =>
    replyItems(await client.call(['SLOWLOG', 'GET', '-1'])).map((entry) => {
      const [, , , args, , name] = replyItems(entry);
      return `${replyText(name) ?? ''}: ${replyItems(args as Reply).map((arg) => replyText(arg)).join(' ')}`;
    });

  it('logs every call at threshold 0, with its arguments trimmed and its secrets left out', async () => {
    const many = Array.from({ length: 40 }, (_, index) => `m${index}`).join(' ');
    const entries = await same(
      [
        'CONFIG SET slowlog-log-slower-than 0', 'SLOWLOG RESET', 'CLIENT SETNAME me', 'SET a 1', `SET long ${'x'.repeat(300)}`, `SET exact ${'x'.repeat(128)}`, `SADD s ${many}`, `SADD s ${many.split(' ').slice(0, 30).join(' ')}`, `SADD s ${many.split(' ').slice(0, 31).join(' ')}`, 'GET', 'NOSUCH', 'MULTI', 'INCR a', 'EXEC', 'AUTH secret', 'CONFIG SET requirepass ""',
        'CONFIG SET masterauth secret', 'CONFIG SET masterauth ""', 'DEBUG SLEEP 0', 'SPOP nosuch', 'LPUSH a x', 'EVAL "redis.pcall(\'lpush\',\'a\',\'x\') return redis.call(\'get\',\'a\')" 0', 'BLPOP nosuch 0.01', 'RPUSH q a', 'BLPOP q 0', 'PING', 'get a',
      ],
      logged,
    );
    assert.ok(Array.isArray(entries) && entries.length > 10);
  });

  it('keeps slowlog-max-len entries, and none at a negative threshold', async () => {
    const length = async (client: RespClient): Promise<string> => printReply(await client.call(['SLOWLOG', 'LEN']));
    await same(['CONFIG SET slowlog-max-len 5', 'PING', 'PING', 'PING', 'PING', 'PING', 'PING', 'PING'], logged);
    await same(['CONFIG SET slowlog-max-len 2', 'PING'], length);
    await same(['CONFIG SET slowlog-max-len 0', 'PING'], length);
    await same(['CONFIG SET slowlog-max-len 128 slowlog-log-slower-than -1', 'SLOWLOG RESET', 'PING', 'DEBUG SLEEP 0.01'], length);
    await same(['CONFIG SET slowlog-log-slower-than 5000', 'PING', 'DEBUG SLEEP 0.01'], logged);
    await same(['CONFIG SET slowlog-log-slower-than 10000', 'SLOWLOG RESET'], logged);
    for (const call of ['SLOWLOG GET 0', 'SLOWLOG GET -2', 'SLOWLOG GET a', 'SLOWLOG GET 1 2', 'SLOWLOG RESET x', 'SLOWLOG LEN x', 'SLOWLOG']) {
      await same([], async (client) => printReply(await client.call(splitArguments(call))));
    }
  });

  it('counts and logs a call that blocks once it is answered, and as failed where that is an error', async () => {
    const seen = await Promise.all(clients.map(async (client, index) => {
      const waiter = index === 0 ? practice.openStream() : await connectResp(real.port);
      const ask = async (call: string): Promise<Reply> => await client.call(splitArguments(call));
      const id = replyText(await waiter.call(['CLIENT', 'ID'])) ?? '';
      const counts = async (name: string): Promise<string> => new RegExp(`cmdstat_${name}:(calls=\\d+).*(rejected.*)`).exec(replyText(await ask('INFO commandstats')) ?? '')?.slice(1).join(' ') ?? '';
      const facts: unknown[] = [];
      await ask('CONFIG SET slowlog-log-slower-than 0');
      await ask('CONFIG RESETSTAT');
      await ask('DEL l x');
      await ask('XGROUP CREATE x g $ MKSTREAM');
      for (const [call, then] of [['BLPOP l 0', 'LPUSH l a'], ['BLPOP l 0', `CLIENT UNBLOCK ${id} ERROR`], ['BLPOP l 0', `CLIENT UNBLOCK ${id}`], ['XREADGROUP GROUP g c BLOCK 0 STREAMS x >', 'XGROUP DESTROY x g']] as const) {
        const reply = waiter.call(splitArguments(call));
        while (!/blocked_clients:1/.test(replyText(await ask('INFO clients')) ?? '')) await new Promise((resolve) => setImmediate(resolve));
        facts.push(await counts(call.split(' ')[0]?.toLowerCase() ?? ''));
        for (const line of ['MULTI', then, 'SLOWLOG RESET', 'EXEC']) await ask(line);
        facts.push(printReply(await reply), await counts(call.split(' ')[0]?.toLowerCase() ?? ''), (await logged(client)).filter((line) => line.includes(call)));
      }
      facts.push(/errorstat_UNBLOCKED:\S+/.exec(replyText(await ask('INFO errorstats')) ?? '')?.[0], /total_error_replies:\d+/.exec(replyText(await ask('INFO stats')) ?? '')?.[0]);
      await ask('CONFIG SET slowlog-log-slower-than 10000');
      waiter.close();
      return facts;
    }));
    assert.deepEqual(seen[0], seen[1]);
    assert.match(JSON.stringify(seen[0]), /BLPOP l 0.*failed_calls=2/);
  });

  it('remembers what took long, with DEBUG SLEEP among it', async () => {
    const plain = (reply: Reply): string => printReply(reply).replace(/1\d{9}/g, 'TIME').replace(/integer (1\d|2\d)$/gm, 'MS');
    const ask = (call: string) => async (client: RespClient) => plain(await client.call(splitArguments(call)));
    const asked = ['LATENCY LATEST', 'LATENCY HISTORY command', 'LATENCY HISTORY nosuch', 'LATENCY DOCTOR', 'LATENCY RESET nosuch', 'LATENCY GRAPH nosuch', 'LATENCY GRAPH', 'LATENCY HISTORY', 'LATENCY BOGUS'];
    await same(['LATENCY RESET'], ask('LATENCY DOCTOR'));
    await same(['CONFIG SET latency-monitor-threshold 10'], ask('LATENCY DOCTOR'));
    for (const call of asked) await same([], ask(call));
    await same(['DEBUG SLEEP 0.012', 'PING'], ask('LATENCY LATEST'));
    for (const call of asked.filter((one) => one !== 'LATENCY DOCTOR')) await same([], ask(call));
    const graph = (client: RespClient): Promise<string> => client.call(['LATENCY', 'GRAPH', 'command']).then((reply) => (replyText(reply) ?? '').replace(/\d+ ms/g, 'MS'));
    assert.match(String(await same([], graph)), /^(txt:)?command - high MS, low MS \(all time high MS\)\n-{80}\n \n \n \n_\n \n0\ns\n$/);
    await same(['CONFIG SET latency-monitor-threshold 0'], ask('LATENCY RESET'));
    await same([], ask('LATENCY LATEST'));
  });

  it('tells a histogram of each command that was called', async () => {
    const calls = ['CONFIG RESETSTAT', 'SET k v', 'GET k', 'GET k', 'CONFIG GET nosuch', 'CONFIG SET hz 10'];
    const named = (reply: Reply): string => printReply(reply).replace(/histogram_usec"[^"]*/g, 'histogram').replace(/^ *integer \d+\n?/gm, '');
    for (const call of ['LATENCY HISTOGRAM get set', 'LATENCY HISTOGRAM GET', 'LATENCY HISTOGRAM nosuch', 'LATENCY HISTOGRAM config|get']) {
      await same(calls, async (client) => named(await client.call(splitArguments(call))));
    }
    for (const client of clients) {
      const [name, body] = replyItems(await client.call(['LATENCY', 'HISTOGRAM', 'get']));
      assert.equal(replyText(name), 'get');
      const [callsName, count, histogramName, steps] = replyItems(body);
      assert.deepEqual([callsName, count, histogramName].map((item) => replyText(item)), ['calls', '2', 'histogram_usec']);
      assert.equal(replyText(replyItems(steps as Reply).at(-1)), '2', 'all calls took no longer than the last step');
    }
  });
});
