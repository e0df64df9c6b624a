import assert from 'node:assert/strict';
import { differences, untilEqual, type DifferenceKind } from '../support/oracle.ts';
import { seededRandom } from '../support/random.ts';
import { sampleTypes, sampleValue } from '../support/rdbSamples.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp, type Argument, type RespClient } from '../support/respClient.ts';
import { replyText } from '../support/respReply.ts';

const library = (name: string, answer: string): readonly string[] => ['FUNCTION', 'LOAD', 'REPLACE', `#!lua name=${name}\nredis.register_function('${name}', function() return ${answer} end)`];

/** What both are told. */
const common: readonly (readonly Argument[])[] = [
  ['SET', 'string', 'v'], ['RPUSH', 'list', 'a', 'b'], ['SADD', 'set', 'a', 'b'], ['ZADD', 'zset', '1', 'a'], ['HSET', 'hash', 'f', 'v'],
  ['SET', 'expires', 'v', 'PXAT', '99999999999999'],
  ['XADD', 'stream', '1-1', 'f', 'v'], ['XADD', 'stream', '1-2', 'f', 'v'], ['XGROUP', 'CREATE', 'stream', 'g', '0'], ['XGROUP', 'CREATECONSUMER', 'stream', 'g', 'seen-time'],
  ['XCLAIM', 'stream', 'g', 'c', '0', '1-1', 'TIME', '5', 'FORCE', 'JUSTID'],
  ['SELECT', '3'], ['SET', 'there', 'v'], ['SELECT', '0'],
  library('one', '1'),
];

/** What only the second is told, and what then differs where. */
const cases: readonly (readonly [call: readonly Argument[], differs: DifferenceKind, key: string])[] = [
  [['SET', 'more', 'v'], 'missing', 'more'],
  [['DEL', 'string'], 'missing', 'string'],
  [['SET', 'string', 'w'], 'value', 'string'],
  [['RPUSH', 'list', 'c'], 'value', 'list'],
  [['SADD', 'set', 'c'], 'value', 'set'],
  [['ZADD', 'zset', '1.5', 'a'], 'value', 'zset'],
  [['HSET', 'hash', 'f', 'w'], 'value', 'hash'],
  [['PEXPIREAT', 'expires', '99999999999998'], 'expiry', 'expires'],
  [['PERSIST', 'expires'], 'expiry', 'expires'],
  [['PEXPIREAT', 'string', '99999999999999'], 'expiry', 'string'],
  [['XADD', 'stream', '1-3', 'f', 'v'], 'value', 'stream'],
  [['XSETID', 'stream', '9-9'], 'stream', 'stream'],
  [['XDEL', 'stream', '1-2'], 'stream', 'stream'],
  [['XGROUP', 'CREATE', 'stream', 'h', '0'], 'stream', 'stream'],
  [['XGROUP', 'SETID', 'stream', 'g', '1-2'], 'stream', 'stream'],
  [['XGROUP', 'CREATECONSUMER', 'stream', 'g', 'd'], 'stream', 'stream'],
  [['XGROUP', 'DELCONSUMER', 'stream', 'g', 'seen-time'], 'stream', 'stream'],
  [['XACK', 'stream', 'g', '1-1'], 'stream', 'stream'],
  [['XCLAIM', 'stream', 'g', 'c', '0', '1-1', 'TIME', '6', 'FORCE', 'JUSTID'], 'stream', 'stream'],
  [['XCLAIM', 'stream', 'g', 'c', '0', '1-1', 'TIME', '5', 'RETRYCOUNT', '7', 'JUSTID'], 'stream', 'stream'],
  [['XCLAIM', 'stream', 'g', 'd', '0', '1-1', 'TIME', '5', 'JUSTID'], 'stream', 'stream'],
  [library('two', '2'), 'functions', 'two'],
  [library('one', '2'), 'functions', 'one'],
  [['FUNCTION', 'FLUSH'], 'functions', 'one'],
  [['MOVE', 'string', '3'], 'missing', 'string'],
  [['SWAPDB', '0', '3'], 'missing', 'there'],
];

describe('The oracle of equal data', () => {
  let servers: readonly RedisServer[];
  let clients: readonly [RespClient, RespClient];

  before(async () => {
    servers = await Promise.all([startRedisServer(), startRedisServer()]);
    clients = [await connectResp(servers[0]?.port ?? 0), await connectResp(servers[1]?.port ?? 0)];
  });
  after(async () => {
    for (const client of clients) client.close();
    await Promise.all(servers.map((server) => server.stop()));
  });
  beforeEach(async () => {
    for (const client of clients) for (const call of [['FLUSHALL'], ['FUNCTION', 'FLUSH']]) await client.call(call);
  });

  async function tell(client: RespClient, call: readonly Argument[]): Promise<void> {
    const reply = await client.call(call);
    assert.notEqual(reply.kind, 'error', replyText(reply));
  }

  it('finds nothing where there is nothing, and where the same was done in another order', async () => {
    assert.deepEqual(await differences(...clients), []);
    for (const client of clients) for (const call of common) await tell(client, call);
    const libraries = ['a', 'b', 'c', 'd', 'e'];
    for (const name of libraries) await tell(clients[0], library(name, '0'));
    for (const name of libraries.reverse()) await tell(clients[1], library(name, '0'));
    assert.deepEqual(await differences(...clients), []);
  });

  it('finds nothing between a server and its replica', async () => {
    const random = seededRandom(5);
    for (let index = 0; index < 60; index += 1) await Promise.all(sampleValue(random, random.pick(sampleTypes), `k\0${index}`).map((call) => clients[0].call(call)));
    await clients[0].call(['CONFIG', 'SET', 'repl-diskless-sync-delay', '0']);
    await tell(clients[1], ['REPLICAOF', '127.0.0.1', String(servers[0]?.port)]);
    await untilEqual(...clients);
    await tell(clients[0], ['XADD', 's', '*', 'f', 'v']);
    await tell(clients[0], ['XGROUP', 'CREATE', 's', 'g', '0']);
    await tell(clients[0], ['XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 's', '>']);
    await untilEqual(...clients, { streamed: true });
    assert.deepEqual((await differences(...clients)).map(({ kind, key }) => [kind, key]), [['stream', 's']]);
    await tell(clients[1], ['REPLICAOF', 'NO', 'ONE']);
  });

  for (const [call, kind, key] of cases) {
    it(`sees ${call.join(' ').replace(/\n[^]*/, '')}`, async () => {
      for (const client of clients) for (const one of common) await tell(client, one);
      assert.deepEqual(await differences(...clients), []);
      await tell(clients[1], call);
      const found = await differences(...clients);
      assert.ok(found.some((one) => one.kind === kind && one.key === key), JSON.stringify(found));
      await assert.rejects(untilEqual(...clients, { patience: 0 }), /the data differ/);
    });
  }
});
