import { other, type Script } from '../script.ts';

export const transactions: readonly Script[] = [
  {
    name: 'transactions: MULTI, EXEC, DISCARD',
    steps: [
      'MULTI', 'SET a 1', 'INCR a', 'GET a', 'EXEC', 'GET a', 'EXEC', 'DISCARD', 'MULTI', 'MULTI', 'SET a 9', 'DISCARD', 'GET a', 'MULTI', 'EXEC', 'MULTI', 'NOSUCH x', 'SET a 7', 'EXEC', 'GET a', 'MULTI', 'GET', 'EXEC', 'MULTI', 'LPUSH a x', 'SET a 3', 'EXEC', 'GET a', 'MULTI', 'HSET h f v', 'HGETALL h', 'SADD s a', 'SMEMBERS s', 'ZADD z 1 m', 'ZRANGE z 0 -1 WITHSCORES', 'GET none', 'PING', 'EXEC', 'MULTI x', 'MULTI', 'SELECT 1', 'SET k in1', 'EXEC', 'GET k', 'SELECT 0', 'GET k', 'MULTI', 'WATCH a', 'EXEC', 'MULTI', 'EXEC x', 'EXEC', 'MULTI', 'CONFIG BOGUS', 'EXEC', 'EXEC x', 'WATCH a', 'EXEC x y', 'SET a changed', 'MULTI', 'GET a', 'EXEC',
    ],
  },
  {
    name: 'transactions: WATCH',
    steps: [
      'SET k 1', 'WATCH k', 'MULTI', 'SET k 2', 'EXEC', 'GET k', 'WATCH k', other('SET k other'), 'MULTI', 'SET k mine', 'EXEC', 'GET k', 'WATCH k', other('SET k other2'), 'UNWATCH', 'MULTI', 'SET k mine', 'EXEC', 'GET k', 'WATCH k none', other('SET none now'), 'MULTI', 'GET k', 'EXEC', 'WATCH', 'UNWATCH x', 'WATCH gone', other('DEL gone'), 'MULTI', 'PING', 'EXEC', 'WATCH k', other('FLUSHALL'), 'MULTI', 'PING', 'EXEC', 'WATCH k', 'SET k self', 'MULTI', 'PING', 'EXEC', 'WATCH k', other('SELECT 1'), other('SET k elsewhere'), 'MULTI', 'GET k', 'EXEC', 'WATCH k', 'DISCARD', 'MULTI', 'DISCARD', other('SELECT 0'), other('EXPIRE k -1'), 'MULTI', 'EXISTS k', 'EXEC',
      'RPUSH l a', 'WATCH l', other('LPOP l'), 'MULTI', 'PING', 'EXEC',
    ],
  },
];
