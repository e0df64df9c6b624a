import type { Reply } from '../../protocol/resp/reply.ts';
import type { ServerState } from '../state.ts';
import { afterFields, fieldTimes } from './rewriteFields.ts';
import { geoScore } from '../store/geohash.ts';
import { itemAt } from '../store/chunked.ts';
import { findValue } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { formatId } from '../store/streamValue.ts';
import { NO_EXPIRY } from '../store/value.ts';
import type { Bytes } from '../store/value.ts';

/** A call, after it has run and changed something. */
interface Ran {
  readonly server: ServerState;
  readonly database: Database;
  readonly args: readonly Bytes[];
  readonly key: Bytes;
  readonly reply: Reply;
}

type Calls = readonly (readonly Bytes[])[];
type Rewrite = (ran: Ran) => Calls;

/** Of those Redis tells the single effects. */
const nothing: Rewrite = () => [];

/** The bytes of a bulk reply. */
function textOf(reply: Reply | undefined): Bytes {
  if (reply?.kind === 'latin1') return reply.value;
  return reply?.kind === 'bulk' ? reply.value.toString('latin1') : '';
}

function itemsOf(reply: Reply | undefined): readonly Reply[] {
  if (reply?.kind === 'texts') return reply.values.map((value): Reply => ({ kind: 'latin1', value }));
  return reply?.kind === 'array' || reply?.kind === 'set' || reply?.kind === 'map' || reply?.kind === 'push' ? reply.items : [];
}

function removal({ server, key }: Ran): Calls {
  return [[server.config.get('lazyfree-lazy-expire') === 'yes' ? 'UNLINK' : 'DEL', key]];
}

function expiryOf({ database, key }: Ran): number | bigint | undefined {
  return findValue(database, key)?.expireAt;
}

/** Reads like SET's arguments: with an expiry everything but that is dropped, and GET is dropped in any case. */
function set(ran: Ran): Calls {
  const { args, key } = ran;
  if (args.length === 3) return [args];
  const kept = args.slice(0, 3);
  let expires = false;
  for (let index = 3; index < args.length; index += 1) {
    const option = (args[index] ?? '').toUpperCase();
    if (/^(EX|PX)(AT)?$/.test(option)) {
      expires = true;
      index += 1;
    } else if (option !== 'GET') kept.push(args[index] ?? '');
  }
  return expires ? [['SET', key, args[2] ?? '', 'PXAT', (expiryOf(ran) ?? 0).toString()]] : [kept];
}

const setWithExpiry: Rewrite = (ran) => [['SET', ran.key, ran.args[3] ?? '', 'PXAT', (expiryOf(ran) ?? 0).toString()]];

function getex(ran: Ran): Calls {
  const at = expiryOf(ran);
  if (at === undefined) return removal(ran);
  return at === NO_EXPIRY ? [['PERSIST', ran.key]] : [['PEXPIREAT', ran.key, at.toString()]];
}

function expire(ran: Ran): Calls {
  const at = expiryOf(ran);
  return at === undefined ? removal(ran) : [['PEXPIREAT', ran.key, at.toString(), ...ran.args.slice(3)]];
}

function spop(ran: Ran): Calls {
  const { args, key, reply, database } = ran;
  if (args.length === 2) return [['SREM', key, textOf(reply)]];
  if (findValue(database, key) === undefined) return [['DEL', key]];
  return itemsOf(reply).map((member) => ['SREM', key, textOf(member)]);
}

function restore(ran: Ran): Calls {
  const { args } = ran;
  const at = expiryOf(ran);
  if (at === undefined) return removal(ran);
  if (at === NO_EXPIRY || args.slice(4).some((option) => option.toUpperCase() === 'ABSTTL')) return [args];
  return [[...args.slice(0, 2), at.toString(), ...args.slice(3), 'ABSTTL']];
}

/** LPOP and its like in place of one that may wait. */
const popOf = (name: Bytes): Rewrite => ({ reply }) => [[name, textOf(itemsOf(reply)[0])]];

/** The same of a command that names the end, and takes several. */
function popSome(first: Bytes, last: Bytes, isLast: (word: Bytes) => boolean, countAt: number): Rewrite {
  return ({ args, reply }) => {
    const [key, items] = itemsOf(reply);
    const where = args[countAt + 1 + Number(args[countAt])] ?? '';
    // RESP3 has the members of sorted sets in pairs, as RESP2 has.
    return [[isLast(where.toUpperCase()) ? last : first, textOf(key), itemsOf(items).length.toString()]];
  };
}

const isRight = (word: Bytes): boolean => word === 'RIGHT';
const isMax = (word: Bytes): boolean => word === 'MAX';

function geoadd({ args, key }: Ran): Calls {
  let first = 2;
  while (/^(nx|xx|ch)$/i.test(args[first] ?? '')) first += 1;
  const pairs: Bytes[] = [];
  for (let index = first; index < args.length; index += 3) {
    pairs.push(geoScore([Number(args[index]), Number(args[index + 1])]).toString(), args[index + 2] ?? '');
  }
  return [['zadd', key, ...args.slice(2, first), ...pairs]];
}

