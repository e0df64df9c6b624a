import { among, call, scan, unordered, type Script } from '../script.ts';

const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i * 3 - 50));
const words = (count: number): string[] => Array.from({ length: count }, (_, i) => `member:${String(i)}`);

export const sets: readonly Script[] = [
  {
    name: 'sets: members',
    steps: [
      'SADD s a b c', 'SADD s a', 'SADD s a d', 'SCARD s', 'SCARD none', 'SISMEMBER s a', 'SISMEMBER s z', 'SISMEMBER none a', 'SMISMEMBER s a z b', 'SMISMEMBER none a b', unordered('SMEMBERS s'), 'SREM s a z', 'SREM s z', 'SREM none a', unordered('SMEMBERS s'), 'SREM s b c d', 'EXISTS s', 'SMEMBERS none', 'SADD s', 'SREM s', 'SMISMEMBER s', 'SADD s ""', 'SISMEMBER s ""', 'SMEMBERS s',
      call('SADD', 'bin', Buffer.from([0, 255, 10])), 'SMEMBERS bin', call('SISMEMBER', 'bin', Buffer.from([0, 255, 10])), call('SADD', 'big', 'x'.repeat(100_000)), 'SMEMBERS big', call('SISMEMBER', 'big', 'x'.repeat(99_999)), call('SREM', 'big', 'x'.repeat(100_000)), 'EXISTS big',
    ],
  },
  {
    name: 'sets: intset, and when it ends',
    steps: [
      'SADD i 3 1 2', 'OBJECT ENCODING i', 'SMEMBERS i', 'SADD i -5 100000 9223372036854775807', 'SMEMBERS i', 'OBJECT ENCODING i', 'SISMEMBER i 1', 'SISMEMBER i 01', 'SISMEMBER i abc', 'SADD i -9223372036854775808', 'SMEMBERS i', 'SREM i 2 100000', 'SMEMBERS i', 'SREM i abc', 'SADD i 9223372036854775808', 'OBJECT ENCODING i', unordered('SMEMBERS i'), 'SREM i 9223372036854775808', 'OBJECT ENCODING i',
      call('SADD', 'n', ...numbers(512)), 'OBJECT ENCODING n', 'SMEMBERS n', 'SSCAN n 0', 'SSCAN n 0 MATCH 1*', 'SSCAN n 0 COUNT 3', 'SADD n 99999', 'OBJECT ENCODING n', 'SCARD n', unordered('SMEMBERS n'), scan('SSCAN n CURSOR COUNT 7'), 'SADD j 1 2 x', 'OBJECT ENCODING j', 'SADD k 01', 'OBJECT ENCODING k', 'SADD m 1', 'SADD m " 2"', 'OBJECT ENCODING m', 'SADD w a', 'OBJECT ENCODING w', 'SADD z 00', 'SADD z -0', 'SISMEMBER z 0', 'SCARD z',
    ],
  },
  {
    name: 'sets: SSCAN',
    steps: [
      call('SADD', 's', ...words(300)), 'SCARD s', 'OBJECT ENCODING s', scan('SSCAN s CURSOR'), scan('SSCAN s CURSOR COUNT 1'), scan('SSCAN s CURSOR COUNT 10000'), scan('SSCAN s CURSOR MATCH *99'), scan('SSCAN s CURSOR MATCH nothing'), 'SSCAN s abc', 'SSCAN s 0 COUNT 0', 'SSCAN s 0 BOGUS', 'SSCAN s 0 MATCH', 'SSCAN none 0', 'SSCAN s', 'SADD i 1 2 3', 'SSCAN i 0', 'SSCAN i 7', 'SSCAN i 0 MATCH 2', 'SSCAN i 0 COUNT 1', 'SET k v', 'SSCAN k 0', 'SSCAN s 18446744073709551616', scan('SSCAN s CURSOR COUNT 50 MATCH member:[12]?'),
    ],
  },
  {
    name: 'sets: random picks and SMOVE',
    steps: [
      'SADD s a b c d', among('SRANDMEMBER s', 'a b c d'), among('SRANDMEMBER s 2', 'a b c d', true), unordered('SRANDMEMBER s 4'), unordered('SRANDMEMBER s 9'), among('SRANDMEMBER s -6', 'a b c d'), 'SRANDMEMBER s 0', 'SRANDMEMBER none', 'SRANDMEMBER none 2', 'SRANDMEMBER none -2', 'SRANDMEMBER s abc', 'SRANDMEMBER s 1 2', 'SRANDMEMBER s 9223372036854775808', 'SRANDMEMBER s -9223372036854775808', among('SPOP s', 'a b c d'), 'SCARD s', among('SPOP s 2', 'a b c d', true), 'SCARD s', among('SPOP s 5', 'a b c d', true), 'EXISTS s', 'SPOP none', 'SPOP none 2', 'SPOP s 0', 'SADD s only', 'SPOP s', 'EXISTS s', 'SADD s x y', 'SPOP s 0', 'SPOP s -1', 'SPOP s abc', 'SPOP s 1 2', unordered('SPOP s 10'),
      'SADD i 1 2 3', among('SPOP i 2', '1 2 3', true), 'SCARD i', 'DEL i', 'SADD i 1 2 3', among('SRANDMEMBER i 2', '1 2 3', true), 'SADD a 1 x', 'SADD b 2', 'SMOVE a b x', 'SMOVE a b x', 'SMOVE a b none', unordered('SMEMBERS b'), 'SMEMBERS a', 'SMOVE a new 1', 'EXISTS a', 'SMEMBERS new', 'SMOVE new new 1', 'SMOVE new new 9', 'SMOVE none b 1', 'SET k v', 'SMOVE new k 1', 'SMOVE k new 1', 'SMOVE none k 1', 'SMEMBERS new',
    ],
  },
  {
    name: 'sets: algebra',
    steps: [
      'SADD a 1 2 3 4', 'SADD b 3 4 5', 'SADD c 4', 'SADD w x y 3', 'SINTER a b', 'SINTER a b c', 'SINTER a none', 'SINTER none', 'SINTER a', 'SUNION a b', 'SUNION none', unordered('SUNION a w'), 'SUNION a none', 'SDIFF a b', 'SDIFF a b c', 'SDIFF none a', 'SDIFF a none', unordered('SDIFF w a'), 'SINTER w a', 'SINTERSTORE d a b', 'SMEMBERS d', 'OBJECT ENCODING d', 'SINTERSTORE d a none', 'EXISTS d', 'SUNIONSTORE d a b', 'SMEMBERS d', 'SDIFFSTORE d a b', 'SMEMBERS d', 'SDIFFSTORE d a a', 'EXISTS d', 'SUNIONSTORE d none none2', 'EXISTS d', 'SUNIONSTORE a a b', 'SMEMBERS a', 'SUNIONSTORE d a w', 'OBJECT ENCODING d', 'SCARD d',
      'SINTERCARD 2 a b', 'SINTERCARD 2 a b LIMIT 1', 'SINTERCARD 2 a b LIMIT 0', 'SINTERCARD 1 none', 'SINTERCARD 0 a', 'SINTERCARD 3 a b', 'SINTERCARD abc a', 'SINTERCARD 2 a b LIMIT -1', 'SINTERCARD 2 a b BOGUS', 'SINTERCARD 2 a b LIMIT', 'SET s v', 'SINTER a s', 'SINTER none s', 'SUNION a s', 'SUNION s none', 'SDIFF a s', 'SDIFF s a', 'SINTERSTORE s a b', 'SMEMBERS s', 'SET s v', 'SINTERSTORE d a s', 'SUNIONSTORE d s', 'SDIFFSTORE d a s', 'SINTERCARD 2 a s', 'SINTER', 'SUNIONSTORE d', 'SET t v EX 100', 'SUNIONSTORE t a b', 'TTL t', 'TYPE t',
    ],
  },
  {
    name: 'sets: the wrong type',
    steps: ['SET s v', 'SADD s a', 'SREM s a', 'SISMEMBER s a', 'SMISMEMBER s a', 'SMEMBERS s', 'SCARD s', 'SPOP s', 'SPOP s 1', 'SRANDMEMBER s', 'SRANDMEMBER s 1', 'SSCAN s 0', 'GET s', 'RPUSH l a', 'SADD l a', 'SCARD l'],
  },
];
