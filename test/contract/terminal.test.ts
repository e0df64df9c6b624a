import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { tableOfCommands } from '../../src/core/language/command.ts';
import type { Access } from '../../src/core/connection/profile.ts';
import { createTerminalSession, isKept, type TerminalSession } from '../../src/core/terminal/session.ts';
import { quoteInline } from '../../src/protocol/resp/inline.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import type { Argument } from '../support/respClient.ts';
import { createTestSessions, testProfile } from '../support/testSessions.ts';
import { splitArguments } from './script.ts';
import { bitmaps } from './scripts/bitmaps.ts';
import { functions } from './scripts/functions.ts';
import { generic } from './scripts/generic.ts';
import { geo } from './scripts/geo.ts';
import { hashes } from './scripts/hashes.ts';
import { lists } from './scripts/lists.ts';
import { scripting } from './scripts/scripting.ts';
import { sets } from './scripts/sets.ts';
import { sortedSets } from './scripts/sortedSets.ts';
import { streamGroups } from './scripts/streamGroups.ts';
import { streams } from './scripts/streams.ts';
import { strings } from './scripts/strings.ts';

/** What would change the connection itself, ends it, or depends on who asks or on chance. */
const aside = /^(hello|quit|reset|.?.?subscribe|monitor|client|auth|shutdown|debug|config|function|bgsave|sync|psync|multi|exec|blpop|wait|spop|srandmember|hrandfield|zrandmember|randomkey)$/i;
const pages = ['LOLWUT VERSION 1', 'MEMORY DOCTOR', 'CLIENT NO-EVICT off', 'COMMAND INFO get', 'ACL LIST', 'LATENCY DOCTOR', 'OBJECT HELP', 'nonsense', 'GET', 'DEBUG PROTOCOL DOUBLE', 'DEBUG PROTOCOL TRUE', 'DEBUG PROTOCOL NULL', 'DEBUG PROTOCOL MAP', 'DEBUG PROTOCOL SET', 'DEBUG PROTOCOL ARRAY', 'DEBUG PROTOCOL VERBATIM', 'DEBUG PROTOCOL STRING', 'DEBUG PROTOCOL FALSE'];

function commandsOf(script: { readonly steps: readonly unknown[] }): (readonly Argument[])[] {
  const calls = script.steps.flatMap((step): (readonly Argument[])[] => {
    if (typeof step === 'string') return [splitArguments(step)];
    const call = step as { readonly do?: string; readonly args?: readonly Argument[]; readonly rule?: { readonly kind: string } };
    return call.do === 'call' && call.rule?.kind === 'exact' && call.args !== undefined ? [call.args] : [];
  });
  // redis-cli 7.0 ends at a big number, and at one that is none.
  return calls.filter((args) => !aside.test(String(args[0])) && args.every((arg) => arg.length < 2000 && !/big_number|0\/0|^debug$/i.test(String(arg))));
}

const latin1 = (arg: Argument): string => (typeof arg === 'string' ? Buffer.from(arg) : arg).toString('latin1');

describe('the terminal beside redis-cli', () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedisServer(['--enable-debug-command', 'yes']);
  });
  after(() => server.stop());

  const scripts = [...strings, ...hashes, ...lists, ...sets, ...sortedSets, ...bitmaps, ...geo, ...streams, ...streamGroups, ...generic, ...scripting, ...functions];
  const commands = [...scripts.flatMap((script) => [['FLUSHALL'], ['FUNCTION', 'FLUSH'], ...commandsOf(script)]), ['FLUSHALL'], ...pages.map((page) => page.split(' '))];

  /** What redis-cli prints for each command, told apart by replies to ECHO. */
  const theirs = async (version: 2 | 3): Promise<readonly string[]> => {
    const client = spawn('redis-cli', ['-p', String(server.port), ...(version === 3 ? ['-3'] : [])], { env: { ...process.env, FAKETTY: '1' }, stdio: ['pipe', 'pipe', 'inherit'] });
    const output = text(client.stdout.setEncoding('latin1'));
    client.stdin.end(commands.map((args, at) => `${args.map((arg) => quoteInline(latin1(arg))).join(' ')}\nECHO "end of ${String(at)}"\n`).join(''), 'latin1');
    const [printed] = await Promise.all([output, once(client, 'exit')]);
    const found: string[] = [];
    let from = 0;
    for (const at of commands.keys()) {
      const end = printed.indexOf(`"end of ${String(at)}"\n`, from);
      assert.ok(end >= 0, `redis-cli stopped at ${commands[at]?.map(String).join(' ') ?? ''}`);
      found.push(Buffer.from(printed.slice(from, end), 'latin1').toString('utf8').replaceAll('\r\n', '\n'));
      from = end + `"end of ${String(at)}"\n`.length;
    }
    return found;
  };

  /** What the terminal shows for each of them, typed as lines. */
  const ours = async (version: 2 | 3): Promise<readonly string[]> => {
    const sessions = createTestSessions();
    let shown = '';
    const terminal = createTerminalSession({
      label: 'here', database: 0, open: async (database) => sessions.openChannel(testProfile(server), database, 'terminal'), write: (piece) => void (shown += piece), clear: () => undefined,
      // No command takes long: none is followed by the time it took.
      book: tableOfCommands, clock: { now: () => 0, elapsed: () => 0 }, breathe: async () => new Promise(setImmediate),
    });
    try {
      await terminal.run(`HELLO ${String(version)}`);
      const found: string[] = [];
      for (const args of commands) {
        shown = '';
        await terminal.run(args.map((arg) => quoteInline(latin1(arg))).join(' '));
        found.push(shown);
      }
      return found;
    } finally {
      terminal.close();
      await sessions.dispose();
    }
  };

  for (const version of [2, 3] as const) {
    it(`prints what redis-cli prints, RESP${String(version)}`, async () => {
      assert.ok(commands.length > 300, `only ${String(commands.length)} commands`);
      const [expected, actual] = [await theirs(version), await ours(version)];
      for (const [at, args] of commands.entries()) assert.equal(actual[at], expected[at], `command ${String(at)}: ${args.map((arg) => quoteInline(latin1(arg))).join(' ')}`);
    });
  }
});

