import assert from 'node:assert/strict';
import { joinSentences } from '../../../../src/ui/platform/sentences.ts';

describe('joinSentences', () => {
  it('puts a blank between sentences, unless the one before ends in a full-width stop', () => {
    assert.equal(joinSentences(['One.', 'Two?', 'Three.']), 'One. Two? Three.');
    assert.equal(joinSentences(['已复制 3 个键。', '完全一致。', '“a”也是。']), '已复制 3 个键。完全一致。“a”也是。');
  });
});
