import assert from 'node:assert/strict';
import { countAccess, frequencyOf, inheritFrequency } from '../../../../src/server/store/frequency.ts';
import { makeString } from '../../../../src/server/store/stringValue.ts';

const MINUTE = 60_000;

describe('how often a value is used', () => {
  const always = { decayMinutes: 1, factor: 10, random: () => 0 };

  it('begins at 5, grows by chance and ends at 255', () => {
    const value = makeString('v');
    inheritFrequency(value, undefined, 0);
    assert.equal(frequencyOf(value, 0, 1), 5);
    countAccess(value, 0, { ...always, random: () => 0.999 });
    assert.equal(frequencyOf(value, 0, 1), 6, 'the first access always counts');
    countAccess(value, 0, { ...always, random: () => 0.5 });
    assert.equal(frequencyOf(value, 0, 1), 6, 'the next one in eleven does');
    for (let i = 0; i < 300; i += 1) countAccess(value, 0, always);
    assert.equal(frequencyOf(value, 0, 1), 255);
  });

  it('loses one for every period without an access', () => {
    const value = makeString('v');
    inheritFrequency(value, undefined, 0);
    assert.deepEqual([1, 3, 9].map((minutes) => frequencyOf(value, minutes * MINUTE, 1)), [4, 2, 0]);
    assert.equal(frequencyOf(value, 9 * MINUTE, 3), 2);
    assert.equal(frequencyOf(value, 9 * MINUTE, 0), 5);
  });

  it('goes over to the value that takes its place', () => {
    const [before, after] = [makeString('a'), makeString('b')];
    inheritFrequency(before, undefined, 0);
    countAccess(before, 0, always);
    inheritFrequency(after, before, 0);
    assert.equal(frequencyOf(after, 0, 1), 6);
  });
});
