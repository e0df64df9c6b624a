import { call, type Script, type Step } from '../script.ts';

/** One EVAL without keys for each source. */
const evals = (sources: readonly string[]): Step[] => sources.map((source) => call('EVAL', source, '0'));

const api = [
  'error({err="a b"})',
  'error()',
  'error(nil)',
  'error(12)',
  'error(true)',
  'error("a\\nb")',
  'return {err="a\\r\\nb"}',
  'return {err=1}',
  'return {err="a",1}',
  'return {ok="a\\r\\nb"}',
  'return {ok=1}',
  'error({err="My Err", source="x", line=3})',
  'return {err="My Err", source="x", line=3}',
  'local x = nil; x.y=1',
  'x x',
  'return 1 +',
  'local function f() error("deep") end f()',
  'return redis.call("incr")',
  'local ok,e=pcall(redis.call,"get") return {tostring(ok),e}',
  'local ok,e=pcall(function() redis.call("nosuch") end) return {tostring(ok),e}',
  'local ok,e=xpcall(function() redis.call("nosuch") end, function(e) return e end) return {tostring(ok),type(e),e.err,e.source, e.line}',
  'return redis.pcall("nosuch")',
  'local e=redis.pcall("nosuch") local t={} for k,v in pairs(e) do t[#t+1]=k..tostring(v) end return t',
  'local e=redis.pcall("incr","a","b") local t={} for k,v in pairs(e) do t[#t+1]=k..tostring(v) end return t',
  'return {pcall(error)}',
  'return {xpcall(error)}',
  'return __redis__err__handler("x")',
  'local a=__redis__err__handler("x") return {a.err,a.source,a.line}',
  'return load(function() return nil end)',
  'return {loadstring("x x")}',
  'return {loadstring(string.dump(function() return 1 end))}',
  'return {load(function() return nil end)()}',
  'local a={} local i=0 return {load(function() i=i+1 if i==1 then return string.dump(function() end) end end)}',
  'return {coroutine.yield(1)}',
  'return coroutine.wrap(function() error("in") end)()',
  'return {coroutine.resume(coroutine.create(function() redis.call("nosuch") end))}',
  'return {pcall(function() coroutine.yield(1) end)}',
  'local c=coroutine.create(function() pcall(function() coroutine.yield(1) end) end) return {coroutine.resume(c)}',
  '#!lua\nreturn 1',
  '#!lua flags=no-writes\nreturn redis.call("set","a",1)',
  '#!lua flags=bad\nreturn 1',
  '#!js\nreturn 1',
  '#!lua name=x\nreturn 1',
  '#!lua',
  '#!lua flags=\nreturn 1',
  '#!lua flags=no-writes,allow-oom,allow-stale,no-cluster,allow-cross-slot-keys\nerror("x")',
  '#!lua x\nreturn 1',
  '#!\nreturn 1',
  '#!lua flags=no-writes flags=allow-oom\nreturn redis.call("set","a",1)',
  'return pcall()',
];

const replies = [
  'return 1.9', 'return -1.9', 'return 2^53', 'return 2^63', 'return -2^63', 'return 1/0', 'return 0/0', 'return -0', 'return true', 'return false', 'return nil',
  'return', 'return {}', 'return {1,2,nil,4}', 'return {1,{2,{3,"x"}}}', 'return {1,false,true}', 'return {false}', 'return "a\\0b\\255"', 'return 1,2,3',
  'return {ok="fine"}', 'return {err="ERR no"}', 'return {double=3.5}', 'return {double="x"}', 'return {map={a=1}}', 'return {map={a={map={b=2}}}}', 'return {set={x=true}}',
  'return {big_number="123456789012345678901234567890"}', 'return {big_number="1\\r\\n2"}', 'return {verbatim_string={string="hello",format="txt"}}', 'return {verbatim_string={string="x"}}',
  'return {double=1/0}', 'return {double=0/0}', 'return {double=-1e300}', 'return {{double=0.1},{ok="x"},{err="y"}}', 'return {a=1,b=2}', 'return {[0]=1}', 'return print', 'return function() end',
  'return coroutine.create(function() end)', 'return cjson.null', 'return {1,cjson.null,3}', 'redis.setresp(3) return true', 'redis.setresp(3) return {true,false}', 'redis.setresp(3) return nil',
  'local t={} for i=1,200 do t={t} end return t', 'return {[1]=1,[2.5]=2}', 'return {"a",nil,"b"}', 'return {map={}}', 'return {set={}}', 'return {map=1}', 'return {ok="a",err="b"}',
];

