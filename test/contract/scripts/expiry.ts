import { fields, near, scan, unordered, type Script } from '../script.ts';

export const expiry: readonly Script[] = [
  {
    name: 'expiry: setting and asking',
    steps: [
      'TTL none', 'PTTL none', 'EXPIRETIME none', 'PEXPIRETIME none', 'SET k v', 'TTL k', 'PTTL k', 'EXPIRETIME k', 'PEXPIRETIME k', 'EXPIRE k 100', 'TTL k', near('PTTL k', 2000), near('EXPIRETIME k', 2), near('PEXPIRETIME k', 2000), 'PERSIST k', 'PERSIST k', 'PERSIST none', 'TTL k', 'PEXPIRE k 100500', near('TTL k', 1), near('PTTL k', 2000), 'EXPIREAT k 4102444800', 'EXPIRETIME k', 'PEXPIRETIME k', 'PEXPIREAT k 4102444800123', 'PEXPIRETIME k', 'EXPIRETIME k', 'EXPIRE none 10', 'PEXPIRE none 10', 'EXPIREAT none 4102444800', 'PEXPIREAT none 4102444800000',
      'EXPIRE k abc', 'EXPIRE k 1.5', 'EXPIRE k 9223372036854775807', 'EXPIRE k -9223372036854775808', 'PEXPIRE k 9223372036854775807', 'EXPIREAT k 9223372036854775807', 'EXPIRE k', 'EXPIRE', 'EXPIRE k 9223372036854775', 'PEXPIRETIME k', 'PEXPIREAT k 9223372036854775807', 'PEXPIRETIME k', 'EXPIRE k " 10"', 'EXPIRE k ""',
    ],
  },
  {
    name: 'expiry: in the past deletes at once',
    steps: ['SET a v', 'EXPIRE a 0', 'EXISTS a', 'SET a v', 'EXPIRE a -1', 'EXISTS a', 'SET a v', 'PEXPIRE a -100', 'GET a', 'SET a v', 'EXPIREAT a 1', 'TTL a', 'SET a v', 'PEXPIREAT a 1', 'TYPE a', 'SET a v', 'EXPIREAT a 0', 'DBSIZE', 'HSET h f v', 'EXPIRE h -1', 'HGETALL h', 'RPUSH l a', 'EXPIREAT l 1', 'LLEN l', 'DBSIZE', 'RANDOMKEY', 'SCAN 0'],
  },
  {
    name: 'expiry: NX, XX, GT, LT',
    steps: ['SET k v', 'EXPIRE k 100 XX', 'EXPIRE k 100 GT', 'TTL k', 'EXPIRE k 100 LT', 'TTL k', 'EXPIRE k 200 NX', 'EXPIRE k 200 XX', 'TTL k', 'EXPIRE k 50 GT', 'EXPIRE k 500 GT', 'TTL k', 'EXPIRE k 600 LT', 'EXPIRE k 60 LT', 'TTL k', 'PERSIST k', 'EXPIRE k 100 NX', 'TTL k', 'EXPIRE k 100 NX XX', 'EXPIRE k 100 GT LT', 'EXPIRE k 100 NX GT', 'EXPIRE k 100 BOGUS', 'EXPIRE k 100 "a\\x00b"', 'EXPIRE k 200 XX GT', 'TTL k', 'EXPIRE k -1 GT', 'EXISTS k', 'EXPIRE k -1 LT', 'EXISTS k', 'EXPIRE none 10 NX', 'PEXPIREAT none 10 XX BOGUS', 'SET k v', 'PEXPIREAT k 4102444800000 nx', 'EXPIREAT k 4102444801 gt', 'PEXPIRETIME k'],
  },
  {
    name: 'expiry: what keeps it and what drops it',
    steps: [
      'SET k v EX 100', 'SET k w', 'TTL k', 'SET k v EX 100', 'APPEND k x', 'TTL k', 'RENAME k k2', 'TTL k2', 'TTL k', 'SET p v', 'RENAME k2 p', 'TTL p', 'SET q v', 'RENAME q p', 'TTL p', 'HSET h f v', 'EXPIRE h 100', 'HSET h g w', 'TTL h', 'HDEL h f', 'TTL h', 'HDEL h g', 'HSET h f v', 'TTL h', 'RPUSH l a', 'EXPIRE l 100', 'LPUSH l b', 'TTL l', 'SADD s a', 'EXPIRE s 100', 'SREM s a', 'SADD s a', 'TTL s', 'SET n 1 EX 100', 'INCR n', 'TTL n', 'GETSET n 5', 'TTL n', 'SET c v EX 100', 'COPY c d', 'TTL d', 'DEL c', 'SET c v', 'TTL c', 'MSET d 1', 'TTL d', 'ZADD z 1 a', 'EXPIRE z 100', 'ZADD z 2 b', 'TTL z', 'XADD x 1-1 f v', 'EXPIRE x 100', 'XADD x 2-1 f v', 'TTL x', 'PERSIST x', 'TTL x',
    ],
  },
  {
    name: 'expiry: who notices a key past its time, and what counts as hit or miss',
    steps: [
      'DEBUG SET-ACTIVE-EXPIRE 0', 'SET k v PXAT 1', 'WATCH k', 'GET k', 'MULTI', 'EXEC', 'SET k v PXAT 1', 'WATCH k', 'SET k w', 'MULTI', 'EXEC', 'SET k v PXAT 1', 'DEBUG DIGEST-VALUE k', 'DEBUG SDSLEN k', 'DBSIZE', 'DEBUG LISTPACK k', 'DBSIZE', 'CONFIG RESETSTAT',
      'SET k v PXAT 1', 'SET k v', 'SET k v PXAT 1', 'MSET k v', 'SET k v PXAT 1', 'KEYS *', 'SUNIONSTORE k none', 'SET s v', scan('SCAN CURSOR TYPE string'), scan('SCAN CURSOR TYPE list'), scan('SCAN CURSOR'), 'SET s v PXAT 1', scan('SCAN CURSOR TYPE list'), 'SADD m a b', unordered('SPOP m 5'), 'SADD m a', 'SPOP m', 'XCLAIM none g c 0 1-1', 'GET m', 'NOSUCH', 'GET', 'SET m x', 'LPUSH m x', 'EVALSHA 0 0', "EVAL \"return redis.pcall('rename', 'x', 'y')\" 0", "EVAL \"return redis.call('rename', 'x', 'y')\" 0", "EVAL \"return redis.error_reply('MINE x')\" 0", 'INFO errorstats', fields('INFO stats', '', 'keyspace_hits keyspace_misses expired_keys total_error_replies'), 'DEBUG SET-ACTIVE-EXPIRE 1',
    ],
  },
];
