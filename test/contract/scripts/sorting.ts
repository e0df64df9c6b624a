import { call, type Script } from '../script.ts';

/** After a number out of range Redis keeps the C library's errno, and with it fails the next SORT too; reading a score clears it. */
export const sorting: readonly Script[] = [
  {
    name: 'SORT: order, LIMIT and ALPHA',
    steps: [
      'RPUSH l 3 1 2 10 -5 2.5 1e3 +7 " 4" 0x10 inf -inf', 'SORT l', 'SORT l DESC', 'SORT l ASC', 'SORT l desc asc', 'SORT l ALPHA', 'SORT l ALPHA DESC', 'SORT l LIMIT 0 3', 'SORT l LIMIT 2 4 DESC', 'SORT l LIMIT -1 2', 'SORT l LIMIT 100 2', 'SORT l LIMIT 1 -1', 'SORT l LIMIT 1 0', 'SORT l LIMIT 0 -5', 'SORT l LIMIT 0 9223372036854775807', 'SORT l LIMIT a 1', 'SORT l LIMIT 1 a', 'SORT l LIMIT 1', 'SORT l LIMIT', 'SORT l BOGUS', 'SORT l ALPHA LIMIT 1 2 LIMIT 0 1',
      'RPUSH w b a C B c "" aa "a b" é \\xff A1 a10 a9', 'SORT w', 'SORT w ALPHA', 'SORT w ALPHA DESC', 'SORT w ALPHA LIMIT 3 4', 'SORT none', 'SORT none BY x GET y', 'SORT none ALPHA LIMIT 0 1', 'SET s v', 'SORT s', 'SORT s BOGUS', 'SORT s LIMIT a b', 'HSET h f v', 'SORT h', 'XADD x 1-1 a b', 'SORT x', 'SORT', 'RPUSH same 1 1.0 01 1 1e0', 'SORT same', 'SORT same DESC', 'RPUSH bad 1 2 x', 'SORT bad', 'SORT bad ALPHA', 'RPUSH nan nan', 'SORT nan', 'RPUSH big 1e400', 'SORT big', 'ZADD clears-errno 1.5 a', 'RPUSH small 1e-400', 'SORT small', 'ZADD clears-errno 1.5 a', 'RPUSH empty "" 1 -1', 'SORT empty', 'RPUSH blank " " 1', 'SORT blank', 'RPUSH tail "1 " 2', 'SORT tail', 'RPUSH nul "2\\x00x" 1', 'SORT nul', 'RPUSH n9 9223372036854775807 9223372036854775806 -9223372036854775808', 'SORT n9',
      'SADD i 5 3 9 -1', 'SORT i', 'SORT i DESC LIMIT 0 2', 'SORT i ALPHA', 'SORT i BY nosort', 'SORT i BY nosort DESC', 'SORT i BY nosort LIMIT 1 2', 'SADD sw z y x', 'SORT sw ALPHA', 'SORT sw', 'ZADD z 3 1 2 2 1 3', 'OBJECT ENCODING z', 'SORT z', 'OBJECT ENCODING z', 'SORT z DESC', 'SORT z BY nosort', 'SORT z BY nosort DESC', 'SORT z BY nosort LIMIT 1 1', 'SORT z BY nosort DESC LIMIT 0 2', 'SORT z ALPHA', 'ZSCORE z 1', 'ZRANGE z 0 -1 WITHSCORES',
    ],
  },
  {
    name: 'SORT: BY, GET and STORE',
    steps: [
      'RPUSH l 1 2 3 4', 'MSET weight_1 30 weight_2 10 weight_3 20 name_1 one name_2 two name_3 three', 'HSET obj_1 w 5 n uno', 'HSET obj_2 w 7 n dos', 'HSET obj_3 w 6', 'SORT l BY weight_*', 'SORT l BY weight_* DESC', 'SORT l BY weight_* GET name_*', 'SORT l BY weight_* GET # GET name_* GET obj_*->n', 'SORT l BY obj_*->w', 'SORT l BY obj_*->w DESC LIMIT 0 2 GET #', 'SORT l BY obj_*->none', 'SORT l BY name_* ALPHA', 'SORT l BY name_* ALPHA DESC', 'SORT l BY name_*', 'SORT l BY none_* DESC', 'SORT l BY none_* ALPHA', 'SORT l BY nosort', 'SORT l BY nosort DESC', 'SORT l BY nosort DESC LIMIT 1 2', 'SORT l BY nosort LIMIT 1 2 GET name_*', 'SORT l BY nosort LIMIT 9 2', 'SORT l BY # DESC', 'SORT l BY *', 'SORT l GET name', 'SORT l GET *', 'SORT l GET name_*->', 'SORT l GET obj_*->n GET obj_*->', 'SORT l GET l*', 'SORT l GET weight_*->n', 'SORT l GET obj_*', 'SORT l GET ##', 'SORT l BY', 'SORT l GET', 'SORT l STORE', 'SET "1" star', 'SORT l GET *', 'SET "obj_1->" odd', 'SORT l GET obj_*->', 'SORT l BY a->*', 'SET x*1 v', 'SORT l GET x**', 'HSET o1o f v', 'SORT l GET o*o->f', 'SORT l BY weight_* BY name_* ALPHA',
      'SORT l STORE d', 'LRANGE d 0 -1', 'TYPE d', 'OBJECT ENCODING d', 'SORT l BY weight_* GET name_* STORE d', 'LRANGE d 0 -1', 'SORT l LIMIT 9 9 STORE d', 'EXISTS d', 'SORT none STORE d', 'SORT l DESC STORE l', 'LRANGE l 0 -1', 'SET t v EX 100', 'SORT l STORE t', 'TTL t', 'SADD s b c a', 'SORT s BY nosort STORE d', 'LRANGE d 0 -1', 'SORT s BY nosort DESC STORE d', 'LRANGE d 0 -1', 'SORT s STORE d', 'SORT s ALPHA STORE d STORE e', 'LRANGE e 0 -1', 'SORT s STORE BOGUS BOGUS', 'SORT_RO l', 'SORT_RO l BY weight_* GET # LIMIT 0 2 DESC ALPHA', 'SORT_RO l STORE d', 'SORT_RO none', 'SORT_RO', 'SORT_RO t2', 'LPUSH h2 a', 'SORT_RO h2', call('RPUSH', 'nul', 'b\0b', 'b\0a', 'a'), 'SORT nul ALPHA', 'SORT nul ALPHA DESC', 'SORT nul ALPHA STORE d', 'LRANGE d 0 -1', call('SET', 'n_b\0a', 'found'), 'SORT nul ALPHA GET n_*', call('SORT', 'nul', 'ALPHA', 'GET', 'n_\0*'),
    ],
  },
  {
    name: 'LCS',
    steps: [
      'MSET a ohmytext b mynewtext', 'LCS a b', 'LCS a b LEN', 'LCS a b IDX', 'LCS a b IDX MINMATCHLEN 4', 'LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN', 'LCS a b IDX WITHMATCHLEN', 'LCS a b idx minmatchlen 0 withmatchlen', 'LCS a b IDX MINMATCHLEN -5', 'LCS a b IDX MINMATCHLEN 100', 'LCS a b WITHMATCHLEN', 'LCS a b MINMATCHLEN 2', 'LCS a b LEN MINMATCHLEN 2 WITHMATCHLEN', 'LCS a b LEN IDX', 'LCS a b BOGUS', 'LCS a b MINMATCHLEN', 'LCS a b MINMATCHLEN x', 'LCS a', 'LCS a a', 'LCS a a IDX', 'LCS a none', 'LCS none a LEN', 'LCS none none IDX', 'LCS none none', 'LCS b a IDX WITHMATCHLEN', 'SET e ""', 'LCS a e', 'LCS e e IDX', 'RPUSH l x', 'LCS l a', 'LCS a l', 'LCS l a BOGUS', 'LCS none l', 'SET n 12345', 'SET m 2445', 'LCS n m', 'LCS n m IDX WITHMATCHLEN', call('SET', 'x', Buffer.from([0, 255, 1, 13, 10, 0])), call('SET', 'y', Buffer.from([255, 0, 13, 10, 255, 0])), 'LCS x y', 'LCS x y IDX', 'SET p ACGTACGTTTAGC', 'SET q GTACGATTACAGC', 'LCS p q', 'LCS p q IDX WITHMATCHLEN', 'LCS q p IDX', 'LCS p q LEN', call('SET', 'big', 'ab'.repeat(8000)), 'LCS big big LEN',
    ],
  },
];
