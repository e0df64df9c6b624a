import { encodeDump, payloadBody } from '../../src/protocol/rdb/dump.ts';
import { encodeDefaults } from '../../src/protocol/rdb/encodeValue.ts';
import { createRdbWriter } from '../../src/protocol/rdb/writer.ts';
import type { RdbValue } from '../../src/protocol/rdb/value.ts';
import type { Random } from './random.ts';

const texts = Array.from({ length: 40 }, (_, index) => (index % 3 === 0 ? `${index * index * 7919}` : `text ${'ab'.repeat(index)}`));
const id = (ms: number): { ms: bigint; seq: bigint } => ({ ms: BigInt(ms), seq: 1n });
/** A value of every type and encoding. */
export const everyValue: readonly RdbValue<string>[] = [
  { type: 'string', value: 'abcabcabc'.repeat(30) },
  { type: 'list', items: texts },
  { type: 'set', compact: true, members: ['1', '70000', '5000000000'] },
  { type: 'set', compact: true, members: texts },
  { type: 'set', compact: false, members: texts },
  { type: 'zset', compact: true, members: texts.map((member, index) => ({ member, score: index / 3 })) },
  { type: 'zset', compact: false, members: texts.map((member, index) => ({ member, score: index / 3 })) },
  { type: 'hash', compact: true, pairs: texts },
  { type: 'hash', compact: false, pairs: texts },
  { type: 'hash', compact: false, pairs: texts, expiries: texts.slice(20).map((_, index) => (index % 2 === 0 ? 10 ** 12 + index : undefined)) },
  {
    type: 'stream', entries: Array.from({ length: 30 }, (_, index) => ({ id: id(index + 1), fields: index % 4 === 0 ? ['other', `${index}`] : ['a', `${index}`, 'b', 'x'] })),
    lastId: id(99), maxDeletedId: id(40), entriesAdded: 40n,
    groups: [{
      name: 'g', lastId: id(9), entriesRead: -1n, pending: [{ id: id(3), deliveredAt: 10 ** 12, deliveries: 2 }],
      consumers: [{ name: 'c', seenAt: 10 ** 12, activeAt: undefined, pending: [id(3)] }],
    }],
  },
];

const ziplist = '20000000 19000000 0600 00 0161 03 f2 02 c0e803 04 fe80 03 0162 03 d070110100 ff';
const stream = '01 10 0000000000000001 0000000000000000 1d 1d000000 0a00 0101 0001 0101 816602 0001 0201 0001 0001 817602 0401 ff 01 01 00';

/** Values of the types that are read only, as DUMP of a version would answer them; in hexadecimal. */
const readOnly: readonly (readonly [version: number, body: string])[] = [
  [9, '01 03 0161 c001 026262'], [9, '03 03 0161 03312e35 0162 fe 0163 ff'], [9, '09 0e 02 0161 02 01 7878 00 0162 01 00 79 ff'],
  [9, `0a 20 ${ziplist}`], [9, `0e 02 20 ${ziplist} 20 ${ziplist}`], [9, '0c 15 15000000 12000000 0400 00 0161 03 f3 02 0162 03 fb ff'], [9, `0d 20 ${ziplist}`],
  [10, '12 02 01 05 6c61726765 02 2f 2f000000 0700 816102 0101 dfff02 f1001003 8b68656c6c6f20776f726c640c f2e0930404 f4ffe776481700000009 ff'],
  [10, '07 81 1d2b3c4d5e6f7081 02 05 05 03616263 04 0000000000000840 00'], [12, '16 02 43e8 0166 0176 00 0167 0177'], [80, '16 02 0166 0176 e803000000000000 0167 0177 ffffffffffffffff'],
  [12, '17 10 10000000 0300 816602 817602 c3e802 ff'], [12, '19 e803000000000000 19 19000000 0600 816602 817602 f1e80303 816702 817702 0001 ff'],
  [9, `0f ${stream} 00`], [13, `1a ${stream} 01 00 00 00 01 00 4064 4064 01 0170 01 0169 01 00 05 02`], [13, 'f3 01 6d657461 05 03616263 00 00 0178'],
];

/** Payloads of DUMP without their footer: every value in every version that has it, compressed and not, and the types that are read only. */
export function everyBody(): { readonly version: number; readonly body: Buffer }[] {
  const made = ([9, 10, 11, 12] as const).flatMap((version) => everyValue.filter((value) => version === 12 || !('expiries' in value)).flatMap((value) =>
    [true, false].map((compress) => ({ version, body: payloadBody(encodeDump(value, { ...encodeDefaults, version, compress })) }))));
  return [...made, ...readOnly.map(([version, body]) => ({ version, body: Buffer.from(body.replaceAll(' ', ''), 'hex') }))];
}

/** A file of version 12 with a key of every type, some with a time to live, and a library. */
export function everyFile(): Buffer {
  const writer = createRdbWriter<string>({ ...encodeDefaults, version: 12 });
  writer.aux('redis-ver', '7.4.0');
  writer.library("#!lua name=lib\nredis.register_function('f', function() return 1 end)");
  writer.database(0, everyValue.length, 1);
  everyValue.forEach((value, index) => writer.key({ key: `key:${index}`, value, expireAt: index % 3 === 0 ? 33_300_000_000_000 : undefined, idle: index, frequency: index }));
  writer.end();
  return writer.take();
}

/** Bytes that mean something at many places of a dump. */
const telling = [0, 1, 0x7f, 0x80, 0x81, 0xc3, 0xf0, 0xf4, 0xfe, 0xff];

/** A copy of bytes with up to three of them changed, one time in four cut short as well. */
export function damage(bytes: Buffer, random: Random): Buffer {
  const damaged = Buffer.from(bytes.subarray(0, random.oneIn(4) ? 1 + random.below(bytes.length) : bytes.length));
  for (let changes = random.below(4); changes > 0; changes -= 1) {
    const at = random.below(damaged.length);
    damaged[at] = random.oneIn(2) ? random.pick(telling) : (damaged[at] as number) ^ (1 << random.below(8));
  }
  return damaged;
}
