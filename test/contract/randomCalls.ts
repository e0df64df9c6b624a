import { createHash } from 'node:crypto';
import type { Random } from '../support/random.ts';
import { FORMS, JUNK, expand } from './randomForms.ts';
import type { Rule, Step } from './script.ts';

/** One call with the way in which its replies are compared. */
interface Call {
  readonly name: string;
  readonly args: readonly Buffer[];
  readonly rule: Rule;
}

/** What is made of several calls, or of a call within another. */
interface Compound {
  /** The command that has to be there. */
  readonly needs: string;
  /** How often it is chosen, beside 1 for each form. */
  readonly weight: number;
  /** `plain`: a random call of a form; `exact`: one whose replies are the same on both servers. */
  make(random: Random, from: { plain(): Call; exact(): Call }): readonly Step[];
}

const EXACT: Rule = { kind: 'exact' };
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const words = (line: string): Buffer[] => line.split(' ').map(bytes);
const step = (args: readonly Buffer[], rule: Rule = EXACT): Step => ({ do: 'call', args, rule });
const stepOf = ({ args, rule }: Call): Step => step(args, rule);

/** Scripts around a call: of any kind; of one whose reply is the same on both servers where it goes into another; of one without maps. */
const SCRIPTS: readonly { readonly text: string; readonly takes: 'any' | 'exact' | 'flat' }[] = [
  { text: 'return redis.call(unpack(ARGV))', takes: 'any' },
  { text: 'return redis.pcall(unpack(ARGV))', takes: 'any' },
  { text: 'redis.setresp(3); return redis.call(unpack(ARGV))', takes: 'flat' },
  { text: 'redis.setresp(3); return cjson.encode(redis.pcall(unpack(ARGV)))', takes: 'flat' },
  { text: "local r = redis.pcall(unpack(ARGV)); return type(r) == 'table' and (r.err or r.ok or #r) or tostring(r)", takes: 'exact' },
  { text: 'return cjson.encode(redis.pcall(unpack(ARGV)))', takes: 'exact' },
  { text: 'return cmsgpack.pack(redis.pcall(unpack(ARGV)))', takes: 'exact' },
  { text: "local r = redis.call(unpack(ARGV)); return {r, redis.call('DBSIZE'), KEYS[1] or false, #ARGV, 3.99}", takes: 'exact' },
  { text: 'return redis.status_reply(tostring(redis.call(unpack(ARGV))):sub(1, 5))', takes: 'exact' },
];

/** Commands that answer maps in RESP3, of which a script makes tables: those have an order of their own. */
const MAPS: ReadonlySet<string> = new Set(['XINFO', 'XREAD', 'XREADGROUP', 'COMMAND', 'CONFIG', 'LCS', 'MEMORY', 'CLIENT', 'SLOWLOG']);

function flat(exact: () => Call): Call {
  for (;;) {
    const call = exact();
    if (!MAPS.has(call.name)) return call;
  }
}

function script(random: Random, { plain, exact }: { plain(): Call; exact(): Call }): readonly Step[] {
  const chosen = random.pick(SCRIPTS);
  const call = chosen.takes === 'any' ? plain() : chosen.takes === 'exact' ? exact() : flat(exact);
  const sha = createHash('sha1').update(chosen.text).digest('hex');
  const [command, code] = random.pick([['EVAL', chosen.text], ['EVAL', chosen.text], ['EVAL_RO', chosen.text], ['EVALSHA', sha], ['EVALSHA_RO', sha]] as const);
  const keys = random.oneIn(3) ? [bytes('1'), bytes('string:0')] : [bytes('0')];
  // A table is printed by its address.
  const rule = chosen.text.includes('tostring(redis.call') ? ({ kind: 'shape' } as const) : call.rule;
  return [step([bytes(command), bytes(code), ...keys, ...call.args], rule)];
}

