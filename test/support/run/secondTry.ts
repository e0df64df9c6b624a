import type { Outcome } from './command.ts';

/** More files than these do not fail by bad luck. */
const mostFiles = 2;

/**
 * Runs the files in which something failed a second time, alone, if they are at most two. What passes then counts as passed, but is told of
 * (`secondTry`, and the output of both), so that nobody takes it for a test that can be relied on. What fails twice has failed.
 */
export async function withSecondTry(first: Outcome, run: (files: readonly string[]) => Promise<Outcome>): Promise<Outcome> {
  const { failing = [] } = first;
  if (first.failed === 0 || failing.length === 0 || failing.length > mostFiles) return first;
  const second = await run(failing.map(({ file }) => file));
  const output = `${first.output}\nrun a second time:\n${second.output}`;
  if (second.failed > 0) return { ...first, output };
  // A hook that failed kept tests from being run, so those of the second run are counted.
  const passed = first.passed - failing.reduce((sum, file) => sum + file.passed, 0) + second.passed;
  return { passed, failed: 0, secondTry: first.failed, output };
}