const typed = [
  'return redis.call("hgetall",KEYS[1])', 'return #redis.call("hgetall",KEYS[1])', 'return redis.call("hgetall",KEYS[1]).map', 'return redis.call("hgetall",KEYS[1]).map.f', 'return redis.call("smembers",KEYS[2])',
  'return redis.call("smembers",KEYS[2]).set', 'return tostring(redis.call("smembers",KEYS[2]).set.m)', 'return redis.call("zscore",KEYS[3],"a")', 'return type(redis.call("zscore",KEYS[3],"a"))',
  'return tostring(redis.call("zscore",KEYS[3],"a").double)', 'return type(redis.call("get","none"))', 'return tostring(redis.call("get","none"))', 'return redis.call("zrange",KEYS[3],0,-1,"withscores")',
  'return redis.call("zadd",KEYS[3],"incr",1,"a")', 'return type(redis.call("debug","protocol","true"))', 'return {redis.call("lrange","none",0,-1)}', 'return type(redis.call("ping").ok)', 'return redis.call("type",KEYS[1])',
  'return redis.call("hrandfield",KEYS[1],1,"withvalues")', 'return redis.call("lpop","none",1)', 'return redis.call("config","get","hz")', 'return redis.call("incrbyfloat","n","1.5")', 'return redis.call("client","id")',
  'return redis.call("geopos",KEYS[3],"none")', 'return redis.call("xinfo","stream","none")', 'return redis.call("lcs","la","lb","idx")',
];

const keys = ['3', 'h', 's', 'z'];

