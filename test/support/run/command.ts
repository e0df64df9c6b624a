import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { node24 } from '../browserVsCode/server.ts';
import { spawnOwned, stopOwned } from '../children.ts';
import { countsVariable, type Counts } from '../mocha/counts.ts';
import { outFolder, root } from '../paths.ts';

/** What a level came to, and everything that it printed. */
export interface Outcome extends Counts {
  readonly output: string;
  /** How many tests of the passed ones failed first, and passed when their file was run a second time. */
  readonly secondTry?: number;
}

/** Runs a Node program of ours; resolves with its exit code and its output. It is ended after `minutes`. */
export async function runNode(args: readonly string[], env: NodeJS.ProcessEnv = {}, minutes = 15): Promise<{ code: number; output: string }> {
  const child = spawnOwned(node24, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...env } });
  let output = '';
  const read = (chunk: string): void => {
    output += chunk;
  };
  child.stdout?.setEncoding('utf8').on('data', read);
  child.stderr?.setEncoding('utf8').on('data', read);
  const overdue = setTimeout(() => {
    output += `\nended after ${minutes} minutes\n`;
    void stopOwned(child);
  }, minutes * 60_000);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', exit => {
      resolve(exit ?? 1);
    });
  });
  clearTimeout(overdue);
  return { code, output };
}

/** A program that is one check: it passes by ending with 0. */
export async function check(args: readonly string[]): Promise<Outcome> {
  const { code, output } = await runNode(args);
  return code === 0 ? { passed: 1, failed: 0, output } : { passed: 0, failed: 1, output };
}

/** A program that writes its counts (see `countsVariable`). Ending badly or without counts is a failure of its own. */
export async function counted(level: string, args: readonly string[], minutes?: number): Promise<Outcome> {
  mkdirSync(outFolder, { recursive: true });
  const file = join(outFolder, `counts-${level}.json`);
  rmSync(file, { force: true });
  const { code, output } = await runNode(args, { [countsVariable]: file }, minutes);
  let counts: Counts = { passed: 0, failed: 0 };
  try {
    counts = JSON.parse(readFileSync(file, 'utf8')) as Counts;
  } catch {
    return { passed: 0, failed: 1, output: `${output}\nthe tests did not run to their end (exit code ${code})\n` };
  }
  const failed = counts.failed === 0 && code !== 0 ? 1 : counts.failed;
  return { ...counts, failed, output };
}
