import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { RdbError, bufferKind } from '../../src/protocol/rdb/bytes.ts';
import { encodeDefaults } from '../../src/protocol/rdb/encodeValue.ts';
import { createRdbParser, type RdbRecord } from '../../src/protocol/rdb/parser.ts';
import { createRdbWriter } from '../../src/protocol/rdb/writer.ts';
import { seededRandom } from '../support/random.ts';
import { sampleTypes, sampleValue } from '../support/rdbSamples.ts';
import { connectResp, type RespClient } from '../support/respClient.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';

const SEED = 11;
const run = promisify(execFile);

/** All records of a file that comes in pieces of `size` bytes. */
function parse(file: Buffer, size: number): RdbRecord<Buffer>[] {
  const parser = createRdbParser(bufferKind);
  const records: RdbRecord<Buffer>[] = [];
  const drain = (): void => {
    for (let record = parser.next(); record !== undefined; record = parser.next()) records.push(record);
  };
  for (let at = 0; at < file.length; at += size) {
    parser.push(file.subarray(at, at + size));
    drain();
  }
  parser.finish();
  drain();
  return records;
}

/** The file that these records make. */
function write(records: readonly RdbRecord<Buffer>[]): Buffer {
  const writer = createRdbWriter<Buffer>(encodeDefaults);
  const pieces: Buffer[] = [];
  records.forEach((record, index) => {
    switch (record.kind) {
      case 'aux': return writer.aux(record.name.toString(), record.value.toString());
      case 'function': return writer.library(record.source);
      case 'key': return writer.key({ key: record.key, value: record.value, expireAt: record.expireAt });
      case 'end': return writer.end();
      case 'database': {
        const size = records[index + 1];
        return size?.kind === 'size' ? writer.database(record.index, Number(size.keys), Number(size.expires)) : assert.fail('a database without its size');
      }
      default:
    }
    if (writer.held() > 1000) pieces.push(writer.take());
  });
  return Buffer.concat([...pieces, writer.take()]);
}

describe('a dump.rdb of a real server', () => {
  let server: RedisServer;
  let client: RespClient;
  let file: Buffer;
  let digest: string;

  before(async () => {
    server = await startRedisServer();
    client = await connectResp(server.port);
    const random = seededRandom(SEED);
    for (const database of ['0', '3']) {
      await client.call(['SELECT', database]);
      for (let index = 0; index < 8; index += 1) for (const type of sampleTypes) for (const command of sampleValue(random, type, `${type}:${index}`)) await client.call(command);
      for (let index = 0; index < 8; index += 1) await client.call(['PEXPIREAT', `${random.pick(sampleTypes)}:${index}`, '33300000000123']);
    }
    await client.call(['FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('f', function() return 1 end)"]);
    await client.call(['SAVE']);
    file = await readFile(join(server.dir, 'dump.rdb'));
    digest = await server.cli('DEBUG', 'DIGEST');
  });
  after(async () => {
    client.close();
    await server.stop();
  });

  it(`is read whole, in pieces of any size, to the same records (seed ${SEED})`, () => {
    const whole = parse(file, file.length);
    assert.equal(whole.filter(({ kind }) => kind === 'key').length, sampleTypes.length * 8 * 2);
    assert.deepEqual(whole.at(-1), { kind: 'end', checksum: true });
    for (const size of [4096, 777]) assert.deepEqual(parse(file, size), whole);
  });

  it('is written again to a file that redis-check-rdb and redis-server accept, and whose data are equal', async () => {
    const again = write(parse(file, file.length));
    await writeFile(join(server.dir, 'dump.rdb'), again);
    const { stdout } = await run('redis-check-rdb', [join(server.dir, 'dump.rdb')]);
    assert.match(stdout, /RDB looks OK/);
    await client.call(['DEBUG', 'RELOAD', 'NOSAVE']);
    assert.equal(await server.cli('DEBUG', 'DIGEST'), digest);
    assert.match(await server.cli('FUNCTION', 'LIST'), /lib/);
  });

  it('that was cut is read up to the cut, and the error says where', () => {
    const whole = parse(file, file.length);
    const cut = file.length - 1000;
    const parser = createRdbParser(bufferKind);
    parser.push(file.subarray(0, cut));
    parser.finish();
    const records: RdbRecord<Buffer>[] = [];
    assert.throws(() => {
      for (let record = parser.next(); record !== undefined; record = parser.next()) records.push(record);
    }, (error) => error instanceof RdbError && error.fault === 'truncated' && error.offset === cut && error.message.includes('(key '));
    assert.deepEqual(records, whole.slice(0, records.length));
    assert.ok(records.length > whole.length / 2);
  });

  it('with a byte changed is refused at the latest by its checksum', () => {
    const random = seededRandom(SEED);
    for (let round = 0; round < 200; round += 1) {
      const changed = Buffer.from(file);
      const at = 9 + random.below(file.length - 9);
      changed[at] = (changed[at] as number) ^ (1 + random.below(255));
      assert.throws(() => parse(changed, changed.length), (error) => error instanceof RdbError && error.offset <= file.length, `byte ${at}`);
    }
  });
});
