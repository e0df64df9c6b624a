import assert from 'node:assert/strict';
import { RdbError, latin1Kind } from '../../../../src/protocol/rdb/bytes.ts';
import { closePayload, decodeDump, encodeDump, payloadBody } from '../../../../src/protocol/rdb/dump.ts';
import { encodeDefaults } from '../../../../src/protocol/rdb/encodeValue.ts';
import type { RdbValue } from '../../../../src/protocol/rdb/value.ts';
import { seededRandom } from '../../../support/random.ts';

const SEED = 5;
const ROUNDS = 3000;

const texts = Array.from({ length: 40 }, (_, index) => (index % 3 === 0 ? `${index * index * 7919}` : `text ${'ab'.repeat(index)}`));
const id = (ms: number): { ms: bigint; seq: bigint } => ({ ms: BigInt(ms), seq: 1n });
const values: readonly RdbValue<string>[] = [
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

describe('damaged payloads', () => {
  for (const value of values) {
    for (const compress of [true, false]) {
      const payload = encodeDump(value, { ...encodeDefaults, version: 12, compress });
      const name = `type ${payload[0]}${compress ? ', compressed' : ''}`;

      it(`of ${name} are values or errors with a place, whatever is changed (seed ${SEED})`, () => {
        const random = seededRandom(SEED);
        const body = payloadBody(payload);
        let refused = 0;
        for (let round = 0; round < ROUNDS; round += 1) {
          const damaged = Buffer.from(body.subarray(0, random.oneIn(4) ? 1 + random.below(body.length) : body.length));
          for (let changes = random.below(4); changes > 0; changes -= 1) {
            const at = random.below(damaged.length);
            damaged[at] = random.oneIn(2) ? random.pick([0, 1, 0x7f, 0x80, 0x81, 0xc3, 0xf0, 0xf4, 0xfe, 0xff]) : (damaged[at] as number) ^ (1 << random.below(8));
          }
          try {
            decodeDump(closePayload(damaged, 12), latin1Kind);
          } catch (error) {
            assert.ok(error instanceof RdbError, `round ${round}: ${String(error)}`);
            assert.ok(error.offset >= 0 && error.offset <= damaged.length + 10, `round ${round}: ${error.offset}`);
            refused += 1;
          }
        }
        assert.ok(refused > ROUNDS / 20, `${refused} refused`);
      });
    }
  }
});
