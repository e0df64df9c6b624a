import { call, type Script } from '../script.ts';

const HUGE = Buffer.alloc(150_000, 'keyspace ');
const BINARY = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

export const strings: readonly Script[] = [
  {
    name: 'strings: SET and its options',
    steps: [
      'SET k v', 'GET k', 'SET k v2 NX', 'GET k', 'SET k v3 XX', 'GET k', 'SET absent v XX', 'EXISTS absent', 'SET fresh v NX', 'GET fresh',
      'SET k v4 GET', 'GET k', 'SET none v GET', 'GET none', 'SET none w NX GET', 'GET none', 'SET nobody w NX GET', 'SET nothere w XX GET', 'EXISTS nothere',
      'SET k v EX 100', 'TTL k', 'SET k v KEEPTTL', 'TTL k', 'SET k v', 'TTL k', 'SET k v PX 100000', 'TTL k', 'SET k v EXAT 4102444800', 'EXPIRETIME k',
      'SET k v PXAT 4102444800123', 'PEXPIRETIME k', 'set k v ex 50 nx', 'set fresh2 v Ex 50 nX', 'TTL fresh2',
      'SET k v EX 0', 'SET k v EX -1', 'SET k v PX 0', 'SET k v EX abc', 'SET k v EX 9223372036854775807', 'SET k v PX 9223372036854775807', 'SET k v EXAT 0',
      'SET k v EX 10 PX 10', 'SET k v EX 10 KEEPTTL', 'SET k v NX XX', 'SET k v EX', 'SET k v BOGUS', 'SET k v NX NX', 'SET k v KEEPTTL KEEPTTL', 'SET k', 'SET', 'GET k', 'PEXPIRETIME k',
      'SET gone v PXAT 1', 'EXISTS gone', 'GET gone',
      'LPUSH l a', 'SET l v GET', 'SET l v', 'GET l', 'TYPE l', 'HSET h f v', 'SET h v NX', 'SET h v XX', 'TYPE h',
    ],
  },
  {
    name: 'strings: bytes, empty and huge values',
    steps: [
      call('SET', BINARY, BINARY), call('GET', BINARY), call('STRLEN', BINARY), call('SET', '', ''), call('GET', ''), call('EXISTS', ''), call('STRLEN', ''),
      call('SET', HUGE, HUGE), call('GET', HUGE), call('STRLEN', HUGE), call('GETRANGE', HUGE, '149990', '-1'), call('APPEND', HUGE, BINARY), call('GET', HUGE),
      call('ECHO', HUGE), call('ECHO', BINARY), call('ECHO', ''), call('SET', 'crlf', 'a\r\nb\r\n'), 'GET crlf', call('SET', 'nul\0nul', '\0'), call('GET', 'nul\0nul'), 'GET nul',
      call('SET', 'schlüssel', 'ключ 鍵 🔑'), call('GET', 'schlüssel'), call('STRLEN', 'schlüssel'), call('MGET', '', BINARY, 'none', 'crlf'), 'DBSIZE',
      call('SET', 'not utf-8', Buffer.from([0xff, 0xfe, 0xc3, 0x28])), 'GET "not utf-8"', 'APPEND "not utf-8" "\\xff"', 'GET "not utf-8"', call('DEL', BINARY, HUGE, ''), 'DBSIZE',
    ],
  },
  {
    name: 'strings: counters and numeric edges',
    steps: [
      'INCR n', 'INCR n', 'INCRBY n 40', 'DECR n', 'DECRBY n 50', 'GET n', 'INCRBY n -5', 'INCRBY n abc', 'INCRBY n 1.5', 'INCRBY n ""', 'INCRBY n " 1"', 'INCRBY n +1', 'INCRBY n 01', 'INCRBY n -0',
      'SET m 9223372036854775807', 'INCR m', 'INCRBY m 1', 'DECR m', 'INCR m', 'GET m', 'SET m -9223372036854775808', 'DECR m', 'DECRBY m 1', 'INCR m', 'DECRBY m -9223372036854775808',
      'INCRBY n 9223372036854775808', 'DECRBY n -9223372036854775808', 'SET m 9223372036854775808', 'INCR m', 'SET m " 1"', 'INCR m', 'SET m "1 "', 'INCR m', 'SET m +1', 'INCR m', 'SET m 01', 'INCR m',
      'SET m ""', 'INCR m', 'SET m 1.0', 'INCR m', 'SET m -0', 'INCR m', 'SET m 0', 'DECR m', 'LPUSH l a', 'INCR l', 'DECRBY l 1', 'INCRBYFLOAT l 1', 'SET t 5 EX 100', 'INCR t', 'TTL t',
      'INCRBYFLOAT f 10.5', 'INCRBYFLOAT f 0.1', 'INCRBYFLOAT f -5', 'INCRBYFLOAT f 5.0e3', 'INCRBYFLOAT f 1e-5', 'GET f', 'INCRBYFLOAT f abc', 'INCRBYFLOAT f ""', 'INCRBYFLOAT f " 1"',
      'INCRBYFLOAT f inf', 'INCRBYFLOAT f nan', 'SET f abc', 'INCRBYFLOAT f 1', 'SET f 3.0', 'INCRBYFLOAT f 1.200', 'SET f 1', 'INCRBYFLOAT f 0', 'INCRBYFLOAT f 1.5', 'INCRBYFLOAT f -2.5', 'SET f -0', 'INCRBYFLOAT f 0',
      'SET f 3.14159', 'INCRBYFLOAT f 2.71828', 'SET f 1000000', 'INCRBYFLOAT f 0.25', 'INCRBYFLOAT none 3', 'INCRBYFLOAT none -3', 'SET f 0x10', 'INCRBYFLOAT f 1', 'INCRBYFLOAT f 0x1.8p1', 'INCRBYFLOAT f -0XA', 'INCRBYFLOAT f 0x', 'INCRBYFLOAT f 0x1g', 'INCRBYFLOAT f 1e', 'INCRBYFLOAT f .5', 'INCRBYFLOAT f 5.', 'INCRBYFLOAT f .',
    ],
  },
  {
    name: 'strings: ranges, APPEND and STRLEN',
    steps: [
      'SET k "This is a string"', 'GETRANGE k 0 3', 'GETRANGE k -3 -1', 'GETRANGE k 0 -1', 'GETRANGE k 10 100', 'GETRANGE k 5 2', 'GETRANGE k -100 2', 'GETRANGE k 100 200', 'GETRANGE k -1 -3', 'GETRANGE k -100 -90',
      'GETRANGE none 0 -1', 'GETRANGE k a 1', 'GETRANGE k 0 9223372036854775808', 'SUBSTR k 0 3', 'SETRANGE k 10 redis!', 'GET k', 'SETRANGE k 20 pad', 'GET k', 'SETRANGE none 0 ""', 'EXISTS none', 'SETRANGE none 3 x', 'GET none',
      'SETRANGE k -1 x', 'SETRANGE k 536870912 x', 'SETRANGE k abc x', 'SETRANGE k 0 ""', 'SET n 12345', 'SETRANGE n 1 x', 'GET n', 'APPEND n y', 'APPEND fresh "a b"', 'GET fresh', 'APPEND fresh ""', 'STRLEN fresh',
      'STRLEN missing', 'SET num 12345', 'STRLEN num', 'SET num -9223372036854775808', 'STRLEN num', 'GETRANGE num 0 1', 'APPEND num 1', 'GET num', 'LPUSH l a', 'APPEND l x', 'STRLEN l', 'GETRANGE l 0 1', 'SETRANGE l 0 x', 'SETRANGE l 0 ""',
      'SET x v EX 100', 'APPEND x w', 'TTL x', 'SETRANGE x 0 z', 'TTL x',
    ],
  },
  {
    name: 'strings: MSET, GETSET and their kin',
    steps: [
      'MSET a 1 b 2 c 3', 'MGET a b c d', 'MSET a 1 b', 'MSET a', 'MSETNX a 9 z 9', 'EXISTS z', 'MSETNX y 1 z 2', 'MGET y z', 'MSETNX y', 'MSETNX p 1 p 2', 'GET p', 'MSET q 1 q 2', 'GET q',
      'LPUSH l x', 'MGET a l b', 'MSET l now', 'GET l', 'GETSET a new', 'GET a', 'GETSET none v', 'GET none', 'GETSET', 'LPUSH l2 x', 'GETSET l2 v', 'GETDEL a', 'GETDEL a', 'EXISTS a', 'GETDEL l2',
      'SET e v EX 100', 'GETSET e w', 'TTL e', 'GETEX e', 'TTL e', 'GETEX e EX 100', 'TTL e', 'GETEX e PX 200000', 'TTL e', 'GETEX e PERSIST', 'TTL e', 'GETEX e EXAT 4102444800', 'EXPIRETIME e', 'GETEX e PXAT 4102444800001', 'PEXPIRETIME e',
      'GETEX e EX 0', 'GETEX e EX abc', 'GETEX e EX 10 PX 10', 'GETEX e BOGUS', 'GETEX e KEEPTTL', 'GETEX none EX 10', 'GETEX l2 EX 10', 'GETEX e PXAT 1', 'EXISTS e',
      'SETNX n 1', 'SETNX n 2', 'GET n', 'SETEX s 100 v', 'TTL s', 'SETEX s 0 v', 'SETEX s -1 v', 'SETEX s a v', 'PSETEX s 100000 v', 'TTL s', 'PSETEX s 0 v', 'PSETEX s -5 v', 'SETEX s 9223372036854775807 v', 'SETNX l2 v', 'SETEX l2 100 v', 'TYPE l2',
    ],
  },
  {
    name: 'strings: encodings',
    steps: [
      'SET k 1', 'OBJECT ENCODING k', 'SET k 9223372036854775807', 'OBJECT ENCODING k', 'SET k 9223372036854775808', 'OBJECT ENCODING k', 'SET k 01', 'OBJECT ENCODING k', 'SET k ""', 'OBJECT ENCODING k', 'SET k 1.5', 'OBJECT ENCODING k',
      call('SET', 'k', 'x'.repeat(44)), 'OBJECT ENCODING k', call('SET', 'k', 'x'.repeat(45)), 'OBJECT ENCODING k', 'SET k 10', 'APPEND k 1', 'OBJECT ENCODING k', 'SET k short', 'APPEND k x', 'OBJECT ENCODING k', 'SET k 5', 'INCR k', 'OBJECT ENCODING k',
      'SET k 5', 'INCRBYFLOAT k 1', 'OBJECT ENCODING k', 'SET k abc', 'SETRANGE k 0 z', 'OBJECT ENCODING k', 'SETRANGE new 1 z', 'OBJECT ENCODING new', 'SET k -1', 'OBJECT ENCODING k', 'MSET a 12 b x', 'OBJECT ENCODING a', 'OBJECT ENCODING b', 'GETSET a 77', 'OBJECT ENCODING a',
      'APPEND fresh 12', 'OBJECT ENCODING fresh', call('SET', 'k', ' '.repeat(20)), 'OBJECT ENCODING k', 'SET k -0', 'OBJECT ENCODING k', 'SET k 123456789012345678901', 'OBJECT ENCODING k',
    ],
  },
];
