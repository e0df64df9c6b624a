// npm test -- [LEVEL …]: all levels, or only those named. One line per level; what failed prints everything.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchVsCodeServer } from './support/browserVsCode/fetch.ts';
import { stopAllOwned } from './support/children.ts';
import { root, vsix } from './support/paths.ts';
import { check, type Outcome } from './support/run/command.ts';
import { levels, type Level } from './support/run/levels.ts';
import { provide } from './support/run/tools.ts';

function choose(names: readonly string[]): readonly Level[] {
  const unknown = names.filter(name => !levels.some(level => level.name === name));
  if (unknown.length > 0) {
    console.error(`no such level: ${unknown.join(' ')}\nusage: npm test -- [LEVEL …], LEVEL one of ${levels.map(({ name }) => name).join(', ')}`);
    process.exit(2);
  }
  return names.length === 0 ? levels : levels.filter(({ name }) => names.includes(name));
}

/** Makes the package as `npm run package` does, and with it the bundles as users get them: host and UI tests run those. */
async function build(): Promise<Outcome> {
  rmSync(vsix, { force: true });
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: { package: string } };
  const [, ...args] = scripts.package.split(' ');
  return await check([join(root, 'node_modules/@vscode/vsce/vsce'), ...args]);
}

const total = { passed: 0, failed: 0, secondTry: 0 };

function report(name: string, { passed, failed, secondTry = 0, output }: Outcome, seconds: number): void {
  total.passed += passed;
  total.failed += failed;
  total.secondTry += secondTry;
  console.log(`${name.padEnd(10)}${summary({ passed, failed: failed === 0 ? '' : `${failed} FAILED`, secondTry })}  (${seconds.toFixed(1)} s)`);
  if (failed + secondTry > 0) console.log(output.trimEnd().replaceAll(/^/gm, '  | '));
}

function summary({ passed, failed, secondTry }: { passed: number; failed: string; secondTry: number }): string {
  return [`${passed} passed`, failed, secondTry === 0 ? '' : `${secondTry} of them only at a second try`].filter(part => part !== '').join(', ');
}

async function timed(work: () => Promise<Outcome>): Promise<{ outcome: Outcome; seconds: number }> {
  const start = performance.now();
  const outcome = await work().catch((error: unknown): Outcome => ({ passed: 0, failed: 1, output: error instanceof Error ? `${error.stack ?? error.message}\n` : String(error) }));
  // A level that found nothing to test has not passed.
  const none = outcome.passed + outcome.failed === 0;
  return { outcome: none ? { ...outcome, failed: 1, output: `${outcome.output}there is no test at all\n` } : outcome, seconds: (performance.now() - start) / 1000 };
}

/** Runs the levels, two at a time unless one wants to be alone, and reports them in order. */
async function run(chosen: readonly Level[], built: Promise<boolean>): Promise<void> {
  const start = (level: Level): ReturnType<typeof timed> => timed(async () => {
    if (level.built && !(await built)) return { passed: 0, failed: 1, output: 'not run: there is no build\n' };
    return await level.run();
  });
  const waiting = chosen.map(level => ({ level, done: Promise.withResolvers<Awaited<ReturnType<typeof timed>>>() }));
  const worker = async (queue: typeof waiting): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) next.done.resolve(await start(next.level));
  };
  const schedule = async (): Promise<void> => {
    const together = waiting.filter(({ level }) => !level.alone);
    await Promise.all([worker(together), worker(together)]);
    await worker(waiting.filter(({ level }) => level.alone));
  };
  const running = schedule();
  for (const { level, done } of waiting) {
    const { outcome, seconds } = await done.promise;
    report(level.name, outcome, seconds);
  }
  await running;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    void stopAllOwned().finally(() => process.exit(130));
  });
}

const chosen = choose(process.argv.slice(2));
try {
  provide(chosen.flatMap(({ tools }) => tools));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

let built = Promise.resolve(true);
if (chosen.some(level => level.built)) {
  const { outcome, seconds } = await timed(build);
  report('build', outcome, seconds);
  built = Promise.resolve(outcome.failed === 0);
  // Fetched while other levels run; host and ui wait for it by themselves, and report it if it fails.
  if (chosen.some(({ alone }) => alone)) fetchVsCodeServer(() => undefined).catch(() => undefined);
}
await run(chosen, built);
console.log(summary({ ...total, failed: `${total.failed} failed` }));
process.exitCode = total.failed === 0 ? 0 : 1;
