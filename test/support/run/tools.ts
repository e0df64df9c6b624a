import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findChromium } from '../browserVsCode/chromium.ts';

/** A program that tests need and npm does not bring. */
export type Tool = 'chromium' | 'redis-server' | 'openssl';

const packages: Readonly<Record<Tool, readonly string[]>> = {
  // Without a font every letter is a box.
  chromium: ['chromium', 'fonts-liberation'],
  'redis-server': ['redis-server', 'redis-tools'],
  openssl: ['openssl'],
};

function isThere(tool: Tool): boolean {
  if (tool === 'chromium') return findChromium() !== undefined;
  const { error } = spawnSync(tool, ['--version'], { stdio: 'ignore' });
  return error === undefined;
}

/** Installs what is missing where that is possible: as root on Debian. Otherwise throws an Error that holds the one command to run. */
export function provide(tools: Iterable<Tool>): void {
  const missing = [...new Set(tools)].filter(tool => !isThere(tool));
  if (missing.length === 0) return;
  const wanted = missing.flatMap(tool => packages[tool]);
  const command = `apt-get install -y --no-install-recommends ${wanted.join(' ')}`;
  if (!existsSync('/usr/bin/apt-get')) throw new Error(`The tests need ${missing.join(', ')}. Install them with this system's package manager and run the tests again.`);
  if (process.getuid?.() !== 0) throw new Error(`The tests need ${missing.join(', ')}. Run this, then the tests again:\n\n  sudo ${command}\n`);
  console.log(`installing ${missing.join(', ')} ...`);
  // A machine that was never updated has no package lists, and one that was long ago has stale ones.
  const install = (): boolean => apt(command);
  if (!install() && !(apt('apt-get update') && install())) throw new Error(`The tests need ${missing.join(', ')}, and they could not be installed. Try:\n\n  apt-get update && ${command}\n`);
  const still = missing.filter(tool => !isThere(tool));
  if (still.length > 0) throw new Error(`${still.join(', ')} still cannot be run after: ${command}`);
}

function apt(command: string): boolean {
  const [program = '', ...args] = command.split(' ');
  // RUNLEVEL=1 keeps Debian from starting a redis-server of the system's own.
  const { status, stdout, stderr } = spawnSync(program, args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }, encoding: 'utf8' });
  if (status !== 0) console.log(`${command}:\n${stdout}${stderr}`);
  return status === 0;
}
