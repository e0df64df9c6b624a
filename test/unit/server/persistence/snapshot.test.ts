import assert from 'node:assert/strict';
import { latin1Kind } from '../../../../src/protocol/rdb/bytes.ts';
import { encodeDump } from '../../../../src/protocol/rdb/dump.ts';
import { encodeDefaults } from '../../../../src/protocol/rdb/encodeValue.ts';
import { createRdbParser } from '../../../../src/protocol/rdb/parser.ts';
import { startSnapshot } from '../../../../src/server/persistence/snapshot.ts';
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
    // Tables are written in the order in which they are walked, and that may be another one by then.
    const { value } = record;
    const sorted = value.type === 'set' ? { ...value, members: [...value.members].sort() } : value.type === 'hash' && !value.compact ? { ...value, pairs: pairsInOrder(value.pairs) } : value;
    found.set(name, `${encodeDump(sorted, { ...encodeDefaults, version: 12 }).toString('hex')} ${record.expireAt ?? 'stays'}`);
  }
  return found;
}

function pairsInOrder(pairs: readonly string[]): string[] {
  const entries = Array.from({ length: pairs.length / 2 }, (_, index) => [pairs[index * 2] ?? '', pairs[index * 2 + 1] ?? ''] as const);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1)).flat();
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

describe('a snapshot', function () {
  this.timeout(20_000);
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
});
