import { call, shape, type Script } from '../script.ts';

const samples = [
  'SET s text', 'SET i 12', 'SET big 123456789', 'SET empty ""', 'APPEND raw "a rather long text that is more than forty-four bytes"', 'SET expiring v EX 1000', 'RPUSH l a 1 "" c', 'SADD is 3 1 2', 'SADD st a b 1', 'HSET h a 1 b 2', 'HSET empty:h "" ""', 'ZADD z 1.5 a 2 b -0.1 c 3e30 d inf e -inf f 0.30000000000000004 g 1e-7 h 123456789012 i 1e17 j', 'XADD x 1-1 f v', 'XADD x 2-5 f v g w', 'XGROUP CREATE x group 0', 'SET "bin\\x00ary\\xff" "\\x00\\xff\\x80"', 'PFADD hll a b c', 'EXPIRE z 500',
];

const keys = ['s', 'i', 'big', 'empty', 'raw', 'expiring', 'l', 'is', 'st', 'h', 'empty:h', 'z', 'x', '"bin\\x00ary\\xff"', 'hll', 'none'];

export const debug: readonly Script[] = [
  {
    name: 'debug: digests of values and of all that is stored',
    steps: [
      'DEBUG DIGEST', ...samples, ...keys.map((key) => `DEBUG DIGEST-VALUE ${key}`), `DEBUG DIGEST-VALUE ${keys.join(' ')}`, 'DEBUG DIGEST', 'SELECT 3', 'SET other v', 'DEBUG DIGEST', 'DEBUG DIGEST-VALUE s other', 'SELECT 0', 'SWAPDB 0 3', 'DEBUG DIGEST', 'PERSIST expiring', 'DEBUG DIGEST', 'DEBUG DIGEST x', 'DEBUG DIGEST-VALUE',
      'SELECT 3', 'DEBUG RELOAD', 'DEBUG DIGEST', 'CONFIG SET zset-max-listpack-entries 0', 'ZADD zz 1.5 a 0.1 b 100 c -0 d', 'DEBUG DIGEST-VALUE zz', 'CONFIG SET zset-max-listpack-entries 128', 'DEBUG POPULATE 100 p 10', 'DEBUG POPULATE 20', 'DEBUG DIGEST',
    ],
  },
  {
    name: 'debug: RELOAD',
    steps: [
      'CONFIG SET hash-max-listpack-entries 2', 'HSET h a 1 b 2 c 3', 'SADD s 1 2 x', 'SREM s x', 'CONFIG SET zset-max-listpack-entries 2', 'ZADD z 1 a 2 b 3 c', 'APPEND n 12', 'SET t text', 'APPEND t more', 'CONFIG SET hash-max-listpack-entries 512 zset-max-listpack-entries 128', 'PEXPIREAT t 4102444800000', 'OBJECT ENCODING h', 'OBJECT ENCODING s', 'OBJECT ENCODING z', 'OBJECT ENCODING n', 'OBJECT ENCODING t', 'DEBUG RELOAD', 'OBJECT ENCODING h', 'OBJECT ENCODING s', 'OBJECT ENCODING z', 'OBJECT ENCODING n', 'OBJECT ENCODING t', 'PEXPIRETIME t', 'DBSIZE', 'DEBUG RELOAD NOSAVE NOFLUSH MERGE', 'DEBUG RELOAD bogus', 'debug reload merge', 'DBSIZE',
      'DEBUG SET-ACTIVE-EXPIRE 0', 'SET gone v PX 1', 'DEBUG SLEEP 0.01', 'DBSIZE', 'DEBUG RELOAD', 'DBSIZE', 'DEBUG SET-ACTIVE-EXPIRE 1',
    ],
  },
  {
    name: 'debug: what it says of keys',
    steps: [
      ...samples, ...keys.flatMap((key) => [shape(`DEBUG OBJECT ${key}`), shape(`DEBUG SDSLEN ${key}`), `DEBUG LISTPACK ${key}`, `DEBUG QUICKLIST ${key}`, shape(`DEBUG HTSTATS-KEY ${key}`)]), shape('DEBUG HTSTATS 0'), 'FLUSHALL', 'DEBUG HTSTATS 0', 'DEBUG HTSTATS 99', 'DEBUG HTSTATS a', 'SADD one a', 'DEBUG HTSTATS-KEY one', 'DEBUG OBJECT', 'DEBUG OBJECT a b', 'DEBUG SDSLEN', 'DEBUG QUICKLIST a 1 2',
    ],
  },
  {
    name: 'debug: switches and errors',
    steps: [
      'DEBUG STRUCTSIZE', 'DEBUG CHANGE-REPL-ID', 'DEBUG CHANGE-REPL-ID x', 'DEBUG LOG hello', 'DEBUG LOG', call('DEBUG', 'ERROR', 'FOO bar\r\nbaz'), 'DEBUG ERROR ""', 'DEBUG POPULATE', 'DEBUG POPULATE -1', 'DEBUG POPULATE a', 'DEBUG POPULATE 3', 'DEBUG POPULATE 5 key 3', 'MGET key:0 key:1 key:2 key:3 key:4', 'DEBUG POPULATE 2 p 20', 'MGET p:0 p:1', 'DEBUG POPULATE 1 a b', 'DEBUG POPULATE 1 a 5 c', 'DEBUG PAUSE-CRON 1', 'DEBUG PAUSE-CRON 0', 'DEBUG PAUSE-CRON a', 'DEBUG PAUSE-CRON', 'DEBUG REPLYBUFFER PEAK-RESET-TIME never', 'DEBUG REPLYBUFFER RESIZING 1', 'DEBUG REPLYBUFFER PEAK-RESET-TIME reset', 'DEBUG REPLYBUFFER foo 1', 'DEBUG REPLYBUFFER', 'DEBUG DICT-RESIZING 0', 'DEBUG CLIENT-EVICTION', 'CONFIG SET maxmemory-clients 100mb', shape('DEBUG CLIENT-EVICTION'), 'CONFIG SET maxmemory-clients 0', 'DEBUG QUICKLIST-PACKED-THRESHOLD 100b', 'DEBUG QUICKLIST-PACKED-THRESHOLD 5gb', 'DEBUG QUICKLIST-PACKED-THRESHOLD abc', 'DEBUG QUICKLIST-PACKED-THRESHOLD 0', 'DEBUG SET-SKIP-CHECKSUM-VALIDATION 1', 'DEBUG SET-SKIP-CHECKSUM-VALIDATION 0', 'DEBUG LEAK abc', 'DEBUG MALLCTL', 'DEBUG MALLCTL foo', 'DEBUG SET-DISABLE-DENY-SCRIPTS 0', 'DEBUG SLEEP', 'DEBUG SLEEP abc', 'DEBUG SET-ACTIVE-EXPIRE', 'DEBUG SET-ACTIVE-EXPIRE a', 'DEBUG SET-ACTIVE-EXPIRE 1', 'DEBUG STRINGMATCH-LEN 3 a*', 'DEBUG ZIPLIST k', 'DEBUG JMAP', 'DEBUG HELP x', 'DEBUG AOF-FLUSH-SLEEP 0', 'DEBUG DROP-CLUSTER-PACKET-FILTER -1', 'DEBUG toString', 'DEBUG PROTOCOL', call('DEBUG', `${'x'.repeat(200)}`),
    ],
  },
  {
    name: 'debug: what a script may not call, libraries that are there already, a file to rewrite',
    steps: [
      'DEBUG SET-DISABLE-DENY-SCRIPTS 1', 'EVAL "return redis.call(\'client\', \'getname\')" 0', 'EVAL "return redis.call(\'config\', \'get\', \'maxmemory\')" 0', 'EVAL "return redis.call(\'acl\', \'whoami\')" 0', 'EVAL "redis.setresp(3) return redis.call(\'debug\', \'protocol\', \'double\')" 0', 'EVAL "redis.setresp(3) return redis.call(\'debug\', \'protocol\', \'attrib\')" 0', 'EVAL "redis.call(\'set\', \'k\', \'v\', \'px\', \'1\') redis.call(\'debug\', \'sleep\', \'0.01\') return redis.call(\'exists\', \'k\')" 0', 'EXISTS k', 'DEBUG REPLYBUFFER PEAK-RESET-TIME x', 'DEBUG REPLYBUFFER PEAK-RESET-TIME -5', 'DEBUG REPLYBUFFER RESIZING x', 'DEBUG REPLYBUFFER RESIZING 1', 'DEBUG REPLYBUFFER PEAK-RESET-TIME RESET', 'DEBUG SET-DISABLE-DENY-SCRIPTS 0', 'EVAL "return redis.call(\'client\', \'getname\')" 0',
      'DEBUG RELOAD NOFLUSH', call('FUNCTION', 'LOAD', '#!lua name=lib\nredis.register_function("f", function() return 1 end)'), 'DEBUG RELOAD NOFLUSH', 'DEBUG RELOAD NOFLUSH MERGE', 'FCALL f 0', 'DEBUG RELOAD', 'FCALL f 0',
      call('FUNCTION', 'LOAD', '#!lua name=counting\nlocal count = 0\nredis.register_function("count", function() count = count + 1; return count end)'), 'FCALL count 0', 'FCALL count 0', 'DEBUG RELOAD', 'FCALL count 0', 'FCALL count 0', 'DEBUG RELOAD NOFLUSH MERGE', 'FCALL count 0', 'FUNCTION DELETE counting', 'DEBUG CONFIG-REWRITE-FORCE-ALL', 'DEBUG CONFIG-REWRITE-FORCE-ALL x',
    ],
  },
];
