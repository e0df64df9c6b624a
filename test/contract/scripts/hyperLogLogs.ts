import { call, type Script, type Step } from '../script.ts';

const elements = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, i) => `element:${String(from + i)}`);
const add = (key: string, from: number, to: number): Step => call('PFADD', key, ...elements(from, to));
const header = (encoding: number, rest: Buffer): Buffer => Buffer.concat([Buffer.from('HYLL'), Buffer.from([encoding]), Buffer.alloc(11), rest]);

export const hyperLogLogs: readonly Script[] = [
  {
    name: 'HyperLogLogs: sparse ones byte for byte',
    steps: [
      'PFADD h', 'GET h', 'OBJECT ENCODING h', 'PFCOUNT h', 'PFADD h', 'PFADD h a', 'GET h', 'PFADD h a', 'PFADD h a b c', 'GET h', 'PFCOUNT h', 'GET h', 'PFCOUNT h', 'PFADD h a', 'GET h', 'PFADD h d', 'GET h', 'PFDEBUG ENCODING h', 'PFDEBUG DECODE h', 'STRLEN h', 'TYPE h',
      ...['', 'x', 'xx', 'xxx', 'xxxx', 'xxxxx', 'xxxxxx', 'xxxxxxx', 'xxxxxxxx', 'xxxxxxxxx', 'é', '\0', '\xff\xfe'].flatMap((text) => [call('PFADD', 'lengths', text), 'GET lengths']), call('PFADD', 'lengths', Buffer.alloc(1000, 0x80)), 'GET lengths', 'PFCOUNT lengths',
      ...Array.from({ length: 40 }, (_, i) => [add('g', i * 20, i * 20 + 20), 'GET g', 'PFCOUNT g']).flat(), 'PFDEBUG DECODE g', 'PFADD t x', 'EXPIRE t 100', 'PFADD t y', 'TTL t', 'PFCOUNT t', 'TTL t', 'COPY g c', 'PFCOUNT c', 'PFADD c one-more', 'PFCOUNT g',
    ],
  },
  {
    name: 'HyperLogLogs: dense ones and the change to them',
    steps: [
      ...Array.from({ length: 12 }, (_, i) => [add('g', i * 250, i * 250 + 250), 'STRLEN g', 'PFDEBUG ENCODING g', 'PFCOUNT g']).flat(), 'GET g', 'PFDEBUG GETREG g', 'PFDEBUG DECODE g', 'PFDEBUG TODENSE g', 'PFADD s a b c', 'PFCOUNT s', 'PFDEBUG TODENSE s', 'GET s', 'PFDEBUG TODENSE s', 'PFCOUNT s', 'PFADD s d', 'GET s', 'PFADD r a b', 'PFDEBUG GETREG r', 'PFDEBUG ENCODING r', 'GET r',
      ...Array.from({ length: 10 }, (_, i) => [add('big', i * 3000, i * 3000 + 3000), 'PFCOUNT big']).flat(), 'GET big', 'CONFIG SET hll-sparse-max-bytes 30', 'PFADD low a b c d', 'PFDEBUG ENCODING low', 'PFADD low e f g h', 'PFDEBUG ENCODING low', 'GET low', 'CONFIG SET hll-sparse-max-bytes 0', 'PFADD none a', 'PFDEBUG ENCODING none', 'CONFIG SET hll-sparse-max-bytes 3000',
    ],
  },
  {
    name: 'HyperLogLogs: PFMERGE and PFCOUNT of several',
    steps: [
      'PFADD a 1 2 3 4', 'PFADD b 3 4 5', 'PFCOUNT a b', 'PFCOUNT a none', 'PFCOUNT none nobody', 'PFCOUNT none', 'PFMERGE d a b', 'GET d', 'PFCOUNT d', 'PFMERGE d', 'GET d', 'PFMERGE fresh', 'GET fresh', 'PFMERGE e none', 'GET e', add('big', 0, 5000), 'PFMERGE a big', 'PFDEBUG ENCODING a', 'GET a', 'PFCOUNT a', 'PFCOUNT a b big', 'PFMERGE b d none', 'PFCOUNT b', 'PFMERGE x big', 'GET x', add('y', 0, 300), add('z', 200, 700), 'PFMERGE y z', 'GET y', 'PFCOUNT y', 'PFCOUNT y z', 'EXPIRE y 100', 'PFMERGE y a', 'TTL y',
    ],
  },
  {
    name: 'HyperLogLogs: what is none',
    steps: [
      'SET s v', 'PFADD s a', 'PFCOUNT s', 'PFMERGE d s', 'PFMERGE s d', 'PFCOUNT s none', 'PFDEBUG ENCODING s', 'RPUSH l a', 'PFADD l a', 'PFCOUNT l', 'PFMERGE d l', 'PFMERGE l d', 'PFDEBUG DECODE l', 'PFDEBUG DECODE none', 'PFDEBUG BOGUS none', 'PFADD h a', 'PFDEBUG BOGUS h', 'PFDEBUG decode h', 'PFDEBUG', 'PFDEBUG GETREG', 'PFDEBUG GETREG h x', 'PFADD', 'PFCOUNT', 'PFMERGE', 'PFSELFTEST x', 'SET n 12345', 'PFADD n a', 'EXISTS d',
      call('SET', 'c', header(1, Buffer.alloc(0))), 'PFCOUNT c', 'PFADD c a', 'PFMERGE d c', call('SET', 'c', header(1, Buffer.from([0x60, 0]))), 'PFADD c a b c d e f g h', 'GET c', call('SET', 'c', header(1, Buffer.from([0x7f, 0xff]))), 'OBJECT ENCODING c', 'PFDEBUG ENCODING c', 'OBJECT ENCODING c', call('SET', 'c', header(1, Buffer.from([0x7f, 0xff]))), 'PFCOUNT c', 'OBJECT ENCODING c', call('SET', 'c', header(1, Buffer.from([0x7f, 0xff, 0xde]))), 'PFCOUNT c', 'PFCOUNT c none', 'PFADD c a', 'GET c', 'PFMERGE d c', call('SET', 'c', header(0, Buffer.alloc(12))), 'PFCOUNT c', call('SET', 'c', header(0, Buffer.alloc(12_288))), 'PFCOUNT c', 'PFADD c a', 'PFCOUNT c', call('SET', 'c', header(2, Buffer.alloc(12))), 'PFCOUNT c', call('SET', 'c', header(1, Buffer.from([0x7f, 0xfe]))), 'PFADD c a b c d e f', 'PFMERGE d c', 'PFCOUNT c none', 'SETRANGE c 15 "\\x80"', 'PFCOUNT c', call('SET', 'c', header(1, Buffer.from([0x7f, 0xff]))), 'PFCOUNT c', 'SETRANGE c 8 "\\x05\\x01"', 'PFCOUNT c', 'PFADD c', 'PFCOUNT c', 'PFADD c q', 'PFCOUNT c', 'SETRANGE h 0 X', 'PFCOUNT h', 'SETRANGE h 0 H', 'PFCOUNT h',
    ],
  },
];
