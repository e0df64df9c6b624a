import assert from 'node:assert/strict';
import { logLine } from '../../../../src/server/commandLine/log.ts';
import { addresses, isNarrowed } from '../../../../src/server/commandLine/listeners.ts';

describe('commandLine/log', () => {
  it('writes lines as Redis does', () => {
    const at = new Date(2026, 10, 1, 9, 5, 7, 42);
    assert.equal(logLine({ pid: 7, role: 'M', at, level: 'notice', text: 'Ready' }), '7:M 01 Nov 2026 09:05:07.042 * Ready\n');
    const marks = (['debug', 'verbose', 'notice', 'warning'] as const).map((level) => logLine({ pid: 7, role: 'C', at, level, text: '' }).at(-3));
    assert.deepEqual(marks, ['.', '-', '*', '#']);
  });
});

describe('commandLine/listeners', () => {
  it('narrows addresses to this machine', () => {
    const hosts = (bind: string): unknown[] => addresses(bind).map(({ host, optional }) => (optional ? ['maybe', host] : host));
    assert.deepEqual(hosts('127.0.0.1 -::1'), ['127.0.0.1', ['maybe', '::1']]);
    assert.deepEqual(hosts('* -::*'), ['127.0.0.1', ['maybe', '::1']]);
    assert.deepEqual(hosts('0.0.0.0 ::'), ['127.0.0.1', ['maybe', '::1']]);
    assert.deepEqual(hosts('localhost 127.0.0.2'), ['127.0.0.1', '127.0.0.2']);
    assert.deepEqual(hosts('192.168.1.1 -10.0.0.1 example.com 127.1'), [undefined, ['maybe', undefined], undefined, undefined]);
    assert.deepEqual(hosts(''), []);
    assert.deepEqual(['*', '-::*', '127.0.0.1 0.0.0.0', '127.0.0.1 -::1', ''].map(isNarrowed), [true, true, true, false, false]);
  });
});
