import assert from 'node:assert/strict';
import { judge } from '../../../../src/core/connection/guard.ts';
import { serverCommandFacts } from '../../../../src/core/connection/serverCommands.ts';
import { checkShareable } from '../../../../src/core/connection/shareable.ts';
import type { Command, Reply } from '../../../../src/core/connection/session.ts';
import { commandFact } from '../../../../src/protocol/commands/lookup.ts';
import { isFailure, type FailureKind } from '../../../../src/core/failure.ts';

const words = (texts: readonly string[]): Reply[] => texts.map((text) => Buffer.from(text));
/** An entry of COMMAND as Redis 6 gives it, or as Redis 7 with subcommands. */
const entry = (name: string, flags: readonly string[], subcommands?: readonly Reply[]): Reply =>
  [Buffer.from(name), 2, words(flags), 1, 1, 1, [], ...(subcommands === undefined ? [] : [[], [], subcommands])];

describe('the guard', () => {
  it('passes everything on a read-write connection and asks on a confirm-writes one', () => {
    assert.equal(judge(['FLUSHALL'], 'read-write', commandFact), 'pass');
    assert.equal(judge(['FLUSHALL'], 'confirm-writes', commandFact), 'confirm');
    assert.equal(judge(['NOSUCH'], 'confirm-writes', commandFact), 'confirm');
    assert.equal(judge(['GET', 'k'], 'confirm-writes', commandFact), 'pass');
    assert.equal(judge(['FLUSHALL'], 'read-only', commandFact), 'refuse');
    assert.equal(judge([], 'read-only', commandFact), 'refuse');
  });

  it('compares names as the server does', () => {
    assert.equal(judge([Buffer.from('gEt'), 'k'], 'read-only', commandFact), 'pass');
    assert.equal(judge(['cOnFiG', 'gEt', 'x'], 'read-only', commandFact), 'pass');
    assert.equal(judge(['KEYS', '*'], 'read-only', commandFact), 'pass');
    assert.equal(judge(['KEYS', '*'], 'read-only', () => undefined), 'refuse');
    // The Kelvin sign becomes a k in lower case, but the server gets three other bytes.
    assert.equal(judge(['\u212aEYS', '*'], 'read-only', commandFact), 'refuse');
    assert.equal(judge(['config|get', 'x'], 'read-only', commandFact), 'refuse');
  });

  it('judges subcommands by themselves, also where an old server flags only the container', () => {
    const old = serverCommandFacts([entry('memory', ['readonly', 'random']), entry('config', ['admin']), entry('get', ['readonly', 'fast']), entry('object', ['readonly'])]);
    assert.equal(judge(['MEMORY', 'USAGE', 'k'], 'read-only', old), 'pass');
    assert.equal(judge(['MEMORY', 'PURGE'], 'read-only', old), 'refuse');
    assert.equal(judge(['CONFIG', 'SET', 'a', 'b'], 'read-only', old), 'refuse');
    assert.equal(judge(['CONFIG', 'GET', 'a'], 'read-only', old), 'pass');
    assert.equal(judge(['OBJECT', 'ENCODING', 'k'], 'read-only', old), 'pass');
    assert.equal(judge(['GET', 'purge'], 'read-only', old), 'pass');
    // The server does not list it, so our table may not speak for it.
    assert.equal(judge(['STRLEN', 'k'], 'read-only', old), 'refuse');
  });

  it('takes the subcommands of modules from the server', () => {
    const facts = serverCommandFacts([entry('ft.x', ['readonly'], [entry('ft.x|read', ['readonly']), entry('ft.x|drop', ['write'])]), entry('json.get', ['readonly', 'module']), null, ['odd']]);
    assert.equal(judge(['FT.X', 'READ', 'i'], 'read-only', facts), 'pass');
    assert.equal(judge(['FT.X', 'DROP', 'i'], 'read-only', facts), 'refuse');
    assert.equal(judge(['FT.X', 'NEW', 'i'], 'read-only', facts), 'refuse');
    assert.equal(judge(['JSON.GET', 'k'], 'read-only', facts), 'pass');
  });

  it('never lets a flag of writing or administering pass', () => {
    const facts = serverCommandFacts([entry('odd.both', ['readonly', 'write']), entry('odd.admin', ['readonly', 'admin'])]);
    assert.equal(judge(['ODD.BOTH'], 'read-only', facts), 'refuse');
    assert.equal(judge(['ODD.ADMIN'], 'read-only', facts), 'refuse');
  });

  it('gives replication commands to the copy engines only', () => {
    for (const [intent, verdict] of [['copy', 'pass'], ['replicate', 'pass'], ['terminal', 'refuse'], ['monitor', 'refuse'], [undefined, 'refuse']] as const) {
      assert.equal(judge(['PSYNC', '?', '-1'], 'read-only', commandFact, intent), verdict, intent);
      assert.equal(judge(['REPLICAOF', 'h', '1'], 'read-only', commandFact, intent), 'refuse');
    }
  });
});

describe('a shared socket', () => {
  const refused = (commands: readonly Command[], kind: FailureKind): void => assert.throws(() => checkShareable(commands), (error) => isFailure(error, kind), JSON.stringify(commands));

  it('takes no command that changes it for others', () => {
    for (const command of [['SELECT', '1'], ['auth', 'x'], ['HELLO', '3'], ['SUBSCRIBE', 'c'], ['MONITOR'], ['RESET'], ['QUIT'], ['PSYNC', '?', '-1'], ['WATCH', 'k'], [Buffer.from('select'), '1'], ['CLIENT', 'REPLY', 'OFF']]) {
      refused([command], 'unsupported');
    }
    checkShareable([['GET', 'select'], ['CLIENT', 'ID']]);
  });

  it('takes a transaction in one pipeline only', () => {
    checkShareable([['GET', 'k'], ['MULTI'], ['SET', 'k', '1'], ['EXEC'], ['MULTI'], ['DISCARD']]);
    for (const commands of [[['MULTI']], [['EXEC']], [['MULTI'], ['MULTI'], ['EXEC']], [['MULTI'], ['EXEC'], ['SET', 'k', '1'], ['EXEC']]]) refused(commands, 'bad-input');
  });

  it('takes no name that could be two commands', () => {
    for (const name of ['', 'GET k', 'GET\r\nSET', Buffer.from([0xff])]) refused([[name]], 'bad-input');
    refused([[]], 'bad-input');
  });
});
