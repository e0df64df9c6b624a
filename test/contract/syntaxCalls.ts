import { argumentsOf, type CommandArgument } from '../../src/protocol/commands/arguments.ts';
import { commandFact } from '../../src/protocol/commands/lookup.ts';
import type { Random } from '../support/random.ts';

/** What the keys of `syntaxData` are called: one of each type. */
const KEYS = ['text', 'number', 'list', 'set', 'numbers', 'zset', 'names', 'hash', 'stream', 'places', 'none'];

/** Commands that fill the keys which calls are made for. */
export const syntaxData: readonly (readonly string[])[] = [
  ['SET', 'text', 'some text'], ['SET', 'number', '12'], ['RPUSH', 'list', 'a', 'b', 'c', 'a', '3'], ['SADD', 'set', 'a', 'b', 'c'], ['SADD', 'numbers', '1', '2', '3'],
  ['ZADD', 'zset', '1', 'a', '2', 'b', '3', 'c'], ['ZADD', 'names', '0', 'a', '0', 'b', '0', 'c'], ['HSET', 'hash', 'a', '1', 'b', 'text'], ['GEOADD', 'places', '13.361389', '38.115556', 'a', '15.087269', '37.502669', 'b'],
  ['XADD', 'stream', '1-1', 'a', '1'], ['XADD', 'stream', '2-1', 'b', '2'], ['XGROUP', 'CREATE', 'stream', 'g', '0'], ['XREADGROUP', 'GROUP', 'g', 'alice', 'COUNT', '1', 'STREAMS', 'stream', '>'],
];

const ofGroup: Readonly<Record<string, readonly string[]>> = {
  bitmap: ['text', 'number'], geo: ['places', 'zset'], hash: ['hash'], list: ['list'], set: ['set', 'numbers'], 'sorted-set': ['zset', 'names', 'places'], stream: ['stream'], string: ['text', 'number'],
};

const MEMBERS = ['a', 'b', 'c', 'd', '1', ''];
const RANGES = ['-', '+', '[a', '(b', '[c', 'a'];
const IDS = ['1-1', '2-1', '0', '3', '-', '+', '*', '>', '$', '0-0', '9-*', 'x'];
/** Texts by the name of the argument. */
const texts: Readonly<Record<string, readonly string[]>> = {
  min: RANGES, max: RANGES, start: ['-', '+', '0', '1', '-1', '(1-1', '5-5', '[a'], end: ['+', '-', '1', '-1', '(9'], stop: ['+', '1', '-1', '[c', '(b'],
  id: IDS, 'last-id': IDS, lastid: IDS, threshold: ['1', '0', '2-1', 'x'], group: ['g', 'h'], groupname: ['g', 'h'], consumer: ['alice', 'bob'], consumername: ['alice', 'bob'],
  encoding: ['u8', 'i16', 'u1', 'i64', 'u64', 'x'], operation: ['AND', 'or', 'NOT', 'XOR', 'x'], 'min-idle-time': ['0', '100000', 'x'], max_deleted_entry_id: ['0-1', '5-5'], type: ['string', 'list', 'x'],
  offset: ['0', '#1', '3'],
  script: ['return 1', 'return {KEYS, ARGV}', "return redis.call('TYPE', KEYS[1])", "return redis.call('SET', KEYS[1], ARGV[1])", "redis.call('GET')", 'return {'],
  sha1: ['e0e1f9fabfc9d4800c877a703b823ac0578ff8db', 'E0E1F9FABFC9D4800C877A703B823AC0578FF8DB', 'x'],
  'function-code': ["#!lua name=lib\nredis.register_function('f', function(keys, args) return {keys, args} end)", '#!lua name=lib\n', '#!js name=x', 'x'], function: ['f', 'g'], 'library-name': ['lib', 'x'],
};
const INTEGERS = ['0', '1', '2', '3', '-1', '-2', '10', '100'];
const DOUBLES = ['0', '1', '1.5', '-1', '2', 'inf', '-inf', '(1'];
const STRANGE = ['', 'x', '1x', '99999999999999999999', ' 1', '1.', 'nan', '0x10'];

/** How often an argument that may be left out is there, and one that is all right. */
const LEFT_OUT = 2;
const WRONG = 40;

/**
 * A call of the command, made from what COMMAND DOCS tells of its arguments: options taken or left, alternatives chosen, values fit for
 * the names and types mostly. Number of keys mostly right. About one in ten calls has a slip.
 */
export function syntaxCall(name: string, random: Random): string[] {
  const fact = commandFact(name);
  const home = ofGroup[fact?.group ?? ''] ?? KEYS;
  const key = (): string => (random.oneIn(5) ? random.pick(KEYS) : random.pick(home));

  const value = ({ name: called, type }: CommandArgument): string => {
    if (random.oneIn(WRONG)) return random.pick(STRANGE);
    switch (type) {
      case 'key': return key();
      // Long times, since two servers do not let a key expire in the same moment.
      case 'integer': return /seconds|timeout/.test(called) ? random.pick(['0', '-1', '100000000']) : called === 'cursor' ? '0' : random.pick(INTEGERS);
      case 'double': return called === 'timeout' ? '0.01' : random.pick(DOUBLES);
      case 'pattern': return random.pick(['*', 'a*', '[ab]', 'w_*', '#']);
      case 'unix-time': return random.pick(['4102444800', '1', '4102444800000']);
      default: return random.pick(texts[called] ?? MEMBERS);
    }
  };
  const once = (argument: CommandArgument): string[] => {
    switch (argument.type) {
      case 'pure-token': return [];
      case 'oneof': return written(random.pick(argument.parts));
      case 'block': return argument.parts.flatMap(written);
      default: return [argument.name === 'numkeys' ? NUMBER_OF_KEYS : value(argument)];
    }
  };
  const written = (argument: CommandArgument): string[] => {
    const { flags, token } = argument;
    if (flags.includes('optional') && !random.oneIn(LEFT_OUT)) return [];
    const times = flags.includes('multiple') ? 1 + random.below(3) : 1;
    const words: string[] = [];
    for (let time = 0; time < times; time += 1) {
      // A token may be in any case.
      if (token !== undefined && (time === 0 || flags.includes('multiple_token'))) words.push(random.oneIn(4) ? token.toLowerCase() : token);
      words.push(...once(argument));
    }
    return words;
  };

  const words = [...name.split('|'), ...argumentsOf(name).flatMap(written)];
  const numbered = words.indexOf(NUMBER_OF_KEYS);
  if (numbered >= 0) {
    let keys = 0;
    while (KEYS.includes(words[numbered + 1 + keys] ?? '')) keys += 1;
    words[numbered] = random.oneIn(10) ? random.pick(INTEGERS) : String(keys);
  }
  return random.oneIn(10) ? slip(words, random) : words;
}

const NUMBER_OF_KEYS = '(number of keys)';

/** One word missing, twice there, replaced or too many. */
function slip(words: readonly string[], random: Random): string[] {
  const at = 1 + random.below(Math.max(1, words.length - 1));
  switch (random.below(4)) {
    case 0: return words.toSpliced(at, 1);
    case 1: return words.toSpliced(at, 0, words[at] ?? 'x');
    case 2: return words.with(Math.min(at, words.length - 1), random.pick(STRANGE));
    default: return [...words, random.pick([...STRANGE, ...MEMBERS])];
  }
}
