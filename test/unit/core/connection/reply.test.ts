import assert from 'node:assert/strict';
import { asBytes, asInteger, asList, asText } from '../../../../src/core/connection/reply.ts';
import type { Reply } from '../../../../src/core/connection/session.ts';
import { isFailure } from '../../../../src/core/failure.ts';

describe('reply readers', () => {
  it('read what they are for', () => {
    assert.equal(asText(Buffer.from('héllo')), 'héllo');
    assert.deepEqual(asBytes(Buffer.from([0xff])), Buffer.from([0xff]));
    assert.equal(asInteger(-7), -7);
    assert.deepEqual(asList([1, null]), [1, null]);
  });

  it('fail on any other shape, and name both without the value', () => {
    const shapes: readonly (Reply | undefined)[] = [Buffer.from('secret'), 5, '9007199254740993', null, [1], undefined];
    const readers: readonly [(reply: Reply | undefined) => unknown, readonly number[]][] = [[asText, [0]], [asBytes, [0]], [asInteger, [1]], [asList, [4]]];
    for (const [reader, fits] of readers) {
      for (const [index, shape] of shapes.entries()) {
        if (fits.includes(index)) continue;
        assert.throws(() => reader(shape), (error) => isFailure(error, 'server') && / where .+ was expected/.test(error.message) && !error.message.includes('secret'));
      }
    }
  });
});
