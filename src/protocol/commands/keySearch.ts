import type { KeyFlag, KeyUse } from './keys.ts';

type Search = (args: readonly string[]) => readonly KeyUse[];

const flagsOf = (...flags: readonly KeyFlag[]): ReadonlySet<KeyFlag> => new Set(flags);
/** Redis's searches that only count do not tell what happens to the keys. */
const UNTOLD = flagsOf();
const READ = flagsOf('RO', 'access');
const STORED = flagsOf('OW', 'update');
const CHANGED = flagsOf('RW', 'access', 'update');
const TAKEN = flagsOf('RW', 'access', 'delete');

/** An argument as C compares it: to the first zero byte, in any case. */
export function wordIn(text: string | undefined): string {
  return (text ?? '').split('\0', 1)[0]?.toUpperCase() ?? '';
}

/** A number as C's atoi reads it: the digits in front, 0 without any. */
function leadingInteger(text: string): number {
  const digits = /^[\t-\r ]*([+-]?\d+)/.exec(text)?.[1];
  return digits === undefined ? 0 : Number(BigInt.asIntN(32, BigInt.asIntN(64, BigInt(digits))));
}

/** As many keys from `first` on as argument `count` says, and one at `stored`. */
function counted(count: number, first: number, stored?: number): Search {
  return (args) => {
    const keys = leadingInteger(args[count] ?? '');
    if (keys < 1 || keys > args.length - first) return [];
    const uses = Array.from({ length: keys }, (_, at) => ({ index: first + at, flags: UNTOLD }));
    return stored === undefined ? uses : [...uses, { index: stored, flags: UNTOLD }];
  };
}

/** SORT: the key, and what the last STORE names. */
const sort: Search = (args) => {
  const skipped: Readonly<Record<string, number>> = { LIMIT: 2, GET: 1, BY: 1 };
  let stored: number | undefined;
  for (let at = 2; at < args.length; at += 1) {
    const name = wordIn(args[at]);
    if (name === 'STORE' && at + 1 < args.length) stored = at + 1;
    at += skipped[name] ?? 0;
  }
  const key = { index: 1, flags: READ };
  return stored === undefined ? [key] : [key, { index: stored, flags: STORED }];
};

/** GEORADIUS: the key and what STORE or STOREDIST names. */
const geoRadius: Search = (args) => {
  let stored: number | undefined;
  for (let at = 5; at < args.length; at += 1) {
    const name = wordIn(args[at]);
    if ((name !== 'STORE' && name !== 'STOREDIST') || at + 1 >= args.length) continue;
    stored = at + 1;
    at += 1;
  }
  const key = { index: 1, flags: UNTOLD };
  return stored === undefined ? [key] : [key, { index: stored, flags: UNTOLD }];
};

/** MIGRATE: the third argument, or where that is empty all behind KEYS. */
const migrate: Search = (args) => {
  const skipped: Readonly<Record<string, number>> = { AUTH: 1, AUTH2: 2 };
  for (let at = 6; at < args.length; at += 1) {
    const name = wordIn(args[at]);
    if (name === 'KEYS') {
      if (wordIn(args[3]) !== '') return [];
      return Array.from({ length: args.length - at - 1 }, (_, i) => ({ index: at + 1 + i, flags: TAKEN }));
    }
    at += skipped[name] ?? 0;
  }
  return [{ index: 3, flags: TAKEN }];
};

/** XREAD, XREADGROUP: the first half of what follows STREAMS. */
const streams: Search = (args) => {
  const skipped: Readonly<Record<string, number>> = { BLOCK: 1, COUNT: 1, GROUP: 2, NOACK: 0 };
  for (let at = 1; at < args.length; at += 1) {
    const name = wordIn(args[at]);
    const names = args.length - at - 1;
    if (name === 'STREAMS') return names % 2 === 1 ? [] : Array.from({ length: names / 2 }, (_, i) => ({ index: at + 1 + i, flags: UNTOLD }));
    const skip = skipped[name];
    if (skip === undefined) return [];
    at += skip;
  }
  return [];
};

/** SET reads too if GET is among its options. */
const set: Search = (args) => [{ index: 1, flags: args.slice(3).some((option) => wordIn(option) === 'GET') ? CHANGED : STORED }];

/** BITFIELD only reads as long as all that it is asked for is GET. */
const bitfield: Search = (args) => {
  const lengths: Readonly<Record<string, number>> = { GET: 2, OVERFLOW: 1 };
  for (let at = 2; at < args.length; at += 1) {
    const length = lengths[wordIn(args[at])];
    if (length === undefined || args.length - at - 1 < length) return [{ index: 1, flags: CHANGED }];
    at += length;
  }
  return [{ index: 1, flags: READ }];
};

const searches: Readonly<Record<string, Search>> = {
  bitfield,
  blmpop: counted(2, 3),
  bzmpop: counted(2, 3),
  eval: counted(2, 3),
  eval_ro: counted(2, 3),
  evalsha: counted(2, 3),
  evalsha_ro: counted(2, 3),
  fcall: counted(2, 3),
  fcall_ro: counted(2, 3),
  georadius: geoRadius,
  georadiusbymember: geoRadius,
  lmpop: counted(1, 2),
  migrate,
  set,
  sintercard: counted(1, 2),
  sort,
  sort_ro: () => [{ index: 1, flags: READ }],
  xread: streams,
  xreadgroup: streams,
  zdiff: counted(1, 2),
  zdiffstore: counted(2, 3, 1),
  zinter: counted(1, 2),
  zintercard: counted(1, 2),
  zinterstore: counted(2, 3, 1),
  zmpop: counted(1, 2),
  zunion: counted(1, 2),
  zunionstore: counted(2, 3, 1),
};

/** The keys of a call that key specifications do not tell, by a search made for the command; none if it finds none or there is none. */
export function searchKeys(name: string, args: readonly string[]): readonly KeyUse[] {
  return searches[name]?.(args) ?? [];
}
