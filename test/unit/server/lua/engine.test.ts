import assert from 'node:assert/strict';
import type { Reply } from '../../../../src/protocol/resp/reply.ts';
import { createEngine, type Engine, type EngineOptions } from '../../../../src/server/lua/engine.ts';
import { createRand48 } from '../../../../src/server/lua/libraries/random.ts';
import { tooLong } from '../../../../src/server/lua/running.ts';
import type { ScriptHost } from '../../../../src/server/lua/redisLibrary.ts';

const MB = 1024 * 1024;

/** An engine whose clock moves a millisecond at each look, and whose commands answer their last argument. */
function testEngine(options: Partial<EngineOptions> = {}): Engine {
  let now = 0;
  const host: ScriptHost = {
    version: '7.0.15', resp: 2, log: () => undefined, tellReplicas: () => undefined, mayCall: () => true,
    call: (args) => (args[0] === 'fail' ? { kind: 'error', text: 'ERR no' } : { kind: 'latin1', value: args.at(-1) ?? '' }),
  };
  return createEngine({ host, kind: 'eval', random: createRand48(), memoryLimit: 64 * MB, slice: 10, elapsed: () => (now += 1), ...options });
}

interface Ran {
  readonly reply: Reply;
  /** How often it paused. */
  readonly pauses: number;
}

function run(engine: Engine, source: string, keys: readonly string[] = [], args: readonly string[] = []): Ran {
  const fn = engine.compile(source, '@user_script');
  assert.equal(typeof fn, 'number', JSON.stringify(fn));
  let progress = engine.run(fn as number, keys, args, 'test', true);
  let pauses = 0;
  for (; progress === 'paused'; pauses += 1) progress = engine.goOn();
  return { reply: progress, pauses };
}

const value = (engine: Engine, source: string, keys: readonly string[] = [], args: readonly string[] = []): unknown => {
  const { reply } = run(engine, source, keys, args);
  return 'value' in reply ? reply.value : 'text' in reply ? reply.text : reply;
};

const SPIN = 'local x = 0 for i = 1, 3e6 do x = x + 1 end';

