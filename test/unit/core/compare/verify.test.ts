import assert from 'node:assert/strict';
import { compareAll } from '../../../../src/core/compare/verify.ts';
import { createReader } from '../../../../src/core/transfer/reader.ts';
import { createListPages, createScanPages, type NamePages } from '../../../../src/core/transfer/namePages.ts';
import { createWire, type Wire } from '../../../../src/core/transfer/wire.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { connectResp, type Argument, type RespClient } from '../../../support/respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const everything = { pattern: undefined, types: undefined };

/** A value of each type. */
const values: readonly (readonly Argument[])[] = [
  ['SET', 'string', 'abc'],
  ['RPUSH', 'list', 'a', 'b', 'c'],
  ['SADD', 'set', 'a', 'b', 'c'],
  ['SADD', 'numbers', '1', '2'],
  ['ZADD', 'zset', '1', 'a', '2', 'b'],
  ['HSET', 'hash', 'a', '1', 'b', '2'],
  ['XADD', 'stream', '1-1', 'a', '1'],
  ['XADD', 'stream', '2-1', 'a', '2'],
  ['XGROUP', 'CREATE', 'stream', 'readers', '0'],
  ['XREADGROUP', 'GROUP', 'readers', 'ann', 'COUNT', '1', 'STREAMS', 'stream', '>'],
  ['SET', 'ending', 'x', 'PXAT', '4102444800000'],
];

/** One change of the copy for each, and how it is called. */
const damages: readonly (readonly [string, readonly Argument[], string])[] = [
  ['one byte of a string', ['SETRANGE', 'string', '1', 'x'], 'value string'],
  ['the order of a list', ['LSET', 'list', '0', 'x'], 'value list'],
  ['one extra member of a set', ['SADD', 'set', 'd'], 'value set'],
  ['one member of an intset', ['SREM', 'numbers', '2'], 'value numbers'],
  ['a score', ['ZADD', 'zset', '1.0000000000000002', 'a'], 'value zset'],
  ['a field', ['HSET', 'hash', 'b', '3'], 'value hash'],
  ['one time to live', ['PEXPIREAT', 'ending', '4102444800001'], 'expiry ending'],
  ['a key that is to stay', ['PERSIST', 'ending'], 'expiry ending'],
  ['one missing stream group', ['XGROUP', 'DESTROY', 'stream', 'readers'], 'groups stream'],
  ['one entry that is pending no more', ['XACK', 'stream', 'readers', '1-1'], 'groups stream'],
  ['one consumer', ['XGROUP', 'CREATECONSUMER', 'stream', 'readers', 'bob'], 'groups stream'],
  ['where a group stands', ['XGROUP', 'SETID', 'stream', 'readers', '2-1'], 'groups stream'],
  ['the last ID of a stream', ['XSETID', 'stream', '3-1'], 'stream stream'],
  ['an entry', ['XADD', 'stream', '4-1', 'a', 'b'], 'value stream'],
  ['one extra key', ['SET', 'more', 'x'], 'extra more'],
  ['one missing key', ['DEL', 'hash'], 'missing hash'],
  ['another type', ['RENAME', 'list', 'set'], 'missing list, type set'],
];

describe('a comparison of two databases', () => {
  let servers: RedisServer[];
  let clients: [RespClient, RespClient];
  let sessions: TestSessions;
  const wires: Wire[] = [];
  /** @param names of the source, all of whose keys those are */
  const differences = async (names: NamePages = createScanPages(everything, 3), whole = false): Promise<string> => {
    const [source, target] = await Promise.all(servers.map(async (server) => createWire(await sessions.openChannel(testProfile(server), 0, 'copy'), { where: 'the server', signal: new AbortController().signal, patience: 10_000 }))) as [Wire, Wire];
    wires.push(source, target);
    const found = await compareAll(await createReader(source), await createReader(target), names, createScanPages(everything, 3), {
      rename: (name) => name, original: (name) => name, largest: 1e6, large: () => Promise.resolve(undefined), seeds: [3, 4], whole, onProgress: () => undefined,
    });
    return found.differences.map(({ name, kind }) => `${kind} ${name.toString()}`).sort().join(', ');
  };

  before(async () => {
    sessions = createTestSessions();
    // Small values of the one are in other encodings than those of the other.
    servers = await Promise.all([startRedisServer(), startRedisServer(['--hash-max-listpack-entries', '1', '--zset-max-listpack-entries', '1', '--set-max-intset-entries', '1', '--list-max-listpack-size', '1', '--rdbcompression', 'no'])]);
    clients = await Promise.all(servers.map(({ port }) => connectResp(port))) as [RespClient, RespClient];
  });
  beforeEach(async () => {
    for (const client of clients) {
      await client.call(['FLUSHALL']);
      for (const command of values) assert.notEqual((await client.call(command)).kind, 'error');
    }
    // The time of a delivery is each server's own: the group is copied.
    const payload = await clients[0].call(['DUMP', 'stream']);
    assert.ok(payload.kind === 'bulk');
    assert.notEqual((await clients[1].call(['RESTORE', 'stream', '0', payload.bytes, 'REPLACE'])).kind, 'error');
  });
  after(async () => {
    for (const one of [...wires, ...clients]) one.close();
    await sessions.dispose();
    for (const server of servers) await server.stop();
  });

  it('finds none where values are the same in other encodings', async () => {
    assert.equal(await differences(), '');
  });
  it('finds a key beyond where another one was met that both sides lack by then', async () => {
    await clients[1].call(['SET', 'more', 'x']);
    const names = ['string', 'list', 'set', 'numbers', 'zset', 'hash', 'stream', 'ending', 'gone'].map((name) => Buffer.from(name));
    assert.equal(await differences(createListPages(names, 3), true), 'extra more');
  });
  for (const [what, command, expected] of damages) {
    it(`finds ${what}`, async () => {
      assert.notEqual((await clients[1].call(command)).kind, 'error');
      assert.equal(await differences(), expected);
    });
  }
});
