import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Command, Reply, Session } from '../../../../src/core/connection/session.ts';
import { isFailure } from '../../../../src/core/failure.ts';
import { partOf, readStringPart } from '../../../../src/core/value/parts.ts';

/** A session that holds one string and answers EXISTS, STRLEN and GETRANGE as Redis does. */
function sessionWith(value: Buffer | undefined): Pick<Session, 'sendAll'> {
  const answer = ([name, , from, to]: Command): Reply => {
    switch (name) {
      case 'EXISTS':
        return value === undefined ? 0 : 1;
      case 'STRLEN':
        return value?.length ?? 0;
      case 'GETRANGE':
        return (value ?? Buffer.alloc(0)).subarray(Number(from), Number(to) + 1);
      default:
        throw new Error(`unexpected ${String(name)}`);
    }
  };
  return { sendAll: (commands) => Promise.resolve(commands.map(answer)) };
}

const allParts = (value: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.max(1, Math.ceil(value.length / size)) }, (_, index) => partOf(value, index, size).bytes);

describe('parts of a value', () => {
  it('give back every byte once, in order, for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 4, max: 50 }), (bytes, size) => {
      const value = Buffer.from(bytes);
      assert.deepEqual(Buffer.concat(allParts(value, size)), value);
    }));
  });

  it('never cut a character in two', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.integer({ min: 4, max: 20 }), (text, size) => {
      const value = Buffer.from(text);
      for (const part of allParts(value, size)) assert.equal(Buffer.from(part.toString('utf8')).equals(part), true);
    }));
  });

  it('are the same when read from a server', async () => {
    const value = Buffer.from('añ€😀'.repeat(20));
    for (let index = 0; index * 16 < value.length; index++) {
      const part = await readStringPart(sessionWith(value), Buffer.from('k'), index, 16);
      assert.deepEqual(part, partOf(value, index, 16));
      assert.deepEqual(part.bytes, value.subarray(part.offset, part.offset + part.bytes.length));
      assert.equal(part.total, value.length);
    }
  });

  it('tell a key that is gone from an empty string', async () => {
    assert.equal((await readStringPart(sessionWith(Buffer.alloc(0)), Buffer.from('k'), 0, 16)).total, 0);
    await assert.rejects(readStringPart(sessionWith(undefined), Buffer.from('k'), 0, 16), (error) => isFailure(error, 'vanished'));
  });
});
