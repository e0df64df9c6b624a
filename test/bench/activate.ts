import { execFile } from 'node:child_process';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { bundles } from '../support/bundles.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { outFolder } from '../support/paths.ts';

const once = fileURLToPath(new URL('../support/bench/activateOnce.ts', import.meta.url));

/** Reading, compiling and activating the bundle as it is packaged, each time in a new process; and how large it is. */
export async function cases({ note }: BenchScope): Promise<readonly BenchCase[]> {
  const { product } = await bundles();
  const folder = join(outFolder, 'bench');
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, 'extension.cjs');
  await build({ ...product('extension.cjs', { minify: true }), outfile });
  const { size } = await stat(outfile);
  note(`extension.cjs is ${(size / 1000).toFixed(0)} kB`);
  return [
    {
      name: 'load and activate, no connection opened',
      unit: 'ms',
      better: 'lower',
      goal: 1,
      async ours() {
        const { stdout } = await promisify(execFile)(process.execPath, [once, outfile]);
        return (JSON.parse(stdout) as { ms: number }).ms;
      },
      peer: 50,
    },
    { name: 'extension.cjs, minified', unit: 'kB', better: 'lower', goal: 1, ours: () => size / 1000, peer: 1000, rounds: 1 },
  ];
}
