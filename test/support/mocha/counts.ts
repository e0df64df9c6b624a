import type Mocha from 'mocha';
import { writeFileSync } from 'node:fs';

/** What a run of tests came to. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** The files in which something failed, and how many tests passed in each; absent where nothing is known of files. */
  readonly failing?: readonly { readonly file: string; readonly passed: number }[];
}

/** The environment variable that names the file into which a run of tests writes its `Counts`. */
export const countsVariable = 'KEYSPACE_TEST_COUNTS';

/** Options of every mocha of ours: a skipped or a lonely test is a failure, since nobody would notice it. */
export const mochaOptions = { ui: 'bdd', reporter: 'spec', forbidOnly: true, forbidPending: true, color: false } as const satisfies Mocha.MochaOptions;

/** Runs what `mocha` has loaded; prints as it goes, and leaves the counts where `countsVariable` says. No test at all is a failure. */
export async function runMocha(mocha: Mocha): Promise<Counts> {
  const { promise, resolve } = Promise.withResolvers<Counts>();
  const passes = new Map<string, number>();
  const failing = new Set<string>();
  const runner = mocha.run(() => {
    const { passes: passed = 0, failures = 0, pending = 0 } = runner.stats ?? {};
    resolve({ passed, failed: failures + pending, failing: [...failing].map(file => ({ file, passed: passes.get(file) ?? 0 })) });
  });
  runner.on('pass', test => passes.set(fileOf(test), (passes.get(fileOf(test)) ?? 0) + 1));
  // A hook that fails is told of here too.
  runner.on('fail', test => failing.add(fileOf(test)));
  const found = await promise;
  if (found.passed + found.failed === 0) console.error('there is no test at all');
  const counts = found.passed + found.failed === 0 ? { passed: 0, failed: 1 } : found;
  const file = process.env[countsVariable];
  if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
  return counts;
}

/** A test knows its file, a hook that of its suite. */
const fileOf = ({ file, parent }: Mocha.Runnable): string => file ?? parent?.file ?? '';
