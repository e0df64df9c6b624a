import assert from 'node:assert/strict';
import { latin1Kind } from '../../../../src/protocol/rdb/bytes.ts';
import { encodeDump } from '../../../../src/protocol/rdb/dump.ts';
import { encodeDefaults } from '../../../../src/protocol/rdb/encodeValue.ts';
import { createRdbParser } from '../../../../src/protocol/rdb/parser.ts';
import type { RdbValue } from '../../../../src/protocol/rdb/value.ts';
import { startSnapshot } from '../../../../src/server/persistence/snapshot.ts';
import { findValue } from '../../../../src/server/store/database.ts';
import { frozenServer, type FrozenServer } from '../../../support/practiceServer.ts';
import { seededRandom, type Random } from '../../../support/random.ts';
import { sampleTypes, sampleValue } from '../../../support/rdbSamples.ts';
import { openRespClient, type RespClient } from '../../../support/respClient.ts';
import { fileOf, loadInto } from '../../../support/serverFile.ts';

const SEEDS = [1, 2, 3];

/** What a file holds: `database key` to payload and expiry. Throws for a key that is in it twice. */
function contents(file: Buffer): Map<string, string> {
  const parser = createRdbParser(latin1Kind);
  parser.push(file);
  parser.finish();
  const found = new Map<string, string>();
  let database = 0;
  for (let record = parser.next(); record !== undefined; record = parser.next()) {
    if (record.kind === 'database') database = record.index;
    if (record.kind !== 'key') continue;
    const name = `${database} ${record.key}`;
    assert.ok(!found.has(name), `${name} is there twice`);
    found.set(name, `${encodeDump(inOrder(record.value), { ...encodeDefaults, version: 12 }).toString('hex')} ${record.expireAt ?? 'stays'}`);
  }
  return found;
}

/** Tables are written in the order in which they are walked, and that may be another one by then; what changed meanwhile comes early. */
function inOrder(value: RdbValue<string>): RdbValue<string> {
  if (value.type === 'set') return { ...value, members: [...value.members].sort() };
  if (value.type === 'zset') return { ...value, members: value.members.toSorted((a, b) => (a.member < b.member ? -1 : 1)) };
  if (value.type !== 'hash' || value.compact) return value;
  const { pairs, expiries } = value;
  const fields = Array.from({ length: pairs.length / 2 }, (_, index) => ({ pair: [pairs[index * 2] ?? '', pairs[index * 2 + 1] ?? ''], expiry: expiries?.[index] }));
  fields.sort((a, b) => ((a.pair[0] ?? '') < (b.pair[0] ?? '') ? -1 : 1));
  return { ...value, pairs: fields.flatMap(({ pair }) => pair), ...(expiries === undefined ? {} : { expiries: fields.map(({ expiry }) => expiry) }) };
}

const key = (random: Random): string => `${random.pick(sampleTypes)}:${random.below(4)}`;

/** A change of any kind to some key, or to all. */
function change(random: Random): string[] {
  const at = key(random);
  return random.pick([
    ['SET', at, 'changed'], ['DEL', at], ['UNLINK', at], ['APPEND', at, 'x'], ['SETRANGE', at, '3', 'yy'], ['RENAME', at, key(random)], ['COPY', at, key(random), 'REPLACE'], ['MOVE', at, '2'],
    ['PEXPIRE', at, random.pick(['1', '100000'])], ['PERSIST', at], ['GETEX', at, 'EX', '100'], ['LPUSH', at, 'new'], ['RPOP', at], ['LTRIM', at, '1', '2'], ['SADD', at, 'new'], ['SPOP', at], ['HSET', at, 'new', '1'],
    ['HINCRBY', at, 'count', '1'], ['HPEXPIRE', at, '5', 'FIELDS', '1', 'new'], ['ZADD', at, '1', 'new'], ['ZPOPMIN', at], ['ZUNIONSTORE', at, '2', at, key(random)], ['SORT', at, 'ALPHA', 'STORE', key(random)], ['PFADD', at, 'new'],
    ['XADD', at, '*', 'f', 'v'], ['XTRIM', at, 'MAXLEN', '1'], ['XACK', at, 'group 1', '1-1'], ['XREADGROUP', 'GROUP', 'group 1', 'alice', 'STREAMS', at, '>'], ['XGROUP', 'DESTROY', at, 'group 1'], ['SET', `late:${random.below(1000)}`, 'x'],
    ...(random.oneIn(30) ? [['FLUSHDB'], ['SWAPDB', '0', '1'], ['FLUSHALL']] : []),
  ]);
}

const ELEMENTS = 2000;
const element = (random: Random): string => `element ${random.below(ELEMENTS * 1.2)}`;
const many = (random: Random): string[] => Array.from({ length: 1 + random.below(random.oneIn(10) ? 500 : 4) }, () => element(random));

