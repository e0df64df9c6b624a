import type { Random } from '../support/random.ts';

/**
 * Forms of calls by which random ones are made. `<name>` is a random value of that kind, `a|b` a choice, `[…]` a part that
 * may be left out, `{…}` one that comes one to four times. A leading `!` keeps a form as it is: its reply depends on
 * chance, and a slip in its arguments would make the two servers' data differ for good.
 */
export const FORMS: readonly string[] = [
  'SET <string> <value> [NX|XX] [GET] [EX <seconds>|PX <millis>|KEEPTTL|EXAT <when>]', 'GET <string>', 'GETSET <string> <value>', 'GETDEL <string>', 'GETEX <string> [EX <seconds>|PERSIST|EXAT <when>]', 'APPEND <string> <value>', 'STRLEN <string>',
  'INCR <string>', 'DECR <string>', 'INCRBY <string> <integer>', 'DECRBY <string> <integer>', 'INCRBYFLOAT <string> <number>', 'GETRANGE <string> <index> <index>', 'SETRANGE <string> <offset> <value>', 'MGET {<string>}', 'MSET {<string> <value>}', 'MSETNX {<string> <value>}', 'SETNX <string> <value>', 'SETEX <string> <seconds> <value>', 'PSETEX <string> <millis> <value>', 'SUBSTR <string> <index> <index>',
  'HSET <hash> {<member> <value>}', 'HSET <hash> {<member> <value>}', 'HMSET <hash> {<member> <value>}', 'HSETNX <hash> <member> <value>', 'HGET <hash> <member>', 'HMGET <hash> {<member>}', 'HDEL <hash> {<member>}', 'HEXISTS <hash> <member>', 'HLEN <hash>', 'HSTRLEN <hash> <member>', 'HINCRBY <hash> <member> <integer>', 'HINCRBYFLOAT <hash> <member> <number>', 'HGETALL <hash>', 'HKEYS <hash>', 'HVALS <hash>',
  'LPUSH <list> {<value>}', 'RPUSH <list> {<value>}', 'LPUSHX <list> {<value>}', 'RPUSHX <list> {<value>}', 'LPOP <list> [<small>]', 'RPOP <list> [<small>]', 'LLEN <list>', 'LRANGE <list> <index> <index>', 'LINDEX <list> <index>', 'LSET <list> <index> <value>', 'LINSERT <list> BEFORE|AFTER <value> <value>', 'LREM <list> <index> <value>', 'LTRIM <list> <index> <index>', 'LPOS <list> <value> [RANK <index>] [COUNT <small>] [MAXLEN <small>]', 'RPOPLPUSH <list> <list>', 'LMOVE <list> <list> LEFT|RIGHT LEFT|RIGHT', 'LMPOP 2 <list> <list> LEFT|RIGHT [COUNT <small>]',
  'SADD <set> {<member>}', 'SADD <set> {<integer>}', 'SREM <set> {<member>}', 'SISMEMBER <set> <member>', 'SMISMEMBER <set> {<member>}', 'SCARD <set>', 'SMEMBERS <set>', 'SMOVE <set> <set> <member>', 'SINTER {<set>}', 'SUNION {<set>}', 'SDIFF {<set>}', 'SINTERSTORE <set> {<set>}', 'SUNIONSTORE <set> {<set>}', 'SDIFFSTORE <set> {<set>}', 'SINTERCARD 2 <set> <set> [LIMIT <small>]', '!SPOP <set> 1000', '!SRANDMEMBER <set> 1000',
  'ZADD <zset> [NX|XX] [GT|LT] [CH] {<number> <member>}', 'ZADD <zset> {<integer> <member>}', 'ZADD <zset> [NX|XX] INCR <number> <member>', 'ZINCRBY <zset> <number> <member>', 'ZREM <zset> {<member>}', 'ZCARD <zset>', 'ZSCORE <zset> <member>', 'ZMSCORE <zset> {<member>}', 'ZRANK <zset> <member>', 'ZREVRANK <zset> <member>', 'ZRANGE <zset> <index> <index> [REV] [WITHSCORES]', 'ZRANGE <zset> <bound> <bound> BYSCORE [REV] [LIMIT <small> <index>] [WITHSCORES]', 'ZRANGE <lexset> <lex> <lex> BYLEX [REV] [LIMIT <small> <index>]',
  'ZREVRANGE <zset> <index> <index> [WITHSCORES]', 'ZRANGEBYSCORE <zset> <bound> <bound> [WITHSCORES] [LIMIT <small> <index>]', 'ZREVRANGEBYSCORE <zset> <bound> <bound> [WITHSCORES]', 'ZRANGEBYLEX <lexset> <lex> <lex>', 'ZREVRANGEBYLEX <lexset> <lex> <lex>', 'ZCOUNT <zset> <bound> <bound>', 'ZLEXCOUNT <lexset> <lex> <lex>', '!ZADD <lexset> {0 <member>}', 'ZREM <lexset> {<member>}', 'ZPOPMIN <zset> [<small>]', 'ZPOPMAX <zset> [<small>]', 'ZREMRANGEBYRANK <zset> <index> <index>', 'ZREMRANGEBYSCORE <zset> <bound> <bound>', 'ZREMRANGEBYLEX <lexset> <lex> <lex>',
  'ZUNIONSTORE <zset> 2 <zset> <zset> [WEIGHTS <integer> <integer>] [AGGREGATE MIN|MAX|SUM]', 'ZINTERSTORE <zset> 2 <zset> <zset> [AGGREGATE MIN|MAX|SUM]', 'ZDIFFSTORE <zset> 2 <zset> <zset>', 'ZUNION 2 <zset> <zset> [WITHSCORES]', 'ZINTER 2 <zset> <zset> [WITHSCORES]', 'ZDIFF 2 <zset> <zset> [WITHSCORES]', 'ZINTERCARD 2 <zset> <zset>', 'ZRANGESTORE <zset> <zset> <index> <index>', 'ZMPOP 2 <zset> <zset> MIN|MAX [COUNT <small>]',
  'XADD <stream> <id> {<member> <value>}', 'XADD <stream> [MAXLEN|MINID] <small> <id> <member> <value>', 'XLEN <stream>', 'XRANGE <stream> <from> <from> [COUNT <small>]', 'XREVRANGE <stream> <from> <from> [COUNT <small>]', 'XDEL <stream> {<id>}', 'XTRIM <stream> MAXLEN|MINID <small>', 'XREAD [COUNT <small>] STREAMS <stream> <stream> <id> <id>', 'XSETID <stream> <id>',
  'XGROUP CREATE <stream> <group> <id> [MKSTREAM] [ENTRIESREAD <small>]', 'XGROUP CREATE <stream> <group> $|0', 'XGROUP SETID <stream> <group> <id> [ENTRIESREAD <small>]', 'XGROUP DESTROY <stream> <group>', 'XGROUP CREATECONSUMER <stream> <group> <consumer>', 'XGROUP DELCONSUMER <stream> <group> <consumer>', 'XREADGROUP GROUP <group> <consumer> [COUNT <small>] [NOACK] STREAMS <stream> >', 'XREADGROUP GROUP <group> <consumer> [COUNT <small>] STREAMS <stream> <id>',
  'XACK <stream> <group> {<id>}', 'XPENDING <stream> <group>', 'XCLAIM <stream> <group> <consumer> 0 {<id>} [FORCE] [JUSTID] [RETRYCOUNT <small>]', 'XAUTOCLAIM <stream> <group> <consumer> 0 <id> [COUNT <small>] [JUSTID]', 'XINFO GROUPS <stream>',
  'SETBIT <string> <offset> 0|1', 'GETBIT <string> <offset>', 'BITCOUNT <string> [<index> <index> BYTE|<index> <index> BIT|<index> <index>]', 'BITPOS <string> 0|1 [<index>|<index> <index>|<index> <index> BIT|<index> <index> BYTE]', 'BITOP AND|OR|XOR <string> {<string>}', 'BITOP NOT <string> <string>', 'BITFIELD <string> [OVERFLOW WRAP|OVERFLOW SAT|OVERFLOW FAIL] {SET <width> <offset> <integer>} {INCRBY <width> #<offset> <integer>} {GET <width> <offset>}', 'BITFIELD_RO <string> {GET <width> <offset>}', 'LCS <string> <string> [LEN|IDX|IDX WITHMATCHLEN] [MINMATCHLEN <small>]',
  'SORT <texts> ALPHA [LIMIT <small> <index>] [DESC]', 'RPUSH <texts> {<value>}', 'LTRIM <texts> -12 -1', 'SORT <numbers> [LIMIT <index> <small>] [DESC] [ALPHA] [STORE <list>]', 'RPUSH <numbers> {<number>}', 'RPUSH <numbers> {<small>}', 'LTRIM <numbers> -12 -1', 'SORT <numbers> BY string:* [DESC] [GET #] [GET string:*] [GET hash:*->m1]', 'SORT_RO <lexset> BY nosort [DESC] [LIMIT <small> <index>] [GET # GET string:*]',
  'PFADD <hll> {<member>}', 'PFADD <hll> {<integer>}', 'PFCOUNT {<hll>}', 'PFMERGE <hll> {<hll>}', 'GET <hll>', 'PFDEBUG ENCODING|TODENSE|DECODE <hll>', '!SETRANGE <hll> <header> <byte>', '!SET <hll> <runs>', 'DEL <hll>',
  'GEOADD <geo> [NX|XX] [CH] {<lonlat> <member>}', 'GEOADD <geo> {<lonlat> <member>}', 'GEOADD <geo> {<lonlat> <member>}', 'GEOPOS <geo> {<member>}', 'GEODIST <geo> <member> <member> [<unit>]', 'GEOHASH <geo> {<member>}', 'ZREM <geo> <member>', 'ZRANGE <geo> 0 -1 WITHSCORES', 'GEOPOS <zset> <member>', 'GEOHASH <zset> <member>', 'GEODIST <zset> <member> <member>',
  'GEOSEARCH <geo> FROMLONLAT <lonlat> BYRADIUS <length> <unit> [ASC|DESC|WITHDIST|WITHCOORD WITHHASH] [COUNT <small>|COUNT <small> ANY]', 'GEOSEARCH <geo> FROMMEMBER <member> BYBOX <length> <length> <unit> [ASC|DESC|WITHDIST] [COUNT <small>|COUNT <small> ANY]', 'GEOSEARCHSTORE geo:stored <geo> FROMLONLAT <lonlat> BYRADIUS <length> <unit>', '!ZRANGE geo:stored 0 -1 WITHSCORES', '!GEOSEARCHSTORE geo:distances <geo> FROMLONLAT <lonlat> BYRADIUS <length> <unit> STOREDIST', '!ZRANGE geo:distances 0 -1', 'GEORADIUS <geo> <lonlat> <length> <unit> [WITHDIST] [WITHCOORD] [WITHHASH] [COUNT <small>] [ASC|DESC|STORE geo:stored|STOREDIST geo:distances]', 'GEORADIUSBYMEMBER <geo> <member> <length> <unit> [WITHDIST] [COUNT <small>] [ASC|DESC]', 'GEORADIUS_RO <geo> <lonlat> <length> <unit>', 'GEORADIUSBYMEMBER_RO <geo> <member> <length> <unit>',
  'DEL {<any>}', 'UNLINK <any>', 'EXISTS {<any>}', 'TYPE <any>', 'TOUCH {<any>}', 'RENAME <any> <any>', 'RENAMENX <any> <any>', 'COPY <any> <any> [REPLACE]', 'PERSIST <any>', 'EXPIRE <any> <seconds> [NX|XX|GT|LT]', 'PEXPIRE <any> <millis>', 'EXPIREAT <any> <when>', 'PEXPIREAT <any> 1', 'TTL <any>', 'PTTL <any>', 'EXPIRETIME <any>', 'OBJECT ENCODING <any>', 'DBSIZE', 'KEYS <glob>', 'MOVE <any> 0',
  '!SCAN CURSOR [COUNT <small>] [MATCH <glob>] [TYPE string|hash|list]', '!HSCAN <hash> CURSOR [COUNT <small>] [MATCH <glob>]', '!SSCAN <set> CURSOR [COUNT <small>]', '!ZSCAN <zset> CURSOR [COUNT <small>]',
  'PING [<value>]', 'ECHO <value>', 'SELECT 0', 'CONFIG GET databases', 'NOSUCH <any>', 'EXEC', 'DISCARD', 'UNWATCH',
  '!BLPOP {<list>} <timeout>', '!BRPOP {<list>} <timeout>', '!BLMOVE <list> <list> LEFT|RIGHT LEFT|RIGHT <timeout>', '!BRPOPLPUSH <list> <list> <timeout>', '!BLMPOP <timeout> 2 <list> <list> LEFT|RIGHT [COUNT <small>]', '!BZPOPMIN {<zset>} <timeout>', '!BZPOPMAX {<zset>} <timeout>', '!BZMPOP <timeout> 2 <zset> <zset> MIN|MAX [COUNT <small>]', '!XREAD [COUNT <small>] BLOCK 1 STREAMS <stream> <id>', '!XREADGROUP GROUP <group> <consumer> BLOCK 1 STREAMS <stream> >',
  'SET <string> <value> {NX|XX|GET|KEEPTTL|PERSIST} [EX <seconds>|PXAT <whenms>] {GET|NX|KEEPTTL}', 'GETEX <string> {PERSIST|KEEPTTL} [PX <millis>|EXAT <when>|PXAT <whenms>]', 'ZADD <zset> {NX|XX|GT|LT|CH|INCR} <number> <member>', 'ZRANGE <zset> <bound> <bound> {BYSCORE|BYLEX|REV|WITHSCORES} [LIMIT <small> <index>]', 'PEXPIRE <any> <millis> {NX|XX|GT|LT}', 'PEXPIREAT <any> <whenms> [NX|XX|GT|LT]', 'EXPIREAT <any> <when> {NX|XX|GT|LT}', 'PEXPIRETIME <any>',
  '!HRANDFIELD <hash> 1000', '!ZRANDMEMBER <zset> 1000', 'ZUNION 3 <zset> <set> <zset> [WEIGHTS <number> <number> <number>] [AGGREGATE MIN|MAX|SUM] [WITHSCORES]', 'ZINTERSTORE <zset> 3 <zset> <zset> <zset> [WEIGHTS <number> <number> <number>]', 'ZUNIONSTORE <zset> 3 <zset> <zset> <set>', 'ZDIFF 3 <zset> <set> <zset> WITHSCORES', 'ZINTERCARD 2 <zset> <set> LIMIT <small>', 'SINTERSTORE <set> <set> <zset>',
  'XTRIM <stream> MAXLEN|MINID ~|= <small> [LIMIT <small>]', 'XADD <stream> [NOMKSTREAM] MAXLEN|MINID ~|= <small> [LIMIT <small>] <id> <member> <value>', 'XINFO STREAM <stream>', 'XINFO STREAM <stream> FULL COUNT <small>', 'XINFO CONSUMERS <stream> <group>', 'XPENDING <stream> <group> [IDLE 0] <from> <from> <small> [<consumer>]', 'XCLAIM <stream> <group> <consumer> 0 {<id>} [IDLE 0] [LASTID <id>] [JUSTID]', 'XSETID <stream> <id> ENTRIESADDED <small> MAXDELETEDID <id>',
  'GEOSEARCH <geo> FROMLONLAT <lonlat> BYBOX <length> <length> <unit> [ASC|DESC] [WITHDIST] [WITHHASH]', 'SORT <list> BY nosort [GET #] [STORE <list>]', 'SORT <lexset> BY nosort [DESC] [LIMIT <small> <small>]', 'SORT <texts> BY hash:*->m1 ALPHA [GET hash:*->m2]', 'LCS <hll> <string> LEN', 'OBJECT IDLETIME <geo>', 'CLIENT INFO',
  '!MOVE <any> 1', 'COPY <any> <any> DB 1 [REPLACE]', '!SWAPDB 0 1', 'DUMP <any>', '!DUMP <texts>', '!DUMP <numbers>', 'OBJECT FREQ <any>', 'TYPE <hll>', 'OBJECT ENCODING <hll>', 'RESTORE <any> <millis> <payload> [REPLACE] [ABSTTL] [IDLETIME <small>]', 'RESTORE <any> 0 <payload> [REPLACE]',
  'CLIENT SETNAME <value>', 'CLIENT GETNAME', 'CLIENT NO-EVICT ON|OFF', 'CLIENT GETREDIR', 'CLIENT TRACKINGINFO', 'CLIENT UNBLOCK <small>', 'CLIENT KILL ID 0', 'PUBLISH <value> <value>', 'PUBSUB NUMSUB <value>', 'PUBSUB CHANNELS <glob>', 'SPUBLISH <value> <value>', 'COMMAND INFO get <value>', 'SLOWLOG RESET <value>', 'LATENCY HISTORY <value>', 'LATENCY RESET <value>', 'MEMORY PURGE <value>', '!WAIT 0 <small>', 'READONLY', 'CLUSTER INFO', 'EXPIRETIME <any>',
];

