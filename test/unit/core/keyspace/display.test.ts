import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isFailure } from '../../../../src/core/failure.ts';
import { displayName, displayShort, parseName, shorten } from '../../../../src/core/keyspace/display.ts';

describe('displayName', () => {
  it('shows text as it is and escapes what cannot be seen', () => {
    const cases: [string | Buffer, string][] = [
      ['user:1', 'user:1'],
      ['Grüße 日本 🙂', 'Grüße 日本 🙂'],
      ['a\nb\r\tc', 'a\\nb\\r\\tc'],
      ['back\\slash', 'back\\\\slash'],
      ['nul\0\x7f', 'nul\\x00\\x7f'],
      ['\u0085', '\\u{85}'],
      ['ab\u202ecd', 'ab\\u{202e}cd'],
      ['zero\u200bwidth\ufeff', 'zero\\u{200b}width\\u{feff}'],
      ['no-break\u00a0', 'no-break\\u{a0}'],
      ['\u2028\u2029', '\\u{2028}\\u{2029}'],
      ['\u{e0041}', '\\u{e0041}'],
      ['', ''],
      [' lead', ' lead'],
      [Buffer.from([0xff, 0x61, 0xc3, 0x28]), '\\xffa\\xc3('],
      [Buffer.from([0xe2, 0x82]), '\\xe2\\x82'],
      [Buffer.from([0xed, 0xa0, 0x80]), '\\xed\\xa0\\x80'],
      [Buffer.from([0xc3, 0xbc, 0xfe]), 'ü\\xfe'],
    ];
    for (const [bytes, expected] of cases) assert.equal(displayName(Buffer.from(bytes as string)), expected);
  });

  it('can be cut short, with the same text as if it were cut afterwards', () => {
    const names = fc.oneof(fc.uint8Array({ maxLength: 60 }).map((some) => Buffer.from(some)), fc.string({ unit: 'binary', maxLength: 30 }).map((some) => Buffer.from(some)));
    fc.assert(fc.property(names, fc.integer({ min: 1, max: 8 }), (name, max) => displayShort(name, max) === shorten(displayName(name), max)), { numRuns: 50 });
    const long = Buffer.alloc(1 << 20, 0xff);
    let read = 0;
    long.subarray = (start = 0, end = long.length) => {
      read += end - start;
      return Buffer.alloc(end - start, 0xff);
    };
    assert.equal(displayShort(long, 20), '\\xff\\xff\\xff\\xff\\xf…');
    assert.ok(read < 100, `${read} bytes were read of a name of a megabyte`);
  });

  it('loses nothing: parseName gives the same bytes back', () => {
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)), fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text))), (bytes) => {
      const shown = displayName(bytes);
      assert.deepEqual(parseName(shown), bytes);
      assert.doesNotMatch(shown, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }));
  });

  it('shows different bytes differently', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 6 }), fc.uint8Array({ maxLength: 6 }), (a, b) => {
      fc.pre(!Buffer.from(a).equals(Buffer.from(b)));
      assert.notEqual(displayName(Buffer.from(a)), displayName(Buffer.from(b)));
    }));
  });
});

describe('parseName', () => {
  it('takes typed text and escapes', () => {
    assert.deepEqual(parseName('a\\x00\\xfF\\u{1F642}\\\\n'), Buffer.concat([Buffer.from('a'), Buffer.of(0, 0xff), Buffer.from('🙂\\n')]));
  });

  it('refuses escapes that do not exist', () => {
    for (const text of ['\\', 'a\\q', '\\x1', '\\xzz', '\\u{}', '\\u{110000}', '\\u{d800}', '\\u1234']) {
      assert.throws(() => parseName(text), (error) => isFailure(error, 'bad-input'), text);
    }
  });
});

describe('shorten', () => {
  it('keeps short text and never cuts a character in two', () => {
    assert.equal(shorten('abc', 3), 'abc');
    assert.equal(shorten('abcd', 3), 'ab…');
    assert.equal(shorten('a🙂🙂', 3), 'a…');
    assert.equal(shorten('🙂🙂', 3), '🙂…');
  });
});
