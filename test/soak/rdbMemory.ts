import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../support/rdbMemory.ts', import.meta.url));

/**
 * Large dumps, damaged: reading them takes no more than ten times their size, the result included. The garbage collector is given no
 * threads of its own: on a machine with much else to do those come late, and it is that which would be measured.
 */
export async function run({ seed, seconds }: { readonly seed: number; readonly seconds: number }): Promise<{ checks: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--single-threaded-gc', '--max-semi-space-size=2', script, String(seed), String(seconds)]);
  return { checks: Number(stdout.trim()) };
}
