import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  createDict, dictDelete, dictFind, dictForEach, dictRandom, dictRehash, dictScan, dictSet, dictShrinkIfNeeded, dictSize, dictSlots,
} from '../../../../src/server/store/dict.ts';
import type { Dict } from '../../../../src/server/store/dict.ts';
import { seededRandom } from '../../../../src/server/random.ts';

const seed = 7_0_15;

function filled(count: number, hashSeed = 1): Dict<number> {
  const dict = createDict<number>(hashSeed);
  for (let index = 0; index < count; index += 1) dictSet(dict, `key:${index}`, index);
  return dict;
}

function settle(dict: Dict<unknown>): void {
  while (dictRehash(dict, 100));
}

describe('server/store dict', () => {
  it('agrees with a Map after any sequence of operations', () => {
    const operation = fc.record({ what: fc.constantFrom('set', 'set', 'set', 'delete', 'shrink', 'rehash'), key: fc.integer({ min: 0, max: 300 }), value: fc.nat() });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 400 }), fc.nat(), (operations, hashSeed) => {
        const dict = createDict<number>(hashSeed);
        const model = new Map<string, number>();
        for (const { what, key, value } of operations) {
          const name = String(key);
          if (what === 'set') {
            assert.equal(dictSet(dict, name, value), !model.has(name));
            model.set(name, value);
          } else if (what === 'delete') assert.equal(dictDelete(dict, name) !== undefined, model.delete(name));
          else if (what === 'shrink') dictShrinkIfNeeded(dict);
          else dictRehash(dict, 1 + (value % 5));
          assert.equal(dictSize(dict), model.size);
        }
        const seen = new Map<string, number>();
        dictForEach(dict, (entry) => {
          assert.ok(!seen.has(entry.key), 'every element once');
          seen.set(entry.key, entry.value);
        });
        assert.deepEqual(seen, new Map([...seen].filter(([key, value]) => model.get(key) === value)));
        assert.equal(seen.size, model.size);
        for (const [key, value] of model) assert.equal(dictFind(dict, key)?.value, value);
      }),
      { seed, numRuns: 200 },
    );
  });

  it('grows when it is full, to the next power of two, a bucket at a time', () => {
    const dict = filled(4);
    assert.equal(dictSlots(dict), 4);
    dictSet(dict, 'one more', 0);
    assert.deepEqual([dict.first.length, dict.second?.length], [4, 8]);
    settle(dict);
    assert.deepEqual([dict.first.length, dict.second, dictSize(dict)], [8, undefined, 5]);
  });

  it('shrinks below a tenth, to the smallest power of two that holds it', () => {
    const dict = filled(1000);
    settle(dict);
    assert.equal(dictSlots(dict), 1024);
    for (let index = 0; index < 897; index += 1) dictDelete(dict, `key:${index}`);
    dictShrinkIfNeeded(dict);
    assert.equal(dictSlots(dict), 1024, '103 of 1024 is still a tenth');
    for (let index = 897; index < 902; index += 1) dictDelete(dict, `key:${index}`);
    dictShrinkIfNeeded(dict);
    settle(dict);
    assert.equal(dictSlots(dict), 128);
    assert.equal(dictSize(dict), 98);
  });

  it('walks in reverse-binary order', () => {
    const dict = filled(8);
    settle(dict);
    assert.equal(dictSlots(dict), 8);
    const cursors: number[] = [];
    let cursor = 0;
    do {
      cursors.push(cursor);
      cursor = dictScan(dict, cursor, () => undefined);
    } while (cursor !== 0);
    assert.deepEqual(cursors, [0, 4, 2, 6, 1, 5, 3, 7]);
  });

  it('walks through both tables during a rehash and meets everything exactly once', () => {
    const dict = filled(64);
    settle(dict);
    dictSet(dict, 'tips it over', 0);
    for (let step = 0; step < 20; step += 1) dictFind(dict, 'nothing');
    assert.notEqual(dict.second, undefined, 'a rehash is under way');
    const seen: string[] = [];
    let cursor = 0;
    do cursor = dictScan(dict, cursor, (entry) => seen.push(entry.key));
    while (cursor !== 0);
    assert.equal(seen.length, 65);
    assert.equal(new Set(seen).size, 65);
  });

  it(`answers everything that stays from start to end, whatever comes, goes and resizes between calls (seed ${seed})`, () => {
    // A burst between two steps of the walk adds or removes up to 600 elements, which grows and shrinks the table in mid-walk.
    const burst = fc.record({ add: fc.integer({ min: 0, max: 600 }), remove: fc.integer({ min: 0, max: 600 }), rehash: fc.integer({ min: 0, max: 300 }) });
    let resizes = 0;
    let repeats = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.array(burst, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 40 }), fc.nat(), (stay, bursts, every, hashSeed) => {
        const dict = createDict<number>(hashSeed);
        for (let index = 0; index < stay; index += 1) dictSet(dict, `stays:${index}`, index);
        const passing: string[] = [];
        let next = 0;
        const missing = new Set(Array.from({ length: stay }, (_, index) => `stays:${index}`));
        let cursor = 0;
        let steps = 0;
        do {
          cursor = dictScan(dict, cursor, (entry) => {
            if (entry.key.startsWith('stays:') && !missing.delete(entry.key)) repeats += 1;
          });
          steps += 1;
          const change = bursts[Math.floor(steps / every)];
          if (change === undefined || steps % every !== 0) continue;
          const slots = dictSlots(dict);
          for (let index = 0; index < change.add; index += 1) {
            passing.push(`passes:${next}`);
            dictSet(dict, `passes:${next}`, 0);
            next += 1;
          }
          for (const key of passing.splice(0, change.remove)) dictDelete(dict, key);
          dictShrinkIfNeeded(dict);
          dictRehash(dict, change.rehash);
          if (dictSlots(dict) !== slots) resizes += 1;
        } while (cursor !== 0);
        assert.deepEqual([...missing], [], `after ${steps} steps`);
      }),
      { seed, numRuns: 400 },
    );
    assert.ok(resizes > 200 && repeats > 0, `the walks met ${resizes} resizes and ${repeats} repeats: too few to prove anything`);
  });

  it('picks random elements from anywhere', () => {
    const dict = filled(50);
    const random = seededRandom(seed);
    const picked = new Set(Array.from({ length: 2000 }, () => dictRandom(dict, random)?.key));
    assert.equal(picked.size, 50);
    assert.equal(dictRandom(createDict(1), random), undefined);
  });

  it('picks every element about equally often', () => {
    const random = seededRandom(7);
    const dict = createDict<true>(1);
    for (let index = 0; index < 70; index += 1) dictSet(dict, `field:${index}`, true);
    const counts = new Map<string, number>();
    const each = 1000;
    for (let pick = 0; pick < 70 * each; pick += 1) {
      const key = dictRandom(dict, random)?.key ?? '';
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    // 69 degrees of freedom: chance alone passes 110 once in a thousand seeds.
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - each) ** 2 / each, 0);
    assert.ok(chiSquare < 110, `${chiSquare}`);
  });
});
