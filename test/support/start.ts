// npm start -- [--browser] [--port N] [--no-open]: builds, then opens VS Code with the extension.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { node24, registerCheckout, startVsCodeServer } from './browserVsCode/server.ts';
import { fetchVsCodeServer } from './browserVsCode/fetch.ts';
import { quietSettings, seedSettingsOnce } from './browserVsCode/settings.ts';
import { spawnOwned, stopAllOwned } from './children.ts';
import { cacheFolder, root } from './paths.ts';

const usage = `usage: npm start -- [--browser] [--port N] [--no-open]
  --browser   VS Code in the browser, even if a desktop one is installed
  --port N    the port it is served on (default: one that is free); implies --browser
  --no-open   print the address, open no browser`;

interface Options {
  readonly browser: boolean;
  readonly port: number;
  readonly open: boolean;
}

function fail(text: string): never {
  console.error(text);
  process.exit(2);
}

function readOptions(): Options {
  try {
    const { values } = parseArgs({
      allowNegative: true,
      options: { browser: { type: 'boolean', default: false }, port: { type: 'string' }, open: { type: 'boolean', default: true }, help: { type: 'boolean' } },
    });
    if (values.help === true) {
      console.log(usage);
      process.exit(0);
    }
    if (values.port !== undefined && !/^\d{1,5}$/.test(values.port)) throw new Error(`--port takes a number, not "${values.port}"`);
    const port = Number(values.port ?? 0);
    if (port > 65_535) throw new Error(`--port ${port}: ports end at 65535`);
    return { browser: values.browser || values.port !== undefined, port, open: values.open };
  } catch (error) {
    fail(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

/** True if a desktop VS Code is on PATH that is new enough for the extension and can open a window from here. */
function hasDesktop(): boolean {
  // In the terminal of a remote window `code` only talks to that window.
  if (process.env.VSCODE_IPC_HOOK_CLI !== undefined) return false;
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { engines: { vscode: string } };
  const wanted = numbers(engines.vscode);
  try {
    const output = execFileSync('code', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 20_000, shell: process.platform === 'win32' });
    const [version = ''] = output.split('\n');
    if (!/^\d+\.\d+\.\d+/.test(version)) return false;
    const found = numbers(version);
    const newEnough = wanted.every((part, at) => part === found[at]) || isLater(found, wanted);
    if (!newEnough) console.error(`code ${version} is older than ${engines.vscode}: using VS Code in the browser`);
    return newEnough;
  } catch {
    return false;
  }
}

function numbers(version: string): number[] {
  return version.replace(/^\D*/, '').split('.').slice(0, 3).map(part => Number.parseInt(part, 10));
}

function isLater(found: readonly number[], wanted: readonly number[]): boolean {
  const at = wanted.findIndex((part, index) => part !== found[index]);
  return at >= 0 && (found[at] ?? 0) > (wanted[at] ?? 0);
}

/** Rejects in words if somebody has the port. */
async function checkPort(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'is taken by another program' : error.code === 'EACCES' ? 'needs rights that you do not have' : error.message;
      reject(new Error(`port ${port} ${reason}; give another --port, or none to get a free one`));
    });
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => {
        resolve();
      });
    });
  });
}

/** Asks the system to show the address; without a desktop that does nothing, and the address is printed anyway. */
function openBrowser(url: string): void {
  const [command, args]: [string, string[]] = process.platform === 'darwin'
    ? ['open', [url]]
    : process.platform === 'win32' ? ['rundll32', ['url.dll,FileProtocolHandler', url]] : ['xdg-open', [url]];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.once('error', () => {
    console.log('(no browser could be opened from here: open the address yourself)');
  });
  child.unref();
}

const desktop = join(cacheFolder, 'desktop');

/** Opens a window on a profile of its own: the extension is tried without what else is installed, and a window that is open already is left alone. */
async function startDesktop(): Promise<void> {
  await seedSettingsOnce(desktop, quietSettings);
  const folders = ['--user-data-dir', join(desktop, 'data'), '--extensions-dir', join(desktop, 'extensions')];
  const child = spawnOwned('code', [`--extensionDevelopmentPath=${root}`, '--new-window', '--wait', ...folders], { stdio: 'inherit', shell: process.platform === 'win32' });
  console.log('VS Code opens with Keyspace: look for its icon at the left edge. Ctrl+C closes it.');
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => {
      resolve();
    });
    child.once('error', reject);
  });
}

/** `code` starts the window as a process apart and only waits for it; the window's process leaves its number in its profile. */
function closeDesktop(): void {
  try {
    process.kill(Number(readFileSync(join(desktop, 'data/code.lock'), 'utf8')), 'SIGTERM');
  } catch {
    // No window of ours is open.
  }
}

async function startInBrowser({ port, open }: Options): Promise<void> {
  if (port !== 0) await checkPort(port);
  const home = join(cacheFolder, 'start');
  const extensionsDir = join(home, 'extensions');
  await fetchVsCodeServer(line => {
    console.log(line);
  });
  await seedSettingsOnce(home, quietSettings);
  await registerCheckout(extensionsDir);
  const server = await startVsCodeServer({ port, dataDir: home, extensionsDir });
  console.log(`\nVS Code with Keyspace is at\n\n  ${server.url}\n\nLook for its icon at the left edge. Ctrl+C ends it.`);
  if (open) openBrowser(server.url);
  await server.ended;
}

const options = readOptions();
function stop(): void {
  closeDesktop();
  void stopAllOwned().finally(() => process.exit(0));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
// npm passes a signal on to its shell only, which leaves us behind.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) stop();
}, 1000).unref();
try {
  execFileSync(node24, [join(root, 'esbuild.mjs')], { stdio: 'inherit' });
  if (!options.browser && hasDesktop()) await startDesktop();
  else await startInBrowser(options);
} catch (error) {
  await stopAllOwned();
  fail(error instanceof Error ? error.message : String(error));
}