const ACL_RULES = words(
  'on off reset resetkeys allkeys ~string:* ~hash:? %R~hash:* %W~set:* %RW~* &chan* allchannels resetchannels +@all -@all allcommands nocommands +get -set +@read -@write -@dangerous +config|get -config|set +config +select|1 +nosuch -@nosuch clearselectors >pw <pw <none nopass resetpass #abc ~ % bogus +client -client|id +@string',
);
const SELECTORS = ['(+get ~a*)', '(+@read %R~string:*)', '(~x', '(+set)', '()'].map(bytes);

function acl(random: Random, { plain }: { plain(): Call }): readonly Step[] {
  const user = bytes(random.pick(['u0', 'u1']));
  const rules = Array.from({ length: random.below(5) }, () => random.pick(random.oneIn(6) ? SELECTORS : ACL_RULES));
  switch (random.below(6)) {
    case 0: case 1: return [step([...words('ACL SETUSER'), user, ...rules]), step([...words('ACL GETUSER'), user], { kind: 'words', anyOrder: true })];
    case 2: return [step(words('ACL LIST'), { kind: 'words', anyOrder: true })];
    case 3: return random.oneIn(3) ? [step([...words('ACL DELUSER'), user])] : [step(words('ACL USERS'))];
    default: return [step([...words('ACL DRYRUN'), user, ...plain().args])];
  }
}

const on = (client: string, args: readonly Buffer[], { rule = EXACT, replies = 1, blocks = false }: { rule?: Rule; replies?: number; blocks?: boolean } = {}): Step =>
  ({ do: 'on', client, args, replies, blocks, rule });

/** A client that waits, what another does about it, and what the first then hears. */
function waiting(random: Random, { plain }: { plain(): Call }): readonly Step[] {
  const [wait, ...push] = random.pick([
    ['BLPOP wait 0', 'RPUSH wait {<value>}'], ['BRPOP <list> wait 0', 'LPUSH wait {<value>}'], ['BLMPOP 0 2 wait wait LEFT COUNT <small1>', 'RPUSH wait {<value>}'], ['BLMOVE wait <list> LEFT RIGHT 0', 'RPUSH wait {<value>}'],
    ['BRPOPLPUSH wait wait 0', 'RPUSH wait {<value>}'], ['BZPOPMIN wait 0', 'ZADD wait {<number> <member>}'], ['BZMPOP 0 1 wait MAX COUNT <small1>', 'ZADD wait {<number> <member>}'], ['XREAD COUNT <small1> BLOCK 0 STREAMS wait $', 'XADD wait 1-1 <member> <value>'],
    ['BLPOP wait 0', 'SADD <set> z', 'SORT <set> BY nosort STORE wait', 'RPUSH wait a'], ['BLPOP wait 0', 'MULTI', 'RPUSH wait a', 'DEL wait', 'RPUSH wait b c', 'EXEC'], ['BZPOPMAX wait 0', 'ZADD <zset> 1 a', 'RENAME <zset> wait', 'ZADD wait 1 a'],
  ]);
  const args = (form: string): Buffer[] => expand(form.replace('<small1>', String(1 + random.below(3))), random).map(bytes);
  const first = args(wait ?? '');
  const other = first[0]?.toString() === 'BRPOP' ? [step([bytes('DEL'), first[1] ?? bytes('')])] : [];
  // What is still blocked then is let go, so that there is a reply to hear in any case.
  return [step(words('DEL wait')), ...other, on('w', first, { replies: 0, blocks: true }), ...push.map((form) => step(args(form))), step(words('CLIENT UNBLOCK ID:w')), on('w', []), stepOf(plain())];
}

/** Calls of a user who may do some of them. */
function restricted(random: Random, { plain }: { plain(): Call }): readonly Step[] {
  const rules = Array.from({ length: 1 + random.below(4) }, () => random.pick(words('+@all -@all +get +@read -@write ~* ~string:* %R~* resetkeys &* -set +@string +@hash -@dangerous allkeys -config|set')));
  const as = random.pick(['u0', 'u1']);
  return [
    step([...words(`ACL SETUSER ${as} on nopass`), ...rules]),
    on('r', words(`AUTH ${as} x`)),
    ...Array.from({ length: 1 + random.below(4) }, () => {
      const { args, rule } = plain();
      return on('r', args, { rule });
    }),
  ];
}

