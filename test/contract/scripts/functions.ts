import { createByteWriter, putByte, putBytes, written } from '../../../src/protocol/rdb/bytes.ts';
import { closePayload } from '../../../src/protocol/rdb/dump.ts';
import { putString } from '../../../src/protocol/rdb/primitives.ts';
import { call, unordered, type Script, type Step } from '../script.ts';

/** FUNCTION LOAD REPLACE of a library named x with this code. */
const load = (code: string): Step => call('FUNCTION', 'LOAD', 'REPLACE', `#!lua name=x\n${code}`);
const loads = (codes: readonly string[]): Step[] => codes.map(load);

const library = `#!lua name=mylib
local r = redis
local g = {}
redis.register_function("f1", function(keys, args) return {keys[1] or "nokey", args[1] or "noarg"} end)
redis.register_function{function_name="f2", callback=function() return redis.call("set","a","1") end, flags={"no-writes"}, description="desc"}
redis.register_function{function_name="f3", callback=function() return redis.call("get","a") end, flags={"no-writes"}}
redis.register_function("f4", function() local t={} for k in pairs(redis) do t[#t+1]=k end table.sort(t) return table.concat(t," ") end)
redis.register_function("f5", function() return redis.register_function("x", function() end) end)
redis.register_function("f6", function() y=1 end)
redis.register_function("f7", function() error("boom") end)
redis.register_function("f8", function() return KEYS end)
redis.register_function("f9", function() g[1]=(g[1] or 0)+1 return g[1] end)
redis.register_function("f10", function() local t={} for k in pairs(_G) do t[#t+1]=k end table.sort(t) return table.concat(t," ") end)
redis.register_function("f11", function() return nosuch end)
redis.register_function("f12", function() return redis.call("nosuch") end)
redis.register_function("f13", function(...) return select("#",...) end)
redis.register_function("f14", function() return r.call("get","a") end)
redis.register_function("f15", function() redis.setresp(3) return redis.call("hgetall","none") end)
redis.register_function("f16", function(keys) return redis.call("incr",keys[1]) end)
`;

const registrations = [
  'redis.register_function("a b",function() end)', 'redis.register_function("",function() end)', 'redis.register_function("f1",function() end)', 'redis.register_function("F1",function() end)',
  'redis.register_function("a",function() end) redis.register_function("a",function() end)',
  'redis.register_function{callback=function() end}', 'redis.register_function{function_name="a",callback=function() end,flags=1}', 'redis.register_function{function_name="a",callback=function() end,flags={"x"}}',
  'redis.register_function{function_name="a",callback=function() end,foo=1}', 'redis.register_function{function_name="a",callback=1}', 'redis.register_function{function_name=1,callback=function() end}',
  'redis.register_function{function_name={},callback=function() end}', 'redis.register_function{function_name="a",callback=function() end,description=1}', 'redis.register_function{function_name="a",callback=function() end,description={}}',
  'redis.register_function()', 'redis.register_function(1,2,3)', 'redis.register_function("a")', 'redis.register_function("a",1)', 'redis.register_function({},function() end)', 'redis.register_function(nil,function() end)',
  'redis.register_function{1}', 'redis.register_function{[1]=1,function_name="a",callback=function() end}', 'redis.register_function{function_name="q",callback=function() end,flags={1}}', 'redis.register_function(1,function() end)',
  'redis.register_function{function_name="a",callback=function() end,flags={"allow-oom","no-writes","no-cluster","allow-stale","allow-cross-slot-keys","no-writes"}}',
];

const refused = [
  'error("boom")', 'x x', 'y=1', 'return nosuch', 'return math.random()', 'local t={} for k in pairs(_G) do end', 'return _G', 'redis.setresp(3)', 'redis.call("get","a")', 'redis.x=1', 'redis.log(redis.LOG_DEBUG,"x")', 'redis.log(1)',
  'return redis.REDIS_VERSION', 'return redis.REDIS_VERSION_NUM + 1', 'return redis.REPL_ALL', 'local function f() return nosuch end f()', 'return 1', '', 'local x = {} x.y.z = 1',
];

const headers = [
  '', 'return 1', '#!lua\nreturn 1', '#!lua name=x', '#!lua name=x\nreturn 1', '#!js name=x\nreturn 1', '#!lua name=x foo=bar\nreturn 1', '#!lua foo\nreturn 1', '#!lua name=x name=y\nreturn 1', '#!lua name=a-b\nreturn 1', '#!lua name=\nreturn 1',
  '#! name=x\nreturn 1', '#!\nreturn 1', '#!lua name="q"\nreturn 1', '#!lua name=q"\nreturn 1', '#!LUA name=x\nreturn 1', '#!lua NAME=x\nreturn 1', '#!lua  name=x\nreturn 1', '#!lua\tname=x\nreturn 1', 'x\ny', "#!lua name='q'\nreturn 1", '#!lua name\nreturn 1', '#!lua name="a\\x62"\nreturn 1', '#!lua name=a\\x62\nreturn 1', '#!foo\nreturn 1',
];

const small = '#!lua name=one\nredis.register_function("one",function() return 1 end)\n';
const other = '#!lua name=two\nredis.register_function{function_name="two",callback=function() return 2 end,flags={"no-writes"},description="the second"}\n';
const ofOne = (name: string): Step => call('FUNCTION', 'LIST', 'WITHCODE', 'LIBRARYNAME', name);

/** The payload of FUNCTION DUMP of `small`, by redis-server 7.0.15. */
const dumped = Buffer.from(
  'f53a23216c7561206e616d653d6f6e650a72656469732e72656769737465725f66756e6374696f6e28226f6e65222c66756e6374696f6e28292072657475726e203120656e64290a', 'hex',
);

