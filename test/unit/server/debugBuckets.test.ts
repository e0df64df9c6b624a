import assert from 'node:assert/strict';
import { createDict, dictRehash, dictSet, dictDelete, dictShrinkIfNeeded } from '../../../src/server/store/dict.ts';
import { drawBuckets } from '../../../src/server/commands/debugBuckets.ts';

describe('server DEBUG BUCKETS', () => {
  it('draws every key in one line, during a resize too', () => {
    const dict = createDict<number>(1);
    assert.equal(drawBuckets(dict, 0), 'The table is empty.\n');
    for (let key = 0; key < 60; key += 1) dictSet(dict, `k${key}`, key);
    while (dictRehash(dict, 100));
    for (let key = 6; key < 60; key += 1) dictDelete(dict, `k${key}`);
    const names = (drawn: string): string[] => (drawn.split('\n').slice(2).join(' ').match(/k\d+/g) ?? []).sort();
    const all = ['k0', 'k1', 'k2', 'k3', 'k4', 'k5'];
    assert.deepEqual(names(drawBuckets(dict, 0)), all);
    dictShrinkIfNeeded(dict);
    assert.notEqual(dict.second, undefined);
    assert.match(drawBuckets(dict, 0), /being moved from 64 to 8 buckets/);
    assert.deepEqual(names(drawBuckets(dict, 0)), all);
    while (dictRehash(dict, 1)) assert.deepEqual(names(drawBuckets(dict, 2)), all);
    const lines = drawBuckets(dict, 2).split('\n').slice(2, -1);
    assert.deepEqual(lines.map((line) => line.trim().split(/ +/).filter((word) => /^([x>]|[01]{3})$/.test(word)).join('')), ['x000', 'x100', '>010', '110', '001', '101', '011', '111']);
  });
});
