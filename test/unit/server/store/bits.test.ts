import assert from 'node:assert/strict';
import { bitOperations, combineBits, countOnes, findBit } from '../../../../src/server/store/bits.ts';
import { seededRandom } from '../../../support/random.ts';

const bitsOf = (data: string): string => [...data].map((byte) => byte.charCodeAt(0).toString(2).padStart(8, '0')).join('');

describe('bits of a string', () => {
  const random = seededRandom(7);
  const below = (limit: number): number => random.below(limit);
  /** Random bytes, long rows of zeros or ones among them. */
  const text = (length: number): string => {
    let data = '';
    while (data.length < length) data += random.oneIn(2) ? String.fromCharCode(below(256)) : (random.oneIn(2) ? '\0' : '\xff').repeat(1 + below(20));
    return data.slice(0, length);
  };

  it('are counted and found within any bounds', () => {
    for (let round = 0; round < 3000; round += 1) {
      const data = text(1 + below(40));
      const bits = bitsOf(data);
      const start = below(bits.length);
      const end = start + below(bits.length - start);
      const within = bits.slice(start, end + 1);
      assert.equal(countOnes(data, start, end), within.replaceAll('0', '').length, `${bits} ${start} ${end}`);
      for (const bit of [0, 1]) {
        const index = within.indexOf(String(bit));
        assert.equal(findBit(data, bit, start, end), index === -1 ? -1 : start + index, `${bit} in ${bits} ${start} ${end}`);
      }
    }
    assert.equal(countOnes('a', 3, 2), 0);
  });

  it('are counted and found in long strings', () => {
    for (const [none, bit] of [['\0', 1], ['\xff', 0]] as const) {
      for (const size of [65536, 65537, 65538, 65539, 131_075, 200_000]) {
        const data = none.repeat(size);
        assert.equal(countOnes(data, 0, size * 8 - 1), bit === 1 ? 0 : size * 8);
        assert.equal(findBit(data, bit, 0, size * 8 - 1), -1);
        for (const at of [0, 1, 65535, 65536, 65537, size - 2, size - 1]) {
          if (at >= size) continue;
          const other = data.slice(0, at) + (bit === 1 ? '\x08' : '\xf7') + data.slice(at + 1);
          assert.equal(findBit(other, bit, 0, size * 8 - 1), at * 8 + 4);
          assert.equal(countOnes(other, 0, size * 8 - 1), bit === 1 ? 1 : size * 8 - 1);
        }
      }
    }
  });

  it('are combined, the shorter filled up with zeros', () => {
    for (let round = 0; round < 500; round += 1) {
      const texts = Array.from({ length: 1 + below(3) }, () => text(below(20)));
      const length = Math.max(...texts.map((data) => data.length));
      for (const operation of bitOperations) {
        const given = operation === 'NOT' ? texts.slice(0, 1) : texts;
        const size = operation === 'NOT' ? given[0]?.length ?? 0 : length;
        const expected = Array.from({ length: size }, (_, at) => {
          const column = given.map((data) => (at < data.length ? data.charCodeAt(at) : 0));
          if (operation === 'NOT') return ~(column[0] ?? 0) & 0xff;
          return column.reduce((a, b) => (operation === 'AND' ? a & b : operation === 'OR' ? a | b : a ^ b));
        });
        assert.deepEqual([...combineBits(operation, given.map((data) => Buffer.from(data, 'latin1')))], expected);
      }
    }
  });
});
