import { among, call, scan, unordered, type Script } from '../script.ts';

const scored = (count: number): string[] => Array.from({ length: count }, (_, i) => [String(i / 4), `member:${String(i)}`]).flat();

export const sortedSets: readonly Script[] = [
  {
    name: 'sorted sets: a score of minus zero',
    steps: ['ZADD z 0 a -0 b', 'ZRANGE z 0 -1 WITHSCORES', 'ZINTER 1 z WEIGHTS -1 WITHSCORES', 'ZUNION 2 z z WEIGHTS -1 -1 WITHSCORES', 'ZINTERSTORE d 1 z WEIGHTS -1', 'ZRANGE d 0 -1 WITHSCORES', 'ZDIFF 1 z WITHSCORES', 'ZUNION 2 z z WEIGHTS 1 -1 AGGREGATE MIN WITHSCORES', 'ZUNION 2 z z WEIGHTS -1 1 AGGREGATE MAX WITHSCORES', 'CONFIG SET zset-max-listpack-entries 1', 'ZADD s 0 a 1 b', 'ZUNIONSTORE d 1 s WEIGHTS -1', 'ZSCORE d a', 'ZDIFF 1 d WITHSCORES', 'ZRANGE d 0 -1 WITHSCORES', 'CONFIG SET zset-max-listpack-entries 128'],
  },
  {
    name: 'sorted sets: ZADD and its options',
    steps: [
      'ZADD z 1 a', 'ZADD z 2 b 3 c', 'ZADD z 5 a', 'ZSCORE z a', 'ZADD z NX 9 a 4 d', 'ZSCORE z a', 'ZADD z XX 7 a 7 e', 'ZSCORE z e', 'ZADD z CH 8 a 1 f', 'ZADD z GT 5 a', 'ZADD z GT CH 9 a', 'ZADD z LT CH 1 a', 'ZADD z LT 100 new', 'ZADD z GT XX 1 zz', 'EXISTS zz', 'ZADD z INCR 2 a', 'ZADD z INCR 2 fresh', 'ZADD z NX INCR 2 a', 'ZADD z XX INCR 2 nobody', 'ZADD z GT INCR -5 a', 'ZADD z LT INCR -1 a',
      'ZADD z NX XX 1 a', 'ZADD z GT LT 1 a', 'ZADD z NX GT 1 a', 'ZADD z INCR 1 a 2 b', 'ZADD z 1', 'ZADD z', 'ZADD z 1 a 2', 'ZADD z abc a', 'ZADD z 1 a abc b', 'ZADD z nan a', 'ZADD z "" a', 'ZADD z inf i', 'ZADD z -inf j', 'ZADD z +inf k', 'ZADD z INCR -inf i', 'ZADD z Infinity l', 'ZADD z 1e400 m', 'ZADD z 0x10 hex', 'ZSCORE z hex', 'ZADD z " 1" sp', 'ZRANGE z 0 -1 WITHSCORES',
      'ZADD none XX 1 a', 'EXISTS none', 'ZADD z NX CH', 'ZADD z CH 8 a 8 a', 'ZADD dup 1 a 2 a', 'ZSCORE dup a', 'ZCARD dup', 'ZINCRBY z 1.5 a', 'ZINCRBY z abc a', 'ZINCRBY z inf a', 'ZINCRBY z -inf a', 'ZSCORE z a', 'ZINCRBY new2 1 a', 'ZINCRBY z nan a', 'ZADD z 1 ""', 'ZSCORE z ""',
    ],
  },
  {
    name: 'sorted sets: how scores are printed',
    steps: [
      'ZADD z 0 a', 'ZADD z -0 b', 'ZADD z 1.0 c', 'ZADD z 0.1 d', 'ZADD z 3.14159265358979 e', 'ZADD z 1e21 f', 'ZADD z 1e20 g', 'ZADD z 123456789012345680 h', 'ZADD z 1e-7 i', 'ZADD z 5e-324 j', 'ZADD z 1.7976931348623157e308 k', 'ZADD z -1.5 l', 'ZADD z 9007199254740993 m', 'ZADD z 0.30000000000000004 n', 'ZADD z inf o', 'ZADD z -inf p', 'ZADD z 1e5 q', 'ZADD z 100000000000000000000000 r', 'ZADD z 1.1e17 s', 'ZADD z 9223372036854775807 t', 'ZADD z 0.0001 u', 'ZADD z 0.00001 v', 'ZADD z 99999999999999968 w', 'ZADD z -72057594037927936 x',
      'ZSCORE z a', 'ZSCORE z b', 'ZSCORE z c', 'ZSCORE z d', 'ZSCORE z e', 'ZSCORE z f', 'ZSCORE z g', 'ZSCORE z h', 'ZSCORE z i', 'ZSCORE z j', 'ZSCORE z k', 'ZSCORE z l', 'ZSCORE z m', 'ZSCORE z n', 'ZSCORE z o', 'ZSCORE z p', 'ZSCORE z q', 'ZSCORE z r', 'ZSCORE z s', 'ZSCORE z t', 'ZSCORE z u', 'ZSCORE z v', 'ZRANGE z 0 -1 WITHSCORES', 'ZSCAN z 0', 'ZMSCORE z a none d o', 'ZADD z INCR 0.1 d', 'ZINCRBY z 1e20 f', 'ZREVRANGE z 0 -1 WITHSCORES', call('ZADD', 'long', '0', 'x'.repeat(65), '-0', 'neg'), 'ZRANGE long 0 -1 WITHSCORES', 'ZUNIONSTORE d 1 long WEIGHTS -2', 'ZRANGE d 0 -1 WITHSCORES', 'ZSCAN small 0', 'ZUNIONSTORE small 1 none', 'ZADD s0 0 a', 'ZUNIONSTORE s1 1 s0 WEIGHTS -1', 'ZRANGE s1 0 -1 WITHSCORES',
    ],
  },
  {
    name: 'sorted sets: looking up',
    steps: [
      'ZADD z 1 a 2 b 3 c 4 d', 'ZCARD z', 'ZCARD none', 'ZSCORE z none', 'ZSCORE none a', 'ZMSCORE z a none b', 'ZMSCORE none a b', 'ZMSCORE z', 'ZRANK z a', 'ZRANK z d', 'ZRANK z none', 'ZRANK none a', 'ZREVRANK z a', 'ZREVRANK z d', 'ZREVRANK z none', 'ZRANK z a WITHSCORES', 'ZCOUNT z 1 3', 'ZCOUNT z (1 3', 'ZCOUNT z (1 (3', 'ZCOUNT z -inf +inf', 'ZCOUNT z 3 1', 'ZCOUNT z abc 1', 'ZCOUNT z 1 (', 'ZCOUNT z nan 1', 'ZCOUNT none 0 1', 'ZCOUNT z (inf +inf', 'ZCOUNT z "" 9', 'ZCOUNT z "1\\x00abc" 9', 'ZCOUNT z " 1" 9', 'ZCOUNT z "1 " 9', 'ZCOUNT z "( 1" 9',
      'ZREM z a none', 'ZREM z none', 'ZREM none a', 'ZREM z b c d', 'EXISTS z', 'ZREM z', 'ZADD same 0 b 0 a 0 c 0 aa 0 B', 'ZRANGE same 0 -1', 'ZRANK same a', 'ZLEXCOUNT same - +', 'ZLEXCOUNT same [a [b', 'ZLEXCOUNT same (a (b', 'ZLEXCOUNT same + -', 'ZLEXCOUNT same a b', 'ZLEXCOUNT same [a', 'ZLEXCOUNT none - +', 'ZLEXCOUNT same (c +',
      call('ZADD', 'bin', '0', Buffer.from([0]), '0', Buffer.from([255]), '0', '', '0', 'a\0b', '0', 'a'), 'ZRANGE bin 0 -1', 'ZRANGE bin - + BYLEX', call('ZADD', 'big', '1', 'm'.repeat(100_000)), 'ZRANGE big 0 -1 WITHSCORES', 'OBJECT ENCODING big',
    ],
  },
  {
    name: 'sorted sets: ZRANGE in all its forms',
    steps: [
      'ZADD z 1 a 2 b 3 c 4 d 5 e', 'ZRANGE z 0 -1', 'ZRANGE z 1 2', 'ZRANGE z -2 -1', 'ZRANGE z 3 1', 'ZRANGE z 0 100', 'ZRANGE z 100 200', 'ZRANGE z -100 0', 'ZRANGE z 0 -1 WITHSCORES', 'ZRANGE z 0 1 withscores', 'ZRANGE none 0 -1', 'ZRANGE z 0 -1 REV', 'ZRANGE z 0 1 REV WITHSCORES', 'ZRANGE z 2 4 BYSCORE', 'ZRANGE z (2 4 BYSCORE', 'ZRANGE z 4 2 BYSCORE REV', 'ZRANGE z 2 4 BYSCORE REV', 'ZRANGE z -inf +inf BYSCORE LIMIT 1 2', 'ZRANGE z -inf +inf BYSCORE LIMIT 1 -1', 'ZRANGE z -inf +inf BYSCORE LIMIT -1 2', 'ZRANGE z +inf -inf BYSCORE REV LIMIT 0 2 WITHSCORES', 'ZRANGE z -inf +inf BYSCORE LIMIT 10 2', 'ZRANGE z -inf +inf BYSCORE LIMIT 0 0',
      'ZRANGE z 0 -1 LIMIT 0 1', 'ZRANGE z a b', 'ZRANGE z 0', 'ZRANGE z 0 -1 BOGUS', 'ZRANGE z a b BYSCORE', 'ZRANGE z [a [c BYLEX', 'ZRANGE z [a [c BYLEX WITHSCORES', 'ZRANGE z a c BYLEX', 'ZRANGE z 0 -1 LIMIT 0', 'ZRANGE z 0 -1 BYSCORE LIMIT a b', 'ZADD l 0 a 0 b 0 c 0 d', 'ZRANGE l [b + BYLEX', 'ZRANGE l - (c BYLEX', 'ZRANGE l + - BYLEX REV', 'ZRANGE l [c [a BYLEX REV LIMIT 1 1', 'ZRANGE l - + BYLEX LIMIT 1 2', 'ZRANGE l + - BYLEX', 'ZRANGE l - + BYLEX BYSCORE',
      'ZREVRANGE z 0 -1', 'ZREVRANGE z 0 1 WITHSCORES', 'ZREVRANGE z 1 0', 'ZREVRANGE z a 0', 'ZREVRANGE z 0 -1 BOGUS', 'ZRANGEBYSCORE z 2 4', 'ZRANGEBYSCORE z (2 +inf WITHSCORES', 'ZRANGEBYSCORE z -inf +inf LIMIT 1 2', 'ZRANGEBYSCORE z -inf +inf WITHSCORES LIMIT 1 2', 'ZRANGEBYSCORE z 4 2', 'ZRANGEBYSCORE z a 2', 'ZRANGEBYSCORE z 1 2 LIMIT 1', 'ZRANGEBYSCORE none 0 1', 'ZREVRANGEBYSCORE z 4 2', 'ZREVRANGEBYSCORE z +inf (3 WITHSCORES', 'ZREVRANGEBYSCORE z +inf -inf LIMIT 1 2', 'ZREVRANGEBYSCORE z 2 4', 'ZRANGEBYLEX l - +', 'ZRANGEBYLEX l [b (d', 'ZRANGEBYLEX l - + LIMIT 1 1', 'ZRANGEBYLEX l b d', 'ZREVRANGEBYLEX l + -', 'ZREVRANGEBYLEX l (d [b', 'ZREVRANGEBYLEX l - +', 'ZRANGEBYLEX none - +', 'ZRANGEBYSCORE z 1 2 BOGUS', 'ZRANGEBYLEX l - + WITHSCORES',
    ],
  },
  {
    name: 'sorted sets: pops and removals by range',
    steps: [
      'ZADD z 1 a 2 b 3 c 4 d 5 e 6 f 7 g 8 h', 'ZPOPMIN z', 'ZPOPMAX z', 'ZPOPMIN z 2', 'ZPOPMAX z 2', 'ZPOPMIN z 0', 'ZPOPMIN z -1', 'ZPOPMIN z abc', 'ZPOPMIN none', 'ZPOPMAX none 2', 'ZPOPMIN z 100', 'EXISTS z', 'ZPOPMIN z 1 2', 'ZADD z 1 a 2 b 3 c 4 d 5 e', 'ZREMRANGEBYRANK z 0 0', 'ZREMRANGEBYRANK z -1 -1', 'ZREMRANGEBYRANK z 5 9', 'ZREMRANGEBYRANK none 0 1', 'ZREMRANGEBYRANK z a b', 'ZRANGE z 0 -1', 'ZREMRANGEBYSCORE z 2 2', 'ZREMRANGEBYSCORE z (3 +inf', 'ZREMRANGEBYSCORE z a b', 'ZREMRANGEBYSCORE z 9 1', 'ZRANGE z 0 -1', 'ZREMRANGEBYSCORE z -inf +inf', 'EXISTS z',
      'ZADD l 0 a 0 b 0 c', 'ZREMRANGEBYLEX l [a (b', 'ZREMRANGEBYLEX l x y', 'ZREMRANGEBYLEX l - +', 'EXISTS l', 'ZREMRANGEBYLEX none - +', 'ZADD r 1 a 2 b 3 c', among('ZRANDMEMBER r', 'a b c'), among('ZRANDMEMBER r 2', 'a b c', true), among('ZRANDMEMBER r -5', 'a b c'), unordered('ZRANDMEMBER r 5'), unordered('ZRANDMEMBER r 5 WITHSCORES', 2), among('ZRANDMEMBER r -2 WITHSCORES', 'a b c 1 2 3'), 'ZRANDMEMBER none', 'ZRANDMEMBER none 2', 'ZRANDMEMBER r 0', 'ZRANDMEMBER r abc', 'ZRANDMEMBER r 1 BOGUS',
    ],
  },
  {
    name: 'sorted sets: ZSCAN and encodings',
    steps: [
      call('ZADD', 'z', ...scored(128)), 'OBJECT ENCODING z', 'ZSCAN z 0', 'ZSCAN z 0 COUNT 3', 'ZSCAN z 0 MATCH *:1?', 'ZSCAN z 9', 'ZADD z 1000 one-more', 'OBJECT ENCODING z', scan('ZSCAN z CURSOR', 2), scan('ZSCAN z CURSOR COUNT 2', 2), scan('ZSCAN z CURSOR COUNT 5 MATCH *9', 2), 'ZRANGE z 0 -1 WITHSCORES', 'ZREM z one-more', 'OBJECT ENCODING z', 'ZRANK z member:77', 'ZRANGE z 60 64', 'ZRANGEBYSCORE z 10 12 WITHSCORES', 'ZREVRANGE z 0 3', 'ZCOUNT z 5 (10', 'ZADD z 0.5 member:100', 'ZRANK z member:100', 'ZREMRANGEBYRANK z 10 100', 'ZRANGE z 0 -1',
      'ZSCAN none 0', 'ZSCAN z abc', 'ZSCAN z 0 COUNT 0', 'ZSCAN z 0 BOGUS', 'ZSCAN z', call('ZADD', 'w', '1', 'x'.repeat(64)), 'OBJECT ENCODING w', call('ZADD', 'w', '1', 'x'.repeat(65)), 'OBJECT ENCODING w', 'SET s v', 'ZSCAN s 0',
    ],
  },
  {
    name: 'sorted sets: unions and intersections',
    steps: [
      'ZADD a 1 x 2 y 3 z', 'ZADD b 10 y 20 z 30 w', 'SADD s x w', 'ZUNIONSTORE d 2 a b', 'ZRANGE d 0 -1 WITHSCORES', 'ZUNIONSTORE d 2 a b WEIGHTS 2 0.5', 'ZRANGE d 0 -1 WITHSCORES', 'ZUNIONSTORE d 2 a b AGGREGATE MAX', 'ZRANGE d 0 -1 WITHSCORES', 'ZUNIONSTORE d 2 a s AGGREGATE MIN', 'ZRANGE d 0 -1 WITHSCORES', 'ZINTERSTORE d 2 a b', 'ZRANGE d 0 -1 WITHSCORES', 'ZINTERSTORE d 2 a none', 'EXISTS d', 'ZDIFFSTORE d 2 a b', 'ZRANGE d 0 -1 WITHSCORES', 'ZUNION 2 a b WITHSCORES', 'ZUNION 2 a b', 'ZINTER 2 a b WITHSCORES', 'ZINTER 2 a b WEIGHTS 1 2 AGGREGATE SUM', 'ZDIFF 2 a b WITHSCORES', 'ZDIFF 2 a s', 'ZINTERCARD 2 a b', 'ZINTERCARD 2 a b LIMIT 1',
      'ZUNIONSTORE d 0 a', 'ZUNIONSTORE d 2 a', 'ZUNIONSTORE d abc a', 'ZUNIONSTORE d 2 a b WEIGHTS 1', 'ZUNIONSTORE d 2 a b WEIGHTS 1 x', 'ZUNIONSTORE d 2 a b AGGREGATE AVG', 'ZUNION 1 a BOGUS', 'ZUNION 0 a', 'ZINTERCARD 2 a b LIMIT -1', 'ZDIFF 2 a b WEIGHTS 1 2', 'SET str v', 'ZUNION 2 a str', 'ZINTERSTORE d 2 a str', 'ZRANGESTORE d a 0 1', 'ZRANGE d 0 -1', 'ZRANGESTORE d a 2 3 BYSCORE', 'ZRANGE d 0 -1 WITHSCORES', 'ZRANGESTORE d none 0 -1', 'EXISTS d', 'ZRANGESTORE d a 0 -1 WITHSCORES',
    ],
  },
  {
    name: 'sorted sets: ZMPOP',
    steps: [
      'ZADD a 1 x 2 y 3 z', 'ZADD b 5 w', 'ZMPOP 2 none a MIN', 'ZMPOP 1 a MAX', 'ZMPOP 2 a b MIN COUNT 10', 'ZMPOP 2 a b max count 2', 'EXISTS a b', 'ZMPOP 1 none MIN', 'ZMPOP 0 a MIN', 'ZMPOP abc a MIN', 'ZMPOP 2 a MIN', 'ZMPOP 1 a MIDDLE', 'ZMPOP 1 a MIN COUNT 0', 'ZMPOP 1 a MIN COUNT', 'ZMPOP 1 a MIN BOGUS 1', 'SET s v', 'ZMPOP 1 s MIN', 'ZADD c 0.5 h inf i -inf j', 'ZMPOP 1 c MIN COUNT 3',
    ],
  },
  {
    name: 'sorted sets: limits of the encoding and equal scores',
    steps: [
      ...Array.from({ length: 140 }, (_, i) => `ZADD z ${String(i % 7)} m${String((i * 37) % 140)}`), 'ZCARD z', 'ZRANGE z 0 -1 WITHSCORES', 'ZREVRANGE z 20 40', 'ZRANGEBYSCORE z 3 (5', 'ZREVRANGEBYSCORE z 5 (3 LIMIT 4 7', 'ZCOUNT z 2 4', 'ZRANK z m100', 'ZREVRANK z m100', 'ZREMRANGEBYSCORE z 2 3', 'ZCARD z', 'ZRANGE z 15 25 WITHSCORES', 'ZINCRBY z 100 m100', 'ZRANK z m100', 'ZREMRANGEBYRANK z 50 60', 'ZRANGE z 45 55', 'ZPOPMIN z 5', 'ZPOPMAX z 5',
    ],
  },
  {
    name: 'sorted sets: the wrong type',
    steps: ['SET s v', 'ZADD s 1 a', 'ZADD s abc a', 'ZINCRBY s 1 a', 'ZREM s a', 'ZCARD s', 'ZSCORE s a', 'ZMSCORE s a', 'ZRANK s a', 'ZREVRANK s a', 'ZRANGE s 0 -1', 'ZRANGE s a b', 'ZREVRANGE s 0 -1', 'ZRANGEBYSCORE s 0 1', 'ZCOUNT s 0 1', 'ZLEXCOUNT s - +', 'ZPOPMIN s', 'ZPOPMIN s 1', 'ZRANDMEMBER s', 'ZREMRANGEBYRANK s 0 1', 'ZREMRANGEBYSCORE s 0 1', 'ZREMRANGEBYLEX s - +', 'ZRANGEBYLEX s - +', 'ZSCAN s 0', 'GET s'],
  },
  {
    name: 'sorted sets: sums of three, added up from the smallest set',
    steps: [
      'ZADD half 340370624477466.125 a 340370624477466.375 b 1125899906842624.25 c 1125899906842624.75 d -340370624477466.125 e 0.5 f', 'ZRANGE half 0 -1 WITHSCORES', 'ZADD a 0.1 x', 'ZADD b 0.2 x 1 y', 'ZADD c 0.3 x 2 y 3 z', 'ZUNION 3 a b c WITHSCORES', 'ZUNION 3 c b a WITHSCORES', 'ZUNION 3 b c a WITHSCORES', 'ZINTER 3 c b a WITHSCORES', 'ZINTERSTORE d 3 b c b', 'ZSCORE d x', 'ZUNIONSTORE d 4 c a b c WEIGHTS 1 0.7 3 -1', 'ZRANGE d 0 -1 WITHSCORES', 'ZADD a inf x', 'ZADD c -inf x', 'ZUNION 3 c b a WITHSCORES', 'ZUNION 3 a c b WITHSCORES', 'ZDIFF 2 c a WITHSCORES', 'SADD s x y z q', 'ZUNION 3 s b a WITHSCORES', 'ZINTER 2 s c WITHSCORES',
    ],
  },
  {
    name: 'sorted sets: infinity times nothing',
    steps: [
      'ZADD z -inf a 3 b inf c 0.3 d', 'ZADD y 1 a 1 b 1 c 1 d 1 e', ...['1 2 0', '0 1 2', '2 0 1', '0 0 0'].flatMap((weights) => ['SUM', 'MIN', 'MAX'].flatMap((kind) => [
        `ZINTER 3 z z z WEIGHTS ${weights} AGGREGATE ${kind} WITHSCORES`, `ZINTER 3 y z z WEIGHTS ${weights} AGGREGATE ${kind} WITHSCORES`, `ZUNION 3 z z y WEIGHTS ${weights} AGGREGATE ${kind} WITHSCORES`,
      ])),
    ],
  },
];
