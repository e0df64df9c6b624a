import assert from 'node:assert/strict';
import { formatDouble, formatGeneral } from '../../../../src/protocol/resp/number.ts';

/** What glibc's printf writes. */
const printed: readonly (readonly [value: number, digits: number, text: string])[] = [
  [2577944762250250, 14, '2.5779447622502e+15'], [2577944762250350, 14, '2.5779447622504e+15'], [0.5, 1, '0.5'], [2.5, 1, '2'], [3.5, 1, '4'], [9.5, 1, '1e+01'], [0.25, 1, '0.2'],
  [4503599627370497.5, 16, '4503599627370498'], [4503599627370498.5, 16, '4503599627370498'], [0.1, 17, '0.10000000000000001'], [1e300, 17, '1.0000000000000001e+300'], [5e-324, 14, '4.9406564584125e-324'],
  [0.00012345, 5, '0.00012345'], [0.000012345, 5, '1.2345e-05'], [123456, 5, '1.2346e+05'], [99999.5, 5, '1e+05'], [-2.5e-7, 14, '-2.5e-07'], [-0, 14, '-0'], [1 / 3, 17, '0.33333333333333331'], [Infinity, 14, 'inf'], [NaN, 14, 'nan'],
];

describe('doubles as text', () => {
  it('are what C prints, halves to the even digit', () => {
    for (const [value, digits, text] of printed) assert.equal(formatGeneral(value, digits), text);
  });

  it('of scores are whole where they are whole', () => {
    assert.deepEqual([1e16, 12345678901234568, 1e17, 3, -0, 2.5, 1e20].map(formatDouble), ['10000000000000000', '12345678901234568', '1e+17', '3', '-0', '2.5', '1e+20']);
  });
});
