import { begin, hear, on, type Script, type Step } from '../script.ts';

/** Has the client of that name speak this version, whatever the script is played in; what HELLO says holds an ID. */
const speak = (client: string, version: 2 | 3): readonly Step[] => [on(client, 'CLIENT REPLY SKIP', 0), on(client, `HELLO ${String(version)}`, 0), on(client, 'PING')];

export const tracking: readonly Script[] = [
  {
    name: 'tracking: options and errors',
    steps: [
      'CLIENT TRACKING', 'CLIENT TRACKING x', 'CLIENT TRACKING x BCAST', 'CLIENT TRACKING ON x', 'CLIENT TRACKING ON REDIRECT', 'CLIENT TRACKING ON REDIRECT x', 'CLIENT TRACKING ON REDIRECT 99999999', 'CLIENT TRACKING ON REDIRECT 0', 'CLIENT TRACKING ON REDIRECT -1', on('b', 'PING'), 'CLIENT TRACKING ON REDIRECT ID:b REDIRECT ID:b', 'CLIENT TRACKING ON PREFIX a', 'CLIENT TRACKING ON PREFIX', 'CLIENT TRACKING ON BCAST OPTIN', 'CLIENT TRACKING ON OPTIN OPTOUT', 'CLIENT TRACKING ON BCAST OPTIN OPTOUT', 'CLIENT TRACKING OFF x', 'CLIENT TRACKING OFF BCAST PREFIX a PREFIX a', 'CLIENT TRACKING ON BCAST PREFIX a PREFIX a', 'CLIENT TRACKING ON BCAST PREFIX "" PREFIX a', 'CLIENT TRACKING ON BCAST PREFIX ab PREFIX abc', 'CLIENT TRACKING ON BCAST PREFIX abc PREFIX ab',
      'CLIENT CACHING YES', 'CLIENT CACHING x', 'CLIENT CACHING', 'CLIENT GETREDIR', 'CLIENT TRACKINGINFO', 'CLIENT TRACKING ON', 'CLIENT GETREDIR', 'CLIENT TRACKINGINFO', 'CLIENT CACHING YES', 'CLIENT CACHING NO', 'CLIENT CACHING x', 'CLIENT TRACKING ON BCAST', 'CLIENT TRACKING ON OPTIN', 'CLIENT TRACKING ON OPTOUT', 'CLIENT TRACKING ON OPTIN BCAST', 'CLIENT CACHING YES', 'CLIENT TRACKINGINFO', 'CLIENT GETNAME', 'CLIENT TRACKINGINFO', 'PING', 'CLIENT TRACKINGINFO', 'CLIENT CACHING NO', 'CLIENT CACHING YES', 'nosuch', 'CLIENT TRACKINGINFO', 'CLIENT CACHING YES', 'CLIENT NOSUCH', 'CLIENT TRACKINGINFO', 'CLIENT CACHING YES', 'MULTI', 'CLIENT TRACKINGINFO', 'EXEC', 'CLIENT TRACKINGINFO', 'CLIENT TRACKING ON', 'CLIENT TRACKINGINFO',
      'CLIENT TRACKING OFF', 'CLIENT TRACKING OFF', 'CLIENT TRACKINGINFO', 'CLIENT TRACKING ON OPTOUT NOLOOP', 'CLIENT CACHING YES', 'CLIENT CACHING NO', 'CLIENT TRACKINGINFO', 'CLIENT TRACKING OFF', 'CLIENT TRACKING ON BCAST PREFIX foo PREFIX bar NOLOOP', 'CLIENT TRACKINGINFO', 'CLIENT TRACKING ON BCAST PREFIX fool', 'CLIENT TRACKING ON BCAST PREFIX f', 'CLIENT TRACKING ON BCAST PREFIX g PREFIX gh', 'CLIENT TRACKING ON BCAST PREFIX a', 'CLIENT TRACKING ON BCAST', 'CLIENT TRACKINGINFO', 'CLIENT TRACKING ON', 'CLIENT TRACKING OFF', 'CLIENT TRACKING ON BCAST', 'CLIENT TRACKING ON BCAST PREFIX foo', 'CLIENT TRACKINGINFO', 'RESET', 'CLIENT TRACKINGINFO', 'CLIENT GETREDIR',
    ],
  },
  {
    name: 'tracking: what was read',
    steps: [
      ...speak('a', 3), on('a', 'CLIENT TRACKING ON'), on('a', 'GET x'), 'SET x 1', hear('a'), 'SET x 2', on('a', 'GET x'), on('a', 'SET x 3', 2), on('a', 'SET x 4'), on('a', 'MGET x y z x'), 'MSET y 1 z 1 x 1', hear('a', 3), on('a', 'MGET x y'), on('a', 'MULTI'), on('a', 'SET y 2'), on('a', 'SET x 2'), on('a', 'GET x'), on('a', 'EXEC', 3), 'SET x 5', hear('a'), on('a', 'EXISTS e f'), on('a', 'TYPE g'), on('a', 'HGETALL h'), on('a', 'SINTERCARD 2 s t'), on('a', 'XRANGE str - +'), on('a', 'OBJECT ENCODING o'), on('a', 'STRLEN l'), on('a', 'LRANGE s 0 -1'),
      'SADD s a', 'SADD t a', 'HSET h f v', 'RPUSH e 1', 'SET f 1', 'ZADD g 1 a', 'XADD str 1-1 f v', 'SET o 1', hear('a', 8), on('a', 'LRANGE s 0 -1'), on('a', 'GETEX f'), on('a', 'GETSET k v'), on('a', 'SMEMBERS s'), 'DEL s f k h', hear('a'), on('a', 'PING'), on('a', 'XREAD STREAMS str 0'), 'XADD str 1-2 f v', hear('a'), on('a', 'GET n'), 'RENAME o n', hear('a'), on('a', 'GET n'), on('a', 'GET m'), 'COPY n m', hear('a'), 'MOVE n 5', hear('a'), on('a', 'GET p'), 'SELECT 7', 'SET p 1', hear('a'), 'DEL p', 'SELECT 0', on('a', 'GET m'), 'EXPIRE m 100', hear('a'), on('a', 'TTL m'), 'PERSIST m', hear('a'), on('a', 'GET m'), 'SETRANGE m 0 ""', 'APPEND m ""', hear('a'), on('a', 'GET m'), 'GETDEL m', hear('a'), on('a', 'SORT_RO g BY nosort GET # LIMIT 0 1'), 'ZADD g 2 b', hear('a'), on('a', 'GET'), on('a', 'PING'),
      on('a', 'SELECT 3'), on('a', 'GET q'), 'SWAPDB 0 3', 'SWAPDB 0 3', 'SET q 1', hear('a'), on('a', 'SELECT 0'), on('a', 'GET q'), on('a', 'CLIENT TRACKING OFF'), on('a', 'CLIENT TRACKING ON'), 'SET q 2', hear('a'), on('a', 'GET q'), on('a', 'CLIENT TRACKING OFF'), 'SET q 3', on('a', 'CLIENT TRACKING ON'), 'SET q 4', on('a', 'PING'), on('a', 'GET q'), 'FLUSHDB', hear('a'), 'SET q 1', on('a', 'GET q'), 'FLUSHALL', hear('a'), on('a', 'FLUSHALL', 2), on('a', 'MULTI'), on('a', 'FLUSHDB'), on('a', 'PING'), on('a', 'EXEC', 2), on('a', 'CLIENT TRACKING ON NOLOOP'), on('a', 'GET q'), on('a', 'SET q 1'), 'SET q 2', on('a', 'GET q'), 'SET q 3', hear('a'), on('a', 'FLUSHALL', 2),
    ],
  },
  {
    name: 'tracking: expired keys and blocked clients',
    steps: [
      'DEBUG SET-ACTIVE-EXPIRE 0', ...speak('a', 3), ...speak('c', 3), on('a', 'CLIENT TRACKING ON'), on('c', 'CLIENT TRACKING ON NOLOOP'), 'SET p 1 PX 200', 'SET q 1 PX 200', 'SET r 1 PX 200', 'SET s 1 PX 200', on('a', 'MGET p q r'), on('c', 'MGET s t'), 'DEBUG SLEEP 0.25', on('a', 'EXISTS t'), 'GET p', hear('a'), on('a', 'GET q', 2), on('c', 'GET s'), 'SET s 1', hear('c'), 'DEBUG SET-ACTIVE-EXPIRE 1', hear('a'), 'SET q 1', hear('a'), 'SET t 1', hear('a'), hear('c'),
      on('a', 'CLIENT TRACKING ON'), on('a', 'LRANGE m 0 -1'), begin('b', 'BLMOVE l m LEFT RIGHT 0'), on('a', 'RPUSH l 1', 2), hear('b'), 'DEL m', ...speak('b', 3), on('b', 'CLIENT TRACKING ON'), on('b', 'LRANGE m 0 -1'), begin('b', 'BLMOVE l m LEFT RIGHT 0'), 'RPUSH l 1', hear('b', 2), on('b', 'LLEN l'), begin('b', 'BLPOP l 0'), 'RPUSH l 1', hear('b', 2),
    ],
  },
  {
    name: 'tracking: NOLOOP and those who are served, XREAD that cannot be read',
    steps: [
      ...speak('c', 3), on('c', 'CLIENT TRACKING ON NOLOOP'), on('c', 'LRANGE m 0 -1'), begin('b', 'BLMOVE l m LEFT RIGHT 0'), on('c', 'RPUSH l 1', 2), hear('b'), on('c', 'LRANGE m 0 -1'), on('c', 'RPUSH m 2'), on('c', 'XREAD STREAMS x y 0'), 'XADD y 1-1 f v', on('c', 'XREAD STREAMS x y 0 0'), 'XADD x 1-1 f v', hear('c'), on('c', 'PING'),
    ],
  },
  {
    name: 'tracking: OPTIN and OPTOUT',
    steps: [
      ...speak('a', 3), on('a', 'CLIENT TRACKING ON OPTIN'), on('a', 'GET x'), 'SET x 1', on('a', 'CLIENT CACHING YES'), on('a', 'GET x'), on('a', 'GET y'), 'SET y 1', 'SET x 1', hear('a'), on('a', 'CLIENT CACHING YES'), on('a', 'MULTI'), on('a', 'GET x'), on('a', 'GET y'), on('a', 'EXEC'), on('a', 'GET z'), 'MSET z 1 y 1 x 1', hear('a', 2), on('a', 'CLIENT TRACKING OFF'), on('a', 'CLIENT TRACKING ON OPTOUT'), on('a', 'GET x'), on('a', 'CLIENT CACHING NO'), on('a', 'MGET y z'), 'MSET z 1 y 1 x 1', hear('a'),
    ],
  },
  {
    name: 'tracking: by prefix',
    steps: [
      ...speak('a', 3), ...speak('b', 3), on('a', 'CLIENT TRACKING ON BCAST PREFIX a PREFIX b'), on('b', 'CLIENT TRACKING ON BCAST NOLOOP'), on('a', 'CLIENT TRACKING ON BCAST PREFIX c'), 'MSET b1 1 a1 1 c1 1 x 1 a0 1 b1 2', hear('a', 3), hear('b'), on('a', 'SET a1 2', 2), hear('b'), on('b', 'SET b1 2'), hear('a'), on('b', 'SET x 1'), on('b', 'PING'), on('b', 'MULTI'), on('b', 'SET a1 1'), on('b', 'INCR a2'), on('b', 'EXEC'), hear('a'), 'DEL a1 a2 a3', hear('a'), hear('b'), 'SET abc v PX 1', hear('a'), hear('b'), 'PING', hear('a'), hear('b'), 'SET "" 1', hear('b'), 'FLUSHALL', hear('a'), hear('b'), on('b', 'CLIENT TRACKING OFF'), on('b', 'SET bx 1'), hear('a'), on('a', 'CLIENT TRACKING OFF'), on('a', 'CLIENT TRACKING ON'), on('a', 'SET b1 1'), on('a', 'GET b1'), 'SET b1 2', hear('a'),
    ],
  },
  {
    name: 'tracking: told to another client',
    steps: [
      ...speak('a', 2), ...speak('b', 2), on('b', 'SUBSCRIBE other'), on('a', 'CLIENT TRACKING ON REDIRECT ID:b'), on('a', 'GET x'), 'SET x 1', hear('b'), 'FLUSHDB', hear('b'), on('a', 'GET x'), on('b', 'RESET'), 'SET x 1', on('b', 'PING'), on('a', 'GET x'), on('b', 'PSUBSCRIBE p*'), 'SET x 1', hear('b'), on('b', 'PUNSUBSCRIBE'), on('b', 'SSUBSCRIBE s'), on('a', 'GET x'), 'SET x 1', hear('b'), on('b', 'SUNSUBSCRIBE'), on('a', 'GET x'), ...speak('b', 3), 'SET x 1', hear('b'), on('a', 'GET x'), on('a', 'SET x 1'), hear('b'), on('a', 'GET x'), on('b', 'SET x 1', 2), on('a', 'CLIENT TRACKING OFF'), on('a', 'CLIENT TRACKING ON BCAST REDIRECT ID:b'), 'SET x 1', hear('b'), on('b', 'QUIT'), hear('b'), 'SET x 1', on('a', 'PING'), ...speak('a', 3), on('a', 'CLIENT TRACKING OFF'), on('a', 'CLIENT TRACKING ON REDIRECT ID:a'), on('a', 'GET y'), 'SET y 1', hear('a'), on('a', 'GET y'), on('a', 'SET y 2', 2), ...speak('a', 2), on('a', 'SUBSCRIBE c'), on('a', 'UNSUBSCRIBE'), on('a', 'GET y'), on('a', 'SUBSCRIBE c'), 'SET y 1', hear('a'),
    ],
  },
  {
    name: 'tracking: scripts',
    steps: [
      ...speak('a', 3), on('a', 'CLIENT TRACKING ON'), on('a', `EVAL "return redis.call('GET','inner')" 1 outer`), 'SET inner 1', 'SET outer 1', hear('a'), on('a', `EVAL "redis.call('GET','inner') return redis.call('SET','inner', 'x')" 1 outer`), on('a', `EVAL_RO "return redis.call('GET','inner')" 1 outer`), 'MSET inner 1 outer 1', hear('a'), on('a', `EVAL "return redis.call('SET','x','1')" 1 x`), on('a', `EVAL "return redis.call('GET','x')" 2 x y`), on('a', `EVAL "redis.call('SET','y','1') return redis.call('SET','x','1')" 0`, 3), on('a', `EVAL "return {redis.call('GET','x'), redis.call('SET','y','1')}" 2 x y`, 2), 'SET y 1', 'SET x 1', hear('a'), on('a', 'GET x'), on('a', `EVAL "return redis.call('FLUSHALL')" 0`, 2), on('a', 'CLIENT TRACKING ON NOLOOP'), on('a', 'GET x'), on('a', `EVAL "return redis.call('SET','x','1')" 0`), on('a', 'CLIENT TRACKING OFF'), on('a', 'CLIENT TRACKING ON OPTIN'), on('a', 'CLIENT CACHING YES'), on('a', `EVAL "return redis.call('GET','x')" 1 x`), 'SET x 1', hear('a'), on('a', 'CLIENT TRACKING OFF'), on('a', 'CLIENT TRACKING ON BCAST NOLOOP'), on('a', `EVAL "return redis.call('SET','x','1')" 0`, 2), on('a', 'SET x 1'), on('a', 'MULTI'), on('a', `EVAL "return redis.call('SET','z','1')" 0`), on('a', 'SET x 1'), on('a', 'EXEC', 2),
    ],
  },
  {
    name: 'tracking: the table is full',
    steps: [
      'CONFIG SET tracking-table-max-keys 1', ...speak('a', 3), on('a', 'CLIENT TRACKING ON'), on('a', 'GET x'), on('a', 'CLIENT TRACKINGINFO'), 'SET x 1', hear('a'), on('a', 'MGET k k'), 'CONFIG SET tracking-table-max-keys 1000000', 'SET k 1', hear('a'),
    ],
  },
];
