import assert from 'node:assert/strict';
import { RdbError, latin1Kind } from '../../../../src/protocol/rdb/bytes.ts';
import { crc64 } from '../../../../src/protocol/rdb/crc64.ts';
import { createRdbParser, type RdbRecord } from '../../../../src/protocol/rdb/parser.ts';
import { createRdbSkimmer } from '../../../../src/protocol/rdb/skimmer.ts';

/** A file of hexadecimal pieces between a magic and, where the version has one, its checksum. */
function file(magic: string, ...pieces: string[]): Buffer {
  const bytes = Buffer.concat([Buffer.from(magic), Buffer.from(pieces.join('').replaceAll(' ', ''), 'hex')]);
  return Number(magic.slice(-3)) < 5 ? bytes : Buffer.concat([bytes, crc64(bytes)]);
}

/** Its records, and what the skimmer counts must agree; pieces of one byte. */
function records(bytes: Buffer): RdbRecord<string>[] {
  const parser = createRdbParser(latin1Kind);
  const skimmer = createRdbSkimmer();
  const found: RdbRecord<string>[] = [];
  const drain = (): void => {
    for (let record = parser.next(); record !== undefined; record = parser.next()) found.push(record);
  };
  for (const byte of bytes) {
    parser.push(Buffer.of(byte));
    skimmer.push(Buffer.of(byte));
    drain();
  }
  parser.finish();
  skimmer.finish();
  drain();
  assert.equal(skimmer.summary.keys, found.filter(({ kind }) => kind === 'key').length);
  return found;
}

/** Key, value and what is said about them. */
const keysOf = (bytes: Buffer): unknown[] => records(bytes).flatMap((record) => (record.kind === 'key' ? [[record.key, record.value, record.expireAt, record.idle, record.frequency]] : []));
const refused = (bytes: Buffer, fault: string, ...texts: string[]) => assert.throws(() => records(bytes), (error) => error instanceof RdbError && error.fault === fault && texts.every((text) => error.message.includes(text)));
const text = (value: string): unknown => ({ type: 'string', value });

describe('RDB files', () => {
  it('of Redis 1 to 2.4 have no checksum, and times in seconds', () => {
    const bytes = file('REDIS0001', 'fe00', 'fd 15cd5b07 00 0161 0178', '01 016c 02 0179 c001', '03 017a 01 016d 03312e35', 'ff');
    assert.deepEqual(keysOf(bytes), [
      ['a', text('x'), 123_456_789_000, undefined, undefined], ['l', { type: 'list', items: ['y', '1'] }, undefined, undefined, undefined],
      ['z', { type: 'zset', compact: false, members: [{ member: 'm', score: 1.5 }] }, undefined, undefined, undefined],
    ]);
    assert.deepEqual(records(bytes).at(-1), { kind: 'end', checksum: false });
  });

  it('may have lengths of 32 and 64 bits, and zeros for a checksum', () => {
    const bytes = file('REDIS0008', 'fb 80000000ff 8100000000000000ff', '00 8000000001 61 810000000000000002 7879', 'ff');
    assert.deepEqual(keysOf(bytes), [['a', text('xy'), undefined, undefined, undefined]]);
    bytes.fill(0, bytes.length - 8);
    assert.deepEqual(records(bytes).at(-1), { kind: 'end', checksum: false });
    assert.deepEqual(records(bytes)[1], { kind: 'size', keys: 255, expires: 255 });
  });

  it('of Redis 5 to 7.2 say when a key was used and how often, and what modules keep beside keys', () => {
    const bytes = file('REDIS0011', 'f7 81 1d2b3c4d5e6f7081 02 02 05 03616263 00', 'f8 4e20 00 0161 0178', 'fc 40420f0000000000 f9 ff 14 0173 0c 0c000000 0200 816102 0501 ff', 'ff');
    assert.deepEqual(keysOf(bytes), [['a', text('x'), undefined, 3616, undefined], ['s', { type: 'set', compact: true, members: ['a', '5'] }, 1_000_000, undefined, 255]]);
    assert.equal(records(bytes)[1]?.kind, 'moduleAux');
  });

  it('of Redis 7.4 and 8 tell of slots, and when fields expire', () => {
    const bytes = file('REDIS0012', 'f4 5dd6 01 00', '18 0168 e803000000000000 02 01 0166 0176 00 0167 0177', '16 0169 01 43e8 0166 0176', '17 016a 10 10000000 0300 816602 817602 c3e802 ff', 'ff');
    const hash = (compact: boolean, expiries: (number | undefined)[]): unknown => ({ type: 'hash', compact, pairs: ['f', 'v', ...(expiries.length > 1 ? ['g', 'w'] : [])], expiries });
    assert.deepEqual(keysOf(bytes), [
      ['h', hash(false, [1000, undefined]), undefined, undefined, undefined], ['i', hash(false, [1000]), undefined, undefined, undefined], ['j', hash(true, [1000]), undefined, undefined, undefined],
    ]);
    assert.deepEqual(records(bytes)[1], { kind: 'slot', slot: 7638, keys: 1, expires: 0 });
  });

  it('of Redis 8.6 may say what modules keep about a key, between its time and its type', () => {
    const bytes = file('REDIS0013', 'fc 40420f0000000000 f3 01 6d657461 05 03616263 00 f8 05 00 0161 0178', 'ff');
    assert.deepEqual(keysOf(bytes), [['a', text('x'), 1_000_000, 5, undefined]]);
    refused(file('REDIS0012', 'f3 01 6d657461 00 00 0161 0178 ff'), 'unsupported', '243');
  });

  it('of Valkey 9 have a magic, a number of 22 and an opcode of 243 of their own', () => {
    const bytes = file('VALKEY080', 'fa 0a76616c6b65792d766572 05392e302e30', 'fe00', '16 0168 02 0166 0176 e803000000000000 0167 0177 ffffffffffffffff', 'ff');
    assert.deepEqual(records(bytes).slice(0, 2), [{ kind: 'header', version: 80, dialect: 'valkey' }, { kind: 'aux', name: 'valkey-ver', value: '9.0.0' }]);
    assert.deepEqual(keysOf(bytes), [['h', { type: 'hash', compact: false, pairs: ['f', 'v', 'g', 'w'], expiries: [1000, undefined] }, undefined, undefined, undefined]]);
    refused(file('VALKEY080', 'f3 01 6d657461 00 00 0161 0178 ff'), 'unsupported', '243');
    refused(file('VALKEY080', '17 0168 00 ff'), 'unsupported', '23', 'Valkey', '"h"');
  });

  it('of what nobody knows are refused by name', () => {
    refused(file('REDIS0014', 'ff'), 'unsupported', '14');
    refused(file('VALKEY081', 'ff'), 'unsupported', '81');
    refused(file('REDIS0000', 'ff'), 'unsupported', '0');
    refused(file('REDIS0010', 'f6 03616263 ff'), 'unsupported', '246', 'release candidate');
    refused(file('REDIS0010', '1b 0161 00 ff'), 'unsupported', '27', '"a"');
    refused(file('REDIS0010', '06 0161 00 ff'), 'unsupported', '6', '"a"');
    refused(file('REDIS0010', 'fc 40420f0000000000 ff'), 'corrupt', 'without a key');
  });
});