/** XADD and XTRIM: the ID that was made, and how far it was trimmed where that was left open. */
function trim({ args, key, reply, database }: Ran, adds: boolean): Calls {
  const call = [...args];
  let index = 2;
  for (; index < args.length; index += 1) {
    const option = (args[index] ?? '').toUpperCase();
    if (option === 'MAXLEN' || option === 'MINID') {
      const mark = args[index + 1];
      if (mark === '~' || mark === '=') index += 1;
      index += 1;
      if (mark !== '~') continue;
      const value = findValue(database, key);
      const entries = value?.type === 'stream' ? value.entries : undefined;
      const first = entries === undefined ? undefined : itemAt(entries, 0);
      call[index - 1] = '=';
      call[index] = option === 'MAXLEN' ? (entries?.length ?? 0).toString() : formatId(first?.id ?? { ms: 0n, seq: 0n });
    } else if (option === 'LIMIT') index += 1;
    else if (option !== 'NOMKSTREAM') break;
  }
  if (adds && /^(\*|\d+-\*)$/.test(args[index] ?? '')) call[index] = textOf(reply);
  return [call];
}

/** HEXPIRE and its like: 1 for a field that got the time, 2 for one that is gone with it. */
function hexpire({ database, args, key, reply }: Ran): Calls {
  const done = itemsOf(reply);
  return fieldTimes(database, key, afterFields(args, 1).filter((_, index) => {
    const one = done[index];
    return one?.kind === 'integer' && Number(one.value) > 0;
  }));
}

function hgetex({ database, args, key, reply }: Ran): Calls {
  const found = itemsOf(reply);
  return fieldTimes(database, key, afterFields(args, 1).filter((_, index) => found[index]?.kind !== 'null'), 'HPERSIST');
}

/** HSET, which takes the times of its fields away, and what times there are. With KEEPTTL as it is: conditions that have been met are left out. */
function hsetex({ database, args, key }: Ran): Calls {
  const pairs = afterFields(args, 2);
  const keeps = args.slice(2, 4).some((word) => word.toUpperCase() === 'KEEPTTL');
  if (keeps) return [['HSETEX', key, 'KEEPTTL', 'FIELDS', String(pairs.length / 2), ...pairs]];
  return [['HSET', key, ...pairs], ...fieldTimes(database, key, pairs.filter((_, index) => index % 2 === 0))];
}

const rewrites: ReadonlyMap<string, Rewrite> = new Map(Object.entries<Rewrite>({
  set,
  setex: setWithExpiry,
  psetex: setWithExpiry,
  getset: ({ args, key }) => [['SET', key, args[2] ?? '']],
  getdel: ({ key }) => [['DEL', key]],
  getex,
  expire,
  pexpire: expire,
  expireat: expire,
  pexpireat: (ran) => (expiryOf(ran) === undefined ? removal(ran) : [ran.args]),
  incrbyfloat: ({ key, reply }) => [['SET', key, textOf(reply), 'KEEPTTL']],
  hincrbyfloat: ({ args, key, reply }) => [['HSET', key, args[2] ?? '', textOf(reply)]],
  hexpire,
  hpexpire: hexpire,
  hexpireat: hexpire,
  hpexpireat: hexpire,
  hgetex,
  hsetex,
  spop,
  restore,
  'restore-asking': restore,
  blpop: popOf('LPOP'),
  brpop: popOf('RPOP'),
  bzpopmin: popOf('ZPOPMIN'),
  bzpopmax: popOf('ZPOPMAX'),
  lmpop: popSome('LPOP', 'RPOP', isRight, 1),
  blmpop: popSome('LPOP', 'RPOP', isRight, 2),
  zmpop: popSome('ZPOPMIN', 'ZPOPMAX', isMax, 1),
  bzmpop: popSome('ZPOPMIN', 'ZPOPMAX', isMax, 2),
  brpoplpush: ({ args, key }) => [['RPOPLPUSH', key, args[2] ?? '']],
  blmove: ({ args }) => [['LMOVE', ...args.slice(1, 5)]],
  geoadd,
  xadd: (ran) => trim(ran, true),
  xtrim: (ran) => trim(ran, false),
  // These tell of each entry, where they hand it over.
  xreadgroup: nothing,
  xclaim: nothing,
  xautoclaim: nothing,
  eval: nothing,
  evalsha: nothing,
  fcall: nothing,
  eval_ro: nothing,
  evalsha_ro: nothing,
  fcall_ro: nothing,
  exec: nothing,
  migrate: nothing,
  save: nothing,
  bgsave: nothing,
  debug: nothing,
  shutdown: nothing,
}));

/** What replicas are told of a call that has run and changed something: the calls that have the same effect there, whenever they run. */
export function rewritten(place: Pick<Ran, 'server' | 'database'>, name: string, args: readonly Bytes[], reply: Reply): Calls {
  const rewrite = rewrites.get(name);
  return rewrite === undefined ? [args] : rewrite({ ...place, args, key: args[1] ?? '', reply });
}