const KEYS = ['string', 'hash', 'list', 'set', 'zset', 'stream', 'hll', 'geo', 'lex'].flatMap((kind) => [0, 1, 2].map((number) => `${kind}:${String(number)}`));

function transaction(random: Random, { plain, exact }: { plain(): Call; exact(): Call }): readonly Step[] {
  const watching = random.oneIn(3);
  return [
    ...(watching ? [step(words(`WATCH ${KEYS.join(' ')}`)), stepOf(plain())] : []),
    step(words('MULTI')),
    // What is queued is answered by QUEUED, or by the error that spoils the transaction; the rest by EXEC.
    ...Array.from({ length: 1 + random.below(5) }, () => step(exact().args)),
    step(words(random.oneIn(8) ? 'DISCARD' : 'EXEC')),
  ];
}

/** A key that lives for some ms, so many that none is over within the command itself, and a longer pause of both servers. */
function expiring(random: Random): readonly Step[] {
  const form = random.pick(['PEXPIRE <any> 4', 'SET <string> <value> PX 4', 'PSETEX <string> 4 <value>', 'GETEX <string> PX 4']);
  return [step(expand(form, random).map(bytes)), step(words('DEBUG SLEEP 0.006'))];
}

/** Some calls, and what they count; a scan among them would take as many calls as the order of a hash table makes it. */
function counting(random: Random, { plain }: { plain(): Call }): readonly Step[] {
  const equal = ['keyspace_hits', 'keyspace_misses', 'expired_keys', 'total_error_replies', 'evicted_keys'];
  return [step(words('CONFIG RESETSTAT')), ...Array.from({ length: 2 + random.below(8) }, () => stepOf(plain())), step(words('INFO stats'), { kind: 'fields', present: [], equal })];
}

const LIMITS = ['hash-max-listpack-entries', 'hash-max-listpack-value', 'set-max-intset-entries', 'zset-max-listpack-entries', 'zset-max-listpack-value', 'stream-node-max-entries', 'hll-sparse-max-bytes'] as const;
const DEFAULTS = 'CONFIG SET hash-max-listpack-entries 512 hash-max-listpack-value 64 set-max-intset-entries 512 zset-max-listpack-entries 128 zset-max-listpack-value 64 stream-node-max-entries 100 hll-sparse-max-bytes 3000';

const LIBRARIES = [
  '#!lua name=one\nredis.register_function("call", function(keys, args) return redis.call(unpack(args)) end)\nredis.register_function{function_name="read", callback=function(keys, args) return redis.pcall(unpack(args)) end, flags={"no-writes"}}',
  '#!lua name=two\nlocal count = 0\nredis.register_function("count", function(keys, args) count = count + 1; return {count, #keys, #args} end)',
  '#!lua name=one\nredis.register_function("other", function(keys, args) return {ok=args[1]} end)',
  '#!lua name=bad\nredis.register_function("call", function() end) nonsense(',
  '#!lua\nreturn 1',
];

function library(random: Random, { exact }: { exact(): Call }): readonly Step[] {
  const fcall = random.pick(['FCALL', 'FCALL', 'FCALL_RO']);
  switch (random.below(8)) {
    case 0: return [step([...words(`FUNCTION LOAD${random.oneIn(2) ? ' REPLACE' : ''}`), bytes(random.pick(LIBRARIES))])];
    case 1: return [step(words(random.pick(['FUNCTION DELETE one', 'FUNCTION DELETE two', 'FUNCTION FLUSH', 'FUNCTION STATS', 'FUNCTION LIST LIBRARYNAME t*', 'FUNCTION LIST LIBRARYNAME two WITHCODE'])))];
    case 2: return [step(words(`${fcall} count ${random.pick(['0', '1 a', '2 a b c', '3 a', '-1', 'x'])}`))];
    case 3: return [step(words(`${fcall} other 0 ${random.pick(['x', 'y'])}`))];
    default: return [step([...words(`${fcall} ${random.pick(['call', 'call', 'read'])} 0`), ...exact().args])];
  }
}

