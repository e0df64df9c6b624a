import assert from 'node:assert/strict';
import { deniedTo } from '../../../../src/server/acl/check.ts';
import { describeUser } from '../../../../src/server/acl/describe.ts';
import { calledCommand, namedCommand } from '../../../../src/server/acl/universe.ts';
import { applyRule, assignUser, copyUser, createDefaultUser, createUser, hashPassword, isPassword, mergeSelectors } from '../../../../src/server/acl/user.ts';
import type { User } from '../../../../src/server/acl/user.ts';
import { commandFact } from '../../../../src/protocol/commands/lookup.ts';

const defaults = { allChannels: false };
const HASH = '2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b';

function made(...rules: readonly string[]): User {
  const user = createUser('u', defaults);
  for (const rule of rules) assert.equal(applyRule(user, rule, defaults), undefined, rule);
  return user;
}
const text = (...rules: readonly string[]): string => describeUser(made(...rules));
const problem = (user: User, rule: string): string | undefined => applyRule(user, rule, defaults);

function denied(user: User, call: string): string | undefined {
  const args = call.split(' ');
  const fact = commandFact(calledCommand(args)?.name ?? '');
  assert.ok(fact !== undefined, call);
  const denial = deniedTo(user, fact, args);
  return denial === undefined ? undefined : `${denial.reason} ${String(denial.at)}`;
}

describe('rules of ACL users', () => {
  it('make a user who may do nothing until something is given', () => {
    assert.equal(text(), 'off resetchannels -@all');
    assert.equal(text('on', '>secret', '~a', '%R~b', '&c', '+get'), `on #${HASH} ~a %R~b resetchannels &c -@all +get`);
    assert.equal(text('reset'), 'off sanitize-payload resetchannels -@all');
    assert.equal(describeUser(createDefaultUser()), 'on nopass ~* &* +@all');
    assert.equal(describeUser(createUser('u', { allChannels: true })), 'off &* -@all');
  });

  it('are told in as few words as the categories allow', () => {
    assert.equal(text('+@all', '-@dangerous'), 'off resetchannels +@all -@dangerous');
    // The nearest category is not always the one that was given.
    assert.match(text('+@all', '-@dangerous', '+keys'), /^off resetchannels \+@all -@admin -migrate /);
    assert.equal(text('+@string', '-get'), 'off resetchannels -@all +@string -get');
    assert.equal(text('+select|1', '+select|1', '+select|2'), 'off resetchannels -@all +select|1 +select|2');
    assert.equal(text('+select|1', '+select'), 'off resetchannels -@all +select');
    assert.equal(text('+@all', '-@all'), 'off resetchannels -@all');
  });

  it('give the same rights when their text is read again', () => {
    for (const rules of [['+@all', '-@slow', '+config|get'], ['+@fast', '-@write', '~a*', '%W~b'], ['+@read', '(+set ~x)', '(-@all &c)'], ['+@all', '-client|kill', '+select|0', '-debug'], ['+debug|object', '+@admin']]) {
      const user = made(...rules);
      const words = mergeSelectors(describeUser(user).split(' '));
      assert.ok(typeof words !== 'number');
      assert.deepEqual(made(...words).selectors.map((one) => [...one.allowed]), user.selectors.map((one) => [...one.allowed]), rules.join(' '));
    }
  });

  it('say in Redis\'s words what is wrong, and change nothing then', () => {
    const user = made('on', '~a', '+get');
    const before = describeUser(user);
    for (const rule of ['bogus', '%~a', '%x', '%RR~a', '~a b', '&a\0', '+get|', '(on)', '(%x)']) assert.equal(problem(user, rule), 'Syntax error', rule);
    for (const rule of ['+nosuch', '-nosuch', '+@nosuch', '-get|x', '+config|nosuch', '+|x', '(+nosuch)', '+get|x|y']) assert.equal(problem(user, rule), 'Unknown command or category name in ACL', rule);
    assert.match(problem(user, '#ABC') ?? '', /must be exactly 64 characters/);
    assert.match(problem(user, '<nosuch') ?? '', /does not exist/);
    assert.match(problem(user, '+config|get|x') ?? '', /first-arg of a subcommand/);
    assert.equal(describeUser(user), before);
    assert.match(problem(made('allkeys'), '~a') ?? '', /'allkeys' flag/);
    assert.match(problem(made('allchannels'), '&a') ?? '', /'allchannels' flag/);
  });

  it('join selectors that come in several words', () => {
    assert.deepEqual(mergeSelectors(['on', '(+get', '~a)', '(+set)', 'off']), ['on', '(+get ~a)', '(+set)', 'off']);
    assert.equal(mergeSelectors(['on', '(+get', '~a']), 1);
    assert.deepEqual(mergeSelectors(['(a', '(b', ')']), ['(b )']);
    assert.deepEqual(mergeSelectors([]), []);
  });

  it('keep passwords as hashes and know them again', () => {
    const user = made('on', '>secret');
    assert.deepEqual(user.passwords, [HASH]);
    assert.equal(hashPassword('secret'), HASH);
    assert.ok(isPassword(user, 'secret') && !isPassword(user, 'Secret') && !isPassword(user, ''));
    assert.ok(!isPassword(made('>secret'), 'secret'), 'he is off');
    assert.ok(isPassword(made('on', 'nopass'), 'anything'));
    assert.ok(!isPassword(made('on'), ''), 'no password is not any password');
    assert.ok(isPassword(made('on', '>\xff\0'), '\xff\0'));
    // One byte, not the two of UTF-8.
    assert.equal(hashPassword('\xff'), 'a8100ae6aa1940d0b663bb31cd466142ebbdbd5187131b92d93818987832eb89');
  });

  it('are copied whole', () => {
    const user = made('on', '>a', '~a', '+select|1', '(+get)');
    const copy = copyUser(user);
    for (const rule of ['>b', '~b', '+select|2', '-get', 'clearselectors', 'off']) applyRule(copy, rule, defaults);
    assert.equal(describeUser(user), text('on', '>a', '~a', '+select|1', '(+get)'));
    assignUser(user, copy);
    assert.equal(describeUser(user), describeUser(copy));
    assert.equal(user.name, 'u');
  });

  it('know when a user needs no look at all', () => {
    assert.ok(createDefaultUser().unrestricted);
    assert.ok(!made('+@all', '~*').unrestricted);
    assert.ok(made('(allcommands allkeys allchannels)').unrestricted);
    assert.ok(!made('+@all', '~*', '&*', '-get').unrestricted);
    assert.ok(!made('+@all', '~*', '&*', '-get', '+get').unrestricted, 'as in Redis, the flag comes back with +@all only');
  });
});