/** EVAL and SCRIPT. */
export const scripting: readonly Script[] = [
  { name: 'scripts: redis.*, errors and their places', steps: evals(api) },
  { name: 'scripts: what a reply becomes', steps: evals(replies) },
  {
    name: 'scripts: what a script sees of a reply',
    steps: [
      'HSET h f v', 'SADD s m', 'ZADD z 1.5 a', ...typed.map((source) => call('EVAL', source, ...keys)),
      ...typed.map((source) => call('EVAL', `redis.setresp(3) ${source}`, ...keys)), 'EVAL "return redis.call(\'hgetall\',\'h\')" 0',
    ],
  },
  {
    name: 'scripts: keys, arguments, the cache',
    steps: [
      call('EVAL', '#!lua "flags=no-writes"\nreturn 1', '0'), call('EVAL', '#!lua "flags=no-writes\nreturn 1', '0'), call('EVAL', '#!lua flags=no-writes,\nreturn 1', '0'), call('EVAL', '#!lua flags=,no-writes\nreturn 1', '0'), call('EVAL', '#!lua flags=no-writes, allow-oom\nreturn 1', '0'),
      call('EVAL', '#!LUA\nreturn 1', '0'), call('EVAL', '#!lua\tflags=allow-oom\r\nreturn 1', '0'), call('EVAL', '#!lua Flags=allow-oom\nreturn 1', '0'), call('SCRIPT', 'LOAD', '#!js\nreturn 1'),
      'EVAL', 'EVAL x', 'EVAL "return 1" x', 'EVAL "return 1" -1', 'EVAL "return 1" 1', 'EVAL "return 1" 9999999999999999999', 'EVAL "return {#KEYS,#ARGV}" 0', 'EVAL "return {KEYS[1],KEYS[2],ARGV[1],ARGV[2]}" 2 a b c d e',
      'EVAL "return {KEYS[1],ARGV[1]}" 1 "k\\x00\\xff" "\\x00\\xfe"', 'EVAL "KEYS[1]=5 ARGV[9]=1 return {KEYS[1],ARGV[9]}" 1 k', 'EVAL "return #ARGV" 0', 'SCRIPT FLUSH', 'EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0', 'SCRIPT LOAD "return 1"',
      'EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0', 'EVALSHA E0E1F9FABFC9D4800C877A703B823AC0578FF8DB 0', 'EVALSHA e0e1f9 0', 'EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8dX 0', 'EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db x',
      'EVALSHA e0e1f9 x', 'EVALSHA', 'EVALSHA_RO e0e1f9fabfc9d4800c877a703b823ac0578ff8db 0', 'EVALSHA_RO 0000000000000000000000000000000000000000 0', 'SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db E0E1F9FABFC9D4800C877A703B823AC0578FF8DB x', 'SCRIPT EXISTS',
      'SCRIPT LOAD', 'SCRIPT LOAD a b', 'SCRIPT LOAD "x x"', 'SCRIPT LOAD "#!lua flags=x\nreturn 1"', 'SCRIPT FLUSH x', 'SCRIPT FLUSH ASYNC', 'SCRIPT FLUSH sync x', 'SCRIPT FLUSH SYNC', 'SCRIPT EXISTS e0e1f9fabfc9d4800c877a703b823ac0578ff8db', 'SCRIPT KILL', 'SCRIPT KILL x',
      'SCRIPT DEBUG NO', 'SCRIPT DEBUG x', 'SCRIPT DEBUG', 'SCRIPT BOGUS', 'SCRIPT', 'EVAL "return redis.sha1hex(ARGV[1])" 0 "\\x00\\xff"', 'SCRIPT LOAD ""', 'EVAL "" 0', 'EVAL "--" 0', 'EVAL "return 1 -- c" 0',
    ],
  },
  {
    name: 'scripts: what they do to the data',
    steps: [
      'EVAL "redis.call(\'set\',KEYS[1],ARGV[1]) return redis.call(\'get\',KEYS[1])" 1 k v', 'GET k', 'EVAL "redis.call(\'select\',5) redis.call(\'set\',\'k\',\'in5\') return redis.call(\'get\',\'k\')" 0', 'GET k', 'SELECT 5', 'GET k', 'SELECT 0',
      'SADD letters c b a e d', 'EVAL "return redis.call(\'sort\',\'letters\',\'by\',\'nosort\')" 0', 'EVAL "return redis.call(\'sort\',\'letters\',\'by\',\'nosort\',\'desc\')" 0',
      'EVAL "return redis.call(\'incr\',\'n\') + redis.call(\'incr\',\'n\')" 0', 'EVAL "for i=1,10 do redis.call(\'rpush\',\'l\',i) end return redis.call(\'lrange\',\'l\',0,-1)" 0', 'EVAL "return redis.call(\'set\',\'f\',0.1)" 0', 'GET f', 'EVAL "return redis.call(\'set\',\'f\',1e20)" 0', 'GET f',
      'EVAL "return redis.call(\'set\',\'f\',-0)" 0', 'GET f', 'EVAL "return redis.call(\'set\',\'f\',3)" 0', 'GET f', 'EVAL_RO "return redis.call(\'set\',\'f\',3)" 0', 'EVAL_RO "return redis.pcall(\'set\',\'f\',3)" 0', 'EVAL_RO "return redis.call(\'get\',\'f\')" 0', 'EVAL_RO "#!lua\nreturn 1" 0', 'EVAL_RO "#!lua flags=no-writes\nreturn 1" 0',
      'EVAL "return redis.call(\'lpush\',\'f\',1)" 0', 'EVAL "return redis.pcall(\'lpush\',\'f\',1)" 0', 'EVAL "return redis.pcall(\'lpush\',\'f\',1).err" 0', 'EVAL "redis.call(\'set\',\'done\',1) error(\'late\')" 0', 'GET done', 'EVAL "return redis.call(\'xread\',\'block\',0,\'streams\',\'none\',\'$\')" 0',
      'EVAL "return redis.call(\'lmpop\',1,\'none\',\'left\')" 0', 'EVAL "return redis.call(\'blmpop\',0,1,\'none\',\'left\')" 0', 'EVAL "return redis.call(\'multi\')" 0', 'EVAL "return redis.call(\'eval\',\'return 1\',0)" 0', 'EVAL "return redis.call(\'config\')" 0', 'EVAL "return redis.call(\'config\',\'bogus\')" 0', 'EVAL "return redis.call(\'object\',\'bogus\')" 0',
      'EVAL "return redis.call(\'object\',\'help\')[1]" 0', 'EVAL "return redis.call(\'publish\',\'c\',\'m\')" 0', 'EVAL "return redis.call(\'GeT\',\'k\')" 0', 'EVAL "return redis.call(\'get|x\',\'k\')" 0', 'EVAL "return redis.call(\'\')" 0', 'MULTI', 'EVAL "return redis.call(\'incr\',\'n\')" 0', 'EVAL "error(\'x\')" 0', 'SELECT 3', 'EVAL "return redis.call(\'incr\',\'n\')" 0', 'EXEC', 'SELECT 0', 'GET n',
      'WATCH n', 'EVAL "return redis.call(\'incr\',\'n\')" 0', 'MULTI', 'PING', 'EXEC', 'PEXPIRE n 1', 'EVAL "return redis.call(\'sort\',\'l\',\'desc\',\'limit\',0,3)" 0', 'CONFIG RESETSTAT', 'EVAL "return redis.call(\'incr\',\'k\')" 0', 'EVAL "return redis.pcall(\'nosuch\')" 0', 'EVAL "error(\'x\')" 0',
      call('EVAL', '#!lua flags=no-writes\nreturn redis.call("set","a",1)', '0'), call('EVAL', '#!lua\n\nerror("third")', '0'), call('EVAL', '\n\nerror("third")', '0'), call('EVAL', 'local function f()\nerror("a", 2)\nend\nf()', '0'), call('EVAL', 'local function f()\nredis.call("nosuch")\nend\n\nf()', '0'),
    ],
  },
];
