import { near, type Script } from '../script.ts';

const five = ['XADD s 1-1 a 1', 'XADD s 2-1 b 2', 'XADD s 3-1 c 3', 'XADD s 4-1 d 4', 'XADD s 5-1 e 5'];

/** Idle times: the two servers run at their own pace. */
const idle = (command: string): ReturnType<typeof near> => near(command, 5000);

export const streamGroups: readonly Script[] = [
  {
    name: 'stream groups: XGROUP',
    steps: [
      ...five, 'XGROUP CREATE s g $', 'XGROUP CREATE s h 2-1 ENTRIESREAD 2', 'XGROUP CREATE s i 3 ENTRIESREAD -1', 'XGROUP CREATE s j - ', 'XGROUP CREATE s j + MKSTREAM', 'XGROUP CREATE s j 0 ENTRIESREAD -2', 'XGROUP CREATE s j 0 ENTRIESREAD abc', 'XGROUP CREATE s j 0 ENTRIESREAD', 'XGROUP CREATE s j 0 BOGUS', 'XGROUP CREATE none j 0 BOGUS', 'XGROUP CREATE none j abc MKSTREAM', 'EXISTS none', 'XGROUP CREATE new g $ MKSTREAM', 'XGROUP CREATE new g $ MKSTREAM', 'XINFO GROUPS new', 'XINFO GROUPS s', 'XGROUP SETID s g 3-1', 'XGROUP SETID s g $', 'XGROUP SETID s g -', 'XGROUP SETID s g +', 'XGROUP SETID s g abc', 'XGROUP SETID s g 1-1 ENTRIESREAD 1', 'XGROUP SETID s g 1-1 ENTRIESREAD 1 x', 'XGROUP SETID s g 1-1 MKSTREAM', 'XGROUP SETID none g 1-1', 'XINFO GROUPS s', 'XGROUP CREATECONSUMER s none c', 'XGROUP CREATECONSUMER none g c', 'XGROUP CREATECONSUMER s g', 'XGROUP CREATECONSUMER s g c d', 'XGROUP CREATECONSUMER s g ""', 'XGROUP DELCONSUMER s none c', 'XGROUP DELCONSUMER s g ""', 'XGROUP DESTROY none g', 'XGROUP DESTROY s none', 'XGROUP DESTROY s', 'XGROUP DESTROY s g x', 'XGROUP', 'XGROUP CREATE', 'XGROUP BOGUS', 'xgroup bogus s g', 'SET k v', 'XGROUP CREATE k g 0', 'XGROUP DESTROY k g', 'XGROUP CREATE k g 0 MKSTREAM', 'XGROUP SETID k g 0', 'XGROUP CREATECONSUMER k g c', 'XGROUP DELCONSUMER k g c', 'XGROUP CREATE s g 0 MKSTREAM ENTRIESREAD 3', 'XGROUP CREATE s z 0 MKSTREAM ENTRIESREAD 3', 'XGROUP CREATE s zz 0 MKSTREAM ENTRIESREAD 3 MKSTREAM', 'XINFO GROUPS s', 'XGROUP CREATE s "\\x00\\xff" 0', 'XREADGROUP GROUP "\\x00x" c STREAMS s >', 'XINFO GROUPS s',
    ],
  },
  {
    name: 'stream groups: XREADGROUP options and history',
    steps: [
      ...five, 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g c COUNT 2 STREAMS s >', 'XREADGROUP GROUP g c COUNT 1 STREAMS s 0', 'XREADGROUP GROUP g c STREAMS s 1-1', 'XREADGROUP GROUP g c STREAMS s 99', 'XREADGROUP GROUP g d STREAMS s 0', 'XDEL s 1-1', 'XREADGROUP GROUP g c STREAMS s 0', 'XREADGROUP GROUP g c NOACK STREAMS s 0', 'XREADGROUP GROUP g c NOACK COUNT 1 STREAMS s >', idle('XPENDING s g - + 10'), 'XREADGROUP GROUP g c COUNT -5 STREAMS s >', 'XREADGROUP GROUP g c STREAMS s >', 'XREADGROUP GROUP g c STREAMS s $', 'XREADGROUP GROUP g c STREAMS s abc', 'XREADGROUP GROUP g c STREAMS s', 'XREADGROUP GROUP g c STREAMS s t > >', 'XREADGROUP GROUP g c COUNT abc STREAMS s >', 'XREADGROUP COUNT 1 NOACK STREAMS s >', 'XREADGROUP COUNT 1 STREAMS s > a', 'XREADGROUP GROUP g c BOGUS STREAMS s >', 'XREADGROUP GROUP g c BLOCK -1 STREAMS s >', 'XREADGROUP STREAMS a b c GROUP g', 'XREADGROUP GROUP g c COUNT 1 x y', 'XREAD GROUP g c STREAMS s 0', 'XREAD NOACK STREAMS s 0', 'XREAD STREAMS s $ x', 'XREAD STREAMS s >', 'XREAD COUNT 2 COUNT 1 STREAMS s 0', 'XREAD STREAMS s s 0 3', 'XREAD STREAMS s 18446744073709551615-18446744073709551615', 'XADD s 6-1 f v', 'XADD t 1-1 g w', 'XGROUP CREATE t g 0', 'XREADGROUP GROUP g c STREAMS s t > >', 'XREADGROUP GROUP g c STREAMS s t 0 >', 'SET k v', 'XREADGROUP GROUP g c STREAMS k >', 'XREADGROUP GROUP g c STREAMS s k > >', 'XADD s 7-1 f v', 'XREADGROUP GROUP g c STREAMS s 18446744073709551615-18446744073709551615',
    ],
  },
  {
    name: 'stream groups: XPENDING',
    steps: [
      ...five, 'XGROUP CREATE s g 0', 'XPENDING s g', 'XPENDING s g - + 10', 'XREADGROUP GROUP g b COUNT 2 STREAMS s >', 'XREADGROUP GROUP g a COUNT 2 STREAMS s >', 'XPENDING s g', idle('XPENDING s g - + 10'), idle('XPENDING s g - + 1'), idle('XPENDING s g (1-1 (4-1 10'), idle('XPENDING s g 2 3 10'), idle('XPENDING s g - + 10 a'), 'XPENDING s g - + 10 none', 'XPENDING s g - + 0', 'XPENDING s g - + -1', 'XPENDING s g - + abc', 'XPENDING s g abc + 10', 'XPENDING s g - abc 10', 'XPENDING s g - +', 'XPENDING s g -', 'XPENDING s', idle('XPENDING s g IDLE 0 - + 10'), 'XPENDING s g IDLE 99999999 - + 10', 'XPENDING s g IDLE 99999999 - + 10 a', 'XPENDING s g IDLE 99999999 - + 10 a b', 'XPENDING s g IDLE 10 - +', 'XPENDING s g IDLE abc - + 10', idle('XPENDING s g IDLE -1 - + 10'), idle('XPENDING s g - + 10 a x'), 'XPENDING s g (18446744073709551615-18446744073709551615 + 10', 'XPENDING s g - (0-0 10', 'XPENDING none g', 'XPENDING s none', 'XPENDING s none - + 10', 'SET k v', 'XPENDING k g', 'XACK s g 1-1 2-1 9-9', 'XPENDING s g', 'XACK s g 3-1 4-1', 'XPENDING s g', 'XACK k g 1-1', 'XACK s g', 'XACK s g 1-1 abc',
    ],
  },
  {
    name: 'stream groups: XCLAIM',
    steps: [
      ...five, 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g a COUNT 3 STREAMS s >', 'XCLAIM s g b 0 1-1', 'XCLAIM s g b 0 1-1 2-1 JUSTID', idle('XPENDING s g - + 10'), 'XCLAIM s g c 999999 3-1', idle('XINFO CONSUMERS s g'), 'XCLAIM s g c 0 3-1 RETRYCOUNT 7', 'XCLAIM s g c 0 3-1 IDLE 100000', 'XCLAIM s g d 50000 1-1 2-1 3-1', idle('XPENDING s g - + 10'), 'XCLAIM s g d 0 3-1 TIME 5', 'XPENDING s g IDLE 9999999 - + 10 nobody', 'XCLAIM s g d 0 4-1', 'XCLAIM s g d 0 4-1 FORCE', 'XCLAIM s g d 0 5-1 FORCE JUSTID', 'XCLAIM s g d 0 9-9 FORCE', idle('XPENDING s g - + 10'), 'XDEL s 1-1', 'XCLAIM s g e 0 1-1 2-1', idle('XPENDING s g - + 10'), 'XCLAIM s g e 0 2-1 LASTID 5-1', 'XINFO GROUPS s', 'XCLAIM s g e 0 2-1 BOGUS', 'XCLAIM s g e 0 abc', 'XCLAIM s g e 0 2-1 abc 3-1', 'XCLAIM s g e 0 2-1 IDLE', 'XCLAIM s g e 0 2-1 IDLE abc', 'XCLAIM s g e 0 2-1 TIME abc', 'XCLAIM s g e 0 2-1 RETRYCOUNT abc', 'XCLAIM s g e 0 2-1 LASTID abc', 'XCLAIM s g e 0 2-1 RETRYCOUNT -1', 'XCLAIM s g e abc 2-1', 'XCLAIM s g e -5 2-1', 'XCLAIM s none e 0 2-1', 'XCLAIM none g e 0 2-1', 'XCLAIM s g e 0', 'SET k v', 'XCLAIM k g e 0 2-1', idle('XPENDING s g - + 10'), 'XCLAIM s g fresh 0 99-9', idle('XINFO CONSUMERS s g'),
    ],
  },
  {
    name: 'stream groups: XAUTOCLAIM',
    steps: [
      ...five, 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g a STREAMS s >', 'XAUTOCLAIM s g b 0 - COUNT 2', 'XAUTOCLAIM s g b 0 3-1 COUNT 1 JUSTID', 'XAUTOCLAIM s g b 0 (4-1', idle('XPENDING s g - + 10'), 'XDEL s 2-1 4-1', 'XAUTOCLAIM s g c 0 - COUNT 2', 'XAUTOCLAIM s g c 0 3-1', 'XAUTOCLAIM s g d 999999 -', idle('XPENDING s g - + 10'), idle('XINFO CONSUMERS s g'), 'XDEL s 1-1', 'XAUTOCLAIM s g c 999999 - JUSTID', 'XAUTOCLAIM s g c 0 99', 'XAUTOCLAIM s g c 0 abc', 'XAUTOCLAIM s g c abc -', 'XAUTOCLAIM s g c -1 - COUNT 1', 'XAUTOCLAIM s g c 0 - COUNT 0', 'XAUTOCLAIM s g c 0 - COUNT abc', 'XAUTOCLAIM s g c 0 - COUNT', 'XAUTOCLAIM s g c 0 - BOGUS', 'XAUTOCLAIM s g c 0 (18446744073709551615-18446744073709551615', 'XAUTOCLAIM s none c 0 -', 'XAUTOCLAIM none g c 0 -', 'XAUTOCLAIM s g c 0', 'SET k v', 'XAUTOCLAIM k g c 0 -', 'XAUTOCLAIM k g c 0 - BOGUS',
    ],
  },
  {
    name: 'stream groups: more pending entries than one look takes',
    steps: [
      ...Array.from({ length: 60 }, (_, i) => `XADD s ${String(i + 1)}-0 n ${String(i)}`), 'XGROUP CREATE s g 0', 'XREADGROUP GROUP g a STREAMS s >', 'XCLAIM s g a 0 55-0 IDLE 500000', 'XAUTOCLAIM s g b 100000 - COUNT 2', 'XAUTOCLAIM s g b 100000 21-0 COUNT 2', 'XAUTOCLAIM s g b 100000 41-0 COUNT 2 JUSTID', 'XGROUP SETID s g 10-0', 'XREADGROUP GROUP g c COUNT 3 STREAMS s >', 'XPENDING s g', idle('XPENDING s g 9 15 10'), 'XGROUP DELCONSUMER s g a', 'XPENDING s g', 'COPY s t', 'XACK s g 11-0', 'XPENDING s g', 'XPENDING t g', 'XINFO GROUPS t',
    ],
  },
  {
    name: 'stream groups: XINFO',
    steps: [
      'XGROUP CREATE e g 0 MKSTREAM', 'XINFO GROUPS e', ...five, 'XGROUP CREATE s g 0', 'XGROUP CREATE s h 3-1', 'XGROUP CREATE s z $', 'XINFO GROUPS s', 'XREADGROUP GROUP g c COUNT 2 STREAMS s >', 'XREADGROUP GROUP h c COUNT 1 STREAMS s >', 'XINFO GROUPS s', 'XDEL s 3-1', 'XINFO GROUPS s', 'XREADGROUP GROUP g c COUNT 1 STREAMS s >', 'XINFO GROUPS s', 'XDEL s 1-1', 'XINFO GROUPS s', 'XREADGROUP GROUP g d STREAMS s >', 'XINFO GROUPS s', 'XTRIM s MAXLEN 1', 'XINFO GROUPS s', 'XADD s 6-1 f v', 'XADD s 7-1 f v', 'XINFO GROUPS s', 'XGROUP SETID s h 99', 'XINFO GROUPS s', 'XGROUP SETID s h 0', 'XINFO GROUPS s', 'XGROUP SETID s h 4-1', 'XINFO GROUPS s', idle('XINFO STREAM s FULL'), idle('XINFO STREAM s FULL COUNT 1'), idle('XINFO STREAM s FULL COUNT 0'), idle('XINFO STREAM s FULL COUNT -3'), 'XINFO STREAM s FULL COUNT abc', 'XINFO STREAM s FULL COUNT', 'XINFO STREAM s FULL BOGUS 1', 'XINFO STREAM s BOGUS', 'XINFO STREAM s FULL COUNT 1 x', idle('XINFO CONSUMERS s g'), idle('XINFO CONSUMERS s z'), 'XINFO CONSUMERS s none', 'XINFO CONSUMERS none g', 'XINFO CONSUMERS s', 'XDEL s 5-1 6-1 7-1', 'XINFO GROUPS s', 'XSETID s 20-0 ENTRIESADDED 3', 'XINFO GROUPS s', 'XADD s 21-0 f v', 'XINFO GROUPS s', 'SET k v', 'XINFO GROUPS k', 'XINFO CONSUMERS k g',
    ],
  },
];
