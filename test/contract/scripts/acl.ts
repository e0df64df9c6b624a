import { call, each, entries, fields, hear, help, on, other, shape, unordered, words, type Script, type Step } from '../script.ts';

/** What an entry of ACL LOG has that no clock and no address decides. */
const LOGGED = 'count reason context object username';

/** A users' script: it begins with an empty log, and what it makes is gone when it ends. */
function users(name: string, made: string, steps: readonly (string | Step)[]): Script {
  return { name: `acl: ${name}`, steps: [`ACL DELUSER nobody ${made}`, 'ACL LOG RESET', ...steps, words('ACL LIST'), other(`ACL DELUSER nobody ${made}`), other('ACL USERS')] };
}

const categories = 'keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking dangerous connection transaction scripting'.split(' ');

/** Rules one by one on one user, who is looked at after each. */
const oneByOne = (name: string, rules: readonly string[]): (string | Step)[] => rules.flatMap((rule) => [`ACL SETUSER ${name} ${rule}`, words(`ACL GETUSER ${name}`)]);

/** A call of another client than the first. */
const by = (client: string, step: Step): Step => (step.do === 'call' ? { ...step, do: 'on', client, replies: 1, blocks: false } : step);

/** The same calls tried for a user. */
const tryAll = (name: string, calls: readonly string[]): string[] => calls.map((one) => `ACL DRYRUN ${name} ${one}`);