const KINDS = ['string', 'hash', 'list', 'set', 'zset', 'stream'] as const;
type Kind = (typeof KINDS)[number];

/**
 * No small positive number: as a time to live it would make a reply depend on how long the run takes. And none beyond 64 bits,
 * signed or not: strtoull reports it in errno, where Redis's SORT finds it later and takes it for an error of its own.
 */
export const JUNK = ['', '-1', '0', 'abc', '1.5', 'nan', '-inf', '9223372036854775807', '-9223372036854775808', '9223372036854775808', '5000000000000', '(1', '[a', '+', '-', 'LIMIT', 'COUNT', 'WITHSCORES', 'GET', '\0\xff', ' 1', '0x1f', '1e3'];

/** Runs of a sparse HyperLogLog, in bytes: one that covers all registers, long and short ones of zeros, values. */
const RUNS = ['\x7f\xff', '\x7f\xfb', '\x60\x10', '\x05', '\x3f', '\x80', '\x8b', '\xff'];
/** What names of keys end with now and then: nothing, bytes that are no text, what a glob or a number would be, far more than usual. */
const ODD_ENDS = ['', '\0\r\n\xff', '*', '[0-2]', '-1', '9223372036854775808', '{0}', 'n'.repeat(3000)];
const VALUES = ['', 'a', 'b', 'hello world', '1', '10', '-5', '007', '3.5', '1e2', '9223372036854775807', '\0\r\n', 'é', 'x'.repeat(44), 'x'.repeat(45), 'y'.repeat(65), 'z'.repeat(300)];
const NUMBERS = ['0', '1', '-1', '0.1', '1.5', '-2.25', '3.0', '1e5', '1e-7', '1e17', '100000000000000000000', '0.30000000000000004', '12345678.9', 'inf', '-inf', '9007199254740993'];
/** What DUMP of redis-server 7.0 gives for small values of each type; one with a wrong checksum, one cut short, none. */
const PAYLOADS = [
  '0001760a009108ceb219388ace',
  '00c07b0a0048e253e1007a67b9',
  '1201020f0f00000003008161028162020301ff0a00dca1e67d50055048',
  '0b0e02000000030000000100020003000a00a5025ce26d6e4d1b',
  '020101780a00ffe880ba760c2f09',
  '1013130000000400816602817602816702817702ff0a00d9dec5c9160fb235',
  '111111000000040081610201018162020201ff0a00ba07f224a9d28f55',
  '130110000000000000000100000000000000011d1d0000000a0001010001010181660200010201000100018176020401ff0101010101000001010167000081ffffffffffffffff00000a00ff9ad34b48b268ce',
  '0001760a009108ceb219388a00',
  '0001760a009108ceb219',
  '',
].map((hex) => Buffer.from(hex, 'hex').toString('latin1'));
const BOUNDS = ['-inf', '+inf', '0', '1', '(1', '(0', '-3', '5', '(100', '1e5', '0.1', 'inf'];
const LEXES = ['-', '+', '[a', '(a', '[m3', '(m7', '[', '(', '[\xff', '[zz'];
const GLOBS = ['*', 'string:*', '*1', '?', 'm[0-3]', 'm[^0-3]*', 'zset:?', '', '\\*', '[a-'];

