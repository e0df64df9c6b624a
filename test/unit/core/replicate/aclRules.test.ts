import assert from 'node:assert/strict';
import type { Reply } from '../../../../src/core/connection/session.ts';
import { allowedByRules } from '../../../../src/core/replicate/aclRules.ts';

const bulk = (text: string): Buffer => Buffer.from(text, 'latin1');
/** As Redis 6 answers ACL GETUSER. */
const sixth = (commands: string, ...keys: readonly string[]): readonly Reply[] => [bulk('flags'), [bulk('on')], bulk('passwords'), [], bulk('commands'), bulk(commands), bulk('keys'), keys.map(bulk)];
/** As Redis 7 does. */
const seventh = (commands: string, keys: string, ...selectors: readonly string[]): readonly Reply[] =>
  [bulk('flags'), [bulk('on')], bulk('passwords'), [], bulk('commands'), bulk(commands), bulk('keys'), bulk(keys), bulk('channels'), bulk(''), bulk('selectors'), selectors.map((one) => [bulk('commands'), bulk(one)])];

describe('the rules of a user', () => {
  const cases: readonly (readonly [readonly Reply[], readonly string[], boolean | undefined])[] = [
    [sixth('+@all', '*'), ['DUMP', 'k'], true],
    [sixth('+@all -@dangerous', '*'), ['FLUSHDB'], false],
    [sixth('+@all -@dangerous +restore', '*'), ['RESTORE', 'k', '0', ''], true],
    [sixth('-@all +@read', '*'), ['DUMP', 'k'], true],
    [sixth('-@all +@read', '*'), ['RESTORE', 'k', '0', ''], false],
    [sixth('+@all', 'a:*', 'b?'), ['DUMP', 'b1'], true],
    [sixth('+@all', 'a:*', 'b?'), ['DUMP', 'c'], false],
    [sixth('+@all'), ['SCAN', '0'], true],
    [sixth('+@all', 'a'), ['COPY', 'a', 'b'], false],
    [sixth('+@all', '*'), ['OTHER.COMMAND', 'b'], undefined],
    [seventh('+@all -config +config|get', '~*'), ['CONFIG', 'SET', 'a', 'b'], false],
    [seventh('+@all -config +config|get', '~*'), ['CONFIG', 'GET', 'a'], true],
    [seventh('+@all', '~a:* %R~*'), ['DUMP', 'a:1'], true],
    [seventh('+@all', '~a:* %R~*'), ['DUMP', 'b'], undefined],
    [seventh('-@all', '', '+dump'), ['DUMP', 'b'], undefined],
    [[], ['DUMP', 'b'], false],
  ];
  for (const [user, command, expected] of cases) {
    it(`${JSON.stringify(user, (_, value: unknown) => (typeof value === 'object' && value !== null && 'data' in value ? String(Buffer.from(value.data as number[])) : value))}: ${command.join(' ')}`, () => {
      assert.equal(allowedByRules(user, command), expected);
    });
  }
});
