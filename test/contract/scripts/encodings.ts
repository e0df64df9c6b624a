import { shape, type Script, type Step } from '../script.ts';

const DEFAULTS = 'CONFIG SET hash-max-listpack-entries 512 hash-max-listpack-value 64 set-max-intset-entries 512 zset-max-listpack-entries 128 zset-max-listpack-value 64';

/** Each command, then the encoding of each key. */
function after(keys: string, ...commands: readonly (string | Step)[]): (string | Step)[] {
  return commands.flatMap((command) => [command, ...keys.split(' ').map((key) => `OBJECT ENCODING ${key}`)]);
}

const long = (length: number): string => 'x'.repeat(length);

export const encodings: readonly Script[] = [
  {
    name: 'encodings: strings',
    steps: [
      ...after('k', 'SET k 1', 'SET k 01', 'SET k +1', 'SET k -1', 'SET k " 1"', 'SET k 1.5', 'SET k ""', 'SET k 9223372036854775807', 'SET k 9223372036854775808', 'SET k -9223372036854775808', `SET k ${long(44)}`, `SET k ${long(45)}`, 'INCR n', 'APPEND k x', 'SET k 10', 'APPEND k 0', 'INCR k', 'APPEND k ""', 'APPEND new 12', 'SETRANGE k 0 5', 'INCRBY k 5', 'INCRBYFLOAT k 1', 'INCRBYFLOAT k 0.5', 'GETSET k 7', 'SETBIT k 7 1', 'SET k 12', 'GETRANGE k 0 0', 'SETRANGE k 10 ""', 'MSET k 5 l text', 'GETEX k PERSIST', 'COPY k c', 'RENAME k k2', 'SETNX k 3', 'SETEX k 100 4', 'DECR k', 'PFADD p a', 'BITOP NOT k k'),
      ...after('new n c k2 l p', 'PING', 'BITOP AND n k2 c', 'BITFIELD k2 SET u8 0 49', 'RENAME c n', 'LCS n k2', 'PFMERGE l p', 'APPEND n x'),
    ],
  },
  {
    name: 'encodings: hashes',
    steps: [
      DEFAULTS,
      ...after('h', 'HSET h a 1', `HSET h b ${long(64)}`, `HSET h b ${long(65)}`, 'HDEL h b', 'DEL h', `HSET h ${long(64)} 1`, `HSETNX h ${long(65)} 1`, 'DEL h', 'HINCRBY h n 5', 'CONFIG SET hash-max-listpack-value 2', 'HINCRBY h n 50', 'HINCRBY h n 500', 'DEL h', 'HINCRBYFLOAT h f 1.25', 'DEL h', 'HSET h a 123', 'DEL h', 'CONFIG SET hash-max-listpack-value 64 hash-max-listpack-entries 2', 'HSET h a 1 b 2', 'HSET h b 3', 'HSETNX h c 3', 'HDEL h c', 'COPY h i', 'RENAME h j', 'DEL j', 'HMSET h a 1 b 2 c 3', 'DEL h', 'CONFIG SET hash-max-listpack-entries 0', 'HSET h a 1', 'DEL h', 'HSETNX h a 1', DEFAULTS, 'HSET h b 2', 'COPY h i REPLACE'),
      ...after('i', 'PING', 'DEBUG RELOAD', 'DUMP none'),
      ...after('h', 'CONFIG SET hash-max-listpack-entries 1', 'HSET g a 1', 'HSET g b 2', 'RENAME g h', DEFAULTS, 'DEBUG RELOAD'),
    ],
  },
  {
    name: 'encodings: sets',
    steps: [
      DEFAULTS,
      ...after('s', 'SADD s 1 2 3', 'SADD s 9223372036854775807', 'SADD s 9223372036854775808', 'SREM s 9223372036854775808', 'DEL s', 'SADD s a', 'SREM s b', 'SADD s 1', 'DEL s', 'SADD s 1 a', 'DEL s', 'SADD s 01', 'DEL s', 'SADD s -5 0 5', 'SADD s -0', 'DEL s', 'CONFIG SET set-max-intset-entries 3', 'SADD s 1 2 3', 'SADD s 3', 'SADD s 4', 'SREM s 4', 'DEL s', 'SADD s 1 2 3 4 5', 'DEL s', 'CONFIG SET set-max-intset-entries 0', 'SADD s 1', 'DEL s', DEFAULTS, 'SADD s 1 2 3', 'SADD t 2 3 4 a', 'SADD u 2 3'),
      ...after('d', 'SUNIONSTORE d s u', 'SUNIONSTORE d s t', 'SINTERSTORE d s t', 'SDIFFSTORE d s t', 'SDIFFSTORE d t s', 'SINTERSTORE d t t', 'SUNIONSTORE d t', 'SINTERSTORE d s', 'CONFIG SET set-max-intset-entries 2', 'SUNIONSTORE d s u', 'SINTERSTORE d s s', 'SDIFFSTORE d s none', 'SINTERSTORE d s t', 'COPY s d REPLACE', 'SMOVE s d 1', 'SMOVE t d a', DEFAULTS, 'SUNIONSTORE d d', 'DEBUG RELOAD', 'SREM d a', 'DEBUG RELOAD', 'COPY s d REPLACE', 'RENAME d e', 'SORT s STORE d', 'SDIFFSTORE d s none'),
      ...after('s', shape('SPOP s 1'), 'SMOVE t s 4', 'SMOVE t s a', 'SADD v 7', 'SMOVE v s 7'),
      'SADD w 1', 'SADD x a', ...after('y', 'SMOVE w y 1', 'SMOVE x y a', 'DEL y', 'SADD x 1 b', 'SMOVE x y 1', 'DEL y', 'SADD x 1 b', 'SMOVE x y b'),
    ],
  },
  {
    name: 'encodings: sorted sets',
    steps: [
      DEFAULTS,
      ...after('z', 'ZADD z 1 a', `ZADD z 1 ${long(64)}`, `ZADD z 1 ${long(65)}`, `ZREM z ${long(65)}`, 'DEL z', `ZADD z 1 ${long(65)}`, 'DEL z', 'CONFIG SET zset-max-listpack-entries 2', 'ZADD z 1 a 2 b', 'ZADD z 3 b', 'ZADD z XX 3 c', 'ZADD z NX 3 c', 'ZREM z c', 'DEL z', 'ZADD z 1 a 2 b 3 c', 'DEL z', 'ZINCRBY z 1 a', 'ZINCRBY z 1 b', 'ZINCRBY z 1 c', 'DEL z', 'CONFIG SET zset-max-listpack-entries 0', 'ZADD z 1 a', 'DEL z', 'ZINCRBY z 1 a', 'DEL z', 'CONFIG SET zset-max-listpack-entries 128 zset-max-listpack-value 2', 'ZADD z 1 ab', 'ZADD z 1 abc', 'DEL z', DEFAULTS, 'ZADD z 1 a 2 b 3 c', 'ZADD y 1 b 2 c 3 d', 'SADD s a b x'),
      ...after('d', 'ZUNIONSTORE d 2 z y', 'ZINTERSTORE d 2 z y', 'ZDIFFSTORE d 2 z y', 'ZRANGESTORE d z 0 -1', 'ZUNIONSTORE d 2 z s', 'CONFIG SET zset-max-listpack-entries 2', 'ZUNIONSTORE d 2 z y', 'ZINTERSTORE d 2 z y', 'ZDIFFSTORE d 2 z y', 'ZRANGESTORE d z 0 -1', 'ZRANGESTORE d z 0 1', 'ZRANGESTORE d z 0 10', 'ZRANGESTORE d z 1 3 BYSCORE', 'ZRANGESTORE d z 1 3 BYSCORE LIMIT 0 1', 'COPY z d REPLACE', 'ZUNIONSTORE d 1 z', 'ZREM d a b', 'ZINTERSTORE d 2 z s', 'CONFIG SET zset-max-listpack-value 1', 'ZADD w 1 long', 'ZUNIONSTORE d 1 w', 'ZRANGESTORE d w 0 -1', 'GEOADD d 1 1 ab', DEFAULTS, 'ZUNIONSTORE d 1 d', 'DEBUG RELOAD', 'GEOADD g 13 38 a 15 37 b', 'GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 300 km', 'GEORADIUS g 15 37 300 km STORE d', 'CONFIG SET zset-max-listpack-entries 1', 'GEOSEARCHSTORE d g FROMLONLAT 15 37 BYRADIUS 300 km', 'GEORADIUS g 15 37 300 km STOREDIST d', DEFAULTS),
      ...after('z w', 'DEBUG RELOAD', 'ZPOPMIN z', 'ZREMRANGEBYRANK z 0 0', 'COPY z w REPLACE'),
    ],
  },
  {
    name: 'encodings: lists and streams',
    steps: [
      ...after('l', 'RPUSH l 1', `RPUSH l ${long(10_000)}`, 'CONFIG SET list-max-listpack-size 2', 'RPUSH l a b c', 'LTRIM l 0 0', 'LSET l 0 x', 'SORT l ALPHA STORE l', 'COPY l m', 'RENAME m l', 'DEBUG RELOAD', 'CONFIG SET list-max-listpack-size -2'),
      ...after('x', 'XADD x 1-1 f v', 'XADD x 2-1 g w', 'XDEL x 1-1 2-1', 'COPY x y', 'RENAME y x', 'XGROUP CREATE x g $', 'DEBUG RELOAD'),
      shape('DEBUG OBJECT x'), 'OBJECT ENCODING none', 'OBJECT REFCOUNT none', 'SET k 9999', 'OBJECT REFCOUNT k', 'SET k 10000', 'OBJECT REFCOUNT k', 'CONFIG SET maxmemory-policy allkeys-lru maxmemory 100mb', 'SET k 5', 'OBJECT REFCOUNT k', 'INCR k', 'OBJECT REFCOUNT k', 'CONFIG SET maxmemory-policy volatile-random', 'SET k 5', 'OBJECT REFCOUNT k', 'CONFIG SET maxmemory-policy noeviction maxmemory 0', 'SET k 5', 'OBJECT REFCOUNT k',
    ],
  },
];