/** A large value of each type under `large`, and changes of some of its elements. */
const large: Readonly<Record<string, { make(index: number): string[]; after?: readonly string[][]; change(random: Random): string[] }>> = {
  list: {
    make: (index) => ['RPUSH', 'large', `element ${index}`.padEnd(index % 50)],
    change: (random) => random.pick([
      ['LPUSH', 'large', ...many(random)], ['RPUSH', 'large', ...many(random)], ['LPOP', 'large', '3'], ['RPOP', 'large', '3'], ['LSET', 'large', `${random.below(100)}`, 'changed'], ['LREM', 'large', '0', element(random)],
      ['LINSERT', 'large', 'BEFORE', element(random), 'new'], ['LTRIM', 'large', '2', '-3'], ['LMOVE', 'large', 'large', 'LEFT', 'RIGHT'],
    ]),
  },
  set: {
    make: (index) => ['SADD', 'large', `element ${index}`],
    change: (random) => random.pick([['SADD', 'large', ...many(random)], ['SREM', 'large', ...many(random)], ['SPOP', 'large', '5'], ['SMOVE', 'large', 'other', element(random)], ['SREM', 'large', ...Array.from({ length: ELEMENTS / 4 }, () => element(random))]]),
  },
  zset: {
    make: (index) => ['ZADD', 'large', `${(index * 7) % 500}`, `element ${index}`],
    change: (random) => random.pick([
      ['ZADD', 'large', ...many(random).flatMap((member) => [`${random.below(500)}`, member])], ['ZREM', 'large', ...many(random)], ['ZINCRBY', 'large', `${random.below(300) - 150}`, element(random)],
      ['ZPOPMIN', 'large', '3'], ['ZPOPMAX', 'large', '3'], ['ZREMRANGEBYRANK', 'large', '20', '25'],
    ]),
  },
  hash: {
    make: (index) => ['HSET', 'large', `element ${index}`, `value ${index}`],
    change: (random) => random.pick([['HSET', 'large', ...many(random).flatMap((field) => [field, 'changed'])], ['HDEL', 'large', ...many(random)], ['HINCRBY', 'large', 'count', '1'], ['HEXPIRE', 'large', '100', 'FIELDS', '1', element(random)]]),
  },
  'hash of fields that expire': {
    make: (index) => ['HSET', 'large', `element ${index}`, `value ${index}`],
    after: Array.from({ length: 700 }, (_, index) => ['HPEXPIRE', 'large', `${index % 7 === 0 ? 30 + index : 1_000_000 + index}`, 'FIELDS', '1', `element ${index * 2}`]),
    change: (random) => random.pick([
      ['HSET', 'large', ...many(random).flatMap((field) => [field, 'changed'])], ['HDEL', 'large', ...many(random)], ['HGETALL', 'large'],
      ...[['HPEXPIRE', 'large', '777'], ['HPEXPIRE', 'large', '0'], ['HPERSIST', 'large'], ['HGETDEL', 'large'], ['HGETEX', 'large', 'PERSIST']].map((command) => [...command, 'FIELDS', '20', ...Array.from({ length: 20 }, () => element(random))]),
    ]),
  },
  stream: {
    make: (index) => ['XADD', 'large', `${index + 1}-1`, 'field', `value ${index}`],
    after: [
      ['XGROUP', 'CREATE', 'large', 'readers', '0'], ['XREADGROUP', 'GROUP', 'readers', 'alice', 'COUNT', '800', 'STREAMS', 'large', '>'], ['XREADGROUP', 'GROUP', 'readers', 'bob', 'COUNT', '400', 'STREAMS', 'large', '>'],
    ],
    change: (random) => random.pick([
      ['XADD', 'large', '*', 'other', 'value'], ['XDEL', 'large', ...many(random).map((text) => `${text.slice(8)}-1`)], ['XTRIM', 'large', 'MAXLEN', `${1900 - random.below(300)}`], ['XSETID', 'large', '99999999999999-1'],
      ['XACK', 'large', 'readers', ...many(random).map((text) => `${text.slice(8)}-1`)], ['XCLAIM', 'large', 'readers', 'carol', '0', ...many(random).map((text) => `${text.slice(8)}-1`)],
      ['XREADGROUP', 'GROUP', 'readers', 'bob', 'COUNT', '3', 'STREAMS', 'large', '>'], ['XREADGROUP', 'GROUP', 'readers', 'alice', 'COUNT', '3', 'STREAMS', 'large', `${random.below(500)}-0`],
      ['XAUTOCLAIM', 'large', 'readers', 'bob', '0', '0', 'COUNT', '5'], ['XGROUP', 'DELCONSUMER', 'large', 'readers', 'bob'], ['XGROUP', 'SETID', 'large', 'readers', '5-1'],
    ]),
  },
};

