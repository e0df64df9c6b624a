import assert from 'node:assert/strict';
import { allocated, packedBytes, sdsBytes } from '../../../../src/server/memory/weights.ts';
import { seededRandom } from '../../../../src/server/random.ts';
import { createChunked, eachItem, filterItems, insertAt, popBack, popFront, pushBack, pushFront, removeAt, replaceAt } from '../../../../src/server/store/chunked.ts';
import { createDict, dictDelete, dictForEach, dictPut, dictSample, dictSize } from '../../../../src/server/store/dict.ts';

describe('weights', () => {
  it('are those of the allocator', () => {
    assert.deepEqual([1, 8, 9, 16, 17, 128, 129, 160, 161, 256, 257, 320, 321, 1024, 1025, 4096, 4097].map(allocated), [8, 8, 16, 16, 32, 128, 160, 160, 192, 256, 320, 320, 384, 1024, 1280, 4096, 5120]);
    assert.deepEqual([0, 6, 7, 30, 31, 32, 252, 253].map(sdsBytes), [8, 8, 16, 32, 48, 48, 256, 320]);
  });

  it('know integers in a listpack', () => {
    assert.deepEqual(['5', '100', '4095', '-30000', '1000000000', '12345678901', 'text', ''].map(packedBytes), [2, 3, 3, 5, 6, 10, 6, 2]);
  });

  it('of a sequence are the sum of its items, whatever was done to it (seed 7)', () => {
    const random = seededRandom(7);
    const pick = (below: number): number => Math.floor(random() * below);
    const sequence = createChunked<string>((item) => item.length + 1);
    const text = (): string => 'x'.repeat(pick(40));
    const changes: readonly (() => void)[] = [
      () => pushBack(sequence, text()), () => pushBack(sequence, text()), () => pushFront(sequence, text()), () => pushFront(sequence, text()),
      () => void popBack(sequence), () => void popFront(sequence), () => insertAt(sequence, pick(sequence.length + 1), text()),
      () => { if (sequence.length > 0) replaceAt(sequence, pick(sequence.length), text()); },
      () => { if (random() < 0.1) removeAt(sequence, pick(sequence.length + 1), pick(300)); },
      () => { if (random() < 0.02) filterItems(sequence, (index) => index % 3 !== 0); },
      () => { if (random() < 0.002) removeAt(sequence, 0, sequence.length); },
    ];
    for (let step = 0; step < 20_000; step += 1) {
      changes[pick(changes.length)]?.();
      if (step % 100 !== 0) continue;
      let sum = 0;
      for (const item of eachItem(sequence)) sum += item.length + 1;
      assert.equal(sequence.weight, sum, `after ${step} steps`);
    }
  });

  it('of a hash table are the sum of its elements (seed 8)', () => {
    const random = seededRandom(8);
    const dict = createDict<string>(1, (key, value) => key.length * 100 + value.length);
    for (let step = 0; step < 20_000; step += 1) {
      const key = `${Math.floor(random() * 3000)}`;
      if (random() < 0.6) dictPut(dict, key, 'x'.repeat(Math.floor(random() * 30)));
      else dictDelete(dict, key);
      if (step % 500 !== 0) continue;
      let sum = 0;
      dictForEach(dict, (entry) => {
        sum += entry.key.length * 100 + entry.value.length;
      });
      assert.equal(dict.weight, sum);
    }
  });
});

describe('samples of a hash table', () => {
  it('come from everywhere, up to as many as there are', () => {
    const random = seededRandom(9);
    const dict = createDict<number>(1);
    assert.deepEqual(dictSample(dict, 5, random), []);
    for (let index = 0; index < 1000; index += 1) {
      dictPut(dict, `key:${index}`, index);
      if (index === 2) assert.ok(dictSample(dict, 5, random).length <= 3);
    }
    const seen = new Set<string>();
    for (let round = 0; round < 2000; round += 1) {
      const sample = dictSample(dict, 5, random);
      assert.ok(sample.length <= 5);
      for (const { key } of sample) seen.add(key);
    }
    assert.ok(seen.size > 990, `${seen.size} of ${dictSize(dict)}`);
  });

  it('end where nearly nothing is left', () => {
    const dict = createDict<number>(1);
    for (let index = 0; index < 100_000; index += 1) dictPut(dict, `${index}`, index);
    for (let index = 1; index < 100_000; index += 1) dictDelete(dict, `${index}`);
    assert.ok(dictSample(dict, 5, seededRandom(1)).length <= 1);
  });
});
