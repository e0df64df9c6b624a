import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import { databaseSize, findValue, isExpired, putValue, removeValue, setExpiry, signalChange } from '../store/database.ts';
import type { Database } from '../store/database.ts';
import { copyValue } from '../store/copyValue.ts';
import { countLazyFree } from '../memory/lazyFree.ts';
import { encodingOf, refcountOf, typeName } from '../store/describe.ts';
import { dictForEach, dictRandom, dictSize } from '../store/dict.ts';
import { frequencyOf, idleSeconds } from '../store/frequency.ts';
import { globMatch } from '../store/glob.ts';
import { NO_EXPIRY } from '../store/value.ts';
import type { Bytes, Value } from '../store/value.ts';
import { expiryArg, remaining, toSeconds } from './expiry.ts';
import { scan } from './scan.ts';
import { NO_SUCH_KEY, NULL, OK, ONE, SYNTAX, ZERO, arg, bulk, bulks, changed, fail, intArg, integer, isOption, lookupQuiet, lookupRead, lookupSilent, lookupWrite, putAnnounced, remove, removeEmptied, isOver } from './support.ts';

function del(context: Context, args: readonly Bytes[], lazy: boolean): Reply {
  let count = 0;
  for (let index = 1; index < args.length; index += 1) {
    const value = lazy ? findValue(context.database, arg(args, index)) : undefined;
    if (!remove(context, arg(args, index))) continue;
    countLazyFree(context.server, value);
    count += 1;
  }
  return integer(count);
}

function countExisting(context: Context, args: readonly Bytes[], touch: boolean): Reply {
  let count = 0;
  for (let index = 1; index < args.length; index += 1) {
    const value = touch ? lookupRead(context, arg(args, index)) : lookupQuiet(context, arg(args, index));
    if (value !== undefined) count += 1;
  }
  return integer(count);
}

function ttl(context: Context, args: readonly Bytes[], seconds: boolean, absolute: boolean): Reply {
  const value = lookupQuiet(context, arg(args, 1));
  if (value === undefined) return integer(-2);
  if (value.expireAt === NO_EXPIRY) return integer(-1);
  const time = absolute ? value.expireAt : remaining(value.expireAt, context.now);
  return integer(seconds ? toSeconds(time) : time);
}

function expire(context: Context, args: readonly Bytes[], seconds: boolean, absolute: boolean, command: string): Reply {
  const key = arg(args, 1);
  let [nx, xx, gt, lt] = [false, false, false, false];
  for (const option of args.slice(3)) {
    if (isOption(option, 'NX')) nx = true;
    else if (isOption(option, 'XX')) xx = true;
    else if (isOption(option, 'GT')) gt = true;
    else if (isOption(option, 'LT')) lt = true;
    else fail(`ERR Unsupported option ${option.split('\0')[0] ?? ''}`);
  }
  if (nx && (xx || gt || lt)) fail('ERR NX and XX, GT or LT options at the same time are not compatible');
  if (gt && lt) fail('ERR GT and LT options at the same time are not compatible');
  const at = expiryArg(arg(args, 2), { seconds, absolute }, context.now, command, true);
  const value = lookupWrite(context, key);
  if (value === undefined) return ZERO;
  const current = value.expireAt;
  const none = current === NO_EXPIRY;
  // Without an expiry GT never passes and LT always does.
  if ((nx && !none) || (xx && none) || (gt && (none || at <= current)) || (lt && !none && at >= current)) return ZERO;
  if (isOver(context, at)) removeEmptied(context, key);
  else {
    setExpiry(context.database, key, value, at);
    notify(context, 'generic', 'expire', key);
  }
  changed(context, key);
  return ONE;
}

function persist(context: Context, args: readonly Bytes[]): Reply {
  const value = lookupWrite(context, arg(args, 1));
  if (value === undefined || value.expireAt === NO_EXPIRY) return ZERO;
  setExpiry(context.database, arg(args, 1), value, NO_EXPIRY);
  changed(context, arg(args, 1));
  notify(context, 'generic', 'persist', arg(args, 1));
  return ONE;
}

function rename(context: Context, args: readonly Bytes[], onlyNew: boolean): Reply {
  const [from, to] = [arg(args, 1), arg(args, 2)];
  const value = lookupWrite(context, from) ?? fail(NO_SUCH_KEY);
  if (from === to) return onlyNew ? ZERO : OK;
  if (lookupWrite(context, to) !== undefined) {
    if (onlyNew) return ZERO;
    removeValue(context.database, to);
  }
  removeValue(context.database, from);
  putAnnounced(context, to, value);
  changed(context, from);
  changed(context, to);
  notify(context, 'generic', 'rename_from', from);
  notify(context, 'generic', 'rename_to', to);
  return onlyNew ? ONE : OK;
}

function keys(context: Context, args: readonly Bytes[]): Reply {
  const pattern = arg(args, 1);
  const found: Bytes[] = [];
  // An expired key is passed over here, and stays.
  dictForEach(context.database.dict, (entry) => {
    if (!isExpired(entry.value, context.now) && (pattern === '*' || globMatch(pattern, entry.key))) found.push(entry.key);
  });
  return bulks(found);
}

