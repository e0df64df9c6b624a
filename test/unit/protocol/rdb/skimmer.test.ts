import assert from 'node:assert/strict';
import { RdbError, latin1Kind } from '../../../../src/protocol/rdb/bytes.ts';
import { encodeDump, payloadBody } from '../../../../src/protocol/rdb/dump.ts';
import { createDumpedWriter } from '../../../../src/protocol/rdb/dumpedWriter.ts';
import { encodeDefaults } from '../../../../src/protocol/rdb/encodeValue.ts';
import { createRdbParser } from '../../../../src/protocol/rdb/parser.ts';
import { createRdbSkimmer, type RdbSummary } from '../../../../src/protocol/rdb/skimmer.ts';
import { seededRandom } from '../../../support/random.ts';
import { damage, everyValue } from '../../../support/rdbDamage.ts';

const source = Buffer.from('#!lua name=mylib\nredis.register_function("f", function() return 1 end)');
const PIECES = [1, 13, 1 << 20] as const;

/** A file of what DUMP of version 12 would answer for every kind of value, one with a time to live, in two databases. */
function file(compress: boolean): Buffer {
  const writer = createDumpedWriter(12);
  writer.aux('redis-ver', '7.4.0');
  writer.libraries(Buffer.concat([Buffer.from([0xf5, 0x40, source.length]), source, Buffer.alloc(10)]));
  writer.database(0, everyValue.length, 1);
  for (const [index, value] of everyValue.entries()) {
    if (index === 5) writer.database(3, 1, 0);
    const body = payloadBody(encodeDump(value, { ...encodeDefaults, version: 12, compress }));
    writer.key(Buffer.from(`key ${index}\xff`, 'latin1'), body[0] as number, index === 1 ? 1_800_000_000_000 : undefined);
    for (let at = 1; at < body.length; at += 1000) writer.value(body.subarray(at, at + 1000));
  }
  writer.end();
  return writer.take();
}

function skim(bytes: Buffer, piece: number): RdbSummary {
  const skimmer = createRdbSkimmer();
  for (let at = 0; at < bytes.length; at += piece) skimmer.push(bytes.subarray(at, at + piece));
  skimmer.finish();
  return skimmer.summary;
}

describe('the skimmer', () => {
  for (const compress of [false, true]) {
    it(`counts what the parser reads, however the file comes in pieces${compress ? ' (compressed)' : ''}`, () => {
      const bytes = file(compress);
      const parser = createRdbParser(latin1Kind);
      parser.push(bytes);
      parser.finish();
      const kinds: string[] = [];
      for (let record = parser.next(); record !== undefined; record = parser.next()) kinds.push(record.kind);
      assert.equal(kinds.filter((kind) => kind === 'key').length, everyValue.length);
      assert.equal(kinds.at(-1), 'end');
      for (const piece of PIECES) {
        assert.deepEqual(skim(bytes, piece), { version: 12, dialect: 'redis', keys: everyValue.length, libraries: 1, end: { checksum: true } });
      }
    });
  }

  it('finds every changed byte by the checksum, and every cut', () => {
    const bytes = file(true);
    const random = seededRandom(3);
    for (let round = 0; round < 300; round += 1) {
      const damaged = damage(bytes, random);
      if (damaged.equals(bytes)) continue;
      // Bytes behind the end are nobody's, and zeros for a checksum mean that there is none.
      if (damaged.subarray(0, bytes.length).equals(bytes)) continue;
      try {
        assert.notEqual(skim(damaged, 50).end?.checksum, true);
      } catch (error) {
        assert.ok(error instanceof RdbError, String(error));
      }
    }
    for (let end = 0; end < bytes.length; end += 97) assert.throws(() => skim(bytes.subarray(0, end), 4096), (error) => error instanceof RdbError && error.fault === 'truncated');
  });
});
