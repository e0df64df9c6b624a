/** What a command does to a key, as COMMAND prints it. The first four exclude each other. */
export type KeyFlag =
  | 'RO' | 'RW' | 'OW' | 'RM'
  | 'access' | 'update' | 'insert' | 'delete'
  | 'not_key' | 'incomplete' | 'variable_flags';

/** One key specification of COMMAND INFO. */
export interface KeySpec {
  /** Where the search for key names begins: at an index, behind a word that stands at or after (negative: before) an index, or nobody knows. */
  readonly begin: { readonly at: number } | { readonly word: string; readonly from: number } | undefined;
  /**
   * Which arguments from there on are key names: up to `last` (0 or more: that many further; negative: counted from the end,
   * of what is left divided by `limit` where that is given), or as many as a number there says.
   */
  readonly find: { readonly last: number; readonly step: number; readonly limit: number } | 'counted' | undefined;
  readonly flags: ReadonlySet<KeyFlag>;
  /** A remark, in our own words, where Redis has one. */
  readonly notes: string | undefined;
}

/**
 * The key specifications of every command with keys: a notation, and the commands that it holds for. Specifications are parted by
 * commas; each is a place and its flags. Places: `1` one key at 1, `1:-1` all from 1 on, `1:-1/2` every second one, `2#` as many as
 * argument 2 says, `STREAMS@4:-1:2` the first half of what follows STREAMS (looked for from 4 on), `?` unknown. `!` is a remark of
 * `remarks` below. A contract test holds the rows to COMMAND INFO.
 */
const rows: readonly (readonly [notation: string, commands: string])[] = [
  ['1 RO access', 'bitcount bitfield_ro bitpos dump expiretime geodist geohash geopos georadius_ro georadiusbymember_ro geosearch get getbit getrange hget hgetall hkeys hmget hrandfield hscan hvals'],
  ['1 RO access', 'lindex lpos lrange pexpiretime pttl smembers smismember srandmember sscan substr ttl xpending xrange xrevrange zcount zlexcount zmscore zrandmember zrange zrangebylex'],
  ['1 RO access', 'zrangebyscore zrank zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore hexpiretime hpexpiretime hpttl httl'],
  ['1 RW update', 'expire expireat geoadd hmset hset lset persist pexpire pexpireat setrange xack xclaim xsetid zadd hexpire hexpireat hpersist hpexpire hpexpireat hgetex hsetex'],
  ['1 RW delete', 'hdel lrem ltrim srem xautoclaim xdel xtrim zrem zremrangebylex zremrangebyrank zremrangebyscore'],
  ['1 RW access update', 'decr decrby getset hincrby hincrbyfloat incr incrby incrbyfloat move setbit zincrby'],
  ['1 RW access update !', 'getex'],
  ['1 RW access update variable_flags !', 'bitfield set'],
  ['1 RW update !', 'xadd'],
  ['1 RO', 'hexists hlen hstrlen llen scard sismember strlen type xlen zcard'],
  ['1 RW insert', 'append hsetnx linsert lpush lpushx pfadd rpush rpushx sadd'],
  ['1 RW access delete', 'getdel hgetdel lpop rpop spop zpopmax zpopmin'],
  ['1 OW update', 'psetex restore restore-asking setex'],
  ['1 OW insert', 'setnx'],
  ['1 not_key', 'spublish'],
  ['1:-1 not_key', 'ssubscribe sunsubscribe'],
  ['1:-1 RO access', 'mget sdiff sinter sunion'],
  ['1:-1 RW access !', 'pfcount'],
  ['1:-1 RO', 'exists touch watch'],
  ['1:-1 RM delete', 'del unlink'],
  ['1:-1/2 OW update', 'mset'],
  ['1:-1/2 OW insert', 'msetnx'],
  ['1:-2 RW access delete', 'blpop brpop bzpopmax bzpopmin'],
  ['1:1 RO access', 'lcs'],
  ['1# RO access', 'sintercard zdiff zinter zintercard zunion'],
  ['1# RW access delete', 'lmpop zmpop'],
  ['2 RO', 'memory|usage object|encoding object|freq object|idletime object|refcount'],
  ['2 RO access', 'xinfo|consumers xinfo|groups xinfo|stream'],
  ['2 RW access', 'pfdebug'],
  ['2 RW update', 'xgroup|setid'],
  ['2 RW insert', 'xgroup|create xgroup|createconsumer'],
  ['2 RW delete', 'xgroup|delconsumer xgroup|destroy'],
  ['2# RW access delete', 'blmpop bzmpop'],
  ['2# RW access update !', 'eval fcall'],
  ['2# RW access update', 'evalsha'],
  ['2# RO access !', 'eval_ro fcall_ro'],
  ['2# RO access', 'evalsha_ro'],
  ['1 RW access delete, 2 RW insert', 'blmove brpoplpush lmove rpoplpush smove'],
  ['1 RW access delete, 2 OW update', 'rename'],
  ['1 RW access delete, 2 OW insert', 'renamenx'],
  ['1 RO access, 2 OW update', 'copy'],
  ['1 OW update, 2 RO access', 'geosearchstore zrangestore'],
  ['1 OW update, 2:-1 RO access', 'sdiffstore sunionstore'],
  ['1 RW update, 2:-1 RO access', 'sinterstore'],
  ['1 RW access insert, 2:-1 RO access', 'pfmerge'],
  ['1 OW update, 2# RO access', 'zdiffstore zinterstore zunionstore'],
  ['2 OW update, 3:-1 RO access', 'bitop'],
  ['1 RO access, ? RO access !', 'sort_ro'],
  ['1 RO access, ? RO access !, ? OW update !', 'sort'],
  ['1 RO access, STORE@6 OW update, STOREDIST@6 OW update', 'georadius'],
  ['1 RO access, STORE@5 OW update, STOREDIST@5 OW update', 'georadiusbymember'],
  ['STREAMS@1:-1:2 RO access', 'xread'],
  ['STREAMS@4:-1:2 RO access', 'xreadgroup'],
  ['3 RW access delete, KEYS@-2:-1 RW access delete incomplete', 'migrate'],
];

