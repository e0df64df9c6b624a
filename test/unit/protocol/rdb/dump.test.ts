import assert from 'node:assert/strict';
import { RdbError, bufferKind, latin1Kind } from '../../../../src/protocol/rdb/bytes.ts';
import { closePayload, decodeDump, encodeDump, payloadVersion } from '../../../../src/protocol/rdb/dump.ts';
import { encodeDefaults } from '../../../../src/protocol/rdb/encodeValue.ts';
import type { RdbValue } from '../../../../src/protocol/rdb/value.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const decodeBody = (body: string, version = 10): RdbValue<string> => decodeDump(closePayload(hex(body), version), latin1Kind);

/** Payloads that redis-server 7.0.15 answered to DUMP. */
const recorded: readonly (readonly [payload: string, value: RdbValue<string>])[] = [
  ['00 c07b 0a00 48e253e1007a67b9', { type: 'string', value: '123' }],
  ['00 c17fff 0a00 1760822854808480', { type: 'string', value: '-129' }],
  ['00 c2ffffff7f 0a00 2c74e59ee02eada1', { type: 'string', value: '2147483647' }],
  ['00 0a32313437343833363438 0a00 e7b129a34c1d76ee', { type: 'string', value: '2147483648' }],
  ['00 0568656c6c6f 0a00 6372df766534200a', { type: 'string', value: 'hello' }],
  ['00 03303037 0a00 7258e27b4c69bad9', { type: 'string', value: '007' }],
  ['00 00 0a00 5d9b5c400f7fa2da', { type: 'string', value: '' }],
  ['0b 14 04000000 03000000 01000000 02000000 70110100 0a00 85d5c1065b1dd055', { type: 'set', compact: true, members: ['1', '2', '70000'] }],
  ['10 12 12000000 0400 816602 817602 816e02 0a01 ff 0a00 45f842d8ea0693ca', { type: 'hash', compact: true, pairs: ['f', 'v', 'n', '10'] }],
  ['12 01 02 2f 2f000000 0700 816102 0101 dfff02 f1001003 8b68656c6c6f20776f726c640c f2e0930404 f4ffe776481700000009 ff 0a00 dd8c5a96854c1644',
    { type: 'list', items: ['a', '1', '-1', '4096', 'hello world', '300000', '99999999999'] }],
];