describe('a terminal session', () => {
  let server: RedisServer;
  let sessions: ReturnType<typeof createTestSessions>;
  let terminal: TerminalSession;
  let shown = '';
  let heard: (() => void) | undefined;

  const open = (access: Access = 'read-write', through = sessions): TerminalSession => createTerminalSession({
    label: 'here', database: 0, open: async (database) => through.openChannel(testProfile(server, { access }), database, 'terminal'),
    write(piece) {
      shown += piece;
      heard?.();
    },
    clear: () => void (shown = ''), book: tableOfCommands,
    clock: { now: () => Date.now(), elapsed: () => performance.now() }, breathe: async (ms) => new Promise((resolve) => (ms === undefined ? setImmediate(resolve) : setTimeout(resolve, ms))),
  });
  /** What a line shows. */
  const run = async (line: string): Promise<string> => {
    shown = '';
    assert.equal(await terminal.run(line), 'done');
    return shown;
  };
  /** Resolves once this was shown. */
  const until = async (pattern: RegExp): Promise<void> => new Promise((resolve) => {
    heard = () => {
      if (pattern.test(shown)) resolve();
    };
    heard();
  });

  before(async () => {
    server = await startRedisServer();
    sessions = createTestSessions();
  });
  beforeEach(() => {
    terminal = open();
  });
  afterEach(async () => {
    terminal.close();
    await server.cli('FLUSHALL');
  });
  after(async () => {
    await sessions.dispose();
    await server.stop();
  });

  it('shows the database and the transaction in its prompt, as the server has them', async () => {
    assert.equal(terminal.prompt, 'here> ');
    await run('select 3');
    assert.equal(terminal.prompt, 'here[3]> ');
    assert.match(await run('SELECT 99'), /out of range/);
    await run('MULTI');
    assert.equal(terminal.prompt, 'here[3](TX)> ');
    assert.equal(await run('SELECT 4'), 'QUEUED\n');
    assert.equal(terminal.prompt, 'here[3](TX)> ');
    assert.equal(await run('EXEC'), '1) OK\n');
    assert.equal(terminal.prompt, 'here[4]> ');
    // One that is refused when its turn comes changes nothing.
    for (const line of ['MULTI', 'SELECT 5', 'PING', 'SELECT 99']) await run(line);
    assert.match(await run('EXEC'), /^1\) OK\n2\) PONG\n3\) \(error\) .*out of range\n$/);
    assert.equal(terminal.prompt, 'here[5]> ');
    await run('RESET');
    assert.equal(terminal.prompt, 'here> ');
  });

  it('takes quotes, bytes and lines that go on, and runs a command so many times', async () => {
    assert.equal(await terminal.run('SET k "a\\x00'), 'more');
    assert.equal(await run('SET k "a\\x00\nb"'), 'OK\n');
    assert.equal(await run('GET k'), '"a\\x00\\nb"\n');
    assert.equal(await run('3 INCR n'), '(integer) 1\n(integer) 2\n(integer) 3\n');
    assert.equal(await run('GET "k"x'), 'Invalid argument(s)\n');
    assert.equal(await run('   '), '');
    assert.equal(await terminal.run('exit'), 'quit');
  });

  it('speaks RESP3 after HELLO 3, and again after its link broke', async () => {
    await run('HELLO 3');
    await run('HSET h f v');
    assert.equal(await run('HGETALL h'), '1# "f" => "v"\n');
    await server.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    assert.match(await run('PING') + await run('HGETALL h'), /1# "f" => "v"\n$/);
  });

  it('listens to channels until it is interrupted, and then goes on', async () => {
    for (const hello of ['HELLO 2', 'HELLO 3']) {
      await run(hello);
      shown = '';
      const listening = terminal.run('SUBSCRIBE news');
      await until(/\(integer\) 1\n/);
      await server.cli('PUBLISH', 'news', 'hello');
      await until(/"hello"\n/);
      terminal.interrupt();
      await listening;
      assert.equal(shown, 'Reading messages... (press Ctrl-C to quit)\n1) "subscribe"\n2) "news"\n3) (integer) 1\n1) "message"\n2) "news"\n3) "hello"\n');
      assert.equal(await run('ECHO back'), '"back"\n');
    }
  });

  it('watches commands until it is interrupted', async () => {
    const watching = terminal.run('MONITOR');
    await until(/OK\n/);
    await server.cli('SET', 'a', 'b');
    await until(/"SET" "a" "b"\n/);
    terminal.interrupt();
    await watching;
    assert.equal(await run('GET a'), '"b"\n');
  });

  it('watches a busy server with few writes to the screen, and loses none without a word', async () => {
    const watching = terminal.run('MONITOR');
    await until(/OK\n/);
    shown = '';
    let writes = 0;
    heard = () => void (writes += 1);
    const started = performance.now();
    const busy = connect(server.port, '127.0.0.1');
    const answers = text(busy);
    for (let at = 0; at < 20_000; at += 1) busy.write(`SET k ${String(at)}\r\n`);
    busy.end();
    await answers;
    await server.cli('SET', 'the', 'end');
    await until(/"the" "end"\n$/);
    const frames = (performance.now() - started) / 100;
    terminal.interrupt();
    await watching;
    assert.ok(writes <= frames + 2, `${String(writes)} writes in ${String(frames)} tenths of a second`);
    const left = [...shown.matchAll(/^\((\d+) messages are left out/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
    assert.equal(left + [...shown.matchAll(/"SET" "k"/g)].length, 20_000);
  });

  it('gives up a command that blocks when it is interrupted, and says what took long', async () => {
    const blocked = terminal.run('BLPOP list 0');
    while (!(await server.cli('CLIENT', 'LIST')).includes('cmd=blpop')) await new Promise(setImmediate);
    terminal.interrupt();
    await blocked;
    assert.match(await run('BLPOP list 0.6'), /^\(nil\)\n\(0\.\d\ds\)\n$/);
  });

  it('shows what is refused or lost, and stays', async () => {
    terminal.close();
    terminal = open('read-only');
    assert.match(await run('SET k v'), /^\(error\) .*read-only/);
    assert.equal(await run('GET k'), '(nil)\n');
  });

  it('asks before it writes where the connection confirms writes, and goes on behind a no', async () => {
    const answers = [false, true];
    const asked: string[] = [];
    const asking = createTestSessions({
      async confirmWrite({ summary }) {
        asked.push(summary);
        return answers.shift() ?? assert.fail('asked once more');
      },
    });
    terminal.close();
    terminal = open('confirm-writes', asking);
    try {
      await run('SELECT 2');
      assert.match(await run('SET k v'), /^\(error\) Not sent/);
      assert.equal(terminal.prompt, 'here[2]> ');
      assert.equal(await run('GET k'), '(nil)\n');
      assert.equal(await run('SET k v'), 'OK\n');
      assert.equal(await run('GET k'), '"v"\n');
      assert.deepEqual(asked, ['SET k v', 'SET k v']);
    } finally {
      await asking.dispose();
    }
  });

  it('runs nothing by itself that was meant for a transaction which its connection took with it', async () => {
    await run('MULTI');
    await run('SET k v');
    await server.cli('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    assert.match(await run('SET k2 v'), /transaction is gone/);
    assert.equal(terminal.prompt, 'here> ');
    assert.equal(await run('DBSIZE'), '(integer) 0\n');
  });

  it('tells pushed messages apart from replies', async () => {
    await run('HELLO 3');
    await run('CLIENT TRACKING on');
    await run('GET k');
    shown = '';
    await server.cli('SET', 'k', 'v');
    const done = terminal.run('ECHO x');
    await until(/invalidate/);
    await done;
    assert.match(shown, /-> invalidate: "k"\n/);
    assert.match(shown, /"x"\n/);
  });

  it('lets nothing that a server wrote as text move the cursor', async () => {
    assert.equal(await run('EVAL "return redis.error_reply(\'\\x1b[2Jboo\')" 0'), '(error) ERR \\x1b[2Jboo\n');
  });

  it('keeps no line that holds a password', () => {
    assert.deepEqual(['GET k', 'AUTH secret', 'config set requirepass secret', 'HELLO 3 AUTH me secret', '  '].map(isKept), [true, false, false, false, false]);
  });

  it('helps with a command, its subcommands and a group', async () => {
    assert.match(await run('HELP get'), /GET key\n {2}summary: .*\n {2}complexity: O\(1\)/);
    assert.match(await run('help object'), /OBJECT ENCODING key/);
    assert.match(await run('help @hash'), /HGETALL key/);
    assert.match(await run('help nonsense'), /no command called NONSENSE/);
  });
});