/** Invalidations come as messages of RESP3, which are compared at the end of a session. */
function tracking(random: Random): readonly Step[] {
  const mode = random.pick(['ON', 'ON', 'ON BCAST', 'ON BCAST PREFIX string: PREFIX hash:', 'ON OPTIN', 'ON OPTOUT', 'ON NOLOOP', 'OFF', 'OFF']);
  return [step(words(random.oneIn(3) ? `CLIENT CACHING ${random.pick(['YES', 'NO'])}` : `CLIENT TRACKING ${mode}`))];
}

const COMPOUNDS: readonly Compound[] = [
  { needs: 'COMMAND', weight: 6, make: (random, { plain }) => [step([...words(`COMMAND ${random.pick(['GETKEYS', 'GETKEYSANDFLAGS'])}`), ...plain().args])] },
  { needs: 'MULTI', weight: 4, make: transaction },
  { needs: 'DEBUG', weight: 5, make: expiring },
  { needs: 'EVAL', weight: 16, make: script },
  { needs: 'ACL', weight: 8, make: acl },
  { needs: 'CONFIG', weight: 2, make: (random) => [step(words(`CONFIG SET ${random.pick(LIMITS)} ${random.pick(['0', '1', '4', '16', '64', '600'])}`))] },
  { needs: 'DEBUG', weight: 3, make: (random) => [step([...words('DEBUG DIGEST-VALUE'), ...expand('{<any>}', random).map(bytes)])] },
  { needs: 'FUNCTION', weight: 5, make: library },
  { needs: 'CLIENT', weight: 3, make: tracking },
  { needs: 'DEBUG', weight: 1, make: () => [step(words('DEBUG RELOAD'))] },
  { needs: 'BLPOP', weight: 4, make: waiting },
  { needs: 'ACL', weight: 3, make: restricted },
  { needs: 'HELLO', weight: 1, make: (random) => [step(words(random.pick(['HELLO 2', 'HELLO 3', 'HELLO 3 SETNAME x', 'HELLO 3 AUTH default x', 'HELLO', 'HELLO 4', 'HELLO 3 AUTH nobody x'])), { kind: 'entries', names: ['server', 'version', 'proto', 'mode', 'role'] }), step(words('CLIENT GETNAME'))] },
  { needs: 'INFO', weight: 2, make: counting },
  { needs: 'INFO', weight: 1, make: () => [step(words('INFO errorstats'))] },
];

/** The names of the commands of all forms, upper case, once each. */
export function randomCommandNames(): string[] {
  return [...new Set([...FORMS.map(nameOf), ...COMPOUNDS.map(({ needs }) => needs)])];
}

/** Steps from a source until there are at least so many. */
export function takeSteps(next: () => readonly Step[], count: number): readonly Step[] {
  const steps: Step[] = [];
  while (steps.length < count) steps.push(...next());
  return steps;
}

/** What undoes all that a session leaves behind beside its keys. */
export function openingSteps(known: ReadonlySet<string>): readonly Step[] {
  return [DEFAULTS, 'CONFIG RESETSTAT', 'SCRIPT FLUSH', 'FUNCTION FLUSH', 'ACL DELUSER u0 u1'].filter((line) => known.has(line.split(' ', 1)[0] ?? '')).map((line) => step(words(line)));
}

/** Looks at everything that a session leaves. */
export function closingSteps(known: ReadonlySet<string>): readonly Step[] {
  // Stored distances differ in their last digit: see `geo` in randomForms.ts.
  return known.has('DEBUG') ? ['DISCARD', 'DEL geo:distances', 'SELECT 1', 'DEL geo:distances', 'SELECT 0', 'DEBUG DIGEST'].map((line) => step(words(line))) : [];
}

