import { mochaOptions, runMocha } from '../mocha/counts.ts';

/**
 * Runs inside the extension host: evaluates each test file with mocha's globals in place, runs them, and rejects if a test
 * failed, which is how VS Code learns the exit code.
 */
export async function runHostTests(files: readonly (readonly [name: string, load: () => unknown])[]): Promise<void> {
  // Not a static import: mocha is an ES module outside this CommonJS bundle.
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ...mochaOptions, timeout: 20_000 });
  for (const [name, load] of files) {
    mocha.suite.emit('pre-require', globalThis, name, mocha);
    load();
    mocha.suite.emit('post-require', globalThis, name, mocha);
  }
  const { failed } = await runMocha(mocha);
  if (failed > 0) throw new Error(`${failed} host tests failed`);
}
