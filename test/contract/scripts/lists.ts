import { call, type Script } from '../script.ts';

const items = (count: number, prefix = 'item:'): string[] => Array.from({ length: count }, (_, i) => `${prefix}${String(i)}`);

export const lists: readonly Script[] = [
  {
    name: 'lists: both ends',
    steps: [
      'LPUSH l a', 'LPUSH l b c', 'RPUSH l d e', 'LRANGE l 0 -1', 'LLEN l', 'LPOP l', 'RPOP l', 'LRANGE l 0 -1', 'LPUSHX l z', 'RPUSHX l y', 'LPUSHX none z', 'RPUSHX none z', 'EXISTS none', 'LPOP none', 'RPOP none', 'LPOP none 2', 'LPOP l 0', 'LPOP none 0', 'LPOP l -1', 'LPOP l abc', 'LPOP l 2', 'RPOP l 100', 'EXISTS l',
      'LLEN none', 'RPUSH l 1 2 3 4 5', 'RPOP l 2', 'LPOP l 1', 'LPOP l 1 2', 'LRANGE l 0 -1', 'LPUSH l', 'RPUSH', 'LPUSH l ""', 'LINDEX l 0', call('RPUSH', 'bin', Buffer.from([0, 1, 255]), '', 'a\r\nb'), 'LRANGE bin 0 -1', call('RPUSH', 'huge', 'x'.repeat(120_000), 'tail'), 'LRANGE huge 0 -1', 'LINDEX huge -1', 'RPUSH n 1 -1 9223372036854775807 9223372036854775808 01', 'LRANGE n 0 -1', 'LPOP n', 'RPOP n',
      'LPOP l 9223372036854775808', 'LPUSHX l a b c', 'RPUSHX l 1 2', 'LRANGE l 0 -1',
    ],
  },
  {
    name: 'lists: ranges and indices',
    steps: [
      call('RPUSH', 'l', ...items(20)), 'LRANGE l 0 4', 'LRANGE l -3 -1', 'LRANGE l 5 2', 'LRANGE l 18 100', 'LRANGE l -100 1', 'LRANGE l 100 200', 'LRANGE l -1 -3', 'LRANGE none 0 -1', 'LRANGE l a 1', 'LRANGE l 0', 'LRANGE l 0 1 2', 'LRANGE l 0 9223372036854775808', 'LRANGE l -9223372036854775808 9223372036854775807',
      'LINDEX l 0', 'LINDEX l -1', 'LINDEX l 20', 'LINDEX l -21', 'LINDEX l abc', 'LINDEX none 0', 'LSET l 0 first', 'LSET l -1 last', 'LSET l 20 x', 'LSET l -21 x', 'LSET l abc x', 'LSET none 0 x', 'LRANGE l 0 -1', 'LTRIM l 1 3', 'LRANGE l 0 -1', 'LTRIM l 5 10', 'EXISTS l', 'LTRIM none 0 1', 'RPUSH l a b c d e', 'LTRIM l -2 -1', 'LRANGE l 0 -1', 'LTRIM l a b', 'LTRIM l 0 100', 'LRANGE l 0 -1', 'LTRIM l 3 1', 'EXISTS l',
    ],
  },
  {
    name: 'lists: LINSERT, LREM, LPOS',
    steps: [
      'RPUSH l a b c b a', 'LINSERT l BEFORE b x', 'LINSERT l after c y', 'LINSERT l BEFORE none z', 'LINSERT none BEFORE a z', 'LINSERT l MIDDLE a z', 'LINSERT l BEFORE a', 'LRANGE l 0 -1', 'LREM l 1 a', 'LRANGE l 0 -1', 'LREM l -1 b', 'LRANGE l 0 -1', 'LREM l 0 zz', 'LREM l abc a', 'LREM none 0 a', 'RPUSH l a a a', 'LREM l 0 a', 'LRANGE l 0 -1', 'LREM l 9223372036854775807 b', 'LREM l -9223372036854775807 x',
      'DEL l', 'RPUSH l a b c 1 2 3 c c', 'LPOS l c', 'LPOS l c RANK 2', 'LPOS l c RANK -1', 'LPOS l zz', 'LPOS l zz COUNT 0', 'LPOS l c COUNT 0', 'LPOS l c COUNT 2', 'LPOS l c RANK -1 COUNT 2', 'LPOS l c RANK 2 COUNT 0', 'LPOS l c MAXLEN 3', 'LPOS l c MAXLEN 2', 'LPOS l c MAXLEN 2 COUNT 0', 'LPOS l c RANK -1 MAXLEN 1', 'LPOS l c RANK 0', 'LPOS l c COUNT -1', 'LPOS l c MAXLEN -1', 'LPOS l c RANK', 'LPOS l c BOGUS 1', 'LPOS none c', 'LPOS none c COUNT 1', 'LPOS l c RANK abc', 'LPOS l 1',
    ],
  },
  {
    name: 'lists: moving between lists',
    steps: [
      'RPUSH a 1 2 3', 'RPOPLPUSH a b', 'RPOPLPUSH a b', 'LRANGE a 0 -1', 'LRANGE b 0 -1', 'RPOPLPUSH none b', 'RPOPLPUSH b b', 'LRANGE b 0 -1', 'LMOVE b a LEFT RIGHT', 'LMOVE b a right left', 'LRANGE a 0 -1', 'EXISTS b', 'LMOVE none a LEFT LEFT', 'LMOVE a b UP LEFT', 'LMOVE a a LEFT RIGHT', 'LRANGE a 0 -1', 'SET s v', 'RPOPLPUSH a s', 'LMOVE s a LEFT LEFT', 'LMOVE a s LEFT LEFT', 'RPOPLPUSH none s', 'LRANGE a 0 -1', 'LMOVE a b LEFT',
    ],
  },
  {
    name: 'lists: LMPOP',
    steps: [
      'RPUSH a 1 2 3', 'RPUSH b x y', 'LMPOP 2 none a LEFT', 'LMPOP 2 a b RIGHT', 'LMPOP 1 a LEFT COUNT 5', 'LMPOP 2 a b left count 2', 'EXISTS a b', 'LMPOP 1 none LEFT', 'LMPOP 0 a LEFT', 'LMPOP -1 a LEFT', 'LMPOP abc a LEFT', 'LMPOP 2 a LEFT', 'LMPOP 1 a UP', 'LMPOP 1 a LEFT COUNT 0', 'LMPOP 1 a LEFT COUNT', 'LMPOP 1 a LEFT COUNT abc', 'LMPOP 1 a LEFT BOGUS 1', 'LMPOP 1 a LEFT COUNT 1 COUNT 2', 'SET s v', 'LMPOP 2 s a LEFT', 'LMPOP 2 none s LEFT',
    ],
  },
  {
    name: 'lists: long ones and their encoding',
    steps: [
      call('RPUSH', 'l', ...items(2000)), 'LLEN l', 'OBJECT ENCODING l', 'LRANGE l 990 1010', 'LINDEX l 1500', 'LINDEX l -1500', 'LSET l 1000 changed', 'LRANGE l 999 1001', 'LINSERT l BEFORE item:1200 here', 'LPOS l here', 'LREM l 0 item:5', 'LLEN l', 'LTRIM l 100 -100', 'LLEN l', 'LRANGE l 0 2', 'LRANGE l -3 -1', 'LPOP l 500', 'LLEN l', 'LRANGE l 0 1', 'RPOP l 3', 'RPUSH s a', 'OBJECT ENCODING s',
      call('RPUSH', 's', 'x'.repeat(9000)), 'OBJECT ENCODING s', 'LLEN s',
    ],
  },
  {
    name: 'lists: the wrong type',
    steps: ['SET s v', 'LPUSH s a', 'RPUSH s a', 'LPUSHX s a', 'LPOP s', 'LPOP s 1', 'RPOP s', 'LLEN s', 'LRANGE s 0 -1', 'LRANGE s a b', 'LINDEX s 0', 'LSET s 0 a', 'LTRIM s 0 1', 'LREM s 0 a', 'LINSERT s BEFORE a b', 'LPOS s a', 'GET s', 'HSET h f v', 'LPUSH h a'],
  },
];