/** What the remarks say, in the order of a command's specifications that have one. */
const remarks: Readonly<Record<string, readonly string[]>> = {
  bitfield: ['may read and write'],
  eval: ['the worst is assumed, as nobody knows what the script does to its keys: RW, update'],
  eval_ro: ['the worst is assumed, as nobody knows what the script does to its keys: RO, access'],
  fcall: ['the worst is assumed, as nobody knows what the function does to its keys: RW, update'],
  fcall_ro: ['the worst is assumed, as nobody knows what the function does to its keys: RO, access'],
  getex: ['RW, update: the time to live changes'],
  pfcount: ['RW: the cached cardinality inside the value may change'],
  set: ['RW, access: GET answers the old value'],
  sort: ['keys of BY and GET depend on the elements that are sorted', 'STORE may stand anywhere'],
  sort_ro: ['keys of BY and GET depend on the elements that are sorted'],
  xadd: ['update, not insert: it may trim too'],
};

const notations = new Map(rows.flatMap(([notation, commands]) => commands.split(' ').map((name) => [name, notation] as const)));
const parsed = new Map<string, readonly KeySpec[]>();

/** The key specifications of a command by its full lower-case name; none for one without keys. */
export function keySpecsOf(name: string): readonly KeySpec[] {
  const known = parsed.get(name);
  if (known !== undefined) return known;
  const notation = notations.get(name);
  const notes = (remarks[name] ?? []).values();
  const specs = notation === undefined ? [] : notation.split(', ').map((part) => parseSpec(part, notes));
  parsed.set(name, specs);
  return specs;
}

function parseSpec(notation: string, notes: Iterator<string>): KeySpec {
  const [place = '', ...words] = notation.split(' ');
  const remark = words.includes('!');
  const flags = new Set(words.filter((word) => word !== '!') as KeyFlag[]);
  const [, word, from = '', counted, last = '0', step = '1', limit = '0'] = /^(?:([A-Z]+)@)?(-?\d+)(#)?(?::(-?\d+))?(?:\/(\d+))?(?::(\d+))?$/.exec(place) ?? [];
  return {
    begin: from === '' ? undefined : word === undefined ? { at: Number(from) } : { word, from: Number(from) },
    find: from === '' ? undefined : counted === '#' ? 'counted' : { last: Number(last), step: Number(step), limit: Number(limit) },
    flags,
    notes: remark ? (notes.next().value as string) : undefined,
  };
}