describe('the check of a call', () => {
  it('tells the gravest that is lacking and where', () => {
    const user = made('+get', '+mget', '+publish', '+subscribe', '+psubscribe', '~a*', '%W~w', '&c*');
    for (const call of ['get a', 'mget a ab', 'publish c x', 'subscribe c cc', 'auth x']) assert.equal(denied(user, call), undefined, call);
    assert.equal(denied(user, 'set a b'), 'command 0');
    assert.equal(denied(user, 'get x'), 'key 1');
    assert.equal(denied(user, 'get w'), 'key 1');
    assert.equal(denied(user, 'mget a x y'), 'key 2');
    assert.equal(denied(user, 'publish x y'), 'channel 1');
    assert.equal(denied(user, 'subscribe c x'), 'channel 2');
    assert.equal(denied(user, 'psubscribe c'), 'channel 1');
    assert.equal(denied(user, 'psubscribe c*'), undefined);
  });

  it('asks that one selector allows all of it', () => {
    const user = made('(+get ~a)', '(+set ~b)', '(+mget ~a ~b)');
    assert.equal(denied(user, 'get a'), undefined);
    assert.equal(denied(user, 'set b 1'), undefined);
    assert.equal(denied(user, 'get b'), 'key 1');
    assert.equal(denied(user, 'mget a b c'), 'key 3');
    assert.equal(denied(user, 'del a'), 'command 0');
  });

  it('lets a first argument or a subcommand through', () => {
    const user = made('+select|1', '+config|get');
    assert.equal(denied(user, 'select 1'), undefined);
    assert.equal(denied(user, 'select 2'), 'command 0');
    assert.equal(denied(user, 'config get x'), undefined);
    assert.equal(denied(user, 'config set x y'), 'command 0');
  });

  it('knows commands of later versions by the same rules', () => {
    const call = 'client setinfo lib-name x';
    assert.equal(denied(made('+client'), call), undefined);
    assert.equal(denied(made('+@connection'), call), undefined);
    assert.equal(denied(made('+@all', '-client'), call), 'command 0');
    assert.equal(denied(made('+get'), call), 'command 0');
    assert.ok(namedCommand('hexpire')?.isLater === true);
    assert.equal(denied(made('+@hash', 'allkeys'), 'hexpire k 1 fields 1 f'), undefined);
  });
});
