import { among, call, scan, unordered, type Script } from '../script.ts';

const many = (count: number): string[] => Array.from({ length: count }, (_, i) => [`field:${String(i)}`, `value ${String(i)}`]).flat();
const LONG = 'x'.repeat(65);

export const hashes: readonly Script[] = [
  {
    name: 'hashes: fields one by one',
    steps: [
      'HSET h a 1', 'HSET h a 2 b 3', 'HGET h a', 'HGET h none', 'HGET none a', 'HSET h', 'HSET h a', 'HSET h a 1 b', 'HLEN h', 'HLEN none', 'HEXISTS h a', 'HEXISTS h z', 'HEXISTS none a', 'HSTRLEN h a', 'HSTRLEN h z', 'HSTRLEN none z',
      'HSETNX h a 9', 'HSETNX h c 9', 'HGET h c', 'HMSET h d 4 e 5', 'HMSET h d', 'HMSET h d 4 e', 'HMGET h a b zz c', 'HMGET none a b', 'HMGET h', 'HGETALL h', 'HKEYS h', 'HVALS h', 'HDEL h a zz b', 'HDEL h zz', 'HDEL none a', 'HDEL h',
      'HGETALL h', 'HDEL h c d e', 'EXISTS h', 'TYPE h', 'HGETALL none', 'HKEYS none', 'HVALS none', 'HSET h f v f w', 'HGETALL h', 'HSET h "" ""', 'HGET h ""', 'HGETALL h', 'HSTRLEN h ""',
      call('HSET', 'bin', Buffer.from([0, 255, 13, 10]), Buffer.from([1, 2, 0, 200])), 'HGETALL bin', call('HGET', 'bin', Buffer.from([0, 255, 13, 10])), call('HSET', 'big', 'f', 'y'.repeat(100_000)), 'HGET big f', 'HSTRLEN big f', 'OBJECT ENCODING big',
      'HSET h f v EX 10', 'HGET h EX', 'HGET h', 'HGET h a b', 'HLEN', 'HVALS', 'HEXISTS h', 'HSETNX h f',
    ],
  },
  {
    name: 'hashes: counters',
    steps: [
      'HINCRBY h n 5', 'HINCRBY h n -7', 'HGET h n', 'HSET h s abc m 9223372036854775807 w " 1"', 'HINCRBY h s 1', 'HINCRBY h m 1', 'HINCRBY h w 1', 'HINCRBY h n abc', 'HINCRBY h n 1.5', 'HINCRBY h n 9223372036854775808', 'HINCRBY h n', 'HINCRBY h m -1', 'HGET h m',
      'HSET h l -9223372036854775808', 'HINCRBY h l -1', 'HINCRBYFLOAT h f 10.5', 'HINCRBYFLOAT h f 0.1', 'HINCRBYFLOAT h f -10.6', 'HINCRBYFLOAT h f 5e3', 'HGET h f', 'HINCRBYFLOAT h s 1', 'HINCRBYFLOAT h f abc', 'HINCRBYFLOAT h f inf', 'HINCRBYFLOAT h f nan', 'HINCRBYFLOAT h n 0.5', 'HINCRBY h n 1',
      'HINCRBYFLOAT h n 1.5', 'HINCRBY h n 1', 'HSET h e ""', 'HINCRBY h e 1', 'HINCRBYFLOAT h e 1', 'HINCRBY none x 0', 'HGETALL none',
    ],
  },
  {
    name: 'hashes: listpack until it is too big',
    steps: [
      call('HSET', 'h', ...many(512)), 'OBJECT ENCODING h', 'HGETALL h', 'HLEN h', 'HKEYS h', 'HSCAN h 0', 'HSCAN h 0 COUNT 5', 'HSCAN h 0 MATCH field:1*', 'HSCAN h 0 MATCH none*', 'HSCAN h 99 COUNT 1',
      'HSET h field:512 more', 'OBJECT ENCODING h', unordered('HGETALL h', 2), unordered('HKEYS h'), unordered('HVALS h'), 'HLEN h', scan('HSCAN h CURSOR', 2), scan('HSCAN h CURSOR COUNT 3 MATCH field:*7', 2), scan('HSCAN h CURSOR COUNT 1000', 2), scan('HSCAN h CURSOR COUNT 1 MATCH nothing', 2),
      'HDEL h field:512', 'OBJECT ENCODING h', 'HGET h field:7', 'HMGET h field:7 zz field:100', 'HINCRBY h field:7 1', 'HINCRBY h n 1', 'HLEN h',
      call('HSET', 'v', 'f', LONG), 'OBJECT ENCODING v', call('HSET', 'w', 'f', 'x'.repeat(64)), 'OBJECT ENCODING w', call('HSET', 'w', LONG, 'v'), 'OBJECT ENCODING w', unordered('HGETALL w', 2), 'HSET o b 1 a 2 c 3', 'HSET o a 9', 'HGETALL o', 'HDEL o b', 'HSET o b 7', 'HGETALL o',
    ],
  },
  {
    name: 'hashes: HSCAN arguments',
    steps: [
      'HSET h a 1 b 2 c 3', 'HSCAN h 0', 'HSCAN h 0 COUNT 1', 'HSCAN h 0 MATCH *', 'HSCAN h 0 MATCH [ab]', 'HSCAN h 0 match ? count 100', 'HSCAN h 0 COUNT', 'HSCAN h 0 COUNT 0', 'HSCAN h 0 COUNT -1', 'HSCAN h 0 COUNT abc', 'HSCAN h 0 TYPE hash', 'HSCAN h abc', 'HSCAN h -1', 'HSCAN h 5',
      'HSCAN h 18446744073709551615', 'HSCAN h 18446744073709551616', 'HSCAN h ""', 'HSCAN h " 0"', 'HSCAN none 0', 'HSCAN none abc', 'HSCAN none 0 COUNT 0', 'HSCAN h', 'HSCAN', 'HSCAN h 0 MATCH', 'SET s v', 'HSCAN s 0', 'HSCAN h 0 MATCH a MATCH b', 'HSCAN h 0 COUNT 1 COUNT 10',
    ],
  },
  {
    name: 'hashes: HRANDFIELD',
    steps: [
      'HSET h a 1 b 2 c 3', among('HRANDFIELD h', 'a b c'), among('HRANDFIELD h 2', 'a b c', true), unordered('HRANDFIELD h 3'), unordered('HRANDFIELD h 10'), among('HRANDFIELD h -5', 'a b c'), among('HRANDFIELD h 2 WITHVALUES', 'a b c 1 2 3', true), among('HRANDFIELD h -4 WITHVALUES', 'a b c 1 2 3'),
      unordered('HRANDFIELD h 10 WITHVALUES', 2), 'HRANDFIELD h 0', 'HRANDFIELD h 0 WITHVALUES', 'HRANDFIELD none', 'HRANDFIELD none 3', 'HRANDFIELD none -3 WITHVALUES', 'HRANDFIELD h abc', 'HRANDFIELD h 1 BOGUS', 'HRANDFIELD h 1 WITHVALUES x', 'HRANDFIELD h 9223372036854775808', 'SET s v', 'HRANDFIELD s', 'HRANDFIELD s 1', 'HRANDFIELD h -9223372036854775807 WITHVALUES',
    ],
  },
  {
    name: 'hashes: the wrong type',
    steps: [
      'SET s v', 'HSET s a 1', 'HGET s a', 'HMGET s a', 'HGETALL s', 'HKEYS s', 'HVALS s', 'HLEN s', 'HDEL s a', 'HEXISTS s a', 'HINCRBY s a 1', 'HINCRBY s a x', 'HINCRBYFLOAT s a 1', 'HSETNX s a 1', 'HSTRLEN s a', 'HMSET s a 1', 'HSCAN s 0', 'HSCAN s x', 'GET s',
    ],
  },
];
