import { other, type Script } from '../script.ts';

const BACK = 'CONFIG SET maxmemory 0 maxmemory-policy noeviction';

export const maxmemory: readonly Script[] = [
  {
    name: 'maxmemory: what is refused under noeviction',
    steps: [
      'SET k 1', 'RPUSH l a b c', 'HSET h f v', 'SADD s a', 'ZADD z 1 a', 'XADD x 1-1 f v', 'CONFIG SET maxmemory 1', 'CONFIG GET maxmemory', 'SET k 2', 'GET k', 'INCR k', 'APPEND k x', 'SETRANGE k 0 y', 'SETBIT k 0 1', 'BITOP NOT d k', 'BITFIELD k GET u8 0', 'BITFIELD_RO k GET u8 0', 'GETSET k 1', 'GETEX k EX 100', 'GETEX k PERSIST', 'GETDEL none', 'MSET a 1', 'MSETNX a 1', 'SETNX a 1', 'SETEX a 1 1', 'INCRBYFLOAT k 1', 'DECR k', 'RPUSH l d', 'LPUSHX l d', 'LPOP l', 'LMOVE l m LEFT LEFT', 'RPOPLPUSH l m', 'LTRIM l 0 0', 'LREM l 0 zz', 'LSET l 0 q', 'LINSERT l BEFORE b x', 'BLMOVE l m LEFT LEFT 0', 'BLPOP none 0.01', 'HSET h g w', 'HDEL h none', 'HINCRBY h n 1', 'HSETNX h f v', 'HGETALL h', 'SADD s b', 'SREM s none', 'SMOVE s t none', 'SINTERSTORE d s s', 'SUNION s', 'ZADD z 2 b', 'ZINCRBY z 1 a', 'ZREM z none', 'ZPOPMIN none', 'ZUNIONSTORE d 1 z', 'ZRANGESTORE d z 0 -1', 'GEOADD g 1 1 a', 'PFADD p a', 'PFCOUNT none', 'PFMERGE p p', 'XADD x * f v', 'XTRIM x MAXLEN 1', 'XDEL x 9-9', 'XGROUP CREATE x g 0', 'XREADGROUP GROUP g c STREAMS x >', 'XACK x g 1-1', 'XLEN x', 'COPY k c', 'RENAME l l2', 'RENAMENX l2 l', 'MOVE k 5', 'SELECT 5', 'MOVE k 0', 'SELECT 0', 'EXPIRE k 100', 'PERSIST k', 'SORT s ALPHA', 'SORT s ALPHA STORE d', 'TOUCH k', 'DUMP none', 'RESTORE r 0 x', 'PUBLISH c m', 'PING', 'FLUSHDB', 'SWAPDB 0 1', 'SCRIPT LOAD "return 1"', 'SETEX', 'SET', 'NOSUCH', 'CONFIG SET maxmemory 0', 'SET k 2',
    ],
  },
  {
    name: 'maxmemory: transactions',
    steps: [
      'SET k 1', 'CONFIG SET maxmemory 1', 'MULTI', 'GET k', 'EXEC', 'MULTI', 'SET k 1', 'PING', 'DISCARD', 'MULTI', 'EXEC', 'CONFIG SET maxmemory 0', 'MULTI', 'SET k 2', 'GET k', other('CONFIG SET maxmemory 1'), 'EXEC', 'GET k', other('CONFIG SET maxmemory 0'), 'MULTI', 'GET k', 'DEL k', other('CONFIG SET maxmemory 1'), 'EXEC', 'CONFIG SET maxmemory 0', 'SET k 3', 'WATCH k', 'MULTI', 'GET k', other('CONFIG SET maxmemory 1'), 'UNWATCH', 'WATCH k', 'MULTI', 'DISCARD', 'CONFIG SET maxmemory 0', 'MULTI', 'CONFIG SET maxmemory 1', 'SET k 4', 'GET k', 'EXEC', 'SET k 5', 'CONFIG SET maxmemory 0', 'GET k',
    ],
  },
  {
    name: 'maxmemory: scripts',
    needs: ['eval'],
    steps: [
      'SET k 1', 'CONFIG SET maxmemory 1', 'EVAL "return 1" 0', 'EVAL "return redis.call(\'get\',\'k\')" 1 k', 'EVAL "return redis.call(\'set\',\'k\',\'2\')" 1 k', 'EVAL "return redis.pcall(\'set\',\'k\',\'2\')" 1 k', 'EVAL "return redis.call(\'del\',\'none\')" 1 k', 'EVAL "#!lua\\nreturn 1" 0', 'EVAL "#!lua flags=allow-oom\\nreturn redis.call(\'set\',\'k\',\'3\')" 1 k', 'EVAL "#!lua flags=no-writes\\nreturn redis.call(\'get\',\'k\')" 1 k', 'EVAL_RO "return redis.call(\'get\',\'k\')" 1 k', 'EVAL "redis.call(\'del\',\'none\') return redis.call(\'set\',\'k\',\'4\')" 1 k', 'CONFIG SET maxmemory 0', 'GET k',
    ],
  },
  {
    name: 'maxmemory: everything that a policy lets go is gone when nothing fits',
    steps: ['allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'].flatMap((policy) => [
      'SET a 1', 'SET b 2', 'SET v 1 EX 100', 'SELECT 3', 'HSET h f v', 'EXPIRE h 1000', 'RPUSH l a', 'SELECT 0', `CONFIG SET maxmemory-policy ${policy}`, 'CONFIG SET maxmemory-eviction-tenacity 100 maxmemory 1', 'DBSIZE', 'EXISTS a b', 'EXISTS v', 'SET k v', 'INCR n', 'SELECT 3', 'DBSIZE', 'EXISTS h', 'EXISTS l', 'SELECT 0', BACK, 'FLUSHALL',
    ]),
  },
  {
    name: 'maxmemory: idle time and frequency by policy',
    steps: ['allkeys-lru', 'volatile-ttl', 'allkeys-lfu', 'volatile-lfu', 'allkeys-random', 'noeviction'].flatMap((policy) => [
      `CONFIG SET maxmemory-policy ${policy}`, 'SET k v', 'OBJECT IDLETIME k', 'OBJECT FREQ k', 'TOUCH k', 'OBJECT IDLETIME k', 'OBJECT FREQ none', 'OBJECT IDLETIME none', 'RPUSH l a', 'OBJECT FREQ l', 'OBJECT IDLETIME l', 'DEL k l', BACK,
    ]),
  },
];
