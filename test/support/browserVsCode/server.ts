import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { spawnOwned, stopOwned } from '../children.ts';
import { root } from '../paths.ts';
import { until } from '../ui/until.ts';
import { fetchVsCodeServer } from './fetch.ts';

/** The node of this checkout: the version that the server was made for, whatever runs us. */
export const node24 = join(root, 'node_modules/.bin/node');

/** A VS Code that serves its window to browsers on this machine. */
export interface VsCodeServer {
  readonly port: number;
  /** Opens the window; holds the token. */
  readonly url: string;
  /** `127.0.0.1:port`, as in `vscode-remote://` addresses. */
  readonly authority: string;
  stop(): Promise<void>;
  /** The last that it printed; the extension host's complaints are there too. */
  output(): string;
  /** Resolves when the server has ended, by itself or by `stop`. */
  readonly ended: Promise<void>;
  /** Resolves when no window's extension host runs any more. One that is still there after 5 s is killed. */
  idle(): Promise<void>;
}

export interface ServerOptions {
  /** 0, the default: one that is free. */
  readonly port?: number;
  /** Where the server keeps settings, state and logs. */
  readonly dataDir: string;
  /** Where installed extensions are. */
  readonly extensionsDir: string;
  /** Let the address carry test options (VS Code takes them from a built workbench only with this). */
  readonly testDriver?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/** Starts the server on 127.0.0.1 with a random token. Rejects with its output if it does not come up. */
export async function startVsCodeServer(options: ServerOptions): Promise<VsCodeServer> {
  const main = await fetchVsCodeServer();
  const token = randomBytes(16).toString('hex');
  const child = spawnOwned(node24, [
    main, '--host', '127.0.0.1', '--port', String(options.port ?? 0), '--connection-token', token,
    '--server-data-dir', options.dataDir, '--extensions-dir', options.extensionsDir,
    '--accept-server-license-terms', '--disable-workspace-trust', '--telemetry-level', 'off',
    ...(options.testDriver === true ? ['--enable-smoke-test-driver'] : []),
  ], { stdio: ['ignore', 'pipe', 'pipe'], env: serverEnvironment(options.env) });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
    child.once('error', () => {
      resolve();
    });
  });
  let output = '';
  const hosts = createHosts();
  const port = await new Promise<number>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      const text = chunk.toString();
      output = (output + text).slice(-20_000);
      hosts.read(text);
      const listening = /Extension host agent listening on (\d+)/.exec(output);
      if (listening) resolve(Number(listening[1]));
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('close', () => {
      reject(new Error(`VS Code's server did not start:\n${output}`));
    });
  });
  const authority = `127.0.0.1:${port}`;
  return { port, authority, url: `http://${authority}/?tkn=${token}`, stop: () => stopOwned(child), output: () => output, ended, idle: () => hosts.gone() };
}

/** Knows from what the server prints which extension hosts run; each is a process. */
function createHosts(): { read(text: string): void; gone(): Promise<void> } {
  const running = new Set<number>();
  let line = '';
  return {
    read(text) {
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      for (const whole of lines) {
        const [, pid, what] = /<(\d+)> (Launched Extension Host|Extension Host Process exited)/.exec(whole) ?? [];
        if (what?.startsWith('Launched') === true) running.add(Number(pid));
        else running.delete(Number(pid));
      }
    },
    async gone() {
      await until(() => running.size === 0, 5000).catch(async () => {
        for (const pid of running) process.kill(pid, 'SIGKILL');
        await until(() => running.size === 0, 5000);
      });
    },
  };
}

/** Without what an outer VS Code has set for its own terminals. */
function serverEnvironment(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VSCODE_')));
  return { ...env, ...extra };
}

/** Installs a packaged extension into `extensionsDir`, as a user would. */
export async function installVsix(file: string, folders: Pick<ServerOptions, 'dataDir' | 'extensionsDir'>): Promise<void> {
  const main = await fetchVsCodeServer();
  await promisify(execFile)(node24, [
    main, '--server-data-dir', folders.dataDir, '--extensions-dir', folders.extensionsDir,
    '--accept-server-license-terms', '--install-extension', file,
  ], { env: serverEnvironment() });
}

/**
 * Makes the checkout itself the installed extension: VS Code reads where extensions are from `extensions.json`, and the
 * place may lie elsewhere. So a build and "Reload Window" are enough to see a change, in any browser, at any address.
 */
export async function registerCheckout(extensionsDir: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { publisher: string; name: string; version: string };
  await mkdir(extensionsDir, { recursive: true });
  await writeFile(join(extensionsDir, 'extensions.json'), JSON.stringify([{
    identifier: { id: `${manifest.publisher}.${manifest.name}` },
    version: manifest.version,
    location: { $mid: 1, path: pathToFileURL(root).pathname.replace(/\/$/, ''), scheme: 'file' },
    metadata: { installedTimestamp: Date.now(), source: 'vsix' },
  }]));
}
