import { among, begin, call, hear, on, scan, unordered, type Script } from '../script.ts';

/**
 * What changes keys in every way that there is, for the events: the test of events plays these and all other scripts, and
 * compares what a listener hears. The commands on which chance decides are asked for everything there is.
 */
export const events: readonly Script[] = [
  {
    name: 'events: strings',
    steps: [
      'SET k v', 'SET k v', 'SET k v EX 100', 'SET k v PX 100000 GET', 'SET k v KEEPTTL', 'SET k v NX', 'SET none v XX', 'SET none v XX GET', 'SET k v XX GET', 'SET past v PXAT 1', 'GET past', 'SET past v EXAT 1', 'SET past w', 'SETEX k 100 v', 'PSETEX k 100000 v', 'SETNX k v', 'SETNX n v',
      'GETSET k w', 'GETSET g w', 'GETDEL g', 'GETDEL g', 'GETEX k', 'GETEX k EX 100', 'GETEX k PERSIST', 'GETEX k PERSIST', 'GETEX k PXAT 1', 'GETEX k EX 100', 'SETRANGE r 3 abc', 'SETRANGE r 0 x', 'SETRANGE r 0 ""', 'SETRANGE none 5 ""', 'APPEND a x', 'APPEND a y', 'APPEND a ""',
      'MSET m 1 o 2 m 3', 'MSETNX m 1 p 2', 'MSETNX q 1 p 2 q 3', 'INCR i', 'INCR i', 'DECR i', 'INCRBY i 10', 'DECRBY i 3', 'INCRBY i x', 'INCRBYFLOAT i 0.5', 'INCRBYFLOAT f 1', 'INCR a', 'MGET none k m none', 'GET none', 'STRLEN none', 'GETRANGE none 0 1', 'SUBSTR none 0 1', 'LCS none m', 'LCS m none LEN',
      'SETBIT b 3 1', 'SETBIT b 3 1', 'SETBIT b 1 0', 'SETBIT b 100 0', 'SETBIT z 1 0', 'BITOP NOT d b', 'BITOP AND d b none', 'BITOP OR d none none', 'BITOP OR d none none', 'BITFIELD b SET u8 0 1', 'BITFIELD b SET u8 0 1', 'BITFIELD b GET u8 0', 'BITFIELD bf GET u8 0', 'BITFIELD bf INCRBY u2 0 1 INCRBY u2 0 1 SET u8 8 7', 'BITFIELD bg OVERFLOW FAIL INCRBY u2 0 100', 'BITFIELD_RO none GET u8 0', 'BITCOUNT none', 'BITPOS none 1', 'GETBIT none 1',
      'PFADD h a b', 'PFADD h a', 'PFADD e', 'PFADD e', 'PFCOUNT h', 'PFCOUNT none', 'PFCOUNT h none', 'PFMERGE h e', 'PFMERGE new h', 'PFMERGE other none', 'PFDEBUG TODENSE h', 'PFDEBUG TODENSE h', 'PFDEBUG GETREG new',
    ],
  },
  {
    name: 'events: hashes, lists and sets',
    steps: [
      'HSET h a 1 b 2', 'HSET h a 1', 'HMSET h a 2', 'HSETNX h a 1', 'HSETNX h c 1', 'HINCRBY h n 1', 'HINCRBYFLOAT h n 1.5', 'HINCRBY h n x', 'HDEL h a zz', 'HDEL h zz', 'HDEL h b c n c', 'HINCRBY h2 n 1', 'HSETNX h3 n 1', 'HINCRBYFLOAT h4 n 1', 'HGETALL none', 'HGET none a', 'HMGET none a', 'HLEN none', 'HRANDFIELD none', 'HRANDFIELD none 1', 'HSCAN none 0', 'HSTRLEN none a', 'HEXISTS none a', 'HKEYS none', 'HDEL none a',
      'LPUSH l a b', 'RPUSH l c', 'LPUSHX l d', 'RPUSHX none x', 'LINSERT l BEFORE a x', 'LINSERT l BEFORE none x', 'LINSERT none BEFORE a x', 'LSET l 0 y', 'LSET l 99 y', 'LREM l 0 none', 'LREM l 0 x', 'LTRIM l 0 -1', 'LTRIM l 0 2', 'LPOP l 0', 'LPOP l', 'RPOP l 9', 'LPOP l', 'LPOP l 2', 'RPUSH l a a', 'LREM l 0 a', 'RPUSH l a', 'LTRIM l 5 9', 'LTRIM l 0 0', 'RPUSH l a b', 'RPOPLPUSH l l', 'LMOVE l k LEFT RIGHT', 'LMOVE l k RIGHT LEFT', 'LMOVE l k LEFT LEFT', 'RPOPLPUSH k k', 'LMPOP 2 l k LEFT', 'LMPOP 2 l k RIGHT COUNT 5', 'LMPOP 2 l k RIGHT', 'RPUSH one a', 'RPOPLPUSH one one', 'EXPIRE one 100', 'LMOVE one one LEFT LEFT', 'TTL one', 'BLPOP one 0', 'RPUSH one a b c d e', 'BRPOP none one 0', 'BLMPOP 0 1 one LEFT COUNT 2', 'BLMOVE one two LEFT LEFT 0', 'BRPOPLPUSH one two 0', 'LRANGE none 0 -1', 'LLEN none', 'LINDEX none 0', 'LPOS none a',
      'SADD s a b c', 'SADD s a', 'SREM s zz', 'SREM s a', 'SMOVE s t b', 'SMOVE s t b', 'SADD s b', 'SMOVE s t b', 'SMOVE s t c', 'SMOVE none t c', unordered('SPOP t 10'), 'SPOP t', 'SPOP t 1', 'SADD t a', 'SPOP t', 'SADD t a b', 'SPOP t 0', 'SADD u b c', 'SINTERSTORE d t u', 'SINTERSTORE d t none', 'SINTERSTORE d t none', 'SUNIONSTORE d t u', 'SUNIONSTORE d t u', 'SDIFFSTORE d t u', 'SDIFFSTORE d t t', 'SDIFFSTORE d none', 'SUNIONSTORE d none', 'SINTER none t', 'SINTER t none u', 'SINTERCARD 2 none t', 'SUNION none', 'SDIFF none t', 'SMEMBERS none', 'SCARD none', 'SISMEMBER none a', 'SMISMEMBER none a', 'SRANDMEMBER none', 'SRANDMEMBER none 2', 'SSCAN none 0',
    ],
  },
  {
    name: 'events: sorted sets and places',
    steps: [
      'ZADD z 1 a 2 b', 'ZADD z 1 a', 'ZADD z 3 a', 'ZADD z NX 4 a', 'ZADD none XX 1 a', 'ZADD z INCR 1 a', 'ZADD z GT INCR -1 a', 'ZINCRBY z 1 a', 'ZINCRBY y 1 a', 'ZADD y INCR 0 a', 'ZADD nan inf a', 'ZINCRBY nan -inf a', 'ZREM z none', 'ZREM z a b a', 'ZREM none a', 'ZADD z 1 a 2 b 3 c 4 d 5 e', 'ZPOPMIN z', 'ZPOPMAX z 2', 'ZPOPMIN z 0', 'ZPOPMIN z 9', 'ZPOPMIN none', 'ZADD z 1 a 2 b 3 c 4 d 5 e', 'ZREMRANGEBYRANK z 0 0', 'ZREMRANGEBYSCORE z 2 2', 'ZREMRANGEBYSCORE z 9 9', 'ZREMRANGEBYRANK z 0 -1', 'ZADD z 0 a 0 b', 'ZREMRANGEBYLEX z [a [a', 'ZREMRANGEBYLEX z - +', 'ZREMRANGEBYLEX z - +',
      'ZADD z 1 a 2 b', 'ZADD w 1 b 2 c', 'ZUNIONSTORE d 2 z w', 'ZUNIONSTORE d 2 z w', 'ZINTERSTORE d 2 z w', 'ZDIFFSTORE d 2 z w', 'ZDIFFSTORE d 2 z z', 'ZDIFFSTORE d 2 z z', 'ZRANGESTORE d z 0 -1', 'ZRANGESTORE d z 5 9', 'ZRANGESTORE d z 5 9', 'ZINTERSTORE d 1 none', 'ZMPOP 2 none z MIN', 'ZMPOP 2 none z MAX COUNT 9', 'ZMPOP 2 none z MAX', 'ZADD z 1 a 2 b', 'BZPOPMIN z 0', 'BZMPOP 0 1 z MAX', 'ZADD z 1 a', 'BZPOPMAX none z 0', 'ZUNION 2 none w', 'ZINTER 2 none w', 'ZDIFF 2 none w', 'ZINTERCARD 1 none', 'ZCARD none', 'ZSCORE none a', 'ZMSCORE none a', 'ZRANK none a', 'ZRANGE none 0 -1', 'ZRANDMEMBER none', 'ZRANDMEMBER none 1', 'ZSCAN none 0', 'ZCOUNT none 0 1', 'ZLEXCOUNT none - +', 'ZREVRANK none a', 'ZRANGEBYSCORE none 0 1', 'SET s v', 'ZUNION 2 s none', 'ZUNIONSTORE d 3 none s none2', 'ZINTERCARD 2 s none', 'ZDIFF 2 none s',
      'GEOADD g 1 2 a 3 4 b', 'GEOADD g 1 2 a', 'GEOADD g CH 5 6 a', 'GEOSEARCHSTORE gs g FROMLONLAT 3 4 BYRADIUS 10 km', 'GEOSEARCHSTORE gs g FROMLONLAT 3 4 BYRADIUS 10 km STOREDIST', 'GEOSEARCHSTORE gs g FROMLONLAT 50 4 BYRADIUS 10 km', 'GEOSEARCHSTORE gs g FROMLONLAT 50 4 BYRADIUS 10 km', 'GEORADIUS g 3 4 10 km STORE gs', 'GEORADIUS g 50 4 10 km STORE gs', 'GEORADIUSBYMEMBER g a 10 km STOREDIST gs', 'GEOPOS none a', 'GEOHASH none a', 'GEODIST none a b', 'GEOSEARCH none FROMLONLAT 3 4 BYRADIUS 10 km', 'GEORADIUS none 1 2 3 km',
    ],
  },
  {
    name: 'events: streams',
    steps: [
      'XADD x 1-1 f v', 'XADD x 2-1 f v', 'XADD none NOMKSTREAM * f v', 'XADD x MAXLEN 2 3-1 f v', 'XADD x MAXLEN 9 4-1 f v', 'XADD x MINID 4 5-1 f v', 'XTRIM x MAXLEN 9', 'XTRIM x MAXLEN 1', 'XADD x 6-1 f v', 'XDEL x 6-1 7-1', 'XDEL x 7-1', 'XSETID x 10-1', 'XSETID none 1-1', 'XGROUP CREATE x g 0', 'XGROUP CREATE x g 0', 'XGROUP CREATE made g $ MKSTREAM', 'XGROUP CREATE none g $', 'XGROUP SETID x g 0', 'XGROUP CREATECONSUMER x g c', 'XGROUP CREATECONSUMER x g c', 'XREADGROUP GROUP g d STREAMS x >', 'XREADGROUP GROUP g e STREAMS x >', 'XREADGROUP GROUP g e2 STREAMS x 0', 'XREADGROUP GROUP g e STREAMS x >', 'XACK x g 5-1', 'XADD x 11-1 f v', 'XADD x 12-1 f v', 'XREADGROUP GROUP g d COUNT 1 NOACK STREAMS x >', 'XREADGROUP GROUP g d COUNT 1 STREAMS x >', 'XCLAIM x g new 0 12-1', 'XCLAIM x g new 0 99-1', 'XCLAIM x g newer 0 99-1', 'XCLAIM x g newest 0 5-1 FORCE', 'XAUTOCLAIM x g auto 0 0', 'XAUTOCLAIM x g auto2 0 99', 'XGROUP DELCONSUMER x g d', 'XGROUP DELCONSUMER x g d', 'XGROUP DESTROY x g', 'XGROUP DESTROY x g', 'XTRIM x MAXLEN 0', 'XLEN none', 'XRANGE none - +', 'XREAD STREAMS none none2 0 0', 'XINFO STREAM none', 'XINFO GROUPS none', 'XPENDING none g', 'XACK none g 1-1', 'XTRIM none MAXLEN 0', 'XDEL none 1-1', 'XREADGROUP GROUP g c STREAMS none >', 'XCLAIM none g c 0 1-1', 'XAUTOCLAIM none g c 0 bogus', 'SET s v', 'XAUTOCLAIM s g c 0 bogus', 'XAUTOCLAIM s g c 0 0', 'XPENDING none g - + x',
    ],
  },
  {
    name: 'events: keys',
    steps: [
      'DEBUG SET-ACTIVE-EXPIRE 0',
      'SET a 1', 'DEL a none a', 'SET a 1', 'UNLINK a none', 'SET a 1', 'RENAME a b', 'RENAME none b', 'RENAME b b', 'SET a 1', 'RENAME a b', 'SET a 1 EX 100', 'RENAMENX a b', 'RENAMENX a c', 'COPY b d', 'COPY b d', 'COPY b d REPLACE', 'COPY none d', 'COPY b b DB 3', 'COPY b b DB 3 REPLACE', 'MOVE b 3', 'MOVE d 3', 'MOVE none 3', 'SELECT 3', unordered('KEYS *'), 'TOUCH none b', 'SELECT 0', 'SET e 1', 'EXPIRE e 100', 'EXPIRE e 100 NX', 'EXPIRE e 200 GT', 'PEXPIRE e 100000', 'EXPIREAT e 9999999999', 'PEXPIREAT e 9999999999999', 'PERSIST e', 'PERSIST e', 'PERSIST none', 'EXPIRE e -1', 'EXPIRE e 1', 'SET e 1', 'PEXPIREAT e 1', 'SET e 1', 'EXPIREAT e 0', 'EXPIRE none 10', 'TTL none', 'PTTL none', 'EXPIRETIME none', 'PEXPIRETIME none', 'TYPE none', 'EXISTS none none b', 'OBJECT ENCODING none', 'OBJECT FREQ none', 'OBJECT IDLETIME none', 'OBJECT REFCOUNT none', among('RANDOMKEY', 'b c s'), scan('SCAN CURSOR'), 'DBSIZE', 'MEMORY USAGE none', 'DEBUG OBJECT none',
      'RPUSH l 3 1 2', 'SORT l', 'SORT l STORE s', 'SORT l STORE s', 'SORT none STORE s', 'SORT none STORE s', 'SORT l BY w* GET o* GET #', 'SORT l BY h*->f STORE s', 'SORT_RO none', 'SET p v PXAT 1', 'TYPE p', 'SET p v PXAT 1', 'DEL p', 'SET p v PXAT 1', 'RENAME l p', 'SET p v PXAT 1', scan('SCAN CURSOR'), 'SET p v PXAT 1', scan('SCAN CURSOR TYPE string'), 'SET p v PXAT 1', scan('SCAN CURSOR TYPE list MATCH p'), 'SET p v PXAT 1', unordered('KEYS *'), 'SET p v PXAT 1', 'EXISTS p', 'SET p v PXAT 1', 'COPY s p', 'SET q v PXAT 1', 'HSET q f v', 'SET q v PXAT 1', 'INCR q', 'SET r v PXAT 1', 'MSET r 1 q 2', 'SET r v PXAT 1', 'SUNIONSTORE r none', 'SET r v PXAT 1', 'SADD m a', 'SUNIONSTORE r m', 'SET r v PXAT 1', 'WATCH r', 'UNWATCH', 'GETDEL r', 'FLUSHDB', 'SET a 1', 'SWAPDB 0 3', 'SELECT 3', 'DEL a', 'FLUSHALL', 'DEBUG SET-ACTIVE-EXPIRE 1',
    ],
  },
  {
    name: 'events: blocked clients and transactions',
    steps: [
      begin('a', 'BLPOP l 0'), 'RPUSH l x', hear('a'), begin('a', 'BLPOP l m 0'), begin('b', 'BLMOVE l m LEFT RIGHT 0'), 'RPUSH l 1 2', hear('a'), hear('b'), begin('a', 'BRPOP l 0'), begin('b', 'BLMPOP 0 2 none l LEFT COUNT 3'), 'LPUSH l 1 2 3 4', hear('a'), hear('b'), begin('a', 'BZPOPMIN z 0'), begin('b', 'BZMPOP 0 1 z MAX COUNT 2'), 'ZADD z 1 a 2 b 3 c 4 d', hear('a'), hear('b'),
      begin('a', 'XREAD BLOCK 0 STREAMS x $'), 'XADD x 1-1 f v', hear('a'), 'XGROUP CREATE x g $', begin('a', 'XREADGROUP GROUP g c BLOCK 0 STREAMS x >'), 'XADD x 2-1 f v', hear('a'), begin('a', 'XREADGROUP GROUP g c BLOCK 0 STREAMS x >'), 'XGROUP DESTROY x g', hear('a'), begin('a', 'BLPOP r 0'), 'RENAME m r', hear('a'), begin('a', 'BRPOPLPUSH t t 0'), 'SADD set 1 2', 'SORT set STORE t', hear('a'), begin('a', 'BLPOP q 0'), 'MULTI', 'RPUSH q a', 'DEL q', 'RPUSH q b c', 'EXEC', hear('a'), 'MULTI', 'SET k 1', 'INCR k', 'GET none', 'DISCARD', 'MULTI', 'SET k 1', 'LPUSH k 1', 'DEL k', 'EXEC',
    ],
  },
  {
    name: 'events: which of them are told',
    steps: [
      'CONFIG GET notify-keyspace-events', ...['', 'KEA', 'AKEmn', 'g$lshzxetdKE', 'g$nKEm', 'E', 'nE', 'A', 'KKgg'].flatMap((flags) => [call('CONFIG', 'SET', 'notify-keyspace-events', flags), 'CONFIG GET notify-keyspace-events', 'SET k v', 'GET none', 'LPUSH l x', 'DEL l k', 'EXPIRE k 10']),
      'CONFIG SET notify-keyspace-events q', 'CONFIG SET notify-keyspace-events KEo', 'CONFIG SET notify-keyspace-events "K E"', 'CONFIG GET notify-keyspace-events', 'CONFIG SET notify-keyspace-events K$', on('a', 'SUBSCRIBE __keyspace@0__:k __keyevent@0__:set', 2), on('b', 'PSUBSCRIBE __keyspace@[02]__:*'), 'SET k v', hear('a'), hear('b'), 'SELECT 2', 'SET k v', hear('b'), 'LPUSH l v', call('SET', Buffer.from([0, 255]), 'v'), hear('b'), 'CONFIG SET notify-keyspace-events E$', 'SELECT 0', 'SET k v', hear('a'), 'CONFIG SET notify-keyspace-events KE', 'SET k v', 'CONFIG SET notify-keyspace-events "" maxmemory 0', 'SET k v', 'PUBLISH __keyspace@0__:k set', hear('a'), hear('b'),
    ],
  },
];