/** A payload of FUNCTION DUMP: libraries by their code, other bytes as they are. */
function payload(parts: readonly (string | Buffer)[], version = 10): Buffer {
  const writer = createByteWriter();
  for (const part of parts) {
    if (typeof part !== 'string') putBytes(writer, part);
    else {
      putByte(writer, 245);
      putString(writer, part, false);
    }
  }
  return closePayload(written(writer), version);
}

const restore = (parts: readonly (string | Buffer)[], policy: readonly string[] = [], version?: number): Step[] => [
  call('FUNCTION', 'RESTORE', payload(parts, version), ...policy), unordered('FUNCTION LIST WITHCODE'), 'FCALL one 0', 'FCALL two 0',
].map((step) => (typeof step === 'string' ? call(...step.split(' ')) : step));

const newOne = '#!lua name=one\nredis.register_function("one",function() return "new" end)\n';
const clashing = '#!lua name=three\nredis.register_function("one",function() return 3 end)\n';

/** FUNCTION and FCALL. */
export const functions: readonly Script[] = [
  {
    name: 'functions: calls',
    steps: [
      'FUNCTION FLUSH', call('FUNCTION', 'LOAD', library), call('FUNCTION', 'LOAD', library), call('FUNCTION', 'LOAD', 'replace', library), 'SET a 5',
      ...Array.from({ length: 16 }, (_, index) => `FCALL f${index + 1} 1 k a b`), 'FCALL f9 0', 'FCALL F9 0', 'FCALL_RO f1 0', 'FCALL_RO f3 0', 'FCALL_RO f9 0', 'FCALL_RO nosuch 0', 'FCALL nosuch 0', 'FCALL nosuch x', 'FCALL f1 x', 'FCALL f1 -1', 'FCALL f1 5 a', 'FCALL f1', 'FCALL',
      'MULTI', 'FCALL f16 1 n', 'FCALL f7 0', 'EXEC', 'GET n', 'FUNCTION STATS', 'FUNCTION KILL', 'FUNCTION DELETE x', 'FUNCTION DELETE MYLIB', 'FUNCTION DELETE mylib', 'FUNCTION DELETE', 'FCALL f1 0', 'FUNCTION LIST', 'FUNCTION STATS', 'EVAL "return redis.call(\'fcall\',\'f1\',0)" 0',
      'EVAL "return redis.call(\'function\',\'list\')" 0', 'FUNCTION FLUSH',
    ],
  },
  {
    name: 'functions: what a library may do while it is loaded',
    steps: [
      'FUNCTION FLUSH', call('FUNCTION', 'LOAD', '#!lua name=other\nredis.register_function("f1",function() return 1 end)'), ...registrations.flatMap((code) => [load(code), unordered('FUNCTION LIST LIBRARYNAME x')]), ...loads(refused), 'FUNCTION FLUSH',
      ...headers.map((code) => call('FUNCTION', 'LOAD', code)), 'FUNCTION LOAD foo bar', 'FUNCTION LOAD replace', 'FUNCTION LOAD replace replace x', 'FUNCTION LOAD', 'FUNCTION LIST',
    ],
  },
  {
    name: 'functions: RESTORE and its policies',
    steps: [
      'FUNCTION FLUSH', ...restore([small, other]), ...restore([small]), ...restore([newOne], ['replace']), ...restore([small], ['FLUSH']), ...restore([other], ['append']), ...restore([clashing]), ...restore([clashing], ['REPLACE']),
      ...restore([newOne, clashing], ['REPLACE']), ...restore([newOne, '#!lua name=bad\nx x'], ['REPLACE']), ...restore(['#!lua name=bad\nreturn 1'], ['FLUSH']), ...restore(['no header'], ['FLUSH']), ...restore([small, small], ['FLUSH']), ...restore([small, newOne], ['REPLACE']),
      ...restore([Buffer.from([1, 1, 65])]), ...restore([Buffer.from([245, 60, 65])]), ...restore([small, Buffer.from([245])], ['REPLACE']), ...restore([small], ['REPLACE'], 9), ...restore([small], ['REPLACE'], 11), ...restore([], ['FLUSH']), 'FUNCTION FLUSH',
    ],
  },
  {
    name: 'functions: LIST, FLUSH, DUMP and RESTORE',
    steps: [
      'FUNCTION FLUSH', 'FUNCTION DUMP', call('FUNCTION', 'LOAD', small), ofOne('one'), 'FUNCTION DUMP', call('FUNCTION', 'RESTORE', dumped), 'FUNCTION RESTORE x', 'FUNCTION RESTORE ""', 'FUNCTION RESTORE', 'FUNCTION RESTORE x y', 'FUNCTION RESTORE x flush append',
      call('FUNCTION', 'LOAD', other), ofOne('tw*'), ofOne('TWO'), 'FUNCTION LIST LIBRARYNAME none', 'FUNCTION LIST LIBRARYNAME', 'FUNCTION LIST x', 'FUNCTION LIST WITHCODE WITHCODE', 'FUNCTION LIST LIBRARYNAME a LIBRARYNAME b', 'FUNCTION STATS', 'FCALL two 0', 'FUNCTION DELETE one', ofOne('*'),
      'FUNCTION FLUSH x', 'FUNCTION FLUSH ASYNC SYNC', 'FUNCTION FLUSH ASYNC', 'FUNCTION LIST', 'FUNCTION FLUSH SYNC', 'FUNCTION BOGUS', 'FUNCTION', 'FUNCTION KILL', 'FUNCTION KILL x', 'FUNCTION DUMP x', 'FUNCTION STATS x',
    ],
  },
];
