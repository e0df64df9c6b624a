import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  createChunked, insertAt, itemAt, lowerBound, popBack, popFront, pushBack, pushFront, removeAt, replaceAt, sliceItems,
} from '../../../../src/server/store/chunked.ts';
import { createSkiplist, precedes, skipAt, skipDelete, skipInsert, skipLowerBound } from '../../../../src/server/store/skiplist.ts';
import type { ScoredMember } from '../../../../src/server/store/skiplist.ts';
import { addLongDouble, formatLongDouble, parseLongDouble } from '../../../../src/server/store/longDouble.ts';
import type { LongDouble } from '../../../../src/server/store/longDouble.ts';
import { globMatch } from '../../../../src/server/store/glob.ts';
import { seededRandom } from '../../../../src/server/random.ts';

const seed = 4711;

describe('server/store chunked sequence', () => {
  it('agrees with an array', () => {
    const operation = fc.record({ what: fc.constantFrom('push', 'push', 'unshift', 'pop', 'shift', 'insert', 'remove', 'replace'), at: fc.nat(2000), many: fc.integer({ min: 1, max: 300 }) });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const sequence = createChunked<number>();
        const model: number[] = [];
        let next = 0;
        for (const { what, at, many } of operations) {
          const index = model.length === 0 ? 0 : at % model.length;
          switch (what) {
            case 'push':
            case 'unshift':
              for (let count = 0; count < many; count += 1) {
                (what === 'push' ? pushBack : pushFront)(sequence, next);
                if (what === 'push') model.push(next);
                else model.unshift(next);
                next += 1;
              }
              break;
            case 'pop':
              assert.equal(popBack(sequence), model.pop());
              break;
            case 'shift':
              assert.equal(popFront(sequence), model.shift());
              break;
            case 'insert':
              insertAt(sequence, index, next);
              model.splice(index, 0, next);
              break;
            case 'remove':
              removeAt(sequence, index, many);
              model.splice(index, many);
              break;
            default:
              if (model.length === 0) break;
              replaceAt(sequence, index, -1);
              model[index] = -1;
          }
          assert.equal(sequence.length, model.length);
          assert.equal(itemAt(sequence, index), model[index]);
        }
        assert.deepEqual(sliceItems(sequence, 0, model.length - 1), model);
        assert.deepEqual(sliceItems(sequence, 100, 350), model.slice(100, 351));
        assert.ok(sequence.chunks.every((chunk) => chunk.length > 0 && chunk.length <= 128));
      }),
      { seed, numRuns: 200 },
    );
  });

  it('finds the first item that reaches a bound', () => {
    const sequence = createChunked<number>();
    for (let value = 0; value < 1000; value += 2) pushBack(sequence, value);
    for (const bound of [-1, 0, 1, 255, 256, 257, 998, 999, 5000]) {
      assert.equal(lowerBound(sequence, (item) => item >= bound), Math.max(0, Math.min(500, Math.ceil(bound / 2))));
    }
  });
});

describe('server/store skiplist', () => {
  it('keeps order and ranks', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: -5, max: 5 })), { maxLength: 200 }), (changes) => {
        const list = createSkiplist(seededRandom(seed));
        let model: ScoredMember[] = [];
        for (const [id, score] of changes) {
          const member = `m${id}`;
          const before = model.find((entry) => entry.member === member);
          if (before !== undefined) {
            assert.ok(skipDelete(list, before.score, member));
            model = model.filter((entry) => entry !== before);
            if (score === 0) continue;
          }
          skipInsert(list, score, member);
          model.push({ member, score });
        }
        model.sort((a, b) => (precedes(a, b) ? -1 : 1));
        assert.equal(list.length, model.length);
        assert.deepEqual(model.map((_, rank) => skipAt(list, rank)?.member), model.map(({ member }) => member));
        const backwards: string[] = [];
        for (let node = list.tail; node !== undefined; node = node.backward) backwards.push(node.member);
        assert.deepEqual(backwards, model.map(({ member }) => member).reverse());
        for (let score = -6; score <= 6; score += 1) {
          assert.equal(skipLowerBound(list, (entry) => entry.score >= score), model.filter((entry) => entry.score < score).length);
        }
        assert.equal(skipAt(list, model.length), undefined);
        assert.equal(skipDelete(list, 99, 'm0'), false);
      }),
      { seed, numRuns: 200 },
    );
  });
});

describe('server/store long double', () => {
  it('counts as the x87 does', () => {
    const sum = (a: string, b: string): string => formatLongDouble(addLongDouble(parseLongDouble(a) as LongDouble, parseLongDouble(b) as LongDouble));
    // As a redis-server 7.0.15 answers INCRBYFLOAT.
    assert.equal(sum('0.1', '0.2'), '0.3');
    assert.equal(sum('10.50', '0.1'), '10.6');
    assert.equal(sum('5.0e3', '200'), '5200');
    assert.equal(sum('0', '-1.5e-10'), '-0.00000000015');
    assert.equal(sum('1', '-1'), '0');
    assert.equal(sum('9007199254740993', '0.5'), '9007199254740993.5');
    assert.equal(parseLongDouble('abc'), undefined);
    assert.equal(parseLongDouble(''), undefined);
    assert.equal(parseLongDouble('-inf'), '-inf');
    assert.equal(parseLongDouble('nan'), 'nan');
  });
});

describe('server/store glob', () => {
  it('matches as Redis does', () => {
    const cases: readonly (readonly [string, string, boolean])[] = [
      ['a*c', 'abbc', true], ['a*c', 'abb', false], ['a?c', 'abc', true], ['a?c', 'ac', false], ['[a-c]x', 'bx', true], ['[c-a]x', 'bx', true], ['[^a-c]x', 'bx', false],
      ['[ab', 'b', true], ['\\*', '*', true], ['\\*', 'a', false], ['[\\]]', ']', true], ['', '', true], ['*', '', false], ['**', '', false], ['a**', 'a', true], ['h[a-]llo', 'hallo', false],
    ];
    for (const [pattern, text, expected] of cases) assert.equal(globMatch(pattern, text), expected, `${pattern} on ${text}`);
    assert.ok(globMatch('ABC*', 'abcdef', true));
  });

  it('is not exponential in the number of stars', () => {
    assert.equal(globMatch(`${'*a'.repeat(40)}b`, 'a'.repeat(120)), false);
  });
});