/** One reading of a form: choices made, repetitions and options settled, values filled in. */
export function expand(form: string, random: Random): string[] {
  const settled = form
    .replace(/\{([^}]*)\}/g, (_, part: string) => Array.from({ length: 1 + random.below(4) }, () => part).join(' '))
    .replace(/ ?\[([^\]]*)\]/g, (_, part: string) => (random.oneIn(2) ? ` ${pickAlternative(part, random)}` : ''));
  return settled
    .split(' ')
    .map((word) => (word.includes('|') ? random.pick(word.split('|')) : word))
    .flatMap((word) => (word === '<lonlat>' ? valueOf('lonlat', random).split(' ') : [word.replace(/^(#?)<(\w+)>$/, (_, hash: string, kind: string) => hash + valueOf(kind, random))]));
}

/** Of `EX <seconds>|PX <millis>` one side: here the bar parts phrases, elsewhere words. */
function pickAlternative(part: string, random: Random): string {
  return random.pick(part.split('|'));
}

function valueOf(kind: string, random: Random): string {
  switch (kind) {
    case 'value': return random.pick(VALUES);
    case 'member': return random.oneIn(8) ? random.pick(VALUES) : `m${String(random.below(random.oneIn(3) ? 200 : 12))}`;
    case 'integer': return random.oneIn(8) ? random.pick(['9223372036854775807', '-9223372036854775808', '9223372036854775806']) : String(random.below(200) - 100);
    case 'number': return random.pick(NUMBERS);
    case 'index': return String(random.below(24) - 12);
    case 'small': return String(random.below(12));
    case 'offset': return String(random.below(80));
    // So short that both servers answer at the same point: nobody else writes.
    case 'timeout': return random.oneIn(8) ? random.pick(['-1', 'x', '0.0005']) : '0.001';
    case 'payload': return random.pick(PAYLOADS);
    case 'seconds': return random.oneIn(8) ? random.pick(['0', '-1']) : String(100_000 + random.below(100_000));
    case 'millis': return random.oneIn(8) ? random.pick(['0', '-1']) : String(100_000_000 + random.below(100_000_000));
    case 'when': return random.oneIn(8) ? '1' : String(4_102_444_800 + random.below(1000));
    case 'whenms': return random.oneIn(8) ? '1' : String(4_102_444_800_000 + random.below(1_000_000));
    case 'bound': return random.pick(BOUNDS);
    case 'lex': return random.pick(LEXES);
    case 'group': return random.pick(['g', 'h']);
    case 'consumer': return random.pick(['alice', 'bob', 'carol']);
    case 'glob': return random.pick(GLOBS);
    case 'id': return random.oneIn(12) ? random.pick(['0-0', '0', 'abc', '1-', '-1', '5-*']) : `${String(random.below(40))}-${String(random.below(3))}`;
    case 'from': return random.pick(['-', '+', '5', '(5', '20-1', '(7-0', '0', '100']);
    case 'width': return random.pick(['u1', 'u4', 'u8', 'i8', 'i5', 'u16', 'i32', 'u63', 'i64', 'u64']);
    // Within the header, or whole runs: of one that is cut off Redis reads on behind the end of the string.
    case 'header': return String(4 + random.below(12));
    case 'byte': return String.fromCharCode(random.below(256));
    case 'runs': return `HYLL\x01${'\0'.repeat(11)}${Array.from({ length: random.below(5) }, () => random.pick(RUNS)).join('')}`;
    case 'hll': return `hll:${String(random.below(3))}`;
    // The C library and V8 differ in the last bit of a sine: stored distances (geo:distances) are compared by their order only.
    case 'geo': return `geo:${String(random.below(2))}`;
    case 'unit': return random.pick(['m', 'km', 'mi', 'ft']);
    case 'length': return random.pick(['0', '1', '500', '1234.5', '100000', '3000000', '7000', '12000', '1e8']);
    // No two places alike: equally distant ones come in the order of a sort that is not stable.
    case 'lonlat': return `${(random.below(360_000_001) / 1e6 - 180).toFixed(6)} ${(random.below(170_000_001) / 1e6 - 85).toFixed(6)}`;
    // Sorted are keys that are never sets: among equals the order of a set shows through.
    case 'texts': return `texts:${String(random.below(2))}`;
    case 'numbers': return `numbers:${String(random.below(2))}`;
    // A range by name is defined for equal scores only.
    case 'lexset': return `lex:${String(random.below(2))}`;
    case 'any': return keyOf(random.pick(KINDS), random);
    default: return keyOf(kind as Kind, random);
  }
}

function keyOf(kind: Kind, random: Random): string {
  // Now and then a key of another type.
  const shown = random.oneIn(25) ? random.pick(KINDS) : kind;
  if (random.oneIn(200)) return '';
  return `${shown}:${random.oneIn(10) ? random.pick(ODD_ENDS) : String(random.below(3))}`;
}
