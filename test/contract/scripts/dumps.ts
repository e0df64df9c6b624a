import { closePayload, encodeDump } from '../../../src/protocol/rdb/dump.ts';
import { call, near, type Script } from '../script.ts';

const hello = encodeDump({ type: 'string', value: 'hello' });
const hash = encodeDump({ type: 'hash', compact: true, pairs: ['f', 'x'.repeat(70)] });
const bad = (body: string): Buffer => closePayload(Buffer.from(body, 'hex'), 10);
/** A hash of f1 v1, f2 v2 as Redis 2.4 wrote it. */
const zipmap = bad('0910020266310200763102663202007632ff');
/** A payload with a wrong checksum. */
const unsigned = Buffer.concat([hello.subarray(0, -8), Buffer.alloc(8, 1)]);
const many = (count: number, make: (index: number) => string): string => Array.from({ length: count }, (_, index) => make(index)).join(' ');

export const dumps: readonly Script[] = [
  {
    name: 'DUMP: the bytes of what has an order',
    steps: [
      'DUMP none', 'SET s hello', 'DUMP s', 'SET s 12', 'DUMP s', 'SET s 123456789012', 'DUMP s', 'SET s ""', 'DUMP s', 'SET s 007', 'DUMP s', 'SETRANGE s 10 x', 'DUMP s', 'PEXPIREAT s 33300000000000', 'DUMP s',
      'RPUSH l a 1 -1 4096 "hello world" 300000 99999999999', 'DUMP l', 'SADD i 5 3 100000 -7', 'DUMP i', 'HSET h f v n 10', 'DUMP h', 'ZADD z 1 a 2.5 b -inf c inf d -0 e 0.1 f 1e100 g', 'DUMP z', 'PFADD p a b c', 'DUMP p',
      call('SET', 'packed', 'abcabcabcd'.repeat(9) + 'x'.repeat(300) + 'bcdabc'.repeat(50)), 'DUMP packed', 'RPUSH pl 3.5 yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy "" 3.5 3.5 "" 1e2 1e2', 'DUMP pl', call('RPUSH', 'pz', 'z'.repeat(300), 'hello world'), 'DUMP pz', 'CONFIG SET rdbcompression no', 'DUMP pz', 'CONFIG SET rdbcompression yes', 
      'XADD x 5-1 f v g w', 'DUMP x', 'XADD x 5-2 f v2 g w2', 'XADD x 6-0 other 1', 'DUMP x', 'XSETID x 9-9 ENTRIESADDED 12 MAXDELETEDID 7-7', 'DUMP x', 'XGROUP CREATE x g 5-1', 'XGROUP CREATE x h $ ENTRIESREAD 2', 'DUMP x', 'SETBIT b 77 1', 'DUMP b',
      `RPUSH long ${many(700, (index) => `item:${index}:${'y'.repeat(index % 40)}`)}`, call('RESTORE', 'long:2', '0', encodeDump({ type: 'list', items: ['x', 'y'] })), 'LRANGE long:2 0 -1', 'DUMP', 'DUMP a b',
    ],
  },
  {
    name: 'RESTORE: what it makes, and when it expires',
    steps: [
      call('RESTORE', 'k', '0', hello), 'GET k', 'TTL k', call('RESTORE', 'k', '0', hello), call('RESTORE', 'k', '0', hello, 'REPLACE'), call('RESTORE', 'k', '5000', hello, 'REPLACE'), near('PTTL k', 1000),
      call('RESTORE', 'k', '33300000000000', hello, 'REPLACE', 'ABSTTL'), 'PEXPIRETIME k', call('RESTORE', 'k', '1000', hello, 'REPLACE', 'ABSTTL'), 'EXISTS k', call('RESTORE', 'k', '1000', hello, 'ABSTTL'), 'EXISTS k', call('RESTORE', 'k', '9223372036854775807', hello), 'EXISTS k',
      call('RESTORE', 'k', '0', hello, 'IDLETIME', '1000'), near('OBJECT IDLETIME k', 2), call('RESTORE', 'h', '0', hash), 'OBJECT ENCODING h', 'HGETALL h', 'CONFIG SET hash-max-listpack-value 10',
      call('RESTORE', 'h', '0', hash, 'REPLACE'), 'OBJECT ENCODING h', 'CONFIG SET hash-max-listpack-entries 0', call('RESTORE', 'h', '0', hash, 'REPLACE'), 'OBJECT ENCODING h',
      'CONFIG SET maxmemory-policy allkeys-lfu', call('RESTORE', 'f', '0', hello, 'FREQ', '100'), near('OBJECT FREQ f', 1),
    ],
  },
  {
    name: 'RESTORE: zipmaps under the limits of hashes, nodes of nothing, and payloads whose checksum nobody looks at',
    steps: [
      'CONFIG SET hash-max-listpack-entries 128 hash-max-listpack-value 64', call('RESTORE', 'h', '0', zipmap), 'OBJECT ENCODING h', 'HGETALL h', 'CONFIG SET hash-max-listpack-value 1', call('RESTORE', 'h', '0', zipmap, 'REPLACE'), 'OBJECT ENCODING h', 'HMGET h f1 f2', 'CONFIG SET hash-max-listpack-value 64',
      'CONFIG SET hash-max-listpack-entries 1', call('RESTORE', 'h', '0', zipmap, 'REPLACE'), 'OBJECT ENCODING h', 'CONFIG SET hash-max-listpack-entries 512', call('RESTORE', 'l', '0', bad('12010100')), call('RESTORE', 'l', '0', bad('1201010161')), 'LRANGE l 0 -1',
      call('RESTORE', 'k', '0', unsigned), 'DEBUG SET-SKIP-CHECKSUM-VALIDATION 1', call('RESTORE', 'k', '0', unsigned), 'GET k', call('RESTORE', 'k', '0', Buffer.alloc(9), 'REPLACE'), 'DEBUG SET-SKIP-CHECKSUM-VALIDATION 0', call('RESTORE', 'k', '0', unsigned, 'REPLACE'), 'GET k',
    ],
  },
  {
    name: 'RESTORE: what it refuses',
    steps: [
      'RESTORE', 'RESTORE k', 'RESTORE k 0', 'RESTORE k 0 x', call('RESTORE', 'k', '-1', hello), call('RESTORE', 'k', 'x', hello), call('RESTORE', 'k', '0', hello, 'NONSENSE'), call('RESTORE', 'k', '0', hello, 'IDLETIME'),
      call('RESTORE', 'k', '0', hello, 'IDLETIME', '-1'), call('RESTORE', 'k', '0', hello, 'IDLETIME', 'x'), call('RESTORE', 'k', '0', hello, 'FREQ', '256'), call('RESTORE', 'k', '0', hello, 'FREQ', '-1'),
      call('RESTORE', 'k', '0', hello, 'FREQ', '1', 'IDLETIME', '1'), call('RESTORE', 'k', '0', hello, 'IDLETIME', '1', 'FREQ', '1'), call('RESTORE', 'k', '0', hello.subarray(0, -1)), call('RESTORE', 'k', '0', Buffer.alloc(9)), call('RESTORE', 'k', '0', ''),
      ...[14, 79, 81, 65_535].map((version) => call('RESTORE', 'k', '0', closePayload(hello.subarray(0, -10), version))),
      call('RESTORE', 'k', '0', bad('c800')), call('RESTORE', 'k', '0', bad('0200')), call('RESTORE', 'k', '0', bad('020201610161')), call('RESTORE', 'k', '0', bad('1000')),
      call('RESTORE', 'k', '0', bad('0b08020000000000')), 'SET k v', call('RESTORE', 'k', 'x', hello), call('RESTORE', 'k', '0', 'x'), 'GET k', 'EXISTS none',
    ],
  },
];
