import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outFolder } from '../../../support/paths.ts';
import { check, counted, type Outcome } from '../../../support/run/command.ts';

describe('a level of npm test', () => {
  let folder: string;

  before(() => {
    mkdirSync(outFolder, { recursive: true });
    folder = mkdtempSync(join(outFolder, 'level-'));
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** What the level comes to whose only test file holds this. */
  async function levelOf(text: string): Promise<Outcome> {
    const file = join(folder, 'some.test.ts');
    writeFileSync(file, text);
    return await counted('level-test', ['test/support/mocha/main.ts', file]);
  }

  const counts = ({ passed, failed }: Outcome): readonly number[] => [passed, failed];

  it('counts what passed and what failed, and keeps what was printed', async () => {
    const outcome = await levelOf("it('a', () => {}); it('b', () => {}); it('c', () => { console.log('printed'); throw new Error('why'); });");
    assert.deepEqual(counts(outcome), [2, 1]);
    assert.match(outcome.output, /printed[^]*why/);
  });

  it('fails without a test', async () => {
    assert.deepEqual(counts(await levelOf('')), [0, 1]);
  });

  it('fails with a test that is skipped, or that is left', async () => {
    assert.equal((await levelOf("it('a', () => {}); it.skip('b', () => {});")).failed, 1);
    assert.equal((await levelOf("it('a', () => {}); it('b');")).failed, 1);
    assert.equal((await levelOf("it('a', () => {}); it.only('b', () => {});")).failed, 1);
  });

  it('fails when its process ends before its tests', async () => {
    const outcome = await levelOf("it('a', () => {}); it('b', () => { process.exit(0); });");
    assert.deepEqual(counts(outcome), [0, 1]);
    assert.match(outcome.output, /did not run to their end/);
  });

  it('fails when a file cannot be loaded', async () => {
    const outcome = await levelOf("import 'node:nothing';");
    assert.deepEqual(counts(outcome), [0, 1]);
    assert.match(outcome.output, /node:nothing/);
  });

  it('is one check where a program has no tests to count', async () => {
    assert.deepEqual(counts(await check(['-e', ''])), [1, 0]);
    assert.deepEqual(counts(await check(['-e', 'process.exitCode = 3'])), [0, 1]);
  });
});
