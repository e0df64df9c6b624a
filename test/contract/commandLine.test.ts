import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { build } from 'esbuild';
import { join } from 'node:path';
import { bundles } from '../support/bundles.ts';
import { root } from '../support/paths.ts';
import { until } from '../support/replicationPlay.ts';
import { connectResp, openRespClient, type RespClient } from '../support/respClient.ts';
import { printReply } from '../support/respReply.ts';

/** The program under test, bundled as it is shipped, and the one that it stands in for. */
const home = mkdtempSync(join(tmpdir(), 'keyspace-serve-'));
const programs = {
  ours: [process.execPath, join(home, 'serve.cjs')],
  redis: ['redis-server'],
} as const;
type Program = keyof typeof programs;
const both = ['ours', 'redis'] as const;

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** A server process with a folder of its own, in which it runs. */
interface Running {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly port: number;
  out(): string;
  /** Resolves once the log has this. */
  until(what: RegExp): Promise<void>;
  ended: Promise<Ended>;
  client(): Promise<RespClient>;
}

const children = new Set<ChildProcess>();
const folders: string[] = [];

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Starts a program; FOLDER and PORT in arguments and files are its own. */
async function begin(program: Program, args: readonly string[], { files = {}, stdin = '' }: { readonly files?: Readonly<Record<string, string>>; readonly stdin?: string } = {}): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'keyspace-serve-'));
  folders.push(folder);
  const port = await freePort();
  const fill = (text: string): string => text.replaceAll('FOLDER', folder).replaceAll('PORT', String(port));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), fill(text), 'latin1');
  const [command, ...before] = programs[program];
  const child = spawn(command, [...before, ...args.map(fill)], { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  let out = '';
  let error = '';
  const watchers = new Set<() => void>();
  const hear = (): void => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    hear();
  });
  child.stderr.on('data', (chunk: Buffer) => (error += chunk.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.end(fill(stdin));
  // Names that are in messages are the same for both.
  const plain = (text: string): string => text.replaceAll(folder, 'FOLDER').replaceAll(String(port), 'PORT').replaceAll(String(child.pid), 'PID');
  const ended = once(child, 'close').then(([code]): Ended => {
    children.delete(child);
    hear();
    return { code: code as number | null, out: plain(out), error: plain(error) };
  });
  return {
    child, folder, port, ended,
    out: () => plain(out),
    until: (what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (what.test(out)) resolve();
          else if (child.exitCode !== null) reject(new Error(`${program} ended without ${String(what)}:\n${out}${error}`));
          else return;
          watchers.delete(look);
        };
        watchers.add(look);
        look();
      }),
    client: () => connectResp(port),
  };
}

/** The lines of a log without times and Redis's remarks on the machine, and ours on what is not there. */
function lines(out: string): string[] {
  return out.split('\n').filter((line) => line !== '' && !/overcommit|Transparent Huge|TCP backlog|maximum open files|practice server|addresses of this machine/.test(line)).map((line) => line.replace(/\d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3}/, 'TIME').replace(/\(\d{10}\)/, '(SECONDS)'));
}

async function ask(client: RespClient, command: string): Promise<string> {
  return printReply(await client.call(command.split(' ').map((word) => (word === "''" ? '' : word))));
}

