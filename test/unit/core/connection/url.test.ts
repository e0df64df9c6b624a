import assert from 'node:assert/strict';
import fc from 'fast-check';
import { endpointLabel, formatRedisUrl, looksLikeRedisUrl, parseRedisUrl } from '../../../../src/core/connection/url.ts';
import { isFailure } from '../../../../src/core/failure.ts';

const tcp = (host: string, port = 6379): object => ({ kind: 'tcp', host, port });

describe('redis URLs', () => {
  it('reads host, port, user, password and database', () => {
    assert.deepEqual(parseRedisUrl('redis://localhost'), { endpoint: tcp('localhost'), database: 0 });
    assert.deepEqual(parseRedisUrl('  redis://h:6380/2\n'), { endpoint: tcp('h', 6380), database: 2 });
    assert.deepEqual(parseRedisUrl('redis://:pw@h'), { endpoint: tcp('h'), password: 'pw', database: 0 });
    assert.deepEqual(parseRedisUrl('redis://ann@h/'), { endpoint: tcp('h'), username: 'ann', database: 0 });
    assert.deepEqual(parseRedisUrl('REDIS://ann:p%40s%2Fs%25@h:1/15?db=15'), { endpoint: tcp('h', 1), username: 'ann', password: 'p@s/s%', database: 15 });
    assert.deepEqual(parseRedisUrl('redis://h?db=3&protocol=3'), { endpoint: tcp('h'), database: 3 });
    assert.deepEqual(parseRedisUrl('redis://'), { endpoint: tcp('localhost'), database: 0 });
    assert.deepEqual(parseRedisUrl('redis:///4'), { endpoint: tcp('localhost'), database: 4 });
  });

  it('reads IPv6 addresses and TLS', () => {
    assert.deepEqual(parseRedisUrl('rediss://[::1]:6380'), { endpoint: { ...tcp('::1', 6380), tls: { verify: true } }, database: 0 });
    assert.deepEqual(parseRedisUrl('redis://:x@[2001:db8::7]/1'), { endpoint: tcp('2001:db8::7'), password: 'x', database: 1 });
  });

  it('takes a pasted password with characters that should have been escaped', () => {
    assert.equal(parseRedisUrl('redis://:a@b/c#d?e:f@h:7').password, 'a@b/c#d?e:f');
  });

  it('says what is wrong and never repeats the password', () => {
    const bad: readonly (readonly [string, RegExp])[] = [
      ['http://:s3cret@h', /redis:\/\//], ['h:6379', /redis:\/\//], ['redis://:s3cret@h:0', /port/], ['redis://:s3cret@h:65536', /port/], ['redis://:s3cret@h:x', /port/],
      ['redis://:s3cret@h/abc', /database/], ['redis://:s3cret@h/-1', /database/], ['redis://:s3cret@h/1?db=2', /two different/], ['redis://:s3cret%@h', /%25/],
      ['redis://:s3cret@[1.2.3.4]', /IPv6/], ['redis://:s3cret@::1', /brackets/], ['redis://:s3cret@a b', /character/], ['redis://h?password=s3cret', /before the host/],
      ['redis+sentinel://:s3cret@h', /Sentinel/], ['unix://:s3cret@h', /Unix/], [`redis://:s3cret@${'h'.repeat(5000)}`, /too long/],
    ];
    for (const [url, words] of bad) {
      assert.throws(() => parseRedisUrl(url), (error) => isFailure(error, 'bad-input') && words.test(error.message) && !String(error.stack).includes('s3cret'), url);
      assert.equal(looksLikeRedisUrl(url), false, url);
    }
  });

  it('recognises what is worth offering from the clipboard', () => {
    for (const text of ['redis://h', ' rediss://:pw@h:1/2 ', 'Redis://localhost:6379']) assert.equal(looksLikeRedisUrl(text), true, text);
    for (const text of ['', 'redis', 'see redis://h', 'redis://h\nredis://g', 'https://h', 'redis://h:99999']) assert.equal(looksLikeRedisUrl(text), false, text);
  });

  it('writes a URL without the password that reads back the same', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((value) => value.isWellFormed());
    fc.assert(
      fc.property(fc.constantFrom('h', 'a.b-c', '::1', '10.0.0.1'), fc.integer({ min: 1, max: 65535 }), fc.nat(99), fc.option(text, { nil: undefined }), fc.boolean(), (host, port, database, username, secure) => {
        const endpoint = { kind: 'tcp' as const, host, port, ...(secure ? { tls: { verify: true } } : {}) };
        const url = formatRedisUrl({ endpoint, database, ...(username === undefined ? {} : { username }) });
        assert.deepEqual(parseRedisUrl(url), { endpoint, database, ...(username === undefined ? {} : { username }) });
      }),
      { numRuns: 200 },
    );
  });

  it('keeps any escaped password exactly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }).filter((value) => value.isWellFormed()), (password) => {
        assert.equal(parseRedisUrl(`redis://u:${encodeURIComponent(password)}@h`).password, password);
      }),
      { numRuns: 200 },
    );
  });

  it('names endpoints for people', () => {
    assert.equal(endpointLabel({ endpoint: { kind: 'tcp', host: 'localhost', port: 6379 } }), 'localhost:6379');
    assert.equal(endpointLabel({ endpoint: { kind: 'tcp', host: '::1', port: 6380 } }), '[::1]:6380');
    assert.equal(endpointLabel({ endpoint: { kind: 'practice', instance: 'a' } }), 'Practice');
  });
});
