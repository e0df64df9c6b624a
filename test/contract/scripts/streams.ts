import { call, entries, shape, type Script, type Step } from '../script.ts';

/** Entries with the IDs `from` to `to`. */
const add = (key: string, from: number, to: number, value = 'v'): Step[] => Array.from({ length: to - from + 1 }, (_, index) => call('XADD', key, String(from + index), 'f', value));
/** How many listpacks a stream is packed in. */
const nodes = (key: string): Step => entries(`XINFO STREAM ${key}`, 'length radix-tree-keys radix-tree-nodes');

export const streams: readonly Script[] = [
  {
    name: 'streams: XADD and ranges',
    steps: [
      'XADD s 1-1 a 1', 'XADD s 1-2 a 2 b 3', 'XADD s 2 c 4', 'XADD s 2-* d 5', 'XADD s 1-5 late x', 'XADD s 2-1 late x', 'XADD s 0-0 z x', 'XADD none 0-0 z x', 'EXISTS none', 'XADD s abc f v', 'XADD s 5-1-1 f v', 'XADD s 3-1 f', 'XADD s 3-1', 'XADD s 3-1 f v g', 'XADD s', 'XLEN s', 'XLEN none', 'XRANGE s - +', 'XRANGE s 1 1', 'XRANGE s 1-2 2', 'XRANGE s (1-1 +', 'XRANGE s - (2-1', 'XRANGE s 2 1', 'XRANGE s - + COUNT 2', 'XRANGE s - + COUNT 0', 'XRANGE s - + COUNT -1', 'XRANGE s - + COUNT abc', 'XRANGE s - + BOGUS 1', 'XRANGE s abc +', 'XRANGE s - +  COUNT', 'XRANGE none - +', 'XRANGE s ( +', 'XRANGE s 1-abc +', 'XRANGE s " 1" "\\t+2"', 'XRANGE s 01-01 2', 'XRANGE s "1 " 2', 'XRANGE s +1-+2 2', 'XRANGE s 0x1 2', 'XRANGE s 1-18446744073709551616 2', 'XRANGE s 1- 2', 'XRANGE s + -',
      'XREVRANGE s + -', 'XREVRANGE s + - COUNT 1', 'XREVRANGE s 2 1-2', 'XREVRANGE s (2-1 -', 'XREVRANGE s - +', 'XREVRANGE none + -', 'XREVRANGE s abc -', 'XADD s NOMKSTREAM 9-1 f v', 'XADD none NOMKSTREAM 9-1 f v', 'EXISTS none', 'TYPE s', 'OBJECT ENCODING s', 'XADD s 18446744073709551615-18446744073709551615 last v', 'XADD s * f v', 'XRANGE s 18446744073709551615 +', 'XRANGE s (18446744073709551615-18446744073709551615 +', 'XREVRANGE s + (0-0 COUNT 1', 'XREVRANGE s + - COUNT 2', 'XADD s 18446744073709551616-0 f v',
    ],
  },
  {
    name: 'streams: generated ids, bytes and many fields',
    steps: [
      shape('XADD g * f v'), 'XLEN g', call('XADD', 'b', '1-1', Buffer.from([0, 255]), Buffer.from([13, 10, 0]), '', ''), 'XRANGE b - +', call('XADD', 'b', '1-2', 'big', 'x'.repeat(100_000)), 'XRANGE b 1-2 +', call('XADD', 'b', '2-1', ...Array.from({ length: 200 }, (_, i) => `w${String(i)}`)), 'XRANGE b 2 2', 'XLEN b', 'XADD d 1-1 f 1 f 2', 'XRANGE d - +', 'XADD t 5-5 f v', 'XADD t 5-* f v', 'XADD t 6-* f v', 'XADD t 4-* f v', 'XRANGE t - +', 'XADD u 0-* f v', 'XADD u 0-1 f v', 'XADD u 0-5 f v', 'XRANGE u - +',
    ],
  },
  {
    name: 'streams: XDEL, XTRIM, MAXLEN and MINID',
    steps: [
      ...Array.from({ length: 30 }, (_, i) => `XADD s ${String(i + 1)}-0 n ${String(i)}`), 'XDEL s 1-0 2-0 99-0', 'XDEL s abc', 'XDEL none 1-0', 'XDEL s', 'XLEN s', 'XTRIM s MAXLEN 10', 'XLEN s', 'XRANGE s - + COUNT 1', 'XTRIM s MINID 25-0', 'XRANGE s - +', 'XTRIM s MAXLEN = 4', 'XTRIM s MAXLEN -1', 'XTRIM s MAXLEN abc', 'XTRIM s BOGUS 1', 'XTRIM s MAXLEN 3 LIMIT 1', 'XTRIM none MAXLEN 1', 'XTRIM s MAXLEN 0', 'XLEN s', 'EXISTS s', 'XADD s MAXLEN 2 40-0 f v', 'XADD s MAXLEN 2 41-0 f v', 'XADD s MAXLEN = 2 42-0 f v', 'XRANGE s - +', 'XADD s MINID 42 43-0 f v', 'XRANGE s - +', 'XADD s MAXLEN 1 MINID 1 44-0 f v', 'XADD s MAXLEN', 'XDEL s 42-0 43-0', 'XLEN s', 'EXISTS s', 'XADD s 43-0 f v', 'XADD s 43-1 f v', 'XSETID s 50-0', 'XADD s 49-0 f v', 'XADD s 50-1 f v', 'XSETID s 1-0', 'XSETID none 1-0', 'XSETID s abc', 'XSETID s 60-0 ENTRIESADDED 100 MAXDELETEDID 55-0', 'XSETID s 61-0 ENTRIESADDED -1', 'XSETID s 61-0 ENTRIESADDED 0', 'XSETID s 54-0', 'XSETID s 61-0 MAXDELETEDID 62-0', 'XSETID s 61-0 ENTRIESADDED', 'XSETID s 61-0 BOGUS 1', 'XSETID none 61-0 BOGUS 1', entries('XINFO STREAM s', 'length last-generated-id max-deleted-entry-id entries-added'),
    ],
  },
  {
    name: 'streams: approximate trims go by nodes',
    steps: [
      ...Array.from({ length: 350 }, (_, i) => `XADD s ${String(i + 1)}-0 n ${String(i)}`), 'XTRIM s MAXLEN ~ 20 LIMIT 150', 'XLEN s', 'XTRIM s MAXLEN ~ 240', 'XTRIM s MAXLEN ~ 120 LIMIT 0', 'XLEN s', 'XTRIM s MINID ~ 280-0', 'XLEN s', 'XTRIM s MINID ~ 310-0 LIMIT 99', 'XTRIM s MINID ~ 320-0', 'XLEN s', 'XADD s MAXLEN ~ 1 LIMIT 5 400-0 f v', 'XLEN s', 'XTRIM s MAXLEN ~ 10 LIMIT -1', 'XTRIM s MAXLEN = 10 LIMIT 5', 'XTRIM s MAXLEN 10 LIMIT 0', 'XTRIM s LIMIT 0', 'XTRIM s LIMIT 5', 'XADD s LIMIT 0 401-0 f v', 'XADD s LIMIT 5 401-0 f v', 'XADD s LIMIT 5 abc f v', 'XTRIM s MAXLEN ~ 10 LIMIT abc', 'XRANGE s - + COUNT 1', 'XTRIM s MAXLEN ~ 0', 'XLEN s',
    ],
  },
  {
    name: 'streams: XREAD',
    steps: [
      'XADD a 1-1 f 1', 'XADD a 2-1 f 2', 'XADD b 1-1 g 1', 'XREAD STREAMS a 0', 'XREAD STREAMS a b 0 0', 'XREAD COUNT 1 STREAMS a b 0 0', 'XREAD STREAMS a b 1-1 1-1', 'XREAD STREAMS a 9-9', 'XREAD STREAMS none 0', 'XREAD STREAMS a $', 'XREAD COUNT 0 STREAMS a 0', 'XREAD STREAMS a', 'XREAD STREAMS a b 0', 'XREAD COUNT abc STREAMS a 0', 'XREAD STREAMS a abc', 'XREAD BOGUS STREAMS a 0', 'XREAD STREAMS a >', 'XREAD', 'XREAD COUNT 1 a 0', 'XREAD BLOCK -1 STREAMS a 0', 'XREAD BLOCK abc STREAMS a 0', 'XREAD BLOCK 1000 STREAMS a 0', 'SET s v', 'XREAD STREAMS s 0', 'XREAD STREAMS a s 0 0',
    ],
  },
  {
    name: 'streams: XINFO STREAM',
    steps: [
      'XADD s 1-1 a 1', 'XADD s 2-1 b 2', entries('XINFO STREAM s', 'length last-generated-id max-deleted-entry-id entries-added recorded-first-entry-id groups first-entry last-entry'), 'XDEL s 1-1', entries('XINFO STREAM s', 'length last-generated-id max-deleted-entry-id entries-added recorded-first-entry-id groups first-entry last-entry'), 'XDEL s 2-1', entries('XINFO STREAM s', 'length last-generated-id entries-added first-entry last-entry'), 'XINFO STREAM none', 'SET k v', 'XINFO STREAM k', 'XINFO STREAM', 'XINFO BOGUS s', 'XINFO', 'XINFO GROUPS s', 'XINFO GROUPS none',
    ],
  },
  {
    name: 'streams: consumer groups',
    steps: [
      'XADD s 1-1 a 1', 'XADD s 2-1 b 2', 'XADD s 3-1 c 3', 'XGROUP CREATE s g 0', 'XGROUP CREATE s g 0', 'XGROUP CREATE none g 0', 'XGROUP CREATE none g $ MKSTREAM', 'XLEN none', 'XGROUP CREATE s bad abc', 'XREADGROUP GROUP g c1 COUNT 2 STREAMS s >', 'XREADGROUP GROUP g c1 STREAMS s 0', 'XREADGROUP GROUP g c2 STREAMS s >', 'XREADGROUP GROUP g c2 STREAMS s >', 'XREADGROUP GROUP nog c STREAMS s >', 'XPENDING s g', 'XACK s g 1-1', 'XACK s g 1-1', 'XACK s nog 1-1', 'XACK none g 1-1', 'XACK s g abc', 'XPENDING s g', 'XINFO GROUPS s', 'XGROUP CREATECONSUMER s g c3', 'XGROUP CREATECONSUMER s g c3', 'XGROUP DELCONSUMER s g c1', 'XGROUP DELCONSUMER s g none', 'XPENDING s g', 'XGROUP SETID s g 1-1', 'XGROUP SETID s nog 1-1', 'XREADGROUP GROUP g c2 COUNT 1 STREAMS s >', 'XPENDING s nog', 'XGROUP DESTROY s g', 'XGROUP DESTROY s g', 'XGROUP BOGUS s', 'XGROUP CREATE s', 'XREADGROUP GROUP g c STREAMS s >',
    ],
  },
  {
    name: 'streams: the wrong type',
    steps: ['SET k v', 'XADD k * f v', 'XADD k 1-1 f v', 'XLEN k', 'XRANGE k - +', 'XREVRANGE k + -', 'XDEL k 1-1', 'XTRIM k MAXLEN 1', 'GET k', 'XADD s 1-1 f v', 'GET s', 'LPUSH s a', 'HGET s f', 'INCR s', 'SADD s a', 'ZADD s 1 a', 'APPEND s x'],
  },
  {
    name: 'streams: nodes, and what an approximate trim leaves of them',
    steps: [
      ...add('s', 1, 1000), nodes('s'), 'XTRIM s MAXLEN 555', nodes('s'), 'XTRIM s MAXLEN ~ 444', 'XLEN s', nodes('s'), 'XTRIM s MAXLEN ~ 400', 'XLEN s', 'XTRIM s MINID ~ 750', 'XLEN s', 'XDEL s 801 802 803', 'XTRIM s MAXLEN ~ 200 LIMIT 50', 'XLEN s',
      'XTRIM s MAXLEN ~ 150 LIMIT 100', 'XLEN s', 'XTRIM s MINID ~ 950 LIMIT 0', 'XLEN s', 'XADD s MAXLEN ~ 90 1001 f v', 'XLEN s', 'XADD s MAXLEN ~ 0 1002 f v', 'XLEN s', nodes('s'),
      'CONFIG SET stream-node-max-entries 3', ...add('t', 1, 10), nodes('t'), 'XTRIM t MAXLEN ~ 5', 'XLEN t', 'XDEL t 7 8 9', nodes('t'), 'XADD t 11 f v', nodes('t'), 'COPY t t2', 'XTRIM t2 MAXLEN ~ 1', 'XLEN t2', 'XLEN t',
      'CONFIG SET stream-node-max-entries 0', ...add('u', 1, 300), nodes('u'), 'XTRIM u MAXLEN ~ 10', 'XLEN u', 'CONFIG SET stream-node-max-bytes 100 stream-node-max-entries 100', ...add('v', 1, 40, 'some longer text than before'), nodes('v'), ...add('w', 1, 40, '123456'), nodes('w'),
      'XADD w 41 other 1 names 2', nodes('w'), ...add('w', 42, 60, '-7'), nodes('w'), 'XTRIM w MAXLEN ~ 20', 'XLEN w',
    ],
  },
  {
    name: 'streams: the radix tree of their nodes',
    steps: [
      'CONFIG SET stream-node-max-entries 1', 'XADD x 17-0 a b', 'XINFO STREAM x', 'XADD x 18-0 a b', 'XINFO STREAM x', 'XADD x 18-5 a b', 'XADD x 18-18446744073709551615 a b', 'XADD x 300-5 a b', 'XINFO STREAM x', 'XDEL x 18-0', 'XINFO STREAM x', 'XADD x 18446744073709551615-1 a b', 'XINFO STREAM x FULL', 'XTRIM x MAXLEN 2', 'XINFO STREAM x', 'XTRIM x MAXLEN 0', 'XINFO STREAM x', 'CONFIG SET stream-node-max-entries 100',
    ],
  },
];
