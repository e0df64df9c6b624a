import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../paths.ts';
import { soakNames } from '../soak.ts';
import { check, counted, runNode, type Outcome } from './command.ts';
import { withSecondTry } from './secondTry.ts';
import type { Tool } from './tools.ts';

/** One line of `npm test`. */
export interface Level {
  readonly name: string;
  readonly tools: readonly Tool[];
  /** True: the built extension is needed. */
  readonly built: boolean;
  /** True: nothing else may run beside it (it drives a window against the clock). */
  readonly alone: boolean;
  run(): Promise<Outcome>;
}

const bin = (name: string): string => join(root, 'node_modules', name);

/** Runs the test files that match; none at all is a failure. */
async function mocha(level: string, pattern: string, timeout: number, { except }: { readonly except?: string } = {}): Promise<Outcome> {
  const files = globSync(pattern, { cwd: root }).filter(file => file !== except).sort();
  if (files.length === 0) return { passed: 0, failed: 1, output: `no file matches ${pattern}\n` };
  return await mochaFiles(level, files, timeout);
}

async function mochaFiles(level: string, files: readonly string[], timeout: number, minutes?: number): Promise<Outcome> {
  return await counted(level, ['--expose-gc', 'test/support/mocha/main.ts', '--timeout', String(timeout), ...files], minutes);
}

/** Six seconds of every long property, always with the same seed. */
async function soakSlices(): Promise<Outcome> {
  const outcome = { passed: 0, failed: 0, output: '' };
  for (const name of soakNames()) {
    const { code, output } = await runNode(['test/soak/run.ts', name, '--seed', '1', '--seconds', '6']);
    outcome[code === 0 ? 'passed' : 'failed'] += 1;
    outcome.output += output;
  }
  return outcome;
}

/**
 * All windows but one: two files at a time, each half in a process with a VS Code server and a browser of its own. The halves are about as long by
 * the size of their files; lessons run cell by cell, which takes twice the time. The test of `npm start` makes the bundles that the others run
 * anew, so it comes after them. A window is driven against the clock, and this machine may be doing something else: hence the second try.
 */
async function ui(): Promise<Outcome> {
  const halves: { files: string[]; size: number }[] = [{ files: [], size: 0 }, { files: [], size: 0 }];
  const sizes = globSync('test/ui/**/*.test.ts', { cwd: root }).filter(file => file !== startTest).map(file => ({ file, size: windowSize + statSync(join(root, file)).size * (/lesson/.test(file) ? 2 : 1) }));
  for (const { file, size } of sizes.sort((a, b) => b.size - a.size || (a.file < b.file ? -1 : 1))) {
    const half = halves.reduce((least, other) => other.size < least.size ? other : least);
    half.files.push(file);
    half.size += size;
  }
  const outcomes = await Promise.all(halves.map(({ files }, at) => mochaFiles(`ui-${at + 1}`, files, 120_000, 20)));
  outcomes.push(await mochaFiles('ui-start', [startTest], 120_000));
  return await withSecondTry(sum(outcomes), files => mochaFiles('ui-again', files, 120_000));
}

function sum(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((total, { passed }) => total + passed, 0),
    failed: outcomes.reduce((total, { failed }) => total + failed, 0),
    // Where one does not know its files, they cannot be run again.
    ...(outcomes.every(({ failed, failing }) => failed === 0 || failing) ? { failing: outcomes.flatMap(({ failing = [] }) => failing) } : {}),
    output: outcomes.map(({ output }) => output).join(''),
  };
}

async function host(): Promise<Outcome> {
  const build = await check(['esbuild.mjs', '--host-tests']);
  return build.failed > 0 ? build : await counted('host', ['test/support/host/launch.ts']);
}

const level = (name: string, run: () => Promise<Outcome>, more: Partial<Level> = {}): Level => ({ name, run, tools: [], built: false, alone: false, ...more });
const startTest = join('test', 'ui', 'start.test.ts');
/** A window takes as long to open as a file of so many bytes takes to test. */
const windowSize = 3000;
const packageTest = join('test', 'manifest', 'package.test.ts');

/** All levels, in the order in which they are shown. */
export const levels: readonly Level[] = [
  level('types', () => check([bin('typescript/bin/tsc'), '-p', '.', '--pretty', 'false'])),
  level('lint', () => check([bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'])),
  level('manifest', () => mocha('manifest', 'test/manifest/**/*.test.ts', 60_000, { except: packageTest })),
  level('unit', () => mocha('unit', 'test/unit/**/*.test.ts', 60_000), { tools: ['redis-server', 'openssl'] }),
  level('contract', () => mocha('contract', 'test/contract/**/*.test.ts', 60_000), { tools: ['redis-server'] }),
  level('soak', soakSlices, { tools: ['redis-server'] }),
  level('host', host, { tools: ['chromium', 'redis-server'], built: true, alone: true }),
  level('ui', ui, { tools: ['chromium', 'redis-server'], built: true, alone: true }),
  level('package', () => mocha('package', packageTest, 60_000), { built: true }),
];
