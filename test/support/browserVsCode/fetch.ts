import { existsSync } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { spawnOwned } from '../children.ts';
import { cacheFolder } from '../paths.ts';

/** The npm package that carries a complete VS Code for the browser (4.139.1 is VS Code 1.139.1). */
const version = '4.139.1';
const home = join(cacheFolder, `code-server-${version}`);
const vscodeIn = (folder: string): string => join(folder, 'node_modules/code-server/lib/vscode');

/**
 * The `server-main.js` of a VS Code that is served to a browser, fetched from the npm registry on first use. Two processes
 * may ask at once: one fetches, the other waits. Nothing half-finished is ever used: it is fetched under another name and
 * renamed at the end. Rejects with npm's output if that fails.
 */
export async function fetchVsCodeServer(say: (line: string) => void = console.error): Promise<string> {
  const main = join(vscodeIn(home), 'out/server-main.js');
  if (existsSync(main)) return main;
  await mkdir(cacheFolder, { recursive: true });
  const unlock = await lock(join(cacheFolder, `code-server-${version}.lock`), say);
  try {
    if (!existsSync(main)) await fetchInto(say);
  } finally {
    await unlock();
  }
  return main;
}

async function fetchInto(say: (line: string) => void): Promise<void> {
  for (const left of await readdir(cacheFolder)) {
    if (left.startsWith('unfinished-')) await rm(join(cacheFolder, left), { recursive: true, maxRetries: 3 });
  }
  const temporary = join(cacheFolder, `unfinished-${process.pid}`);
  await mkdir(temporary);
  // A package.json of its own: npm would take the checkout for the folder to install into.
  await writeFile(join(temporary, 'package.json'), '{ "private": true }\n');
  say(`Fetching VS Code for the browser (code-server ${version}, about 150 MB), once, into .vscode-test/ ...`);
  // No install scripts: they would want a compiler. VS Code's own packages are installed the same way;
  // the one that is missed then (spdlog) only writes log files.
  await npm(temporary, ['install', '--ignore-scripts', '--save-exact', `code-server@${version}`], '1 of 2, the server', say);
  await npm(vscodeIn(temporary), ['install', '--omit=dev', '--ignore-scripts'], '2 of 2, what it needs', say);
  await rm(home, { recursive: true, force: true });
  await rename(temporary, home);
}

async function npm(cwd: string, args: readonly string[], step: string, say: (line: string) => void): Promise<void> {
  const start = Date.now();
  const seconds = (): number => Math.round((Date.now() - start) / 1000);
  const progress = setInterval(() => {
    say(`  ${step}: ${seconds()} s ...`);
  }, 5000);
  // What `npm run` told its script about this checkout would confuse an npm that works elsewhere.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|config_local_prefix)/i.test(name)));
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawnOwned('npm', [...args, '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'], {
        cwd, env, stdio: ['ignore', 'pipe', 'pipe'], shell: process.platform === 'win32',
      });
      let output = '';
      const read = (chunk: Buffer): void => {
        output += chunk.toString();
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      child.once('error', reject);
      child.once('close', (code) => {
        if (code === 0) resolve();
        else reject(new Error(`npm ${args.join(' ')} failed (${code ?? 'killed'}):\n${output}`));
      });
    });
  } finally {
    clearInterval(progress);
  }
  say(`  ${step}: done in ${seconds()} s`);
}

/** Holds `file` until the returned function is called. A lock of a process that has died does not count. */
async function lock(file: string, say: (line: string) => void): Promise<() => Promise<void>> {
  for (let tries = 0; ; tries += 1) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(String(process.pid));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = Number(await readFile(file, 'utf8').catch(() => ''));
    // Empty for the moment between its creation and its writing.
    if (holder > 0 ? !isAlive(holder) : tries > 20) await rm(file, { force: true });
    else {
      if (tries === 4) say(`Another process (${holder}) fetches VS Code; waiting for it ...`);
      await wait(250);
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