describe('the interpreter of scripts', () => {
  let engine: Engine;
  beforeEach(() => {
    engine = testEngine();
  });

  it('keeps every byte, in both directions and in literals', () => {
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
    assert.equal(value(engine, 'return ARGV[1]', [], [all]), all);
    assert.equal(value(engine, 'return #ARGV[1] .. " " .. ARGV[1]:byte(201)', [], [all]), '256 200');
    assert.equal(value(engine, `return ${JSON.stringify('é').slice(0, 2)}\\0x"`), 'é\0x');
    const long = all.repeat(2000);
    assert.equal(value(engine, 'return redis.call("echo", KEYS[1])', [long]), long);
  });

  it('gives scripts nothing of each other', () => {
    assert.match(String(value(engine, 'leak = 1')), /Attempt to modify a readonly table/);
    for (const table of ['_G', 'redis', 'string', 'table', 'math', 'cjson', 'cmsgpack', 'struct', 'bit', 'coroutine', 'getmetatable("")', 'getmetatable(_G)']) {
      for (const attempt of [`${table}.leak = 1`, `rawset(${table}, "leak", 1)`, `table.insert(${table}, 1)`, `setmetatable(${table}, {})`]) {
        assert.match(String(value(engine, attempt)), /^ERR (user_script:1: )?Attempt to modify a readonly table/, attempt);
      }
    }
    assert.equal(value(engine, 'return tostring(rawget(_G, "leak"))'), 'nil');
    assert.equal(value(engine, 'return ("x"):rep(3)'), 'xxx');
  });

  it('has Redis\'s numbers for math.random, from its start and from a seed', () => {
    const script = 'return tostring(math.random()) .. " " .. tostring(math.random())';
    assert.equal(value(engine, script), '0.39646477363839 0.84048536971234');
    assert.equal(value(engine, script), '0.35333609737146 0.44658343468168');
    assert.equal(value(engine, 'math.randomseed(0) return tostring(math.random()) .. " " .. math.random(1000) .. " " .. math.random(5, 7)'), '0.17082803611217 750 5');
    assert.equal(value(engine, 'math.randomseed(12) return tostring(math.random())'), '0.6204557403086');
  });

  for (const [name, source] of Object.entries({
    'a loop': `${SPIN} return x`,
    'a loop in a function': `local function f() ${SPIN} return x end return f()`,
    pcall: `local function f() ${SPIN} return x end local ok, x = pcall(f) return x`,
    'pcall within pcall': `return select(3, pcall(function() return pcall(function() ${SPIN} return x end) end))`,
    'pcall after a pcall of pcall': `local n = select(3, pcall(pcall, function() return 0 end)) local ok, x = pcall(function() ${SPIN} return x end) return x + n`,
    xpcall: `return select(2, xpcall(function() ${SPIN} return x end, tostring))`,
    'an error in pcall': `local ok, e = pcall(function() ${SPIN} error({ n = x }) end) return e.n`,
    'an error in xpcall': `local ok, e = xpcall(function() ${SPIN} error({ n = x }) end, function(e) return e.n end) return e`,
    'a coroutine': `local c = coroutine.create(function(a) ${SPIN} local b = coroutine.yield(x + a) ${SPIN} return x + b end) local _, one = coroutine.resume(c, -2999990) local _, two = coroutine.resume(c, -10) return one + two`,
    'coroutine.wrap': `local f = coroutine.wrap(function() ${SPIN} coroutine.yield(x - 1) end) return f() + 1`,
    'pcall in a coroutine': `local f = coroutine.wrap(function() local _, x = pcall(function() ${SPIN} return x end) coroutine.yield(x) end) return f()`,
    'an error out of coroutine.wrap': `local f = coroutine.wrap(function() ${SPIN} error({ n = x }) end) local ok, e = pcall(function() f() end) return e.n`,
  })) {
    it(`pauses in ${name} and goes on where it was`, () => {
      const { reply, pauses } = run(engine, source);
      assert.deepEqual(reply, { kind: 'integer', value: 3_000_000 });
      assert.ok(pauses > 0, 'it did not pause');
    });
  }

  it('runs on where Lua cannot yield, and pauses again afterwards', () => {
    for (const inner of ['pcall(pcall, function() SPIN end)', 'pcall(coroutine.wrap(function() SPIN end))', '("x"):gsub(".", function() SPIN end)', 'table.sort({ 2, 1 }, function() SPIN return false end)', 'local t = setmetatable({}, { __index = function() SPIN return 1 end }) local y = t.a', 'for i in function(_, i) SPIN return nil end do end']) {
      const within = inner.replace('SPIN', SPIN);
      assert.equal(run(engine, `${within} return 1`).pauses <= 1, true, within);
      assert.ok(run(engine, `${within} ${SPIN} return 1`).pauses > 1, within);
    }
  });

  it('kills what is paused at its line, whatever it catches', () => {
    const fn = engine.compile('\npcall(function()\nwhile true do end end)\nreturn 1', '@user_script') as number;
    assert.equal(engine.run(fn, [], [], 'title', true), 'paused');
    assert.deepEqual(engine.kill('ERR gone'), { kind: 'error', text: 'ERR gone script: title, on @user_script:4.', counted: false });
    assert.equal(value(engine, 'return 5'), 5);
  });

  it('knows what coroutine.running and status are inside pcall', () => {
    assert.equal(value(engine, 'return tostring(coroutine.running())'), 'nil');
    assert.equal(value(engine, 'return tostring(select(2, pcall(coroutine.running)))'), 'nil');
    assert.equal(value(engine, 'local c c = coroutine.create(function() return coroutine.status(c), pcall(function() return tostring(coroutine.running() == c) .. coroutine.status(c) end) end) local _, a, ok, b = coroutine.resume(c) return a .. b .. coroutine.status(c)'), 'runningtruerunningdead');
    assert.equal(value(engine, 'local a a = coroutine.create(function() local b = coroutine.create(function() return coroutine.status(a) end) return select(2, coroutine.resume(b)) end) return select(2, coroutine.resume(a))'), 'normal');
    assert.match(String(value(engine, 'local c c = coroutine.create(function() return coroutine.resume(c) end) return select(3, coroutine.resume(c))')), /cannot resume running coroutine/);
    assert.match(String(value(engine, 'return select(2, pcall(function() coroutine.yield() end))')), /attempt to yield across/);
  });

  it('bounds memory by an error in the script, and goes on', () => {
    assert.match(String(value(engine, 'local t = {} for i = 1, 1e6 do t[i] = ("x"):rep(1e6) .. i end')), /not enough memory/);
    assert.match(String(value(engine, 'return ("x"):rep(2^31 - 1)')), /not enough memory/);
    assert.match(String(value(engine, 'local s = "x" while true do s = s .. s end')), /not enough memory/);
    assert.match(String(value(engine, 'local t = {} while true do t[#t + 1] = {} end')), /not enough memory/);
    assert.equal(value(engine, 'return 7'), 7);
    assert.equal(engine.broken, false);
  });

  it('bounds recursion, of Lua, of C and of patterns', () => {
    assert.match(String(value(engine, 'local function f(n) return 1 + f(n) end return f(1)')), /stack overflow/);
    assert.match(String(value(engine, 'local function f(s) return (s:gsub(".", f)) end return f("x")')), /C stack overflow/);
    assert.equal(value(engine, 'local function f() return pcall(f) end return tostring(f())'), 'true');
    assert.match(String(value(engine, 'local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k + 1] end return t[1]')), /C stack overflow/);
    assert.equal(engine.broken, false);
    const deep = testEngine();
    assert.match(String(value(deep, 'return (("a"):rep(300000)):find(("a?"):rep(300000) .. "b")')), /stack overflow/);
    assert.equal(deep.broken, true);
  });

  it('answers tables in themselves as far down as it can', () => {
    const { reply } = run(engine, 'local a = {} local b = {a} a[1] = b return a');
    let [depth, inner] = [0, reply];
    for (; inner.kind === 'array'; depth += 1) inner = inner.items[0] as Reply;
    assert.deepEqual(inner, { kind: 'error', text: 'ERR reached lua stack limit' });
    assert.ok(depth > 1000, String(depth));
    assert.equal(run(engine, 'local a = {} a.map = {a} return a').reply.kind, 'map');
    assert.equal(engine.broken, false);
  });

  it('takes no precompiled code', () => {
    assert.equal(value(engine, 'return tostring(loadstring(string.dump(function() end)))'), 'nil');
    assert.equal(value(engine, 'local s = string.dump(function() end) return tostring(load(function() local r = s s = nil return r end))'), 'nil');
    assert.ok(typeof engine.compile('\x1bLua', '@user_script') !== 'number');
  });

  it('gives a reply an end where a table holds itself twice', () => {
    const wide = testEngine({ interrupt: () => undefined });
    let last = run(wide, 'local t = {} for i = 1, 25 do t = {t, t} end return t').reply;
    while (last.kind === 'array') last = last.items.at(-1) ?? assert.fail('an empty array');
    assert.ok(last.kind === 'error' && last.text.includes('more than 2000000 parts'), JSON.stringify(last));
    assert.equal(value(wide, 'return 7'), 7);
  });

  it('is ended where it can neither pause nor be killed, whatever it catches', () => {
    assert.equal(tooLong(true, 9_000), undefined);
    const stuck = testEngine({ interrupt: (turn) => tooLong(true, turn * 100) });
    for (const source of ['table.sort({3, 2, 1}, function() while true do end end)', 'string.gsub("a", "a", function() while true do end end)', 'pcall(table.sort, {3, 2, 1}, function() while true do pcall(error) end end)\nlocal saved = 1\nreturn saved']) {
      assert.match(String(value(stuck, source)), /neither paused nor killed/, source);
    }
    assert.equal(value(stuck, 'return 7'), 7);
  });
});
