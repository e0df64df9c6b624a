import assert from 'node:assert/strict';
import fc from 'fast-check';
import { splitLine } from '../../../../src/core/language/words.ts';
import { quoteInline } from '../../../../src/protocol/resp/inline.ts';

const texts = (line: string): string[] => splitLine(line).words.map(({ bytes }) => bytes.toString('latin1'));

describe('core/language words', () => {
  it('tells where each word stands, and what its bytes are', () => {
    const { words, fault } = splitLine('  SET "a\\x00\\n" \'it\\\'s\' é😀');
    assert.equal(fault, undefined);
    assert.deepEqual(words.map(({ from, to }) => [from, to]), [[2, 5], [6, 15], [16, 23], [24, 27]]);
    assert.deepEqual(words.map(({ bytes }) => bytes), [Buffer.from('SET'), Buffer.from('a\0\n'), Buffer.from("it's"), Buffer.from('é😀')]);
  });

  it('keeps the words of a line with a fault, and says where it is', () => {
    assert.deepEqual(splitLine('GET "abc').fault, { kind: 'open', at: 4 });
    assert.deepEqual(texts('GET "abc'), ['GET', 'abc']);
    assert.deepEqual(splitLine('GET "a"b').fault, { kind: 'glued', at: 7 });
    assert.deepEqual(splitLine('GET a"b c').fault, { kind: 'open', at: 5 });
  });

  it('reads what is quoted as Redis quotes it', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 5 }), (args) => {
      const line = args.map((bytes) => quoteInline(Buffer.from(bytes).toString('latin1'))).join(' ');
      assert.deepEqual(splitLine(line).words.map(({ bytes }) => [...bytes]), args.map((bytes) => [...bytes]));
    }), { seed: 1121 });
  });
});
