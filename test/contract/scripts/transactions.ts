import { encodeDump } from '../../../src/protocol/rdb/dump.ts';
import { call, other, type Script } from '../script.ts';

/** Something of every type, all of it watched. */
const WATCHED = [
  'FLUSHALL', 'XADD x 1-1 f v', 'XADD x 2-1 f v', 'XGROUP CREATE x g 0', 'XREADGROUP GROUP g c1 COUNT 1 STREAMS x >', 'PFADD hl a', 'SETBIT s 0 0', 'SET s2 v', 'RPUSH l 1', 'HSET h f v n 1', 'SADD st a', 'ZADD z 1 a', 'GEOADD gg 1 2 m', 'WATCH x hl s l h st z s2 gg q none',
];

/** Calls that change something, and such that look as if they did. */
const CHANGES = [
  'xsetid x 50-1', 'xgroup create x h 0', 'xgroup setid x g 0', 'xgroup createconsumer x g c9', 'xgroup delconsumer x g c1', 'xgroup destroy x g', 'xreadgroup group g c1 streams x >', 'xack x g 1-1', 'xclaim x g c2 0 1-1', 'xautoclaim x g c2 0 0', 'xdel x 99-1', 'xtrim x maxlen 0', 'xadd x 60-1 a b', 'pfcount hl', 'pfmerge hl hl', 'pfadd hl a', 'pfadd hl b', 'pfdebug todense hl', 'setbit s 0 0', 'bitfield s set u8 0 0', 'bitfield s get u8 0', 'sort l store l', 'lset l 0 a', 'hset h f v', 'sadd st a', 'zadd z 1 a', 'ltrim l 0 -1', 'expire s 1000', 'persist s', 'hincrby h n 0', 'append s x', 'setrange s 0 a', 'linsert l before zzz q', 'lrem l 0 zzz', 'rename l l', 'copy s s2', 'getex s', 'getex s ex 100', 'touch s', 'restore s 0 x', 'move s 0', 'smove st st a', 'spop none', 'zincrby z 0 a', 'object freq s', 'lmove l l left left', 'geoadd gg 1 2 m', 'xreadgroup group g newc streams x 0', 'lpop l 0', 'getset s v', 'set s v xx', 'set s v nx', 'msetnx s v q w', 'zrangestore z z 0 -1', 'sinterstore st st', 'sdiffstore none none2', 'bitop and none none2',
  'xtrim x maxlen 9', 'xdel x 1-1', 'xack x g 9-9', 'setbit s 0 1', 'setbit s 99 0', 'bitfield s set u8 0 1', 'sadd st b', 'zadd z 2 a', 'hincrby h n 1', 'linsert l before 1 q', 'lrem l 0 1', 'rename s s3', 'copy s s2 replace', 'getdel s', 'unlink none', 'flushdb', 'swapdb 0 1', 'zunionstore none 1 z', 'georadius gg 1 2 1 km store q', 'spop st 0', 'lmpop 1 l left', 'zpopmin z 0', 'hdel h zz', 'hsetnx h f v', 'setnx s v', 'expire s -1', 'expire s 10 xx', 'pfmerge q hl', 'xadd none nomkstream * a b', 'xclaim x g c2 0 2-1 force', 'sort l by nosort store q', 'incrby q 0', 'mset q w', 'lpushx none v', 'psetex s 99999 v', 'set s v get', 'set s v keepttl',
];

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
  {
    name: 'transactions: WATCH and keys past their time when everything goes or is swapped',
    steps: [
      'DEBUG SET-ACTIVE-EXPIRE 0', 'SET k v PXAT 1', 'WATCH k', 'FLUSHALL', 'MULTI', 'EXEC', 'SET k v PXAT 1', 'WATCH k', 'FLUSHDB', 'SET k v', 'MULTI', 'EXEC', 'SET k v', 'WATCH k', 'FLUSHALL', 'MULTI', 'EXEC', 'WATCH k', 'FLUSHALL', 'MULTI', 'EXEC',
      'SET k v PXAT 1', 'WATCH k', 'SWAPDB 0 1', 'MULTI', 'EXEC', 'WATCH k', 'SWAPDB 0 1', 'MULTI', 'EXEC', 'FLUSHALL', 'SET k v', 'SELECT 1', 'SET k v PXAT 1', 'WATCH k', 'SWAPDB 0 1', 'MULTI', 'EXEC', 'FLUSHALL', 'SELECT 0', 'SET k v PXAT 1', 'WATCH k', 'DEBUG RELOAD', 'MULTI', 'EXEC', 'SET k v', 'WATCH k', 'DEBUG RELOAD', 'MULTI', 'EXEC', 'WATCH none', 'DEBUG RELOAD', 'MULTI', 'EXEC', 'DEBUG SET-ACTIVE-EXPIRE 1',
    ],
  },
  {
    name: 'transactions: what counts as a change to a watched key',
    steps: CHANGES.flatMap((change) => [...WATCHED, change, 'MULTI', `ECHO "${change}"`, 'EXEC']),
  },
  {
    name: 'transactions: a watched key past its time that something is put over',
    steps: [
      'DEBUG SET-ACTIVE-EXPIRE 0', 'SET k v PX 1', 'DEBUG SLEEP 0.005', 'WATCH k', call('RESTORE', 'k', '0', encodeDump({ type: 'string', value: 'new' }), 'REPLACE'), 'MULTI', 'PING', 'EXEC',
      'SET k v PX 1', 'DEBUG SLEEP 0.005', 'WATCH k', 'SET k w', 'MULTI', 'PING', 'EXEC', 'SET k v PX 1', 'DEBUG SLEEP 0.005', 'WATCH k', 'DEL k', 'MULTI', 'PING', 'EXEC', 'DEBUG SET-ACTIVE-EXPIRE 1',
    ],
  },
];
