import assert from 'node:assert/strict';
import { bufferKind, latin1Kind } from '../../src/protocol/rdb/bytes.ts';
import { decodeDump, encodeDump, payloadBody } from '../../src/protocol/rdb/dump.ts';
import { encodeDefaults } from '../../src/protocol/rdb/encodeValue.ts';
import { seededRandom } from '../support/random.ts';
import { sampleTypes, sampleValue } from '../support/rdbSamples.ts';
import { connectResp, type Argument, type RespClient } from '../support/respClient.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';

const SEED = 4;
const ROUNDS = 12;

describe('DUMP payloads of a real server', () => {
  let server: RedisServer;
  let client: RespClient;

  const call = async (...args: Argument[]): Promise<Buffer | string> => {
    const reply = await client.call(args);
    assert.notEqual(reply.kind, 'error', `${args[0]?.toString()}: ${JSON.stringify(reply)}`);
    return 'bytes' in reply ? reply.bytes : JSON.stringify(reply, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  };
  const dump = async (key: string): Promise<Buffer> => {
    const payload = await call('DUMP', key);
    assert.ok(Buffer.isBuffer(payload));
    return payload;
  };

  /** All of a stream but how it is laid out in nodes. */
  const stream = async (key: string): Promise<string> => {
    const reply = await client.call(['XINFO', 'STREAM', key, 'FULL', 'COUNT', '0']);
    assert.ok(reply.kind === 'array', JSON.stringify(reply));
    return JSON.stringify(reply.items.filter((_, index) => ![2, 3, 4, 5].includes(index)));
  };

  before(async () => {
    server = await startRedisServer();
    client = await connectResp(server.port);
  });
  after(async () => {
    client.close();
    await server.stop();
  });

  for (const limits of ['large', 'small'] as const) {
    it(`are decoded and encoded again to equal values of every type (${limits} small encodings, seed ${SEED})`, async () => {
      const [entries, value] = limits === 'large' ? ['512', '5000'] : ['4', '10'];
      for (const type of ['hash', 'zset']) await call('CONFIG', 'SET', `${type}-max-listpack-entries`, entries, `${type}-max-listpack-value`, value);
      await call('CONFIG', 'SET', 'list-max-listpack-size', limits === 'large' ? '-2' : '3');
      const random = seededRandom(SEED);
      let same = 0;
      let count = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const type of sampleTypes) {
          await call('FLUSHALL');
          for (const command of sampleValue(random, type, 'k')) await call(...command);
          const payload = await dump('k');
          const encoded = encodeDump(decodeDump(payload, bufferKind));
          assert.deepEqual(encodeDump(decodeDump(payload, latin1Kind)), encoded, 'Buffers and text are one');
          for (const version of [9, 10] as const) {
            await call('RESTORE', 'copy', '0', encodeDump(decodeDump(payload, bufferKind), { ...encodeDefaults, version, compress: version === 10 }), 'REPLACE');
            assert.deepEqual(await call('DEBUG', 'DIGEST-VALUE', 'copy'), await call('DEBUG', 'DIGEST-VALUE', 'k'), `${type} of round ${round} in version ${version}`);
            if (type === 'stream' && version === 10) assert.ok(await stream('copy') === await stream('k'), `the stream of round ${round}`);
          }
          count += 1;
          if (payloadBody(await dump('copy')).equals(payloadBody(payload))) same += 1;
        }
      }
      assert.equal(count, ROUNDS * sampleTypes.length);
      assert.ok(same > count / 2, `${same} of ${count} have the very bytes`);
    });
  }

  it('have elements of every size about which their size behind them gets longer', async () => {
    await call('CONFIG', 'SET', 'list-max-listpack-size', '-5');
    await call('FLUSHALL');
    // The head of a string of 4096 bytes and more takes 5 bytes.
    for (const size of [125, 126, 16_383, 16_384, 2_097_151, 2_097_152].flatMap((limit) => [limit - 6, limit - 5, limit - 4])) {
      const text = Buffer.alloc(size, 'x');
      await call('XADD', 'stream', '*', 'f', text, 'g', 'behind it');
      await call('RPUSH', 'list', text, 'behind it');
    }
    for (const key of ['stream', 'list']) {
      const payload = await dump(key);
      const encoded = encodeDump(decodeDump(payload, latin1Kind), { ...encodeDefaults, listFill: -5 });
      await call('RESTORE', 'copy', '0', encoded, 'REPLACE');
      assert.deepEqual(await call('DEBUG', 'DIGEST-VALUE', 'copy'), await call('DEBUG', 'DIGEST-VALUE', key), key);
    }
  });
});
