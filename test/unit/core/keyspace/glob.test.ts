import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compileGlob, containsPattern, escapeGlob, globMatch, hasGlob, literalPrefix } from '../../../../src/core/keyspace/glob.ts';
import { startRedisServer } from '../../../support/redisServer.ts';
import { createTestSessions, testProfile } from '../../../support/testSessions.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('globMatch', () => {
  it('decides as a real Redis does', async () => {
    const server = await startRedisServer();
    const sessions = createTestSessions();
    try {
      const session = sessions.acquire(testProfile(server), 0);
      const names = ['', 'a', 'b', 'ab', 'abc', 'a*c', 'a?c', 'a[b]c', 'a]c', 'a\\c', 'a-c', '-', ']', '^', '\\', '\xff\x00', 'aaaaab', 'user:1', 'b-', 'ac', 'zz'];
      await session.sendAll(names.map((name) => ['SET', bytes(name), 'x']));
      const patterns = [
        '*', '**', '?', 'a*', '*c', 'a?c', 'a\\*c', 'a\\?c', 'a[b]c', 'a\\[b]c', 'a[*?]c', '[ab]', '[^ab]', '[a-c]', '[c-a]', '[a-]', '[-a]', '[]', '[^]', '[', '[a', 'a[',
        '[\\]]', '[\\a-c]', '[^a-c]', 'a\\', '\\a', '\\', '\\\\', '*[', '*\\', 'a*b*c', '*a*a*b', '????', '[a-c]*', '\xff*', '[\x00-\xff]', '[\x00-\xff][\x00-\xff]', '', '[^', '[a-', '*-*', '[--a]', '[a-b-c]',
        '[[]', '[]]', '[^]]', 'a[\\', 'a[\\-]c', '[b-\\]c]', 'z[^\\a]',
      ];
      const replies = await session.sendAll(patterns.map((pattern) => ['KEYS', bytes(pattern)]));
      for (const [at, pattern] of patterns.entries()) {
        const expected = (replies[at] as readonly Buffer[]).map((name) => name.toString('latin1')).sort();
        const actual = names.filter((name) => globMatch(bytes(pattern), bytes(name))).sort();
        assert.deepEqual(actual, expected, `pattern ${JSON.stringify(pattern)}`);
      }
    } finally {
      await sessions.dispose();
      await server.stop();
    }
  });

  it('is not slowed down by many stars', () => {
    const pattern = bytes(`${'a*'.repeat(50)}b`);
    assert.equal(globMatch(pattern, bytes('a'.repeat(5000))), false);
  });
});

describe('escapeGlob', () => {
  it('matches the bytes themselves and nothing else', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 12 }), fc.uint8Array({ maxLength: 12 }), (a, b) => {
      const test = compileGlob(escapeGlob(Buffer.from(a)));
      assert.equal(test(Buffer.from(a)), true);
      assert.equal(test(Buffer.from(b)), Buffer.from(a).equals(Buffer.from(b)));
      assert.equal(hasGlob(escapeGlob(Buffer.from(a))), false);
      assert.deepEqual(literalPrefix(escapeGlob(Buffer.from(a))), Buffer.from(a));
    }));
  });

  it('leaves plain bytes alone', () => {
    assert.equal(escapeGlob(bytes('user:1-]^')).toString(), 'user:1-]^');
    assert.equal(escapeGlob(bytes('a*b?[c]\\')).toString(), 'a\\*b\\?\\[c]\\\\');
  });
});

describe('hasGlob, literalPrefix, containsPattern', () => {
  it('knows a pattern from a name', () => {
    const cases: [string, boolean, string][] = [
      ['user:1', false, 'user:1'], ['user:*', true, 'user:'], ['a\\*b', false, 'a*b'], ['a\\', false, 'a\\'], ['a\\?[b]', true, 'a?'], ['', false, ''], [']', false, ']'],
    ];
    for (const [pattern, glob, literal] of cases) {
      assert.equal(hasGlob(bytes(pattern)), glob, pattern);
      assert.equal(literalPrefix(bytes(pattern)).toString(), literal, pattern);
    }
  });

  it('wraps escaped bytes in stars', () => {
    assert.equal(containsPattern(bytes('a*b')).toString(), '*a\\*b*');
    assert.equal(globMatch(containsPattern(bytes('a*b')), bytes('xxa*bxx')), true);
    assert.equal(globMatch(containsPattern(bytes('a*b')), bytes('aXb')), false);
  });
});