/** Makes random steps of the commands in `known`, one or some that belong together; about one call in twelve is spoiled. */
export function createCalls(random: Random, known: ReadonlySet<string>): () => readonly Step[] {
  const forms = FORMS.filter((form) => known.has(nameOf(form)));
  const compounds = COMPOUNDS.filter(({ needs }) => known.has(needs)).flatMap((compound) => Array.from({ length: compound.weight }, () => compound));
  const plain = (): Call => {
    for (;;) {
      const form = random.pick(forms);
      if (!form.includes('CURSOR')) return callOf(form, random);
    }
  };
  const exact = (): Call => {
    for (;;) {
      const call = plain();
      if (call.rule.kind === 'exact') return call;
    }
  };
  return () => {
    const chosen = random.pick([...forms, ...compounds]);
    return typeof chosen === 'string' ? [scanOf(chosen, random) ?? stepOf(callOf(chosen, random))] : chosen.make(random, { plain, exact });
  };
}

function callOf(form: string, random: Random): Call {
  const fixed = form.startsWith('!');
  const args = expand(fixed ? form.slice(1) : form, random).map(bytes);
  return { name: nameOf(form), args: !fixed && random.oneIn(12) ? spoil(args, random) : args, rule: ruleOf(form) };
}

function scanOf(form: string, random: Random): Step | undefined {
  if (!form.includes('CURSOR')) return undefined;
  const args = expand(form.slice(1), random).map(bytes);
  const name = nameOf(form);
  return { do: 'scan', args, at: args.findIndex((word) => word.toString() === 'CURSOR'), width: name === 'HSCAN' || name === 'ZSCAN' ? 2 : 1 };
}

function nameOf(form: string): string {
  return /^!?(\w+)/.exec(form)?.[1] ?? '';
}

/** Hash tables are walked in an order of their own; time moves between the two servers. By the first words of a form. */
const RULES: readonly (readonly [forms: RegExp, rule: Rule])[] = [
  [/^!?HGETALL/, { kind: 'unordered', width: 2 }],
  [/^!?(SMEMBERS|SUNION|SINTER|SDIFF|HKEYS|HVALS|KEYS|SPOP|SRANDMEMBER|HRANDFIELD|ZRANDMEMBER)\b/, { kind: 'unordered', width: 1 }],
  [/^!?(TTL|EXPIRETIME|OBJECT IDLETIME)/, { kind: 'near', slack: 2 }],
  [/^!?(PTTL|PEXPIRETIME|XINFO CONSUMERS|XPENDING <stream> <group> \[IDLE)/, { kind: 'near', slack: 2000 }],
  [/^XINFO STREAM <stream> FULL/, { kind: 'near', slack: 2000 }],
  // The key may be a set.
  [/^SORT <list> BY nosort/, { kind: 'unordered', width: 1 }],
  [/^DUMP/, { kind: 'shape' }],
  [/^CLIENT INFO/, { kind: 'fields', present: [], equal: ['name', 'db', 'sub', 'psub', 'multi', 'flags', 'resp', 'cmd', 'user', 'redir'] }],
];

function ruleOf(form: string): Rule {
  return RULES.find(([forms]) => forms.test(form))?.[1] ?? EXACT;
}

/** A call with one slip: an argument missing, doubled, replaced, added, or in another case. */
function spoil(args: readonly Buffer[], random: Random): Buffer[] {
  const at = random.below(args.length);
  const junk = bytes(random.pick(JUNK));
  switch (random.below(5)) {
    case 0: return at === 0 ? [...args] : args.filter((_, i) => i !== at);
    case 1: return at === 0 ? [...args] : [...args.slice(0, at), args[at] ?? junk, ...args.slice(at)];
    case 2: return at === 0 ? [...args] : args.with(at, junk);
    case 3: return [...args, junk];
    default: return args.map((word, i) => (i === 0 || /^[A-Z]+$/.test(word.toString('latin1')) ? bytes(word.toString('latin1').toLowerCase()) : word));
  }
}
