import assert from 'node:assert/strict';
import { createCommandLog, describeCommand, secretPositions } from '../../../../src/core/connection/commandLog.ts';
import type { CommandLogEntry } from '../../../../src/core/connection/ports.ts';
import type { Command } from '../../../../src/core/connection/session.ts';

const entry = (text: string): CommandLogEntry => ({ time: 0, connection: 'c', database: 0, text, duration: 1, outcome: 'ok' });

describe('the command log', () => {
  it('keeps the last entries, oldest first, and tells its listeners', () => {
    const log = createCommandLog(3);
    const heard: string[] = [];
    const stop = log.onEntry(({ text }) => heard.push(text));
    for (const text of ['a', 'b', 'c', 'd', 'e']) log.add(entry(text));
    stop();
    log.add(entry('f'));
    assert.deepEqual(log.entries().map(({ text }) => text), ['d', 'e', 'f']);
    assert.deepEqual(heard, ['a', 'b', 'c', 'd', 'e']);
    log.clear();
    log.add(entry('g'));
    assert.deepEqual(log.entries().map(({ text }) => text), ['g']);
  });
});

describe('a command in words', () => {
  it('is bare where it can be, else quoted and escaped', () => {
    const cases: readonly (readonly [Command, string])[] = [
      [['GET', 'user:1'], 'GET user:1'],
      [['SET', 'a b', ''], 'SET "a b" ""'],
      [['GET', 'quote"back\\slash'], 'GET "quote\\"back\\\\slash"'],
      [['GET', 'line\nfeed\ttab\x00nul'], 'GET "line\\nfeed\\ttab\\x00nul"'],
      [['GET', Buffer.from([0xff, 0x41, 0x80])], 'GET "\\xffA\\x80"'],
      [['GET', Buffer.from('käse')], 'GET "käse"'],
      [['GET', 'right\u202eleft\u200bzero\u2028line\u00a0space'], 'GET "right\\u{202e}left\\u{200b}zero\\u{2028}line\\xa0space"'],
    ];
    for (const [command, text] of cases) assert.equal(describeCommand(command), text);
  });

  it('is cut short, with sizes', () => {
    const long = describeCommand(['SET', 'k', Buffer.alloc(5_000_000, 'x')]);
    assert.ok(long.length < 120, long);
    assert.match(long, /x… \(5000000 bytes\)$/);
    const many = describeCommand(['DEL', ...Array.from({ length: 1000 }, (_, index) => `key:${index}`)]);
    assert.ok(many.length < 230, many);
    assert.match(many, /… \(\d+ more\)$/);
    assert.match(describeCommand(['SET', 'k', 'é'.repeat(100)]), /é"… \(200 bytes\)$/);
  });

  it('holds no secret', () => {
    const commands: readonly (readonly [Command, string])[] = [
      [['AUTH', 'pw'], 'AUTH ******'],
      [['auth', 'ann', Buffer.from('pw')], 'auth ann ******'],
      [['AUTH', 'correct', 'horse', 'battery'], 'AUTH ****** ****** ******'],
      [['HELLO', '3', 'AUTH', 'ann', 'pw', 'SETNAME', 'x'], 'HELLO 3 AUTH ann ****** SETNAME x'],
      // A password with spaces that nobody put in quotes, of one word more and of two.
      [['CONFIG', 'SET', 'requirepass', 'pa', 'ss'], 'CONFIG SET requirepass ****** ******'],
      [['CONFIG', 'SET', 'requirepass', 'pa', 'ss', 'word'], 'CONFIG SET requirepass ****** ****** ******'],
      [['CONFIG', 'SET', 'maxmemory', '1', 'requirepass', 'pw', 'masterauth', 'pw'], 'CONFIG SET maxmemory 1 requirepass ****** masterauth ******'],
      [['config', 'set', 'tls-key-file-pass', 'pw'], 'config set tls-key-file-pass ******'],
      [['ACL', 'SETUSER', 'ann', 'on', '>pw', '#abc', '~k*', '<pw', '!abc'], 'ACL SETUSER ann on ****** ****** ~k* ****** ******'],
      [['MIGRATE', 'h', '1', 'k', '0', '1', 'COPY', 'AUTH', 'pw'], 'MIGRATE h 1 k 0 1 COPY AUTH ******'],
      [['MIGRATE', 'h', '1', '', '0', '1', 'AUTH2', 'ann', 'pw', 'KEYS', 'k'], 'MIGRATE h 1 "" 0 1 AUTH2 ann ****** KEYS k'],
      [['SENTINEL', 'SET', 'm', 'auth-pass', 'pw'], 'SENTINEL SET m auth-pass ******'],
      [['GET', 'auth'], 'GET auth'],
    ];
    for (const [command, text] of commands) assert.equal(describeCommand(command), text);
    assert.equal(secretPositions(['CONFIG', 'GET', 'requirepass']).size, 0);
  });
});
