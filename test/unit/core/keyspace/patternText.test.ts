import assert from 'node:assert/strict';
import fc from 'fast-check';
import { displayPattern, parsePattern } from '../../../../src/core/keyspace/patternText.ts';

describe('patterns as text', () => {
  it('keep the escapes of Redis, and read \\xNN as a byte', () => {
    assert.deepEqual(parsePattern('user:*'), Buffer.from('user:*'));
    assert.deepEqual(parsePattern('a\\*b'), Buffer.from('a\\*b'));
    assert.deepEqual(parsePattern('\\xff*'), Buffer.from([0xff, 0x2a]));
    // An escaped backslash, then the letters x41.
    assert.deepEqual(parsePattern('\\\\x41'), Buffer.from('\\\\x41'));
  });

  it('are shown as they were typed', () => {
    for (const text of ['user:*', 'a\\*b', 'caf\u00e9:?', '\\xff*', '\\\\x41', '[a-z]\\\\']) assert.equal(displayPattern(parsePattern(text)), text);
  });

  it('lose nothing, whatever the bytes', () => {
    const byte = fc.oneof(fc.constantFrom(0x5c, 0x78, 0x34, 0x31, 0x0a, 0xff, 0xc3, 0xa9, 0x2a), fc.integer({ min: 0, max: 255 }));
    fc.assert(fc.property(fc.array(byte, { maxLength: 12 }), (bytes) => {
      const pattern = Buffer.from(bytes);
      assert.deepEqual(parsePattern(displayPattern(pattern)), pattern);
    }));
  });
});
