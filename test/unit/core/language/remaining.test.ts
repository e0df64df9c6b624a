import assert from 'node:assert/strict';
import { notationOf } from '../../../../src/core/language/notation.ts';
import { nextTokens, remainingArguments } from '../../../../src/core/language/remaining.ts';
import { argumentsOf, type CommandArgument } from '../../../../src/protocol/commands/arguments.ts';
import { allCommandFacts } from '../../../../src/protocol/commands/lookup.ts';

/** What a hint shows behind these words, or `no`. */
const rest = (name: string, words: string): string => {
  const left = remainingArguments(argumentsOf(name), words === '' ? [] : words.split(' '));
  return left === undefined ? 'no' : notationOf(left);
};
const tokens = (name: string, words: string): readonly string[] => nextTokens(remainingArguments(argumentsOf(name), words === '' ? [] : words.split(' ')) ?? []);

describe('core/language remaining arguments', () => {
  for (const [name, words, expected] of [
    ['get', '', 'key'],
    ['get', 'k', ''],
    ['get', 'k x', 'no'],
    ['set', 'k', 'value [NX|XX] [GET] [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|KEEPTTL]'],
    ['set', 'k v EX', 'seconds [NX|XX] [GET]'],
    ['set', 'k v ex 10 nx', '[GET]'],
    ['set', 'k v nonsense', 'no'],
    ['mget', 'a b', '[key [key ...]]'],
    ['hset', 'k f', 'value'],
    ['hset', 'k f v', '[field value [field value ...]]'],
    ['zadd', 'k NX 1', 'member'],
    ['zadd', 'k gt ch 1 a', '[score member [score member ...]]'],
    ['scan', '0', '[MATCH pattern] [COUNT count] [TYPE type]'],
    ['scan', '0 COUNT 10', '[MATCH pattern] [TYPE type]'],
    ['scan', '0 MATCH', 'pattern [COUNT count] [TYPE type]'],
    ['auth', 'p', ''],
    ['sort', 'k GET a', '[GET pattern [GET pattern ...]] [BY pattern] [LIMIT offset count] [ASC|DESC] [ALPHA] [STORE destination]'],
    ['sort', 'k LIMIT 0', 'count [BY pattern] [GET pattern [GET pattern ...]] [ASC|DESC] [ALPHA] [STORE destination]'],
    ['xadd', 'k MAXLEN ~ 10', '[LIMIT count] [NOMKSTREAM] *|id field value [field value ...]'],
    ['xadd', 'k * a', 'value'],
    ['zunionstore', 'd 2 a b WEIGHTS 1', '[weight [weight ...]] [AGGREGATE SUM|MIN|MAX]'],
    ['lpop', 'k', '[count]'],
    ['xgroup|create', 'k g $', '[MKSTREAM] [ENTRIESREAD entries_read]'],
  ] as const) {
    it(`behind ${name} ${words}`, () => assert.equal(rest(name, words), expected));
  }

  it('knows the words that may come next', () => {
    assert.deepEqual(tokens('set', 'k v'), ['NX', 'XX', 'GET', 'EX', 'PX', 'EXAT', 'PXAT', 'KEEPTTL']);
    assert.deepEqual(tokens('scan', '0 TYPE string'), ['MATCH', 'COUNT']);
    assert.deepEqual(tokens('set', 'k'), []);
    assert.deepEqual(tokens('xadd', 'k'), ['NOMKSTREAM', 'MAXLEN', 'MINID', '*']);
  });

  it('fits what the notation of every command allows: each option by itself, each alternative, things twice', () => {
    let lines = 0;
    for (const { name } of allCommandFacts()) {
      const args = argumentsOf(name);
      assert.deepEqual(remainingArguments(args, []), args, name);
      for (const words of examples(args)) {
        lines += 1;
        assert.notEqual(remainingArguments(args, words), undefined, `${name} ${words.join(' ')}`);
        if (words.length > 0) assert.notEqual(remainingArguments(args, words.slice(0, -1)), undefined, `${name} ${words.slice(0, -1).join(' ')}`);
      }
    }
    assert.ok(lines > 800, String(lines));
  });
});

/** Lines that an argument list allows, in words. */
function examples(args: readonly CommandArgument[]): string[][] {
  const least = (all: readonly CommandArgument[]): string[] => all.filter(({ flags }) => !flags.includes('optional')).flatMap((arg) => waysOf(arg)[0] ?? []);
  return [least(args), ...args.flatMap((arg, at) => waysOf(arg).map((way) => [...least(args.slice(0, at)), ...way, ...least(args.slice(at + 1))]))];
}

function waysOf(arg: CommandArgument): string[][] {
  const inner = arg.type === 'oneof' ? arg.parts.flatMap(waysOf) : arg.type === 'block' ? examples(arg.parts) : arg.type === 'pure-token' ? [[]] : [['7']];
  const once = inner.map((words) => (arg.token === undefined ? words : [arg.token, ...words]));
  const [first = []] = once;
  return arg.flags.includes('multiple_token') ? [...once, [...first, ...first]] : arg.flags.includes('multiple') ? [...once, [...first, ...(inner[0] ?? [])]] : once;
}
