import assert from 'node:assert/strict';
import { failureOfReply, failureOfSocket } from '../../../../src/core/connection/failures.ts';
import type { Command } from '../../../../src/core/connection/session.ts';
import { Failure, type FailureKind } from '../../../../src/core/failure.ts';

describe('failures of error replies', () => {
  it('have the kind that the UI decides by', () => {
    const replies: readonly (readonly [string, FailureKind, Command?])[] = [
      ['NOAUTH Authentication required.', 'auth'], ['WRONGPASS invalid username-password pair or user is disabled.', 'auth'],
      ['ERR invalid password', 'auth', ['AUTH', 'x']], ['ERR operation not permitted', 'auth'],
      ["ERR wrong number of arguments for 'auth' command", 'auth', ['AUTH', 'u', 'p']],
      ["NOPERM this user has no permissions to run the 'scan' command", 'permission', ['SCAN', '0']],
      ["READONLY You can't write against a read only replica.", 'permission'], ['DENIED Redis is running in protected mode', 'permission'],
      ['LOADING Redis is loading the dataset in memory', 'loading'], ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'loading'],
      ['BUSY Redis is busy running a script.', 'busy'], ['WRONGTYPE Operation against a key holding the wrong kind of value', 'wrong-type'],
      ['BUSYKEY Target key name already exists.', 'exists'], ['ERR no such key', 'vanished'], ['ERR index out of range', 'vanished'],
      ["ERR unknown command 'FOO', with args beginning with: 'secret' ", 'unsupported', ['FOO', 'secret']], ["ERR unknown subcommand 'X'. Try OBJECT HELP.", 'unsupported'],
      ['MOVED 3999 127.0.0.1:6381', 'unsupported'], ['CROSSSLOT Keys in request', 'unsupported'], ['ERR DB index is out of range', 'bad-input'],
      ['ERR max number of clients reached', 'refused'], ['OOM command not allowed', 'server'], ['ERR syntax error', 'server', ['SET', 'k']], ['nonsense', 'server'], ['', 'server'],
    ];
    for (const [text, kind, command] of replies) {
      const failure = failureOfReply(text, command);
      assert.equal(failure.kind, kind, text);
      assert.ok(failure.message.length > 10 && !failure.message.includes('secret'), failure.message);
      assert.equal(failure.cause, undefined);
    }
  });

  it('say the command and keep the server\'s words where they help', () => {
    assert.match(failureOfReply('NOPERM no', ['OBJECT', 'FREQ', 'k']).message, /OBJECT FREQ/);
    assert.match(failureOfReply('ERR syntax error', ['set', 'k']).message, /SET: syntax error/);
    assert.match(failureOfReply('MOVED 3999 10.0.0.2:6381').message, /10\.0\.0\.2:6381/);
    assert.doesNotMatch(failureOfReply("ERR Error in ACL SETUSER modifier '>pw-of-ann': Syntax error", ['ACL', 'SETUSER', 'ann', '>pw-of-ann']).message, /pw-of-ann/);
  });
});

describe('failures of sockets', () => {
  const error = (code: string, message = code): Error => Object.assign(new Error(message), { code });

  it('have the kind that the UI decides by', () => {
    const errors: readonly (readonly [unknown, FailureKind, RegExp])[] = [
      [error('ECONNREFUSED'), 'refused', /Nothing listens at h:1/], [Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), 'refused', /h:1/],
      [error('ENOTFOUND'), 'unreachable', /name/], [error('EHOSTUNREACH'), 'unreachable', /route/], [error('ETIMEDOUT'), 'timeout', /in time/],
      [error('ECONNRESET'), 'unreachable', /cut \(ECONNRESET\)/], [error('EPIPE'), 'unreachable', /cut/], ['what', 'unreachable', /cut/], [undefined, 'unreachable', /cut/],
      [error('SELF_SIGNED_CERT_IN_CHAIN'), 'tls', /CA file/], [error('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls', /CA file/], [error('CERT_HAS_EXPIRED'), 'tls', /expired/],
      [error('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls', /another host name/], [error('ERR_SSL_WRONG_VERSION_NUMBER'), 'tls', /redis:\/\//],
      [error('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'tls', /client certificate/], [error('ERR_SSL_SOMETHING_NEW'), 'tls', /ERR_SSL_SOMETHING_NEW/],
    ];
    for (const [cause, kind, words] of errors) {
      const failure = failureOfSocket(cause, 'h:1');
      assert.equal(failure.kind, kind, String(cause));
      assert.match(failure.message, words);
      assert.equal(failure.cause, undefined);
    }
    const own = new Failure('closed', 'own');
    assert.equal(failureOfSocket(own, 'h:1'), own);
  });
});
