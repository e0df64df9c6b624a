import assert from 'node:assert/strict';
import { parseSize } from '../../../../src/ui/platform/size.ts';

describe('parseSize', () => {
  it('takes megabytes, or a unit', () => {
    assert.deepEqual(['512', '512 MB', ' 1.5gb ', '64 KB', '1 GB'].map(parseSize), [2 ** 29, 2 ** 29, 1.5 * 2 ** 30, 2 ** 16, 2 ** 30]);
  });

  it('takes nothing else', () => {
    assert.deepEqual(['', 'much', '-1', '0', '1 TB', '1e3'].map(parseSize), Array.from({ length: 6 }, () => undefined));
  });
});
