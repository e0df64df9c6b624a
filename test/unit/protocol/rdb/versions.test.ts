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
    drain();
  }
  parser.finish();
  drain();
  for (const byte of bytes) skimmer.push(Buffer.of(byte));
  skimmer.finish();
  assert.equal(skimmer.summary.keys, found.filter(({ kind }) => kind === 'key').length);
  return found;
}

/** Key, value and what is said about them. */
const keysOf = (bytes: Buffer): unknown[] => records(bytes).flatMap((record) => (record.kind === 'key' ? [[record.key, record.value, record.expireAt, record.idle, record.frequency]] : []));

/** The error that a file is refused with. */
function refused(bytes: Buffer, fault: string, ...texts: string[]): RdbError {
  try {
    records(bytes);
  } catch (error) {
    assert.ok(error instanceof RdbError, String(error));
    assert.equal(error.fault, fault, error.message);
    for (const text of texts) assert.ok(error.message.includes(text), `${error.message}: ${text}`);
    return error;
  }
  assert.fail('it was read');
}

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
    // The import of two ranges of slots.
    const importing = file('VALKEY080', 'f3 03 6a6f62 02 00 05 4064 407f', 'fe00', '00 0161 0178', 'ff');
    assert.deepEqual([records(importing)[1], keysOf(importing)], [{ kind: 'slotImport', job: 'job' }, [['a', text('x'), undefined, undefined, undefined]]]);
    refused(file('VALKEY080', 'f2 03 6a6f62 ff'), 'unsupported', '242', 'version 80 of Valkey');
    refused(file('VALKEY080', '17 0168 00 ff'), 'unsupported', '23', 'Valkey', '"h"');
  });

  it('of what nobody knows are refused by name', () => {
    refused(file('REDIS0014', 'ff'), 'unsupported', '14');
    refused(file('VALKEY081', 'ff'), 'unsupported', '81');
    refused(file('REDIS0000', 'ff'), 'unsupported', '0');
    for (const [type, name] of [['1b', '27'], ['06', '6'], ['6b', '107'], ['08', '8']] as const) {
      const error = refused(file('REDIS0010', `00 0162 00 ${type} 0161 00 ff`), 'unsupported', name, 'version 10 of Redis', '"a"');
      assert.deepEqual([error.offset, error.type], [13, Number(name)], 'of the type');
    }
    for (const type of ['17', '18', '19', '1a']) refused(file('VALKEY080', `${type} 0161 00 ff`), 'unsupported', `${parseInt(type, 16)}`, 'version 80 of Valkey', '"a"');
    // What stands behind it need not be a name: it is not waited for.
    refused(file('REDIS0010', '6b 80ffffffff ff'), 'unsupported', '107');
    refused(file('REDIS0010', '6b c4 ff'), 'unsupported', '107');
    refused(file('REDIS0010', 'f1 00 ff'), 'unsupported', '241', 'version 10 of Redis');
    refused(file('REDIS0010', 'fc 40420f0000000000 ff'), 'corrupt', 'without a key');
  });

  it('that were written by release candidates of Redis 7.0 have the name of a library beside its code', () => {
    const [, ...found] = records(file('REDIS0010', 'f6 03 6c6962 03 4c5541 00 04 636f6465', 'f6 03 6c6963 03 4c5541 01 05 61626f7574 04 636f6465', 'ff'));
    assert.deepEqual(found.slice(0, 2), [{ kind: 'function', source: '#!LUA name=lib\ncode' }, { kind: 'function', source: '#!LUA name=lic\ncode' }]);
  });

  it('have keys that never expire where the time is -1, as Redis reads it', () => {
    const keys = keysOf(file('REDIS0009', 'fc ffffffffffffffff 00 0161 0178', 'fd ffffffff 00 0162 0178', 'ff'));
    assert.deepEqual(keys, [['a', text('x'), undefined, undefined, undefined], ['b', text('x'), -1000, undefined, undefined]]);
  });

  it('of KeyDB have something about a key between its time and its type', () => {
    const keys = keysOf(file('REDIS0009', 'fc e803000000000000 f9 07 fa 0474696d65 0131', '00 0161 0178', '00 0162 0178', 'fa 0474696d65 0131', '00 0163 0178', 'ff'));
    assert.deepEqual(keys, [['a', text('x'), 1000, undefined, 7], ['b', text('x'), undefined, undefined, undefined], ['c', text('x'), undefined, undefined, undefined]]);
    refused(file('REDIS0009', 'fc e803000000000000 fa 0474696d65 0131 ff'), 'corrupt', 'without a key');
  });

  it('that end too early say where', () => {
    const whole = file('REDIS0009', '00 0161 0178', 'ff');
    for (const [length, where] of [[0, 'before they begin'], [5, 'first nine bytes'], [9, 'a key or their end'], [12, 'middle of a value'], [14, 'a key or their end'], [15, 'checksum'], [22, 'checksum']] as const) {
      assert.equal(refused(whole.subarray(0, length), 'truncated', where).offset, length);
    }
    for (const other of ['{}', 'REDIX', 'REDIS00', 'x']) refused(Buffer.from(other), other === 'REDIS00' ? 'truncated' : 'corrupt');
  });

  it('of a known size are not read on for a value that would go beyond it', () => {
    for (const value of ['00 0161 80ffffffff', '01 0161 80ffffffff', '00 80ffffffff', '10 0161 80ffffffff', '00 0161 c3 8000ffffff 8000ffffff']) {
      const bytes = file('REDIS0009', value);
      const parser = createRdbParser(latin1Kind, latin1Kind, 1000);
      parser.push(bytes);
      assert.equal(parser.next()?.kind, 'header');
      assert.throws(() => parser.next(), (error) => error instanceof RdbError && error.fault === 'truncated' && error.offset === 1000, value);
    }
  });

  it('have no small sets and hashes of nothing, and no streams that lack their entries', () => {
    for (const body of ['0b 0161 08 02000000 00000000', '09 0161 02 00ff', '0f 0161 00 03 05 00 00']) refused(file('REDIS0009', body, 'ff'), 'corrupt', '"a"');
    const group = (pending: string): string => `0f 0161 00 00 05 00 01 0167 05 00 ${pending} 00`;
    const entry = '0000000000000001 0000000000000000 e803000000000000 01';
    refused(file('REDIS0009', group(`02 ${entry} ${entry}`), 'ff'), 'corrupt', 'pending twice');
  });
});
