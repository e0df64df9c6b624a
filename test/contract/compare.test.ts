import assert from 'node:assert/strict';
import { decodeReply, printReply, type Reply } from '../support/respReply.ts';
import { difference } from './compare.ts';
import { splitArguments, type Rule } from './script.ts';

const reply = (wire: string): Reply => {
  const decoded = decodeReply(Buffer.from(wire, 'latin1'), 0);
  assert.ok(typeof decoded !== 'number', `not a whole reply: ${wire}`);
  return decoded.reply;
};
const same = (ours: string, theirs: string, rule: Rule = { kind: 'exact' }): boolean => difference(reply(ours), reply(theirs), rule) === undefined;

/** The comparison has to be able to fail: a contract that holds whatever comes proves nothing. */
describe('how replies are compared', () => {
  it('tells types, nulls and texts apart', () => {
    const distinct = ['+a\r\n', '-a\r\n', '$1\r\na\r\n', '=5\r\ntxt:a\r\n', ':1\r\n', '$1\r\n1\r\n', ',1\r\n', '(1\r\n', '#t\r\n', '#f\r\n', '$-1\r\n', '*-1\r\n', '_\r\n', '*0\r\n', '~0\r\n', '%0\r\n', '*1\r\n$1\r\na\r\n', '~1\r\n$1\r\na\r\n', '$0\r\n\r\n', ',1.0\r\n'];
    assert.equal(new Set(distinct.map((wire) => printReply(reply(wire)))).size, distinct.length);
    assert.equal(printReply(reply('$3\r\n\x00\xff"\r\n')), 'bulk "\\x00\\xff\\""');
  });

  it('lets only the sentences of a HELP differ', () => {
    const lines = (...texts: readonly string[]): string => `*${String(texts.length)}\r\n${texts.map((text) => `+${text}\r\n`).join('')}`;
    const theirs = lines('X <subcommand>.', 'GET <key>', '    Says this.', '    * ASYNC: later', 'HELP', '    Prints this help.');
    const holds = (...texts: readonly string[]): boolean => same(lines(...texts), theirs, { kind: 'help' });
    assert.ok(holds('X <subcommand>.', 'GET <key>', '    Tells that.', '    * ASYNC and so on', 'HELP', '    Prints this help.'));
    assert.ok(!holds('X <subcommand>.', 'GET <name>', '    Says this.', '    * ASYNC: later', 'HELP', '    Prints this help.'));
    assert.ok(!holds('X <subcommand>.', 'GET <key>', '  Says this.', '    * ASYNC: later', 'HELP', '    Prints this help.'));
    assert.ok(!holds('X <subcommand>.', 'GET <key>', '    Says this.', '    * SYNC: later', 'HELP', '    Prints this help.'));
    assert.ok(!holds('X <subcommand>.', 'GET <key>', '    Says this.', '    * ASYNC: later', 'HELP', '    Prints help.'));
    assert.ok(!holds('X <subcommand>.', 'GET <key>', '    Says this.', 'HELP', '    Prints this help.'));
    assert.ok(!same('+X\r\n', theirs, { kind: 'help' }));
  });

  it('compares rules with their commands in any order, selectors apart, and maps of an array by their fields', () => {
    const text = (rules: string): string => `+${rules}\r\n`;
    const rule: Rule = { kind: 'words', anyOrder: false };
    assert.ok(same(text('user u on -@all +get +set (~a -@all +del +ttl) (~b)'), text('user u on -@all +set +get (~a -@all +ttl +del) (~b)'), rule));
    assert.ok(same(text('-@all +get +hexpire'), text('-@all +get'), rule));
    assert.ok(!same(text('-@all +get'), text('-@all -get'), rule));
    assert.ok(!same(text('-@all +@read +@set'), text('-@all +@set +@read'), rule));
    assert.ok(!same(text('~a ~b'), text('~b ~a'), rule));
    assert.ok(!same(text('+get (+set)'), text('+set (+get)'), rule));
    assert.ok(!same('*2\r\n+a\r\n+b\r\n', '*2\r\n+b\r\n+a\r\n', rule));
    assert.ok(same('*2\r\n+a\r\n+b\r\n', '*2\r\n+b\r\n+a\r\n', { ...rule, anyOrder: true }));
    const each: Rule = { kind: 'each', names: ['a'] };
    assert.ok(same('*1\r\n*4\r\n+a\r\n:1\r\n+t\r\n:2\r\n', '*1\r\n*4\r\n+a\r\n:1\r\n+t\r\n:3\r\n', each));
    assert.ok(!same('*1\r\n*2\r\n+a\r\n:1\r\n', '*1\r\n*2\r\n+a\r\n:2\r\n', each));
    assert.ok(!same('*1\r\n*2\r\n+a\r\n:1\r\n', '*0\r\n', each));
  });

  it('waits for the rest of a cut reply', () => {
    const whole = Buffer.from('*2\r\n$5\r\nhello\r\n%1\r\n+a\r\n:1\r\n');
    for (let length = 0; length < whole.length; length += 1) {
      const needed = decodeReply(whole.subarray(0, length), 0);
      assert.ok(typeof needed === 'number' && needed > length && needed <= whole.length, `at ${String(length)}: ${JSON.stringify(needed)}`);
    }
  });

  it('refuses what is not RESP', () => {
    for (const wire of ['?1\r\n', '$abc\r\n', '$2\r\nabc\r\n', '*-2\r\n']) assert.throws(() => decodeReply(Buffer.from(wire), 0), wire);
  });

  it('excuses the order of elements, not the elements', () => {
    const rule: Rule = { kind: 'unordered', width: 1 };
    assert.ok(same('*2\r\n+a\r\n+b\r\n', '*2\r\n+b\r\n+a\r\n', rule));
    assert.ok(!same('*2\r\n+a\r\n+b\r\n', '*2\r\n+b\r\n+b\r\n', rule));
    assert.ok(!same('*1\r\n+a\r\n', '~1\r\n+a\r\n', rule));
    const pairs: Rule = { kind: 'unordered', width: 2 };
    assert.ok(same('*4\r\n+a\r\n+1\r\n+b\r\n+2\r\n', '*4\r\n+b\r\n+2\r\n+a\r\n+1\r\n', pairs));
    assert.ok(!same('*4\r\n+a\r\n+1\r\n+b\r\n+2\r\n', '*4\r\n+b\r\n+1\r\n+a\r\n+2\r\n', pairs));
  });

  it('excuses which elements were picked, not strangers, repeats or another number of them', () => {
    const rule: Rule = { kind: 'among', pool: new Set(['a', 'b']), distinct: true };
    assert.ok(same('*1\r\n+a\r\n', '*1\r\n+b\r\n', rule));
    assert.ok(!same('*1\r\n+c\r\n', '*1\r\n+b\r\n', rule));
    assert.ok(!same('*2\r\n+a\r\n+a\r\n', '*2\r\n+b\r\n+a\r\n', rule));
    assert.ok(!same('*2\r\n+a\r\n+b\r\n', '*1\r\n+b\r\n', rule));
  });

  it('excuses the time within its slack, not "no expiry" and "no key"', () => {
    const rule: Rule = { kind: 'near', slack: 5 };
    assert.ok(same(':100\r\n', ':104\r\n', rule));
    assert.ok(!same(':100\r\n', ':106\r\n', rule));
    assert.ok(!same(':-1\r\n', ':-2\r\n', rule));
    assert.ok(!same(':-1\r\n', ':1\r\n', rule));
  });

  it('never excuses an error or a null', () => {
    const rules: Rule[] = [{ kind: 'unordered', width: 1 }, { kind: 'among', pool: new Set(['a']), distinct: false }, { kind: 'near', slack: 9 }, { kind: 'shape' }, { kind: 'fields', present: [], equal: [] }, { kind: 'entries', names: [] }];
    for (const rule of rules) {
      assert.ok(!same('-ERR a\r\n', '-ERR b\r\n', rule), rule.kind);
      assert.ok(!same('_\r\n', '$-1\r\n', rule), rule.kind);
      assert.ok(!same('-ERR a\r\n', '*0\r\n', rule), rule.kind);
    }
  });

  it('holds named fields and entries to each other', () => {
    const rule: Rule = { kind: 'fields', present: ['id'], equal: ['role'] };
    assert.ok(same('$14\r\nid:1\r\nrole:m\r\n\r\n', '$14\r\nid:2\r\nrole:m\r\n\r\n', rule));
    assert.ok(!same('$14\r\nid:1\r\nrole:s\r\n\r\n', '$14\r\nid:2\r\nrole:m\r\n\r\n', rule));
    assert.ok(!same('$14\r\nix:1\r\nrole:m\r\n\r\n', '$14\r\nid:2\r\nrole:m\r\n\r\n', rule));
    const names: Rule = { kind: 'entries', names: ['a'] };
    assert.ok(same('%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n', '%2\r\n+b\r\n:9\r\n+a\r\n:1\r\n', names));
    assert.ok(!same('%1\r\n+a\r\n:1\r\n', '%1\r\n+a\r\n:2\r\n', names));
    assert.ok(!same('%1\r\n+b\r\n:1\r\n', '%1\r\n+b\r\n:1\r\n', names));
  });

  it('reads commands as redis-cli does', () => {
    assert.deepEqual(splitArguments(`SET "a b" '\\'' "\\x00\\n\\"" '' x`).map(String), ['SET', 'a b', "'", '\x00\n"', '', 'x']);
    assert.throws(() => splitArguments('SET "open'));
    assert.throws(() => splitArguments('SET "a"b'));
  });
});