/** Changes of a key as a whole. */
const wholes = [['DEL', 'large'], ['UNLINK', 'large'], ['SET', 'large', 'other'], ['RENAME', 'large', 'renamed'], ['COPY', 'large', 'copied', 'REPLACE'], ['COPY', 'copied', 'large', 'REPLACE'], ['RENAME', 'renamed', 'large'], ['RENAME', 'small', 'large'], ['PEXPIRE', 'large', '1'],
  ['MOVE', 'large', '1'], ['FLUSHALL'], ['FLUSHDB'], ['SWAPDB', '0', '1']] as const;

describe('a snapshot', () => {
  let server: FrozenServer;
  let client: RespClient;

  beforeEach(() => {
    server = frozenServer();
    client = openRespClient(server.connect());
  });
  afterEach(async () => {
    client.close();
    await server.close();
  });

  for (const [seed, loaded] of SEEDS.flatMap((one) => [[one, false], [one, true]] as const)) {
    it(`holds the data of its instant, with changes of every kind between every two slices (seed ${seed}${loaded ? ', of values that were loaded and not looked at' : ''})`, async () => {
      const random = seededRandom(seed);
      for (const database of ['0', '1']) {
        await client.call(['SELECT', database]);
        for (let index = 0; index < 4; index += 1) for (const type of sampleTypes) for (const command of sampleValue(random, type, `${type}:${index}`)) await client.call(command);
        for (let index = 0; index < 20; index += 1) await client.call(['PEXPIREAT', key(random), String(1_700_000_000_000 + random.below(300))]);
        for (let index = 0; index < 5; index += 1) await client.call(['HPEXPIRE', `hash:${index}`, '100', 'FIELDS', '1', 'text 1']);
      }
      const expected = contents(fileOf(server));
      assert.ok(expected.size > 45);
      if (loaded) {
        const file = fileOf(server);
        client.close();
        await server.close();
        server = frozenServer();
        client = openRespClient(server.connect());
        loadInto(server, file);
      }

      const snapshot = startSnapshot(server.state, []);
      let slices = 0;
      while (snapshot.step(() => true)) {
        slices += 1;
        for (let count = random.below(3); count > 0; count -= 1) {
          if (random.oneIn(4)) await client.call(['SELECT', random.pick(['0', '1'])]);
          await client.call(change(random));
        }
        if (random.oneIn(5)) server.advance(random.below(20));
        if (random.oneIn(3)) server.cron();
      }
      const found = contents(snapshot.take());
      assert.ok(slices > 25, `${slices} slices`);
      assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
      for (const [name, value] of expected) assert.ok(found.get(name) === value, `${name} is not what it was`);
    });
  }

  for (const [type, { make, after = [], change: changeOf }] of Object.entries(large)) {
    for (const [when, touched] of [['while it is written', false], ['before that', true]] as const) {
      it(`holds a large ${type} of its instant, a few elements at a time, with a change between every two slices that begins ${when}`, async () => {
        for (const seed of [...SEEDS, 4, 5, 6]) {
          const random = seededRandom(seed);
          await client.call(['FLUSHALL']);
          for (let index = 0; index < ELEMENTS; index += 1) await client.call(make(index));
          for (const command of after) await client.call(command);
          await client.call(['PEXPIRE', 'large', '100000']);
          for (let index = 0; index < 50; index += 1) await client.call(['SET', `small:${index}`, `${index}`]);
          const expected = contents(fileOf(server));

          const snapshot = startSnapshot(server.state, []);
          let slices = 0;
          let written = snapshot.held();
          let atOnce = 0;
          if (touched) await client.call(changeOf(random));
          while (snapshot.step(() => true)) {
            slices += 1;
            atOnce = Math.max(atOnce, snapshot.held() - written);
            written = snapshot.held();
            await client.call(changeOf(random));
            await client.call(['SET', `small:${random.below(60)}`, 'changed']);
            if (random.oneIn(12)) await client.call(random.pick(wholes));
            if (random.oneIn(5)) server.advance(random.below(20));
            if (random.oneIn(3)) server.cron();
          }
          const found = contents(snapshot.take());
          assert.ok(slices > 60, `${slices} slices`);
          assert.ok(atOnce < 12_000, `${atOnce} bytes in one slice`);
          assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
          for (const [name, value] of expected) assert.ok(found.get(name) === value, `${name} is not what it was`);
        }
      });
    }
  }

  it('that is given up, or that fails, leaves nothing behind in the values that it was writing', async () => {
    await client.call(['SADD', 'large', ...Array.from({ length: ELEMENTS }, (_, index) => `element ${index}`)]);
    const snapshot = startSnapshot(server.state, []);
    while (snapshot.step(() => true) && snapshot.held() < 1000);
    const value = server.state.databases[0] && findValue(server.state.databases[0], 'large');
    assert.ok(value?.type === 'set' && value.body.encoding === 'hashtable');
    assert.ok(value.body.dict.keeper !== undefined);
    snapshot.stop();
    assert.equal(value.body.dict.keeper, undefined);
  });
});
