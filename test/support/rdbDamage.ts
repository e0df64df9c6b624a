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