export const acl: readonly Script[] = [
  {
    name: 'acl: categories and names',
    steps: [
      'ACL CAT', ...categories.map((name) => words(`ACL CAT ${name}`, true)), words('ACL CAT READ', true), 'ACL CAT nosuch', 'ACL CAT @read', 'ACL CAT ""', call('ACL', 'CAT', 'x\0y'), call('ACL', 'CAT', Buffer.from([255])), 'ACL CAT read write', 'ACL WHOAMI', 'ACL WHOAMI x', 'ACL USERS', 'ACL USERS x', 'ACL LIST', 'ACL LIST x', 'ACL GETUSER default', 'ACL GETUSER nobody', 'ACL GETUSER', 'ACL GETUSER default x', 'ACL GETUSER DEFAULT',
      'ACL', 'ACL BOGUS', 'ACL BOGUS x', help('ACL HELP'), 'ACL HELP x', 'ACL LOAD', 'ACL SAVE', 'ACL LOAD x', 'ACL SAVE x', 'ACL DELUSER', 'ACL DELUSER nobody', 'ACL DELUSER nobody default', 'ACL DELUSER default', 'ACL SETUSER', unordered('CONFIG GET acl*', 2), 'CONFIG SET acl-pubsub-default maybe', 'CONFIG SET acllog-max-len -1', 'CONFIG SET aclfile x',
    ],
  },
  {
    name: 'acl: GENPASS',
    steps: [
      shape('ACL GENPASS'), shape('ACL GENPASS 5'), 'ACL GENPASS 0', 'ACL GENPASS -1', 'ACL GENPASS 4097', 'ACL GENPASS x', 'ACL GENPASS ""', 'ACL GENPASS 1 2', 'ACL GENPASS 99999999999999999999',
      ...[1, 4, 5, 256, 4095, 4096].map((bits) => shape(`ACL GENPASS ${String(bits)}`)),
    ],
  },
  users('flags and passwords', 'u v', oneByOne('u', [
    '', 'on', 'OFF', 'nopass', '>secret', '>secret', '>other', '<secret', 'resetpass', '>a >b >c <b', '#9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', '#9F86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', '#9f86', '#', '!9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', '!9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', '!x', '<nosuch', '>', '<', 'skip-sanitize-payload', 'sanitize-payload',
    'nopass on', 'reset', 'on nopass >x reset on', '""', '"" "" on', '"on\\x00y"', '"of\\x00f"', 'on>x', 'ON>', '">a b"', 'On NoPass', '">bin\\x00\\xff"', '"<bin\\x00\\xff"',
  ])),
  users('keys', 'u', oneByOne('u', [
    '~a', '~b* ~c?', '~a', '%R~r', '%W~w', '%RW~rw', '%WR~wr', '%r~lower', '%w~lower', '%w~r', '%R~a', '%R', '%', '%~x', '%x', '%RR~x', '%RWR~x', '%X~x', '%R~', '%W~%R~x', '~', '"~a b"', '"~tab\\t"', '"~zero\\x00"', '"%R~a b"', '"~\\xff\\x80"', 'allkeys', '~x', '~*', '%R~x', '%RW~*', 'resetkeys', '%RW~*', '~*', 'RESETKEYS', 'AllKeys', 'resetkeys ~a allkeys ~b', 'resetkeys ~a resetkeys ~b', '~**', 'keys', 'resetkeys %R~* %W~*',
  ])),
  users('channels', 'u', oneByOne('u', [
    '&a', '&b* &c?', '&a', '&', '"&a b"', '"&zero\\x00"', '"&\\xff"', 'allchannels', '&x', '&*', 'resetchannels', '&*', 'RESETCHANNELS', 'AllChannels', 'resetchannels &a allchannels &b', 'resetchannels &a resetchannels &b', '&**', 'reset',
  ])),
  users('commands', 'u', oneByOne('u', [
    '+get', '+GET', '-get', '+set +get -set', '+config', '-config|get', '+config|get', '-config', '+config|get', '+CONFIG|Set', '+config|nosuch', '-config|nosuch', '+config|', '-config|', '+config|get|x', '-config|get|x', '+nosuch', '-nosuch', '+', '-', '+|', '+|x', '-|x', '+get|', '+get|x', '+get|X', '+GET|y', '-get', '+get|x +get', '-get|x', '+get|x|y', '+@', '-@', '+@nosuch', '+@read', '-@read', '+@READ', 'get', '+ get', '"+get "', '"+get\\x00x"', '"+get|a\\x00b"', 'allcommands', 'nocommands', '+@all', '-@all', 'ALLCOMMANDS', '+@ALL', '-@ALL', 'NoCommands',
    '+client|id +client|list', '+client', '-client|kill', '+debug|object', '-debug', '+select|0 +select|1', '-select', '+@connection -client', '+acl|whoami', '+command', '+command|count', '-command|count', '+xinfo|stream -xinfo', '+object|help',
  ])),
  users('the text of rules', 'u', oneByOne('u', [
    ...categories.flatMap((name) => [`-@all +@${name}`, `+@all -@${name}`]),
    '-@all +@transaction +@hyperloglog', '+@all -@transaction -@hyperloglog', '-@all +@blocking +@geo', '-@all +@read +@write', '-@all +@read -@write', '-@all +@read -get -mget', '-@all +@read +set', '+@all -@dangerous', '+@all -@dangerous +keys', '+@all -@admin -flushall', '+@all -get', '+@all -config', '+@all -config|get', '+@all -config +config|get', '-@all +@fast -@write', '-@all +@slow -@fast', '+@all -@slow', '+@all -@fast', '+@all -@fast -@slow', '-@all +@fast +@slow', '+@all -@read +get', '-@all +@set +@hash -sadd -hset', '-@all +@string +@bitmap', '+@all -@string -@bitmap', '-@all +@pubsub +@transaction', '-@all +@keyspace -@dangerous', '-@all +@scripting +@blocking', '-@all +select|0 +@read -@all +select|1', '-@all +@connection +select|0 -select +select|1', '+@all -@all +get|x +@string', '-@all +@admin +@dangerous -config',
  ])),
  users('selectors', 'u v', [
    ...oneByOne('u', [
      '(+get ~a)', '(+set ~b', '(+set ~b )', '( +set ~b )', '(+set "~b"', '"(+set" "~b)"', '()', '"( )"', '(on)', '(nopass)', '(>x)', '(+nosuch)', '(~* ~x)', '(&* &x)', '(%x)', '(clearselectors)', '(reset)', '(allkeys allcommands', '"(allkeys" "allcommands" ")"', '(+get', '+get (+set', '(a (b', '(a (b )', '(~a (~b )', '(+get ~x) (+set ~y) (+del ~z)', '+get) x', ')', '"(+get ~x" "+set" "~y)"', '"(+get \\"~a b\\")"', '"(+get \\"~a\\")"', '"(+get \\"~a)"', "\"(+get '~a')\"", '"(+get\\t~a)"', '(+get|x ~a)', 'clearselectors', '(+@all -@dangerous ~*)', '(%R~r %W~w &c +@read)', 'CLEARSELECTORS', '(-@all)', '((+get))', '(+get))', 'reset',
    ]),
    'ACL SETUSER v on nopass +get ~g* (+set ~s* &s) (+@read %R~r* &r) (+publish &p*)', words('ACL GETUSER v'),
    ...tryAll('v', ['get g', 'get s', 'get r', 'set s 1', 'set g 1', 'set r 1', 'mget r1 r2', 'mget r1 g', 'mget g', 'publish p1 x', 'publish s x', 'publish r x', 'set s 1 get', 'getset s 1', 'del g', 'ping', 'get', 'nosuch', 'config get x', 'subscribe r', 'psubscribe r', 'psubscribe p*']),
  ]),
  users('DRYRUN', 'u v w', [
    'ACL SETUSER u on nopass +@all -@admin +select|0 -select +select|1 ~k* %R~r* %W~w* &c* &d',
    ...tryAll('u', [
      'get k1', 'GET x', 'get r1', 'get w1', 'set k1 v', 'set r1 v', 'set w1 v', 'set w1 v get', 'set k1 v GET', 'getset w1 v', 'getdel w', 'append w v', 'append r v', 'incr w', 'incr k', 'setrange w 0 a', 'strlen w', 'strlen r', 'exists w r k', 'exists x', 'type w', 'ttl w', 'del w', 'del r', 'unlink w k', 'del w x', 'rename w k', 'rename k w', 'rename r w', 'copy r w', 'copy w r', 'copy r r', 'mget k r', 'mget k w', 'mget k x y', 'mset w 1 k 2', 'mset w 1 r 2', 'msetnx w 1', 'lpush w a', 'lpop w', 'lpop k', 'rpoplpush k w', 'lmove r w left right', 'blpop k 0', 'blpop r 0', 'lmpop 1 k left', 'lmpop 1 x left', 'lmpop 2 k x left', 'lmpop 0 k left', 'lmpop x k left', 'blmpop 0 1 w left',
      'sinterstore w r k', 'sinterstore w w', 'sunionstore w r', 'sinter r k', 'sinter r w', 'smove k w m', 'sintercard 1 r', 'sintercard 1 w', 'zadd w 1 a', 'zrange r 0 -1', 'zrangestore w r 0 -1', 'zunionstore w 1 r', 'zunionstore w 1 x', 'zunionstore r 1 r', 'zunion 2 r k', 'zunion 2 r x', 'zdiff 1 w', 'zmpop 1 k min', 'bzmpop 0 1 k min', 'bitop and w r', 'bitop and w w', 'bitfield r get u8 0', 'bitfield r set u8 0 1', 'bitfield k set u8 0 1', 'bitfield w set u8 0 1', 'bitfield_ro r get u8 0', 'pfadd w a', 'pfcount r', 'pfcount k', 'pfmerge w r', 'pfmerge k r', 'geoadd w 1 1 a', 'geosearchstore w r fromlonlat 1 1 byradius 1 m', 'georadius r 1 1 1 m', 'georadius r 1 1 1 m store w', 'georadius r 1 1 1 m store r', 'georadius r 1 1 1 m store x', 'georadiusbymember r m 1 m storedist w',
      'xadd w * a b', 'xread streams r 0', 'xread streams w 0', 'xread streams x 0', 'xread count 1 streams r k 0 0', 'xread streams r', 'xreadgroup group g c streams k 0', 'xreadgroup group g c streams x 0', 'xgroup create w g 0', 'xgroup create r g 0', 'xinfo stream r', 'xinfo stream w', 'xack w g 1', 'sort r', 'sort r store w', 'sort r store r', 'sort w', 'sort r by x* get y*', 'sort_ro r', 'sort_ro x', 'object encoding w', 'object encoding x', 'memory usage r', 'memory usage x', 'eval "return 1" 1 k', 'eval "return 1" 1 x', 'eval "return 1" 0', 'eval "return 1" x', 'eval "return 1" 5 k', 'eval_ro "return 1" 1 r', 'eval_ro "return 1" 1 w', 'evalsha x 1 r', 'fcall f 1 k', 'fcall f 1 r', 'watch r', 'watch x', 'touch x', 'dump r', 'dump w', 'restore w 0 x', 'restore r 0 x', 'migrate h 1 k 0 1', 'migrate h 1 x 0 1', 'migrate h 1 "" 0 1 keys k x', 'expire w 1', 'expire r 1', 'getex w', 'getex k', 'hset w f v', 'hget r f', 'hstrlen w f', 'hrandfield r', 'lcs r k', 'lcs r w', 'substr r 0 1', 'scan 0', 'keys *', 'dbsize', 'flushall', 'randomkey', 'swapdb 0 1', 'move k 1', 'move r 1', 'persist w',
      'publish c1 x', 'publish d x', 'publish e x', 'spublish c x', 'spublish e x', 'subscribe c d', 'subscribe c e d', 'ssubscribe c', 'ssubscribe e', 'psubscribe c*', 'psubscribe c', 'psubscribe d', 'psubscribe *', 'unsubscribe e', 'punsubscribe *', 'sunsubscribe e', 'pubsub channels',
      'select 1', 'select 0', 'select', 'SELECT 1', 'config get x', 'config', 'config nosuch', 'config set a b', 'client id', 'client list', 'client kill x', 'acl whoami', 'acl setuser x', 'auth x', 'auth x y', 'hello', 'hello 3', 'quit', 'reset', 'ping', 'command', 'command count', 'command docs', 'client|id', 'nosuch', '""', 'multi', 'exec', 'debug object k', 'debug', 'shutdown', 'monitor', 'lolwut', 'time',
    ]),
    'ACL DRYRUN', 'ACL DRYRUN u', 'ACL DRYRUN nobody get k', 'ACL DRYRUN nobody nosuch', 'ACL DRYRUN default get', 'ACL DRYRUN default get x', 'ACL DRYRUN default set a b', call('ACL', 'DRYRUN', 'u', 'get', 'x\0y'), call('ACL', 'DRYRUN', 'u', 'get', 'x\r\ny'), call('ACL', 'DRYRUN', 'u', 'get', Buffer.from([0x78, 0xff])), call('ACL', 'DRYRUN', 'x\0y', 'get', 'x'), call('ACL', 'DRYRUN', 'u', 'ge\0t', 'x'), call('ACL', 'DRYRUN', 'u', 'select', '1\0x'),
    'ACL SETUSER v +@all allkeys', ...tryAll('v', ['get x', 'subscribe x', 'publish x y']), 'ACL SETUSER v -@all +get|x ~*', ...tryAll('v', ['get x', 'get X', 'get y', 'get x y']),
  ]),
  users('names', '"" a b B \\xff "x:y"', [
    'ACL SETUSER ""', 'ACL SETUSER b', 'ACL SETUSER a', 'ACL SETUSER B', 'ACL SETUSER "\\xff"', 'ACL SETUSER x:y', 'ACL SETUSER "a b"', 'ACL SETUSER "a\\tb"', call('ACL', 'SETUSER', 'a\0b'), 'ACL USERS', 'ACL LIST', 'ACL GETUSER ""', 'ACL GETUSER A', 'ACL DELUSER "" b b nobody', 'ACL USERS', 'ACL SETUSER a on +nosuch', 'ACL SETUSER c on +nosuch', 'ACL USERS', 'ACL GETUSER a', call('ACL', 'SETUSER', 'a', 'b\r\nc'), call('ACL', 'SETUSER', 'a', 'b\0c'), call('ACL', 'DELUSER', 'default\0x'), 'ACL DELUSER "\\xff"',
  ]),
  users('acl-pubsub-default', 'u v w', [
    'ACL SETUSER u', 'CONFIG SET acl-pubsub-default allchannels', 'ACL SETUSER v (+get) (resetchannels)', 'ACL LIST', 'ACL SETUSER v reset', 'ACL GETUSER v', 'ACL SETUSER u (+get)', 'ACL GETUSER u', 'ACL SETUSER w &x', 'ACL SETUSER w resetchannels &x', 'ACL GETUSER w', 'CONFIG GET acl-pubsub-default', 'CONFIG SET acl-pubsub-default resetchannels', 'ACL SETUSER v reset', 'ACL GETUSER v',
  ]),
  users('a limited client', 'u', [
    'SET k1 a', 'SET x b', 'LPUSH kl 3 1 2', 'ACL SETUSER u on >pw ~k* %R~r* &c* +@all -@admin -debug -flushall +debug|object',
    on('u', 'AUTH u wrong'), on('u', 'AUTH nobody pw'), on('u', 'AUTH u pw'), on('u', 'ACL WHOAMI'), on('u', 'GET k1'), on('u', 'GET x'), on('u', 'get x y'), on('u', 'SET r 1'), on('u', 'GET r'), on('u', 'MGET k1 r x'), on('u', 'CONFIG GET maxmemory'), on('u', 'CONFIG'), on('u', 'CONFIG NOSUCH'), on('u', 'NOSUCH'), on('u', 'ACL LIST'), on('u', 'ACL WHOAMI'), on('u', 'ACL USERS'), on('u', 'ACL CAT nosuch'), on('u', 'FLUSHALL'), on('u', 'DEBUG SLEEP 0'), on('u', 'PUBLISH x y'), on('u', 'PUBLISH c y'), on('u', 'SUBSCRIBE x'), on('u', 'PSUBSCRIBE c'), on('u', 'SUBSCRIBE c'), on('u', 'UNSUBSCRIBE x'), on('u', 'UNSUBSCRIBE c'),
    on('u', 'SORT kl'), on('u', 'SORT kl BY nosort'), on('u', 'SORT kl BY k*'), on('u', 'SORT kl BY nosort GET #'), on('u', 'SORT kl GET k*'), on('u', 'SORT_RO kl BY k*'), on('u', 'SORT_RO x'), on('u', 'SORT kl STORE x'), on('u', 'SORT kl STORE k2'), on('u', 'SORT kl BY k* BOGUS'), on('u', 'SORT kl BOGUS BY k*'),
    on('u', 'MULTI'), on('u', 'SET k1 b'), on('u', 'SET x b'), on('u', 'EXEC'), on('u', 'GET k1'), on('u', 'MULTI'), on('u', 'CONFIG GET x'), on('u', 'DISCARD'), on('u', 'EXEC'), on('u', 'CLIENT KILL TYPE normal'), on('u', 'CLIENT SETNAME me'), on('u', 'RESET'), on('u', 'ACL WHOAMI'), on('u', 'GET x'),
    each('ACL LOG', LOGGED), each('ACL LOG 3', LOGGED), each('ACL LOG 0', LOGGED), each('ACL LOG -5', LOGGED), each('ACL LOG 100', LOGGED), 'ACL LOG x', 'ACL LOG 1 2', 'ACL LOG RESET x', 'ACL LOG reset', 'ACL LOG',
    'ACL SETUSER u resetkeys %R~* ~k*', on('u', 'AUTH u pw'), on('u', 'SORT kl BY k*'), on('u', 'SORT kl GET k*'), 'ACL SETUSER u resetkeys %R~kl (+sort %R~*)', on('u', 'SORT kl GET k*'), on('u', 'SORT_RO kl GET k*'), 'ACL SETUSER u allkeys', on('u', 'SORT_RO kl GET k*'),
  ]),
  users('rights that change within a transaction', 'u', [
    'ACL SETUSER u on >pw allkeys &c +@all', on('u', 'AUTH u pw'), on('u', 'MULTI'), on('u', 'SET a 1'), on('u', 'GET a'), on('u', 'PUBLISH c x'), on('u', 'PING'), 'ACL SETUSER u -get resetkeys ~b resetchannels', on('u', 'EXEC'), each('ACL LOG', LOGGED), on('u', 'MULTI'), on('u', 'PING'), 'ACL SETUSER u -exec', on('u', 'EXEC'), on('u', 'EXEC'), each('ACL LOG', LOGGED), on('u', 'PING'),
    'ACL SETUSER u +exec', on('u', 'MULTI'), on('u', 'AUTH u bad'), on('u', 'AUTH default x'), on('u', 'SET b 1'), by('u', { do: 'call', args: [Buffer.from('EXEC')], rule: { kind: 'shape' } }), on('u', 'ACL WHOAMI'), each('ACL LOG', LOGGED),
  ]),
  users('AUTH, HELLO and the default user', 'u v', [
    'ACL SETUSER u on >pw +@all', 'ACL SETUSER v >pw +@all', on('c', 'AUTH v pw'), on('c', 'AUTH u'), on('c', 'AUTH u pw x'), on('c', 'AUTH U pw'), on('c', 'AUTH u PW'), on('c', 'HELLO 2 AUTH u bad'), on('c', 'HELLO 2 AUTH u'), on('c', 'ACL WHOAMI'), by('c', entries('HELLO 2 AUTH u pw', 'proto')), on('c', 'ACL WHOAMI'), each('ACL LOG', LOGGED),
    'ACL SETUSER default off', on('d', 'PING'), on('d', 'ACL WHOAMI'), on('d', 'HELLO 2'), on('d', 'AUTH default x'), on('d', 'AUTH u pw'), on('d', 'PING'), on('d', 'RESET'), on('d', 'PING'), 'PING', 'ACL SETUSER default on', on('d', 'PING'), on('d', 'HELLO 2'), on('d', 'AUTH x'), 'ACL SETUSER default >one >two', on('e', 'PING'), on('e', 'AUTH'), on('e', 'AUTH three'), on('e', 'AUTH two'), on('e', 'PING'), on('d', 'PING'), 'PING', 'CONFIG GET requirepass', 'CONFIG SET requirepass three', 'ACL LIST', on('f', 'AUTH two'), on('f', 'AUTH three'), 'CONFIG SET requirepass ""', 'ACL LIST', on('f', 'AUTH three'), on('g', 'PING'),
    'ACL SETUSER default reset', other('PING'), 'PING', 'ACL WHOAMI', on('f', 'ACL LIST'), on('d', 'AUTH u pw'), on('d', 'ACL SETUSER default on nopass +@all allkeys allchannels'), 'ACL LIST', 'PING', other('AUTH default x'),
  ]),
  users('what CLIENT shows', 'u', [
    'ACL SETUSER u on nopass +@all', on('u', 'AUTH u x'), by('u', fields('CLIENT INFO', 'user name', 'user cmd db')), 'CLIENT KILL USER nobody', 'CLIENT KILL USER u', 'CLIENT KILL USER u', fields('CLIENT INFO', 'user', 'user'),
  ]),
  users('clients of a user who goes', 'u v', [
    'ACL SETUSER u on nopass +@all allkeys allchannels', on('a', 'AUTH u x'), on('b', 'AUTH u x'), on('c', 'AUTH u x'), on('c', 'AUTH default x'), 'ACL DELUSER u', hear('a'), hear('b'), on('c', 'PING'),
    'ACL SETUSER v on nopass +@all allkeys allchannels', on('d', 'AUTH v x'), on('d', 'ACL DELUSER v', 2), 'ACL SETUSER v on nopass +@all', on('e', 'AUTH v x'), 'ACL SETUSER v off', on('e', 'PING'), on('f', 'AUTH v x'), 'ACL SETUSER v -@all', on('e', 'PING'),
  ]),
  users('listeners who may not listen any more', 'u', [
    'ACL SETUSER u on nopass +@all allkeys allchannels', ...['a', 'b', 'c', 'd', 'e'].map((name) => on(name, 'AUTH u x')), on('a', 'SUBSCRIBE x'), on('b', 'PSUBSCRIBE y*'), on('c', 'SSUBSCRIBE z'), on('d', 'SUBSCRIBE other'),
    'ACL SETUSER u resetchannels &x &y* &z', hear('d'), 'PUBSUB NUMSUB x other', 'PUBSUB NUMPAT', 'ACL SETUSER u &more', 'PUBSUB NUMPAT', 'ACL SETUSER u resetchannels &y? &z', hear('a'), hear('b'), 'PUBSUB NUMPAT', 'PUBSUB SHARDCHANNELS', 'ACL SETUSER u resetchannels (+get &z)', 'PUBSUB SHARDCHANNELS', 'ACL SETUSER u clearselectors', hear('c'), 'PUBSUB SHARDCHANNELS', on('e', 'PING'),
  ]),
  users('refusals that are alike', 'u', [
    'ACL SETUSER u on nopass +@all ~k*', on('u', 'AUTH u x'), ...['GET a', 'GET b', 'SET a 1', 'GET a', 'GET c', 'MGET a b', 'MGET k b', 'PUBLISH a b', 'PUBLISH a b', 'MGET k1 k2'].map((line) => on('u', line)), each('ACL LOG', LOGGED), 'ACL SETUSER u -get', ...['GET a', 'get k', 'GETSET a b'].map((line) => on('u', line)), each('ACL LOG', LOGGED), each('ACL LOG 2', LOGGED),
    ...Array.from({ length: 12 }, (_, i) => on('u', `TYPE z${String(i)}`)), on('u', 'TYPE a'), on('u', 'TYPE z11'), on('u', 'TYPE z1'), on('u', 'TYPE z0'), each('ACL LOG 100', LOGGED), 'CONFIG SET acllog-max-len 3', each('ACL LOG 100', LOGGED), on('u', 'TYPE y'), each('ACL LOG 100', LOGGED), 'CONFIG SET acllog-max-len 0', on('u', 'TYPE q'), each('ACL LOG', LOGGED), 'CONFIG SET acllog-max-len 128', call('ACL', 'LOG', 'RESET'),
    on('u', 'AUTH u x'), on('u', 'AUTH nobody x'), on('u', 'auth nobody x'), on('u', 'HELLO 3 AUTH nobody x'), each('ACL LOG', LOGGED),
  ]),
  {
    ...users('scripts of a limited user', 'u', [
      'ACL SETUSER u on nopass ~k* &c +@all -get', on('u', 'AUTH u x'),
      ...["redis.call('set', 'k', '1')", "redis.call('get', 'k')", "redis.pcall('get', 'k')", "redis.pcall('set', 'x', '1')", "redis.call('set', 'x', '1')", "redis.pcall('mget', 'k', 'x')", "redis.pcall('publish', 'c', 'm')", "redis.pcall('publish', 'd', 'm')", "redis.pcall('config', 'get', 'x')", "redis.acl_check_cmd('get', 'k')", "redis.acl_check_cmd('set', 'k', '1')", "redis.acl_check_cmd('set', 'x', '1')", "redis.acl_check_cmd('publish', 'd', 'm')", "redis.acl_check_cmd('nosuch')", "redis.acl_check_cmd('config', 'set', 'x', 'y')"].map((code) => on('u', `EVAL "return ${code}" 0`)),
      each('ACL LOG', LOGGED), 'ACL SETUSER u -eval', on('u', 'EVAL "return 1" 0'), on('u', 'EVAL_RO "return 1" 0'), on('u', 'EVAL_RO "return 1" 1 x'),
    ]),
    needs: ['eval', 'eval_ro'],
  },
];
