import { spawn, execFile, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Certificate files of a TLS server, as `test/support/tls.ts` makes them. */
export interface ServerTls {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** True: clients have to show a certificate of this CA. */
  readonly clientAuth: boolean;
}

export interface StartOptions {
  /** Speak only TLS on the port. */
  readonly tls?: ServerTls;
  /** Be a sentinel (it needs a configuration file that it may write). */
  readonly sentinel?: boolean;
}

/** A real redis-server of a test's own. */
export interface RedisServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Of the process that runs now; changes at `restart`. */
  readonly pid: number;
  /** The server's directory (dump.rdb, aclfile), removed at `stop`. */
  readonly dir: string;
  /** Kills the server and removes its directory. May be called twice. */
  stop(): Promise<void>;
  /** A new process on the same port: new run_id; the data only with `keep` (SAVE, then loaded again). */
  restart(options?: { readonly keep?: boolean }): Promise<void>;
  /** Kills the server and leaves the port refused until `restart`. */
  kill(): Promise<void>;
  /** redis-cli with these arguments; its output without the last newline. Throws on an error reply (`-e`). */
  cli(...args: string[]): Promise<string>;
}

const run = promisify(execFile);
const HOST = '127.0.0.1';
const running = new Map<ChildProcess, string>();

process.on('exit', () => {
  for (const [child, dir] of running) {
    child.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
});

/**
 * Starts redis-server on 127.0.0.1 and a free port, without persistence, DEBUG allowed; `args` come last and win
 * (`'--requirepass', 'pw'`). Rejects with the server's own output if it does not come up.
 */
export async function startRedisServer(args: readonly string[] = [], options: StartOptions = {}): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'keyspace-redis-'));
  let child: ChildProcess;
  let port: number;
  for (let attempt = 1; ; attempt += 1) {
    port = await freePort();
    try {
      child = await launch(dir, port, args, options);
      break;
    } catch (error) {
      // Somebody else may take the port between our look and the server's bind.
      if (attempt < 5 && error instanceof Error && error.message.includes('in use')) continue;
      await rm(dir, { recursive: true, force: true });
      throw error;
    }
  }

  const cliBase = ['-h', HOST, '-p', String(port), '-e', ...cliTls(options.tls)];
  const cli = async (...cliArgs: string[]): Promise<string> => {
    const { stdout } = await run('redis-cli', [...cliBase, ...cliArgs], { maxBuffer: 256 * 1024 * 1024 });
    return stdout.replace(/\n$/, '');
  };

  return {
    host: HOST,
    port,
    dir,
    get pid() {
      return child.pid ?? 0;
    },
    cli,
    async kill() {
      await kill(child);
    },
    async restart({ keep = false } = {}) {
      const password = passwordIn(args);
      const ask = (...words: string[]): Promise<string> => cli(...(password === undefined ? [] : ['-a', password, '--no-auth-warning']), ...words);
      // Beside a snapshot for a replica it saves nothing.
      while (keep && !(await ask('INFO', 'persistence')).includes('rdb_bgsave_in_progress:0')) await new Promise(setImmediate);
      if (keep) await ask('SAVE');
      await kill(child);
      if (!keep) await rm(join(dir, 'dump.rdb'), { force: true });
      child = await launch(dir, port, args, options);
    },
    async stop() {
      await kill(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function passwordIn(args: readonly string[]): string | undefined {
  const at = args.indexOf('--requirepass');
  return at < 0 ? undefined : args[at + 1];
}

function cliTls(tls: ServerTls | undefined): string[] {
  if (tls === undefined) return [];
  return ['--tls', '--cacert', tls.caFile, '--cert', tls.certFile, '--key', tls.keyFile];
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, HOST);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function launch(dir: string, port: number, args: readonly string[], options: StartOptions): Promise<ChildProcess> {
  const { tls } = options;
  const ports = tls === undefined
    ? ['--port', String(port)]
    : [
        '--port', '0', '--tls-port', String(port),
        '--tls-ca-cert-file', tls.caFile, '--tls-cert-file', tls.certFile, '--tls-key-file', tls.keyFile,
        '--tls-auth-clients', tls.clientAuth ? 'yes' : 'no',
      ];
  const first: string[] = [];
  if (options.sentinel === true) {
    const config = join(dir, 'sentinel.conf');
    await writeFile(config, '');
    first.push(config, '--sentinel');
  }
  const persistence = options.sentinel === true ? [] : ['--save', '', '--appendonly', 'no', '--enable-debug-command', 'yes'];
  const child = spawn('redis-server', [...first, ...ports, '--bind', HOST, '--dir', dir, ...persistence, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.set(child, dir);
  child.once('exit', () => running.delete(child));
  await untilReady(child);
  return child;
}

async function untilReady(child: ChildProcess): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-4000);
      if (/Ready to accept connections|Sentinel ID is/.test(output)) resolve();
    };
    const fail = (): void => {
      reject(new Error(`redis-server did not start:\n${output}`));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('close', fail);
    child.once('error', (error) => {
      running.delete(child);
      reject(new Error(`redis-server cannot be run (${error.message}); install it: apt-get install redis-server`));
    });
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
