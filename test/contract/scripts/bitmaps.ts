import { call, type Script } from '../script.ts';

const BYTES = Buffer.from([0x00, 0xff, 0x0f, 0xf0, 0x80, 0x01, 0x00]);

export const bitmaps: readonly Script[] = [
  {
    name: 'bitmaps: SETBIT and GETBIT',
    steps: [
      'SETBIT b 7 1', 'GET b', 'SETBIT b 7 1', 'SETBIT b 7 0', 'GET b', 'SETBIT b 100 1', 'STRLEN b', 'GET b', 'GETBIT b 100', 'GETBIT b 99', 'GETBIT b 101', 'GETBIT b 100000', 'GETBIT none 0', 'OBJECT ENCODING b', 'SETBIT z 20 0', 'GET z', 'EXISTS z', 'SETBIT z 0 0',
      'SETBIT b -1 1', 'SETBIT b abc 1', 'SETBIT b 4294967296 1', 'SETBIT b 9223372036854775807 1', 'SETBIT b 9223372036854775808 1', 'SETBIT b 01 1', 'SETBIT b "" 1', 'SETBIT b #1 1', 'SETBIT b 0 2', 'SETBIT b 0 -1', 'SETBIT b 0 abc', 'SETBIT b 0 9223372036854775808', 'SETBIT b 0', 'SETBIT b 1.5 1',
      'GETBIT b -1', 'GETBIT b abc', 'GETBIT b 4294967295', 'GETBIT b 4294967296', 'GETBIT b #0', 'GETBIT b', 'SET n 12345', 'OBJECT ENCODING n', 'GETBIT n 2', 'SETBIT n 7 1', 'GET n', 'OBJECT ENCODING n', 'SET e abc', 'SETBIT e 1 1', 'OBJECT ENCODING e', 'GET e', 'SET m 1', 'SETBIT m 2 1', 'OBJECT ENCODING m', 'INCR m',
      'SET t v EX 100', 'SETBIT t 0 1', 'TTL t', 'GET t', 'RPUSH l a', 'SETBIT l 0 1', 'GETBIT l 0', 'SETBIT l abc 1', 'SETBIT l 0 9', call('SETBIT', BYTES, '3', '1'), call('GET', BYTES), 'SET "" x', 'GETBIT "" 1',
    ],
  },
  {
    name: 'bitmaps: BITCOUNT',
    steps: [
      call('SET', 'b', BYTES), 'BITCOUNT b', 'BITCOUNT b 0 -1', 'BITCOUNT b 1 1', 'BITCOUNT b 1 2', 'BITCOUNT b -2 -1', 'BITCOUNT b -1 -2', 'BITCOUNT b 5 3', 'BITCOUNT b 0 100', 'BITCOUNT b -100 2', 'BITCOUNT b -100 -90', 'BITCOUNT b 100 200', 'BITCOUNT b 1 1 BYTE', 'BITCOUNT b 8 15 BIT', 'BITCOUNT b 9 9 bit', 'BITCOUNT b 5 30 BIT', 'BITCOUNT b -20 -10 BIT', 'BITCOUNT b 0 -1 BIT', 'BITCOUNT b -1 -5 BIT', 'BITCOUNT b 11 12 BIT', 'BITCOUNT b 0 1000 BIT', 'BITCOUNT b 20 30 bYtE',
      'BITCOUNT b 0', 'BITCOUNT b 0 1 BOGUS', 'BITCOUNT b -1 -2 BOGUS', 'BITCOUNT b 5 2 BOGUS', 'BITCOUNT b a 1', 'BITCOUNT b 0 b', 'BITCOUNT b 0 1 BIT x', 'BITCOUNT none', 'BITCOUNT none 0', 'BITCOUNT none a b', 'BITCOUNT none 0 1 BOGUS', 'BITCOUNT', 'BITCOUNT b 9223372036854775807 9223372036854775807', 'BITCOUNT b -9223372036854775808 9223372036854775807', 'BITCOUNT b 0 9223372036854775808', 'SET e ""', 'BITCOUNT e', 'BITCOUNT e 0 -1', 'BITCOUNT e 0 -1 BIT', 'SET n 255', 'BITCOUNT n', 'RPUSH l a', 'BITCOUNT l', 'BITCOUNT l 0', call('SET', 'x', Buffer.alloc(10_000, 0xa5)), 'BITCOUNT x', 'BITCOUNT x 3 77771 BIT', 'BITCOUNT x 100 -100',
    ],
  },
  {
    name: 'bitmaps: BITPOS',
    steps: [
      call('SET', 'b', BYTES), 'BITPOS b 1', 'BITPOS b 0', 'BITPOS b 1 2', 'BITPOS b 0 1', 'BITPOS b 0 1 1', 'BITPOS b 1 0 0', 'BITPOS b 0 -1', 'BITPOS b 1 -1', 'BITPOS b 1 -2 -1', 'BITPOS b 1 -1 -2', 'BITPOS b 1 5 3', 'BITPOS b 1 100', 'BITPOS b 0 100', 'BITPOS b 0 100 200', 'BITPOS b 1 -100 100', 'BITPOS b 0 8 15 BIT', 'BITPOS b 1 8 15 BIT', 'BITPOS b 0 9 20 BIT', 'BITPOS b 1 16 20 bit', 'BITPOS b 1 16 19 bit', 'BITPOS b 1 -16 -1 BIT', 'BITPOS b 0 -45 -42 BIT', 'BITPOS b 1 2 3 BYTE', 'BITPOS b 0 1 1 byte', 'BITPOS b 0 5 2 BIT',
      'BITPOS b 2', 'BITPOS b -1', 'BITPOS b abc', 'BITPOS b', 'BITPOS b 1 a', 'BITPOS b 1 0 b', 'BITPOS b 1 0 1 BOGUS', 'BITPOS b 1 0 1 BIT x', 'BITPOS b 1 0 BIT', 'BITPOS none 0', 'BITPOS none 1', 'BITPOS none 2', 'BITPOS none 0 a b c d', 'BITPOS none 1 5 6 BIT',
      call('SET', 'f', Buffer.alloc(20, 0xff)), 'BITPOS f 0', 'BITPOS f 0 0', 'BITPOS f 0 5', 'BITPOS f 0 0 -1', 'BITPOS f 0 0 -1 BIT', 'BITPOS f 0 19', 'BITPOS f 0 20', 'BITPOS f 1 7', 'SET e ""', 'BITPOS e 0', 'BITPOS e 1', 'BITPOS e 0 0', 'BITPOS e 0 0 -1', call('SET', 'z', Buffer.alloc(20)), 'BITPOS z 1', 'BITPOS z 0 7', 'BITPOS z 1 0 -1 BIT', 'SET n 10', 'BITPOS n 1', 'RPUSH l a', 'BITPOS l 1', 'BITPOS l 3', 'BITPOS b 1 9223372036854775807', 'BITPOS b 1 -9223372036854775808', 'BITPOS b 1 0 9223372036854775808',
    ],
  },
  {
    name: 'bitmaps: BITOP',
    steps: [
      call('SET', 'a', BYTES), 'SET b foobar', 'SET c "\\xff\\xff\\x00"', 'BITOP AND d a b', 'GET d', 'BITOP OR d a b c', 'GET d', 'BITOP XOR d a b c', 'GET d', 'BITOP NOT d a', 'GET d', 'OBJECT ENCODING d', 'BITOP and d a none', 'GET d', 'BITOP or d none a', 'GET d', 'BITOP xor a a a', 'GET a', 'BITOP Not b b', 'GET b', 'BITOP AND d c', 'GET d', 'BITOP OR d c c c c c', 'GET d',
      'SET t v EX 100', 'BITOP OR t c', 'TTL t', 'BITOP OR t none nobody', 'EXISTS t', 'BITOP NOT d none', 'EXISTS d', 'BITOP NOT none none', 'BITOP NOT d a b', 'BITOP NAND d a b', 'BITOP AND d', 'BITOP', 'BITOP "" d a', 'BITOP ANDX d a', 'RPUSH l x', 'BITOP AND d l', 'BITOP AND d a l', 'BITOP NAND d l', 'BITOP OR l c', 'TYPE l', 'SET n 5', 'BITOP OR d n', 'GET d', 'OBJECT ENCODING d', 'SET e ""', 'BITOP OR d e e', 'EXISTS d', call('SET', 'x', Buffer.alloc(200, 0x55)), call('SET', 'y', Buffer.alloc(77, 0xf0)), 'BITOP AND d x y', 'GET d', 'BITOP XOR d y x', 'GET d',
    ],
  },
  {
    name: 'bitfields: GET, SET and INCRBY',
    steps: [
      'BITFIELD k', 'EXISTS k', 'BITFIELD k GET u8 0', 'EXISTS k', 'BITFIELD k SET u8 0 255 GET u4 0 GET i8 0', 'GET k', 'OBJECT ENCODING k', 'BITFIELD k INCRBY u8 0 1', 'BITFIELD k SET i5 100 -3 GET i5 100 GET u5 100', 'STRLEN k', 'BITFIELD k SET u16 #3 1000 GET u16 48 GET u16 #3', 'BITFIELD k get u1 0 set u1 3 1 incrby i3 9 2', 'GET k', 'BITFIELD k SET i64 0 -9223372036854775808 GET i64 0 GET u63 0 GET u63 1', 'BITFIELD k SET i64 3 9223372036854775807 GET i64 3 INCRBY i64 3 1', 'GET k', 'BITFIELD k SET u63 5 9223372036854775807 INCRBY u63 5 1 GET u63 5', 'BITFIELD k GET i64 1000', 'BITFIELD k GET u8 4294967295',
      'SET n 12345', 'BITFIELD n GET u8 0 GET u8 8', 'OBJECT ENCODING n', 'BITFIELD n SET u8 0 65', 'GET n', 'OBJECT ENCODING n', 'SET t v EX 100', 'BITFIELD t SET u8 0 66', 'TTL t', 'GET t', 'RPUSH l a', 'BITFIELD l GET u8 0', 'BITFIELD l SET u8 0 1', 'BITFIELD l', 'BITFIELD l BOGUS', 'BITFIELD_RO k GET u8 0', 'BITFIELD_RO k GET u8 0 GET i7 #2', 'BITFIELD_RO k SET u8 0 1', 'BITFIELD_RO k INCRBY u8 0 1', 'BITFIELD_RO none GET u8 0', 'BITFIELD_RO k', 'BITFIELD_RO k OVERFLOW SAT', 'BITFIELD_RO l GET u8 0', 'BITFIELD_RO l SET u8 0 1', 'BITFIELD_RO', 'BITFIELD',
    ],
  },
  {
    name: 'bitfields: overflow',
    steps: [
      ...['WRAP', 'SAT', 'FAIL'].flatMap((mode) => ['u8', 'i8', 'u1', 'i1', 'u63', 'i64', 'i33'].flatMap((type) => [
        `BITFIELD k OVERFLOW ${mode} SET ${type} 3 127 INCRBY ${type} 3 1 INCRBY ${type} 3 200 INCRBY ${type} 3 -500 INCRBY ${type} 3 9223372036854775807 INCRBY ${type} 3 -9223372036854775808 GET ${type} 3`,
        `BITFIELD k OVERFLOW ${mode} SET ${type} 3 -1 SET ${type} 3 300 SET ${type} 3 9223372036854775807 SET ${type} 3 -9223372036854775808 SET ${type} 3 -129 GET ${type} 3`, 'GET k',
      ])),
      'DEL k', 'BITFIELD k OVERFLOW FAIL INCRBY u2 100 1 OVERFLOW SAT INCRBY u2 102 5 OVERFLOW WRAP INCRBY u2 104 5 OVERFLOW FAIL INCRBY u2 106 5', 'GET k', 'BITFIELD fresh OVERFLOW FAIL SET u8 0 256', 'EXISTS fresh', 'GET fresh', 'BITFIELD f2 OVERFLOW FAIL INCRBY i8 16 128 INCRBY i8 16 127', 'GET f2', 'BITFIELD k OVERFLOW', 'BITFIELD k OVERFLOW BOGUS', 'BITFIELD k overflow sat', 'BITFIELD k OVERFLOW BOGUS GET x y',
    ],
  },
  {
    name: 'bitfields: refusals',
    steps: [
      'BITFIELD k GET u64 0', 'BITFIELD k GET i65 0', 'BITFIELD k GET u0 0', 'BITFIELD k GET i0 0', 'BITFIELD k GET x8 0', 'BITFIELD k GET U8 0', 'BITFIELD k GET u 0', 'BITFIELD k GET "" 0', 'BITFIELD k GET u08 0', 'BITFIELD k GET u-1 0', 'BITFIELD k GET u8', 'BITFIELD k GET u8 -1', 'BITFIELD k GET u8 abc', 'BITFIELD k GET u8 #', 'BITFIELD k GET u8 #-1', 'BITFIELD k GET u8 ##1', 'BITFIELD k GET u8 4294967296', 'BITFIELD k GET u8 #536870912', 'BITFIELD k GET i64 #9223372036854775807', 'BITFIELD k GET u63 #292277265667044389', 'BITFIELD k SET u8 0', 'BITFIELD k SET u8 0 abc', 'BITFIELD k SET u8 0 9223372036854775808', 'BITFIELD k INCRBY u8 0 1.5', 'BITFIELD k INCRBY u8 0', 'BITFIELD k BOGUS u8 0', 'BITFIELD k GET u8 0 BOGUS', 'BITFIELD k GET u8 0 SET u8 0 1 GET', 'EXISTS k', 'BITFIELD k SET u9 x 1', 'BITFIELD_RO k SET u64 0 1', 'BITFIELD_RO k GET u8 0 SET u8 0 abc',
    ],
  },
];