function randomkey(context: Context): Reply {
  const { server, database } = context;
  // A replica removes none: where all may be over it tries a hundred times, as Redis does.
  for (let tries = 1; databaseSize(database) > 0; tries += 1) {
    const key = dictRandom(database.dict, server.random)?.key ?? '';
    if (lookupWrite(context, key) !== undefined || (tries >= 100 && server.replication.link !== undefined && dictSize(database.volatile) === databaseSize(database))) return bulk(key);
  }
  return NULL;
}

/** The value of a key in any database; an expired one is removed. */
function liveIn(context: Context, db: Database, key: Bytes): Value | undefined {
  return lookupWrite({ ...context, database: db }, key);
}

function otherDatabase(context: Context, text: Bytes): Database {
  const index = intArg(text);
  return context.server.databases[index] ?? fail('ERR DB index is out of range');
}

function copy(context: Context, args: readonly Bytes[]): Reply {
  const [from, to] = [arg(args, 1), arg(args, 2)];
  let target = context.database;
  let replace = false;
  for (let index = 3; index < args.length; index += 1) {
    const next = args[index + 1];
    if (isOption(args[index], 'REPLACE')) replace = true;
    else if (isOption(args[index], 'DB') && next !== undefined) {
      target = otherDatabase(context, next);
      index += 1;
    } else fail(SYNTAX);
  }
  if (target === context.database && from === to) fail('ERR source and destination objects are the same');
  const value = lookupRead(context, from);
  if (value === undefined) return ZERO;
  if (liveIn(context, target, to) !== undefined && !replace) return ZERO;
  removeValue(target, to);
  putValue(target, to, copyValue(value, context.server.environment));
  context.server.dirty += 1;
  signalChange(target, to);
  const place = { server: context.server, database: target };
  notify(place, 'new', 'new', to);
  notify(place, 'generic', 'copy_to', to);
  return ONE;
}

function move(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const target = otherDatabase(context, arg(args, 2));
  if (target === context.database) fail('ERR source and destination objects are the same');
  const value = lookupWrite(context, key);
  if (value === undefined || liveIn(context, target, key) !== undefined) return ZERO;
  removeValue(context.database, key);
  putValue(target, key, value);
  changed(context, key);
  signalChange(target, key);
  const place = { server: context.server, database: target };
  notify(place, 'new', 'new', key);
  notify(context, 'generic', 'move_from', key);
  notify(place, 'generic', 'move_to', key);
  return ONE;
}

/** A value for OBJECT, which neither counts as an access nor as one that is shown. */
function inspected(context: Context, args: readonly Bytes[], show: (value: Value) => Reply): Reply {
  const value = lookupSilent(context, arg(args, 2));
  return value === undefined ? NULL : show(value);
}

const SWITCHED = 'Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.';

function frequency({ now, server: { config } }: Context, value: Value): Reply {
  if (!config.countsAccesses()) fail(`ERR An LFU maxmemory policy is not selected, access frequency not tracked. ${SWITCHED}`);
  return integer(frequencyOf(value, now, config.number('lfu-decay-time')));
}

function idleTime({ now, server: { config } }: Context, value: Value): Reply {
  if (config.countsAccesses()) fail(`ERR An LFU maxmemory policy is selected, idle time not tracked. ${SWITCHED}`);
  return integer(idleSeconds(value, now));
}

/** DEL, EXISTS, EXPIRE, SCAN and the other commands of keys of any type. */
export const genericCommands: Handlers = {
  copy,
  del: (context, args) => del(context, args, context.server.config.get('lazyfree-lazy-user-del') === 'yes'),
  exists: (context, args) => countExisting(context, args, false),
  expire: (context, args) => expire(context, args, true, false, 'expire'),
  expireat: (context, args) => expire(context, args, true, true, 'expireat'),
  expiretime: (context, args) => ttl(context, args, true, true),
  keys,
  move,
  'object|encoding': (context, args) => inspected(context, args, (value) => bulk(encodingOf(value))),
  'object|freq': (context, args) => inspected(context, args, (value) => frequency(context, value)),
  'object|idletime': (context, args) => inspected(context, args, (value) => idleTime(context, value)),
  'object|refcount': (context, args) => inspected(context, args, (value) => integer(refcountOf(value, context.server.config))),
  persist,
  pexpire: (context, args) => expire(context, args, false, false, 'pexpire'),
  pexpireat: (context, args) => expire(context, args, false, true, 'pexpireat'),
  pexpiretime: (context, args) => ttl(context, args, false, true),
  pttl: (context, args) => ttl(context, args, false, false),
  randomkey,
  rename: (context, args) => rename(context, args, false),
  renamenx: (context, args) => rename(context, args, true),
  scan,
  touch: (context, args) => countExisting(context, args, true),
  ttl: (context, args) => ttl(context, args, true, false),
  type: (context, args) => {
    const value = lookupQuiet(context, arg(args, 1));
    return { kind: 'simple', text: value === undefined ? 'none' : typeName(value) };
  },
  unlink: (context, args) => del(context, args, true),
};