describe('the practice server in place of redis-server', () => {
  before(async () => {
    await build({ ...(await bundles()).product('serve.cjs'), outfile: join(home, 'serve.cjs'), sourcemap: false });
    copyFileSync(join(root, 'node_modules/wasmoon-lua5.1/dist/liblua5.1.wasm'), join(home, 'lua51.wasm'));
  });
  after(() => {
    rmSync(home, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const child of children) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  describe('refuses with the same words and code', () => {
    const cases: readonly (readonly [args: readonly string[], more?: { files?: Record<string, string>; stdin?: string }])[] = [
      [['--port']], [['--port', 'abc']], [['--shutdown-on-sigint']], [['--shutdown-on-sigint', 'now force', '--shutdown-on-sigterm']], [['--port', '70000']], [['--port', '-1']], [['--foo', 'bar']], [['--port', 'PORT', '--foo']], [['--port', 'PORT', 'foo']],
      [['--save', '900', '1', '--save', '300']], [['--save', '900 1', '300 10']], [['--dir', '/nonexistent']], [['--appendonly', 'maybe']], [['--databases', '0']],
      [['--databases', '2', '3']], [['--maxmemory', '10zz']], [['--maxmemory-policy', 'lru']], [['--loglevel', 'debug notice']], [['--loadmodule']], [['--unixsocketperm', '8']],
      [['--unixsocketperm', '1777']], [['--dbfilename', 'a/b']], [['--appendfilename', '']], [['--appenddirname', 'a/b']], [['--activedefrag', 'yes']], [['--logfile', '/nonexistent/x']],
      [['--bind', ...'1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17'.split(' ')]], [['--user']], [['--user', 'a', 'b']], [['--user', 'a', 'on', '--user', 'a', 'off']], [['--include']],
      [['--x.y']], [['--replicaof', '127.0.0.1']], [['--replicaof', '127.0.0.1', '99999']], [['--notify-keyspace-events']], [['--notify-keyspace-events', 'q']],
      [['--client-output-buffer-limit', 'normal', '1', '2']], [['--oom-score-adj-values', '1', '2']], [['--proc-title-template', 'x {']], [['--cluster-announce-hostname', 'a b']],
      [['--supervised', 'x']], [['--io-threads', '0']], [['--enable-debug-command', 'x']], [['--latency-tracking-info-percentiles', '200']],
      [['nosuch.conf']], [['FOLDER/nosuch.conf']],
      [['a.conf'], { files: { 'a.conf': 'port PORT\n# c\nfoo bar baz\n' } }],
      [['a.conf'], { files: { 'a.conf': 'port PORT\nport "abc\n' } }],
      [['a.conf'], { files: { 'a.conf': '\n\n  port PORT  \nPORT\nmaxmemory 10zz\n' } }],
      [['a.conf'], { files: { 'a.conf': 'include nosuch.conf\n' } }],
      [['a.conf'], { files: { 'a.conf': 'include n*.conf\nport PORT\nfoo\n' } }],
      [['a.conf'], { files: { 'a.conf': 'port PORT\ninclude b.conf\n', 'b.conf': 'hz 10\nbar\n' } }],
      [['a.conf', '--foo', '1'], { files: { 'a.conf': 'port PORT\nhz 10' } }],
      [['a.conf', '--foo', '1'], { files: { 'a.conf': 'port PORT\nhz 10\n' } }],
      [['a.conf'], { files: { 'a.conf': 'rename-command NOSUCH x\n' } }],
      [['a.conf'], { files: { 'a.conf': 'rename-command GET SET\n' } }],
      [['a.conf'], { files: { 'a.conf': 'rename-command GET\n' } }],
      [['a.conf'], { files: { 'a.conf': 'list-max-ziplist-entries 3\nmultibulk\n' } }],
      [['-'], { stdin: 'port PORT\nbad\n' }], [['--hz', '10', '-'], { stdin: 'bad\n' }], [['a.conf', '--hz', 'x', '-'], { files: { 'a.conf': 'hz 1\n' }, stdin: 'hz 2' }],
      [['-', '--hz']], [['--hz', '-', '--port']], [['-x']], [['"--port', '1']],
    ];
    for (const [args, more] of cases) {
      it(`${args.join(' ')}${more?.files?.['a.conf'] === undefined ? '' : ` with ${JSON.stringify(more.files['a.conf'])}`}${more?.stdin === undefined ? '' : ` and ${JSON.stringify(more.stdin)}`}`, async () => {
        const [ours, redis] = await Promise.all(both.map(async (program) => await (await begin(program, args, more)).ended));
        assert.ok(ours !== undefined && redis !== undefined);
        assert.equal(ours.error, redis.error);
        assert.deepEqual(lines(ours.out), lines(redis.out));
        assert.equal(ours.code, 1);
        assert.equal(redis.code, 1);
      });
    }

    it('a port that somebody has', async () => {
      const holder = createServer().listen(0, '127.0.0.1');
      await once(holder, 'listening');
      const taken = String((holder.address() as AddressInfo).port);
      const [ours, redis] = await Promise.all(both.map(async (program) => await (await begin(program, ['--port', taken, '--bind', '127.0.0.1', '--pidfile', 'FOLDER/p'])).ended));
      holder.close();
      assert.deepEqual(lines(ours?.out ?? ''), lines(redis?.out ?? ''));
      assert.deepEqual([ours?.code, redis?.code], [1, 1]);
      assert.match(ours?.out ?? '', /bind: Address already in use/);
    });

    it('to listen nowhere', async () => {
      const [ours, redis] = await Promise.all(both.map(async (program) => await (await begin(program, ['--port', '0'])).ended));
      assert.equal(lines(ours?.out ?? '').at(-1), lines(redis?.out ?? '').at(-1));
      assert.deepEqual([ours?.code, redis?.code], [1, 1]);
    });
  });

  it('says its version and how it is used', async () => {
    const [ours, redis] = await Promise.all(both.map(async (program) => await (await begin(program, ['--version'])).ended));
    assert.equal(ours?.out.split(' malloc')[0], redis?.out.split(' malloc')[0]);
    const [usage, theirs] = await Promise.all(both.map(async (program) => await (await begin(program, ['--help'])).ended));
    assert.match(usage?.error ?? '', /^Usage: .*\[\/path\/to\/redis\.conf\] \[options\] \[-\]/);
    assert.equal(usage?.code, theirs?.code);
  });

  describe('reads the same from files, the standard input and options', () => {
    const asked = 'save port maxmemory maxclients requirepass client-output-buffer-limit shutdown-on-sigint loglevel hz bind notify-keyspace-events masterauth dbfilename oom-score-adj-values timeout unixsocketperm tcp-keepalive repl-backlog-size latency-tracking-info-percentiles databases enable-debug-command';
    const cases: readonly (readonly [args: readonly string[], more?: { files?: Record<string, string>; stdin?: string }])[] = [
      [['--port', 'PORT', '--bind', '127.0.0.1']],
      [['--port', 'PORT', '--bind', '127.0.0.1', '-::1', '--save', '900', '1', '--save', '300', '10', '--maxmemory', '100mb']],
      [['--port PORT', '--bind 127.0.0.1', '--save', '900 1 300 10', '--save', '']],
      [['--Port', 'PORT', '--bind', '127.0.0.1', '--save', '--maxclients', '100', '--masterauth', '--pw', '--save']],
      [['--port', 'PORT', '--bind', '127.0.0.1', '--shutdown-on-sigint', 'now', 'force', '--loglevel', 'VERBOSE', '--hz', '1000', '--databases', '3']],
      [['--port', 'PORT', '--bind', '127.0.0.1', '--client-output-buffer-limit', 'normal 1mb 2kb 3', '--client-output-buffer-limit', 'replica', '1', '2', '3', '--unixsocketperm', '700', '--notify-keyspace-events', 'KEA']],
      [['a.conf', '--save', '1', '1', '--dbfilename', 'x y.rdb'], { files: { 'a.conf': 'port PORT\nbind 127.0.0.1\nsave 900 1\nsave 300 10\nmaxmemory 1gb\nslowlog-log-slower-than 5\nlist-max-ziplist-entries 3\n# no\n\trequirepass ""\n' } }],
      [['a.conf', '--timeout', '7', '-'], { files: { 'a.conf': 'port PORT\ntimeout 1\ninclude i*.conf\nbind 127.0.0.1', 'i1.conf': 'maxclients 11\nhz 11\n', 'i2.conf': 'hz 12\n' }, stdin: '\ntcp-keepalive 5\ntimeout 2\n' }],
      [['-', '--repl-backlog-size', '1'], { stdin: 'port PORT\nbind 127.0.0.1\nlatency-tracking-info-percentiles 1 2.5\noom-score-adj-values 1 2 3\nmasterauth "a\\x20b\\n"\n' }],
      [['--port', 'PORT', '--bind', '127.0.0.1', '--rename-command', 'GET', 'holen', '--rename-command', 'FLUSHALL', '', '--enable-debug-command', 'local', '--user', 'alice', 'on', '>pw', '~a*', '+get']],
    ];
    for (const [args, more] of cases) {
      it(args.join(' '), async () => {
        const answers = await Promise.all(both.map(async (program) => {
          const server = await begin(program, args, more);
          await server.until(/Ready to accept/);
          const client = await server.client();
          const replies: string[] = [];
          for (const name of asked.split(' ')) replies.push((await ask(client, `CONFIG GET ${name}`)).replaceAll(String(server.port), 'PORT'));
          for (const command of ['SET k v', 'GET k', 'holen k', 'HOLEN', 'FLUSHALL', 'MULTI', 'GET k', 'EXEC', 'DEBUG SLEEP 0', 'ACL LIST', 'SELECT 2', 'SELECT 3']) replies.push(`${command}: ${await ask(client, command)}`);
          client.close();
          server.child.kill('SIGKILL');
          return replies;
        }));
        assert.deepEqual(answers[0], answers[1]);
      });
    }
  });

  it('logs its start and its end, writes and removes the pid file and the socket', async () => {
    const logs = await Promise.all(both.map(async (program) => {
      const args = ['--port', 'PORT', '--bind', '127.0.0.1', '--save', '', '--pidfile', 'FOLDER/p.pid', '--unixsocket', 'FOLDER/s.sock', '--unixsocketperm', '700'];
      const server = await begin(program, args);
      await server.until(/connections at/);
      assert.equal(readFileSync(join(server.folder, 'p.pid'), 'utf8'), `${String(server.child.pid)}\n`);
      assert.equal(statSync(join(server.folder, 's.sock')).mode & 0o777, 0o700);
      const socket = openRespClient(connect(join(server.folder, 's.sock')));
      assert.match(await ask(socket, 'CLIENT INFO'), new RegExp(`addr=${join(server.folder, 's.sock')}:0 laddr=${join(server.folder, 's.sock')}:0 .*flags=U`));
      server.child.kill('SIGTERM');
      const { code, out, error } = await server.ended;
      assert.deepEqual([code, error], [0, '']);
      assert.deepEqual(readdirSync(server.folder), []);
      return lines(out);
    }));
    assert.deepEqual(logs[0], logs[1]);
  });

  it('ends on SHUTDOWN and SIGINT, and closes the connections of the others', async () => {
    const logs = await Promise.all(both.map(async (program) => {
      const all: string[][] = [];
      for (const way of ['SHUTDOWN', 'SHUTDOWN NOSAVE', 'shutdown now force', 'SIGINT', 'SHUTDOWN on MULTI']) {
        const server = await begin(program, ['--port', 'PORT', '--bind', '127.0.0.1', '--save', '']);
        await server.until(/Ready to accept/);
        const [client, other] = [await server.client(), await server.client()];
        const replies = [];
        for (const wrong of ['SHUTDOWN BOGUS', 'SHUTDOWN SAVE NOSAVE', 'SHUTDOWN ABORT', 'SHUTDOWN NOW ABORT', 'SHUTDOWN NOW NOW x', 'MULTI', 'SHUTDOWN', 'DISCARD']) replies.push(await ask(client, wrong));
        const blocked = other.raw(Buffer.from('BLPOP l 0\r\n'), 1);
        if (way === 'SIGINT') server.child.kill('SIGINT');
        const last = client.raw(Buffer.from(way.startsWith('S') && way !== 'SIGINT' ? `${way.split(' on')[0] ?? ''}\r\n` : `${way}\r\n`), way === 'SIGINT' ? 0 : 1);
        const { code, out } = await server.ended;
        all.push([way, ...replies, ...(await blocked).map(({ kind }) => kind), ...(await last).map(({ kind }) => kind), String(code), ...lines(out)]);
      }
      return all;
    }));
    assert.deepEqual(logs[0], logs[1]);
  });

  it('writes its log into a file at the level that it is given', async () => {
    for (const program of both) {
      const server = await begin(program, ['--port', 'PORT', '--bind', '127.0.0.1', '--save', '', '--logfile', 'x.log', '--dir', 'FOLDER', '--loglevel', 'warning']);
      for (let look = 0; !/Server initialized/.test(existsSync(join(server.folder, 'x.log')) ? readFileSync(join(server.folder, 'x.log'), 'utf8') : ''); look += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      server.child.kill('SIGTERM');
      assert.deepEqual({ ...(await server.ended), error: '' }, { code: 0, out: '', error: '' });
      const log = readFileSync(join(server.folder, 'x.log'), 'utf8');
      assert.doesNotMatch(log, / [*.-] /);
      assert.match(log, /User requested shutdown/);
    }
  });

  it('becomes a daemon', async () => {
    for (const program of both) {
      const server = await begin(program, ['--port', 'PORT', '--bind', '127.0.0.1', '--save', '', '--daemonize', 'yes', '--pidfile', 'FOLDER/d.pid', '--logfile', 'FOLDER/d.log']);
      const { code, out } = await server.ended;
      assert.deepEqual([code, out], [0, '']);
      const log = (): string => (existsSync(join(server.folder, 'd.log')) ? readFileSync(join(server.folder, 'd.log'), 'utf8') : '');
      while (!log().includes('Ready to accept')) await new Promise((resolve) => setImmediate(resolve));
      const client = await server.client();
      assert.match(await ask(client, 'INFO server'), new RegExp(`process_id:${readFileSync(join(server.folder, 'd.pid'), 'utf8').trim()}\\b`));
      await client.raw(Buffer.from('SHUTDOWN\r\n'), 1);
      while (!log().includes('bye bye')) await new Promise((resolve) => setImmediate(resolve));
      while (existsSync(join(server.folder, 'd.pid'))) await new Promise((resolve) => setImmediate(resolve));
    }
  });

  it('shows its number in the banner that always-show-logo asks for, as test suites expect', async () => {
    for (const program of both) {
      const server = await begin(program, ['--port', 'PORT', '--bind', '127.0.0.1', '--save', '', '--always-show-logo', 'yes']);
      await server.until(/Ready to accept/);
      assert.match(server.out(), / PID: PID\n/);
      assert.match(server.out(), / Port: PORT\n/);
      server.child.kill('SIGKILL');
    }
  });

  for (const writer of both) {
    for (const reader of both) {
      it(`saves at the end of ${writer} what ${reader} loads at its start`, async () => {
        const args = ['--port', 'PORT', '--bind', '127.0.0.1', '--save', '900', '1'];
        const first = await begin(writer, args);
        await first.until(/Ready to accept/);
        const client = await first.client();
        for (const command of ['SET k v', 'SELECT 3', 'HSET h f 1 g 2', 'XADD x 1-1 f v', 'PEXPIREAT h 33300000000000']) await ask(client, command);
        await client.call(['FUNCTION', 'LOAD', "#!lua name=lib\nredis.register_function('f', function() return 'called' end)"]);
        assert.match(await ask(client, 'INFO persistence'), /rdb_changes_since_last_save:[1-9]/);
        first.child.kill('SIGTERM');
        const { code, out } = await first.ended;
        assert.equal(code, 0);
        assert.deepEqual(lines(out).slice(-4).map((line) => line.split('TIME ')[1]), [
          '# User requested shutdown...', '* Saving the final RDB snapshot before exiting.', '* DB saved on disk', '# Redis is now ready to exit, bye bye...',
        ]);
        const file = readFileSync(join(first.folder, 'dump.rdb'));
        const second = await begin(reader, [...args, '--dir', first.folder]);
        await second.until(/Ready to accept/);
        assert.match(second.out(), /Done loading RDB, keys loaded: 3, keys expired: 0\./);
        const again = await second.client();
        const replies = [];
        for (const command of ['GET k', 'FCALL f 0', 'SELECT 3', 'HGETALL h', 'PEXPIRETIME h', 'XRANGE x - +', 'SAVE']) replies.push(await ask(again, command));
        assert.deepEqual(replies.slice(0, 2), ['bulk "v"', 'bulk "called"']);
        assert.match(replies.join(' '), /"f".*33300000000000.*"1-1".*OK/s);
        assert.ok(readFileSync(join(first.folder, 'dump.rdb')).length > file.length / 2);
        await ask(again, 'FLUSHALL');
        assert.match(await ask(again, 'INFO persistence'), /rdb_changes_since_last_save:0/);
        assert.ok(readFileSync(join(first.folder, 'dump.rdb')).length < file.length, 'a restart does not bring back what is gone');
        second.child.kill('SIGKILL');
      });
    }
  }

  it('does not start with a file that is damaged, and says where and what as Redis does', async () => {
    const file = (body: string, checksum = '0000000000000000'): string => Buffer.from(`524544495330303039fe00${body}ff${checksum}`, 'hex').toString('latin1');
    const damaged: readonly (readonly [string, RegExp])[] = [
      [file('00016b0176', '0102030405060708'), /Internal error in RDB reading offset \d+, function at rdb\.c:\d+ -> .*RDB CRC error/],
      [file('0d0168050102030405'), /Internal error in RDB reading offset \d+, function at rdb\.c:\d+ -> Hash ziplist integrity check failed\./],
    ];
    for (const program of both) {
      for (const [text, told] of damaged) {
        const server = await begin(program, ['--port', 'PORT', '--bind', '127.0.0.1'], { files: { 'dump.rdb': text } });
        const { code, out } = await server.ended;
        assert.equal(code, 1);
        assert.match(out, told);
        if (!out.includes('CRC error')) assert.match(out, /# Terminating server after rdb file reading failure\.\n/);
      }
      const server = await begin(program, ['--port', 'PORT', '--bind', '127.0.0.1', '--save', ''], { files: { 'dump.rdb': file('fa0972656469732d76657205372e302e3002017300020173010161') } });
      await server.until(/Ready to accept/);
      assert.match(server.out(), /\* Loading RDB produced by version 7\.0\.0\n/);
      assert.match(server.out(), /# rdbLoadObject skipping empty key: s\n/);
      assert.match(server.out(), /# Done loading RDB, keys loaded: 1, keys expired: 0, empty keys skipped: 1\.\n/);
      server.child.kill('SIGKILL');
    }
  });

  it('listens on another port and address when CONFIG SET says so', async () => {
    const spare = await freePort();
    const answers = await Promise.all(both.map(async (program) => {
      const server = await begin(program, ['--port', 'PORT', '--bind', '127.0.0.1', '--save', '']);
      await server.until(/Ready to accept/);
      const client = await server.client();
      const holder = createServer().listen(0, '127.0.0.1');
      await once(holder, 'listening');
      const taken = (holder.address() as AddressInfo).port;
      const next = program === 'ours' ? spare : await freePort();
      const replies = [
        await ask(client, `CONFIG SET port ${String(taken)} maxclients 77`), await ask(client, 'CONFIG GET maxclients'), await ask(client, `CONFIG SET maxclients 78 port ${String(next)}`),
        await ask(client, 'CONFIG GET maxclients'), await ask(await connectResp(next), 'PING'), await connectResp(server.port).then(() => 'there', () => 'refused'),
        await ask(client, 'CONFIG SET bind 1.2.3.4'), await ask(client, 'CONFIG GET bind'), await ask(client, "CONFIG SET bind ''"), await connectResp(next).then(() => 'there', () => 'refused'),
        await ask(client, 'CONFIG SET bind 127.0.0.1'), await ask(await connectResp(next), 'PING'), await ask(client, 'PING'),
      ];
      holder.close();
      client.close();
      server.child.kill('SIGKILL');
      return replies;
    }));
    assert.deepEqual(answers[0], answers[1]);
  });

  it('follows the master that its file names, and writes down whom it follows', async () => {
    const master = await begin('redis', ['--port', 'PORT', '--save', '', '--repl-diskless-sync-delay', '0']);
    await master.until(/Ready to accept/);
    const above = await master.client();
    assert.match(await ask(above, 'SET k v'), /OK/);
    const server = await begin('ours', ['a.conf'], { files: { 'a.conf': `port PORT\nsave ""\nslaveof 127.0.0.1 ${String(master.port)}\nreplica-announce-ip 127.0.0.9\nreplica-announce-port 4711\n` } });
    await server.until(/:S .* MASTER <-> REPLICA sync: Finished with success/);
    const client = await server.client();
    assert.match(await ask(client, 'GET k'), /bulk "v"/);
    // The master counts it as online once it has acknowledged something.
    await until(async () => /slave0:ip=127\.0\.0\.9,port=4711,state=online/.test(await ask(above, 'INFO replication')));
    const file = (): string => readFileSync(join(server.folder, 'a.conf'), 'utf8');
    await ask(client, 'CONFIG REWRITE');
    assert.match(file(), new RegExp(`^(slaveof|replicaof) 127\\.0\\.0\\.1 ${String(master.port)}$`, 'm'));
    await ask(client, 'REPLICAOF NO ONE');
    await ask(client, 'CONFIG REWRITE');
    assert.doesNotMatch(file(), /slaveof|replicaof/);
    assert.match(await ask(client, 'CONFIG GET replicaof'), /bulk ""/);
    await ask(client, `REPLICAOF 127.0.0.1 ${String(master.port)}`);
    await ask(client, 'CONFIG REWRITE');
    assert.match(file(), /^replicaof 127\.0\.0\.1/m);
  });

  it('needs no snapshot after a restart, as a replica and as a master', async () => {
    const master = await begin('redis', ['--port', 'PORT', '--save', '', '--repl-diskless-sync-delay', '0']);
    await master.until(/Ready to accept/);
    const above = await master.client();
    const start = (folder?: string): Promise<Running> => begin('ours', ['--port', 'PORT', '--dir', folder ?? 'FOLDER', '--save', '900 1', '--slaveof', '127.0.0.1', String(master.port)]);
    const first = await start();
    await first.until(/Finished with success/);
    for (const line of ['SELECT 4', 'SET k v', 'SET gone v PX 1', 'WAIT 1 5000']) await ask(above, line);
    const client = await first.client();
    await ask(client, 'SAVE');
    await ask(above, 'SET k w');
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await start(first.folder);
    await second.until(/Successful partial resynchronization with master/);
    assert.match(await ask(above, 'WAIT 1 5000'), /integer 1/);
    const again = await second.client();
    await ask(again, 'SELECT 4');
    assert.match(await ask(again, 'GET k'), /bulk "w"/);
    assert.match(await ask(again, 'DBSIZE'), /integer 1/);
    // Now it is the master, and the other one comes back to it after its restart.
    await ask(again, 'REPLICAOF NO ONE');
    await ask(above, `REPLICAOF 127.0.0.1 ${String(second.port)}`);
    await master.until(/MASTER MODE enabled|Successful partial resynchronization with master/);
    await ask(again, 'SET k x');
    await ask(again, 'SAVE');
    second.child.kill('SIGKILL');
    await second.ended;
    const third = await begin('ours', ['--port', String(second.port), '--dir', first.folder, '--save', '']);
    await third.until(/Partial resynchronization request from .* accepted/);
    await master.until(/Successful partial resynchronization with master[^]*Successful partial resynchronization with master/);
  });

  it('rewrites its file as Redis does', async () => {
    const file = [
      '# my file', '', 'port PORT', '   maxmemory 100mb', '# about hash', '', '', 'hash-max-ziplist-entries 100', 'save 900 1', 'save 300 10', 'bind 127.0.0.1 -::1', 'requirepass "a b"',
      'client-output-buffer-limit normal 1mb 0 0', 'hz 10', 'hz 20', 'timeout 0', 'include inc*.conf', 'user alice on >pw ~* +@all', 'rename-command FLUSHALL ""', 'loglevel debug', 'notify-keyspace-events KEA', 'slave-priority 50', '',
    ].join('\n');
    const first = 'CONFIG SET slowlog-max-len 3 repl-backlog-size 2mb proto-max-bulk-len 1048577 maxmemory-clients 5% masterauth x"y shutdown-on-sigint now maxmemory-policy allkeys-lru stop-writes-on-bgsave-error no client-query-buffer-limit 2gb';
    const second = "CONFIG SET save '' maxmemory 0 hz 10 bind 127.0.0.1 requirepass '' notify-keyspace-events '' slave-priority 100";
    const texts = await Promise.all(both.map(async (program) => {
      const server = await begin(program, ['a.conf', '--maxclients', '500', '--dbfilename', 'x y.rdb', '--enable-debug-command', 'yes'], { files: { 'a.conf': file, 'inc1.conf': 'tcp-keepalive 100\n' } });
      await server.until(/Ready to accept/);
      const client = await server.client();
      const path = join(server.folder, 'a.conf');
      const seen: string[][] = [];
      // What is added stands in the order of Redis's hash table.
      const read = (): string[] => {
        const [kept = '', added = ''] = readFileSync(path, 'utf8').replaceAll(String(server.port), 'PORT').replaceAll(server.folder, 'FOLDER').split('# Generated by CONFIG REWRITE\n');
        return [...kept.split('\n'), '# Generated', ...added.split('\n').sort()];
      };
      for (const commands of [['AUTH a\u0020b', first, 'CONFIG REWRITE'], [second, 'CONFIG REWRITE'], ['CONFIG REWRITE'], ['DELETE', 'CONFIG REWRITE'], ['DEBUG CONFIG-REWRITE-FORCE-ALL']]) {
        for (const command of commands) {
          if (command === 'DELETE') rmSync(path);
          else seen.push([command, printReply(await client.call(command.startsWith('AUTH') ? ['AUTH', 'a b'] : command.split(' ').map((word) => (word === "''" ? '' : word))))]);
        }
        seen.push(read());
      }
      client.close();
      server.child.kill('SIGKILL');
      return seen;
    }));
    assert.deepEqual(texts[0], texts[1]);
  });

  it('refuses in words what it is not', async () => {
    const cases: readonly (readonly [args: readonly string[], what: RegExp])[] = [
      [['--tls-port', '1'], /# This server speaks no TLS\n.* # Failed to configure TLS/], [['--loadmodule', '/x.so', 'a'], /# Module \/x\.so failed to load: .*\n.* # Can't load module from \/x\.so: server aborting/],
      [['--cluster-enabled', 'yes'], />>> 'cluster-enabled "yes"'\nthis server has no cluster mode/], [['--sentinel'], /cannot be a Sentinel/], [['--test-memory', '100'], /cannot test the memory/],
      [['--bind', '192.0.2.1'], /socket 192\.0\.2\.1:PORT: this server only listens .*\n.* # Failed listening on port PORT \(TCP\), aborting/], [['--sample', 'nosuch'], /--sample knows .*shop.*, not nosuch/],
    ];
    for (const [args, what] of cases) {
      const { code, out, error } = await (await begin('ours', [...args, '--port', 'PORT'])).ended;
      assert.equal(code, 1, args.join(' '));
      assert.match(out + error, what);
    }
  });

  it('says what it accepts without doing it, and listens to this machine only', async () => {
    const server = await begin('ours', ['--port', 'PORT', '--bind', '*', '-::*', '--save', '', '--appendonly', 'yes', '--sample', 'shop']);
    await server.until(/Ready to accept/);
    for (const what of [/Bound to the addresses of this machine only, not to \* -::\*/, /appendonly is accepted, but/]) assert.match(server.out(), what);
    const client = await server.client();
    assert.doesNotMatch(await ask(client, 'DBSIZE'), /^integer 0$/);
    assert.match(await ask(client, 'CONFIG GET bind'), /bulk "\* -::\*"/);
    for (const address of Object.values(networkInterfaces()).flatMap((list) => list ?? [])) {
      if (!address.internal && address.family === 'IPv4') await assert.rejects(connectResp(server.port, address.address));
    }
    client.close();
    server.child.kill('SIGTERM');
    assert.equal((await server.ended).code, 0);
    assert.deepEqual(readdirSync(server.folder), []);
  });

  it('tells of CONFIG REWRITE that fails, and of one without a file', async () => {
    for (const program of both) {
      const server = await begin(program, ['--port', 'PORT', '--bind', '127.0.0.1', '--save', '']);
      await server.until(/Ready to accept/);
      assert.match(await ask(await server.client(), 'CONFIG REWRITE'), /The server is running without a config file/);
      server.child.kill('SIGKILL');
    }
  });
});
