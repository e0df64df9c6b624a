import { begin, hear, on, type Script } from '../script.ts';

export const blocking: readonly Script[] = [
  {
    name: 'blocking: commands that need not wait',
    steps: [
      'RPUSH l a b c d e f', 'RPUSH m x y z', 'ZADD z 1 a 2 b 3 c 4 d', 'ZADD y 1.5 q', 'BLPOP l 0', 'BRPOP none l 0', 'BLPOP l m 1', 'BRPOP m 0.5', 'BLMOVE l m LEFT RIGHT 0', 'BRPOPLPUSH l m 0', 'LRANGE m 0 -1', 'BLMPOP 0 2 none m LEFT COUNT 2', 'BLMPOP 0 1 m RIGHT', 'BZPOPMIN none z 0', 'BZPOPMAX z 0', 'BZPOPMAX y 0', 'BZMPOP 0 2 none z MIN COUNT 5', 'EXISTS z', 'SET s v', 'BLPOP s 0', 'BLPOP none s 0', 'BRPOP s 0', 'BLMOVE s l LEFT LEFT 0', 'BRPOPLPUSH s l 0', 'BLMPOP 0 1 s LEFT', 'BZPOPMIN s 0', 'BZPOPMAX l 0', 'BZMPOP 0 1 s MIN', 'RPUSH l 1', 'BLMOVE l s LEFT LEFT 0', 'LRANGE l 0 -1', 'BLPOP none 0.001', 'BZPOPMIN none 0.001', 'BLMOVE none l LEFT LEFT 0.001', 'BRPOPLPUSH none l 0.001', 'BLMPOP 0.001 1 none LEFT', 'BZMPOP 0.001 1 none MIN', 'XREAD BLOCK 1 STREAMS none 0',
    ],
  },
  {
    name: 'blocking: arguments',
    steps: [
      'BLPOP l -1', 'BLPOP l abc', 'BLPOP l nan', 'BLPOP l 1e30', 'BLPOP l inf', 'BLPOP l -inf', 'BLPOP l ""', 'BLPOP l " 1"', 'BLPOP l', 'BLPOP', 'BRPOP l x', 'BLMOVE a b LEFT UP 0', 'BLMOVE a b LEFT RIGHT', 'BLMOVE a b LEFT RIGHT x', 'BLMOVE a b UP RIGHT x', 'BRPOPLPUSH a b x', 'BRPOPLPUSH a b', 'BLMPOP x 1 a LEFT', 'BLMPOP x 0 a LEFT', 'BLMPOP 0 0 a LEFT', 'BLMPOP 0 2 a LEFT', 'BLMPOP 0 1 a UP', 'BLMPOP 0 1 a LEFT COUNT 0', 'BLMPOP 0 1 a LEFT COUNT', 'BLMPOP 0 1 a LEFT COUNT 1 COUNT 1', 'BLMPOP -1 1 a LEFT', 'BZPOPMIN z x', 'BZPOPMAX z -1', 'BZMPOP x 1 a MIN', 'BZMPOP 0 1 a UP', 'BZMPOP 0 0 a MIN', 'BZMPOP 0 1 a MIN COUNT x', 'XREAD BLOCK x STREAMS a 0', 'XREAD BLOCK -1 STREAMS a 0', 'XREAD BLOCK 1.5 STREAMS a 0', 'CLIENT UNBLOCK x', 'CLIENT UNBLOCK 99999999', 'CLIENT UNBLOCK 99999999 BOGUS', 'CLIENT UNBLOCK x BOGUS', 'CLIENT UNBLOCK 1 TIMEOUT x', 'CLIENT UNBLOCK',
    ],
  },
  {
    name: 'blocking: never within a transaction',
    steps: [
      'MULTI', 'BLPOP a 0', 'BRPOP a 0', 'BLMOVE a b LEFT RIGHT 0', 'BRPOPLPUSH a b 0', 'BLMPOP 0 1 a LEFT', 'BZPOPMIN a 0', 'BZPOPMAX a 0', 'BZMPOP 0 1 a MIN', 'XREAD BLOCK 0 STREAMS a $', 'EXEC', 'MULTI', 'RPUSH a 1', 'BLPOP a 0', 'XADD s 1-1 f v', 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g c BLOCK 0 STREAMS s >', 'XREADGROUP GROUP g c BLOCK 0 STREAMS s >', 'EXEC',
    ],
  },
  {
    name: 'blocking: lists, first come first served',
    steps: [
      begin('a', 'BLPOP l 0'), begin('b', 'BRPOP other l 0'), begin('c', 'BLPOP l other 0'), 'RPUSH l 1 2', hear('a'), hear('b'), 'LLEN l', 'LPUSH other x', hear('c'), 'EXISTS l other', begin('a', 'BLPOP l 0'), 'MULTI', 'RPUSH l 1', 'LPOP l', 'EXEC', 'RPUSH l 2', hear('a'), begin('a', 'BRPOP l 0'), 'MULTI', 'RPUSH l 1', 'RPUSH l 2', 'LPUSH l 0', 'EXEC', hear('a'), 'LRANGE l 0 -1', 'DEL l', begin('a', 'BLPOP k1 k2 0'), 'MULTI', 'RPUSH k2 second', 'RPUSH k1 first', 'EXEC', hear('a'), 'EXISTS k1 k2', begin('a', 'BLPOP k 0'), 'SET k text', 'DEL k', 'SADD k m', 'DEL k', 'ZADD k 1 m', 'DEL k', 'RPUSH k v', hear('a'), begin('a', 'BLPOP renamed 0'), 'RPUSH src v', 'RENAME src renamed', hear('a'), begin('a', 'BLPOP copied 0'), 'RPUSH src v', 'COPY src copied', hear('a'), 'DEL src', on('a', 'PING'), begin('a', 'BLPOP k k 0'), 'RPUSH k once', hear('a'), 'WATCH w', begin('a', 'BLPOP w 0'), 'RPUSH w 1', hear('a'), 'MULTI', 'PING', 'EXEC',
    ],
  },
  {
    name: 'blocking: moving between lists',
    steps: [
      begin('a', 'BLMOVE s d LEFT RIGHT 0'), begin('b', 'BLPOP d 0'), 'RPUSH s 1', hear('a'), hear('b'), 'EXISTS s d', begin('a', 'BRPOPLPUSH s d 0'), begin('b', 'BRPOPLPUSH d e 0'), begin('c', 'BLMOVE e f RIGHT LEFT 0'), 'RPUSH s 1 2', hear('a'), hear('b'), hear('c'), 'LRANGE s 0 -1', 'LRANGE f 0 -1', 'DEL s f', 'SET d text', begin('a', 'BLMOVE s d LEFT LEFT 0'), begin('b', 'BLPOP s 0'), 'RPUSH s x', hear('a'), hear('b'), 'EXISTS s', 'DEL d', begin('a', 'BLMOVE s s LEFT RIGHT 0'), 'RPUSH s 1 2 3', hear('a'), 'LRANGE s 0 -1', 'DEL s', begin('a', 'BLMPOP 0 2 s t LEFT COUNT 2'), 'RPUSH t 1 2 3', hear('a'), 'LRANGE t 0 -1',
    ],
  },
  {
    name: 'blocking: sorted sets',
    steps: [
      begin('a', 'BZPOPMIN z 0'), begin('b', 'BZPOPMAX z 0'), begin('c', 'BZMPOP 0 2 y z MIN COUNT 2'), begin('l', 'BLPOP z 0'), 'ZADD z 1 a 2.5 b 3 c 4 d', hear('a'), hear('b'), hear('c'), 'EXISTS z', 'RPUSH z now', hear('l'), begin('a', 'BZPOPMIN z 0'), 'ZADD src 1 m', 'ZUNIONSTORE z 1 src', hear('a'), begin('a', 'BZPOPMIN z 0'), 'ZRANGESTORE z src 0 -1', hear('a'), begin('a', 'BZPOPMIN z 0'), 'ZINCRBY z 2 m', hear('a'),
    ],
  },
  {
    name: 'blocking: XREAD',
    steps: [
      'XADD s 1-1 a 1', begin('a', 'XREAD BLOCK 0 STREAMS s $'), begin('b', 'XREAD COUNT 1 BLOCK 0 STREAMS none s 0 $'), begin('c', 'XREAD BLOCK 0 STREAMS s s 5-0 2-0'), 'XADD s 2-1 b 2', hear('a'), hear('b'), 'XDEL s 1-1', 'XTRIM s MAXLEN 0', 'XSETID s 5-0', 'XADD s 6-1 c 3', hear('c'), begin('a', 'XREAD BLOCK 0 STREAMS s $'), 'MULTI', 'XADD s 7-1 d 4', 'XADD s 7-2 d 5', 'XDEL s 7-1', 'EXEC', hear('a'), begin('a', 'XREAD BLOCK 0 STREAMS s $'), 'MULTI', 'XADD s 8-1 d 4', 'XDEL s 8-1', 'EXEC', hear('a'), begin('a', 'XREAD BLOCK 0 STREAMS n $'), 'SET n text', 'DEL n', 'XADD n 1-1 f v', hear('a'), begin('a', 'XREAD BLOCK 0 STREAMS t 3'), 'XADD t 2-1 f v', 'XADD t 3-1 f v', hear('a'),
    ],
  },
  {
    name: 'blocking: XREADGROUP',
    steps: [
      'XGROUP CREATE s g $ MKSTREAM', begin('a', 'XREADGROUP GROUP g alice BLOCK 0 STREAMS s >'), begin('b', 'XREADGROUP GROUP g bob BLOCK 0 NOACK STREAMS s >'), 'XADD s 1-1 a 1', hear('a'), 'XADD s 1-2 a 2', hear('b'), 'XPENDING s g', begin('a', 'XREADGROUP GROUP g alice BLOCK 0 STREAMS s >'), 'XGROUP SETID s g 0', 'XADD s 2-1 b 1', hear('a'), 'XPENDING s g', begin('a', 'XREADGROUP GROUP g alice BLOCK 0 STREAMS s >'), 'XGROUP DESTROY s g', hear('a'), 'XGROUP CREATE s g $', begin('a', 'XREADGROUP GROUP g alice BLOCK 0 STREAMS s >'), 'DEL s', hear('a'), 'XGROUP CREATE s g $ MKSTREAM', begin('a', 'XREADGROUP GROUP g alice BLOCK 0 STREAMS s >'), 'SET s text', hear('a'), 'DEL s', 'XGROUP CREATE s g $ MKSTREAM', begin('a', 'XREADGROUP GROUP g alice BLOCK 0 STREAMS s >'), begin('r', 'XREAD BLOCK 0 STREAMS s $'), 'FLUSHALL', hear('a'), 'XADD s 1-1 f v', hear('r'), 'DEL s', 'XGROUP CREATE s g $ MKSTREAM', begin('a', 'XREADGROUP GROUP g alice BLOCK 0 STREAMS s >'), 'RENAME s t', hear('a'), begin('a', 'XREADGROUP GROUP g alice BLOCK 0 STREAMS t >'), 'PEXPIRE t -1', hear('a'),
    ],
  },
  {
    name: 'blocking: CLIENT UNBLOCK and databases',
    steps: [
      begin('a', 'BLPOP l 0'), 'CLIENT UNBLOCK ID:a', hear('a'), 'CLIENT UNBLOCK ID:a', begin('a', 'BLMOVE l m LEFT LEFT 0'), 'CLIENT UNBLOCK ID:a TIMEOUT', hear('a'), begin('a', 'XREAD BLOCK 0 STREAMS l $'), 'CLIENT UNBLOCK ID:a error', hear('a'), begin('a', 'BZPOPMIN l 0'), 'CLIENT UNBLOCK ID:a timeout', hear('a'), 'RPUSH l 1', 'LLEN l', 'DEL l', begin('a', 'BLPOP l 0'), 'SELECT 1', 'RPUSH l one', 'SWAPDB 0 1', hear('a'), 'EXISTS l', 'SELECT 0', 'EXISTS l', begin('a', 'BLPOP l 0'), 'SELECT 1', 'RPUSH l two', 'MOVE l 0', hear('a'), on('a', 'PING'),
    ],
  },
  {
    name: 'blocking: what a transaction pushed is past its time when DEBUG SLEEP ends',
    steps: [
      'DEBUG SET-ACTIVE-EXPIRE 0', begin('a', 'BRPOP k 0'), 'MULTI', 'RPUSH k hello', 'PEXPIRE k 10', 'DEBUG SLEEP 0.05', 'EXEC', 'EXISTS k', 'RPUSH k later', hear('a'), begin('a', 'BZPOPMIN z 0'), 'MULTI', 'ZADD z 1 m', 'DEBUG SLEEP 0.01', 'EXEC', hear('a'), 'DEBUG SET-ACTIVE-EXPIRE 1',
    ],
  },
  {
    name: 'blocking: WAIT',
    steps: [
      'WAIT 0 0', 'WAIT -1 0', 'WAIT 1 1', 'WAIT x 0', 'WAIT 0 x', 'WAIT 1 -1', 'WAIT x -1', 'WAIT', 'WAIT 1', 'WAIT 1 2 3', 'MULTI', 'WAIT 5 0', 'EXEC', begin('a', 'WAIT 1 0'), 'CLIENT UNBLOCK ID:a', hear('a'), begin('a', 'WAIT 1 0'), 'CLIENT UNBLOCK ID:a ERROR', hear('a'), on('a', 'PING'),
    ],
  },
  {
    name: 'connection: CLIENT REPLY',
    steps: [
      'CLIENT REPLY ON', 'CLIENT REPLY BOGUS', 'CLIENT REPLY', 'CLIENT REPLY ON x', on('a', 'CLIENT REPLY OFF', 0), on('a', 'SET k v', 0), on('a', 'NOSUCH', 0), on('a', 'CLIENT REPLY SKIP', 0), on('a', 'CLIENT REPLY BOGUS', 0), on('a', 'CLIENT REPLY on'), on('a', 'GET k'), on('a', 'CLIENT REPLY SKIP', 0), on('a', 'GET k', 0), on('a', 'GET k'), on('a', 'CLIENT REPLY SKIP', 0), on('a', 'CLIENT REPLY SKIP', 0), on('a', 'GET k', 0), on('a', 'GET k'), on('a', 'CLIENT REPLY SKIP', 0), on('a', 'CLIENT REPLY ON'), on('a', 'GET k'), on('a', 'MULTI'), on('a', 'CLIENT REPLY SKIP'), on('a', 'GET k'), on('a', 'DISCARD'), on('a', 'CLIENT REPLY OFF', 0), on('a', 'SUBSCRIBE c'), 'PUBLISH c x', hear('a'), on('a', 'UNSUBSCRIBE c'), on('a', 'CLIENT REPLY ON'),
    ],
  },
];