describe('DUMP payloads', () => {
  for (const [payload, value] of recorded) {
    it(`of redis-server are decoded and made again: ${JSON.stringify(value).slice(0, 60)}`, () => {
      assert.deepEqual(decodeDump(hex(payload), latin1Kind), value);
      assert.deepEqual(encodeDump(value), hex(payload));
    });
  }

  it('unpack what was compressed, and pack it again', () => {
    const packed = hex('00 c3 09 4064 016161e057000161 61 0a00 e8a3b507b06df271');
    assert.deepEqual(decodeDump(packed, latin1Kind), { type: 'string', value: 'a'.repeat(100) });
    const again = encodeDump({ type: 'string', value: 'a'.repeat(100) });
    assert.ok(again.length <= packed.length);
    assert.deepEqual(decodeDump(again, latin1Kind), { type: 'string', value: 'a'.repeat(100) });
  });

  it('of Redis 2.4 to 6.2: zipmaps and ziplists', () => {
    assert.deepEqual(decodeBody('09 0e 02 0161 02 01 7878 00 0162 01 00 79 ff'), { type: 'hash', compact: false, pairs: ['a', 'xx', 'b', 'y'] }, 'one byte of padding behind xx');
    const ziplist = '20000000 19000000 0600 00 0161 03 f2 02 c0e803 04 fe80 03 0162 03 d070110100 ff';
    const items = ['a', '1', '1000', '-128', 'b', '70000'];
    assert.deepEqual(decodeBody(`0a 20 ${ziplist}`), { type: 'list', items });
    assert.deepEqual(decodeBody(`0e 02 20 ${ziplist} 20 ${ziplist}`), { type: 'list', items: [...items, ...items] });
    assert.deepEqual(decodeBody('0c 15 15000000 12000000 0400 00 0161 03 f3 02 0162 03 fb ff'), { type: 'zset', compact: true, members: [{ member: 'a', score: 2 }, { member: 'b', score: 10 }] });
    assert.deepEqual(decodeBody('03 03 0161 03312e35 0162 fe 0163 ff'), {
      type: 'zset', compact: false, members: [{ member: 'a', score: 1.5 }, { member: 'b', score: Infinity }, { member: 'c', score: -Infinity }],
    });
  });

  it('of Redis 7.2 and 7.4 and of Valkey 9: packed sets, hash fields that expire in each layout', () => {
    assert.deepEqual(decodeBody('14 0c 0c000000 0200 816102 0501 ff', 11), { type: 'set', compact: true, members: ['a', '5'] });
    const pairs = ['f', 'v', 'g', 'w'];
    assert.deepEqual(decodeBody('18 e803000000000000 02 01 0166 0176 00 0167 0177', 12), { type: 'hash', compact: false, pairs, expiries: [1000, undefined] });
    assert.deepEqual(decodeBody('19 e803000000000000 19 19000000 0600 816602 817602 f1e80303 816702 817702 0001 ff', 12),
      { type: 'hash', compact: true, pairs, expiries: [1000, undefined] });
    assert.deepEqual(decodeBody('16 02 0166 0176 e803000000000000 0167 0177 ffffffffffffffff', 80), { type: 'hash', compact: false, pairs, expiries: [1000, undefined] });
    const expiring: RdbValue<string> = { type: 'hash', compact: false, pairs, expiries: [2 ** 41, undefined] };
    assert.deepEqual(decodeDump(encodeDump(expiring, { ...encodeDefaults, version: 12 }), latin1Kind), expiring);
    assert.throws(() => encodeDump(expiring), (error) => error instanceof RdbError && error.fault === 'unsupported');
  });

  it('of Redis 8.6: streams that remember producers, and keys about which modules keep something', () => {
    const node = '1d 1d000000 0a00 0101 0001 0101 816602 0001 0201 0001 0001 817602 0401 ff';
    // A node of one entry 1-0, then last ID, first ID, largest deleted ID and entries added; no groups; duration, most entries, a producer with one item, two counters.
    const stream = decodeBody(`1a 01 10 0000000000000001 0000000000000000 ${node} 01 01 00 01 00 00 00 01 00 4064 4064 01 0170 01 0169 01 00 05 02`, 13);
    const id = { ms: 1n, seq: 0n };
    assert.deepEqual(stream, {
      type: 'stream', entries: [{ id, fields: ['f', 'v'] }], lastId: id, maxDeletedId: { ms: 0n, seq: 0n }, entriesAdded: 1n, groups: [],
      idempotency: { duration: 100, maxEntries: 100, producers: [{ name: 'p', items: [{ name: 'i', id }] }], added: 5, duplicates: 2 },
    });
    const kept = 'f3 02 6d657461 02 07 00 6d657462 05 03616263 04 0000000000000840 00';
    assert.deepEqual(decodeBody(`${kept} 00 0178`, 13), { type: 'string', value: 'x' });
    for (const version of [12, 80]) assert.throws(() => decodeBody(`${kept} 00 0178`, version), (error) => error instanceof RdbError && error.fault === 'unsupported' && error.message.includes('243'));
    assert.throws(() => decodeBody('f3 01 6d657461 09 00 00 0178', 13), (error) => error instanceof RdbError && error.fault === 'corrupt');
  });

  it('of modules are carried as they are, with the name of the module', () => {
    const payload = closePayload(hex('07 81 1d2b3c4d5e6f7081 02 05 05 03616263 04 0000000000000840 00'), 10);
    const value = decodeDump(payload, bufferKind);
    assert.ok(value.type === 'module');
    assert.match(value.module, /^[\w-]{9}$/);
    assert.deepEqual(encodeDump(value), payload);
  });

  it('tell their version, and nothing where the checksum is wrong', () => {
    const payload = encodeDump({ type: 'string', value: 'x' });
    assert.equal(payloadVersion(payload), 10);
    assert.equal(payloadVersion(Buffer.from(payload).fill(1, 2, 3)), undefined);
    assert.equal(payloadVersion(Buffer.alloc(3)), undefined);
    assert.throws(() => decodeDump(Buffer.concat([payload, Buffer.alloc(1)]), latin1Kind), RdbError);
  });

  it('of streams with many pending entries, whose IDs have the same second part, are read in the time of their number', () => {
    const pending = Array.from({ length: 50_000 }, (_, index) => ({ id: { ms: BigInt(index + 1), seq: 1n }, deliveredAt: 1, deliveries: 1 }));
    const value: RdbValue<string> = {
      type: 'stream', entries: [], lastId: { ms: 60_000n, seq: 0n }, maxDeletedId: { ms: 0n, seq: 0n }, entriesAdded: 0n,
      groups: [{ name: 'g', lastId: { ms: 60_000n, seq: 0n }, entriesRead: 0n, pending, consumers: [{ name: 'c', seenAt: 1, activeAt: undefined, pending: pending.map(({ id }) => id) }] }],
    };
    const decoded = decodeDump(encodeDump(value), latin1Kind);
    assert.equal(decoded.type === 'stream' && decoded.groups[0]?.consumers[0]?.pending.length, 50_000);
  });

  it('of an unknown type are refused by number', () => {
    assert.throws(() => decodeBody('c8 00'), (error) => error instanceof RdbError && error.fault === 'unsupported' && error.message.includes('200'));
  });
});
