import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { outFolder } from '../../../support/paths.ts';
import { counted, type Outcome } from '../../../support/run/command.ts';
import { withSecondTry } from '../../../support/run/secondTry.ts';

describe('a second try', () => {
  let folder: string;
  let runs: string[][];
  beforeEach(() => {
    mkdirSync(outFolder, { recursive: true });
    folder = mkdtempSync(join(outFolder, 'again-'));
    runs = [];
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const run = async (files: readonly string[]): Promise<Outcome> => {
    runs.push(files.map(file => basename(file)));
    return await counted('again-test', ['test/support/mocha/main.ts', ...files]);
  };

  /** What comes of test files that hold these texts. */
  async function tryAll(...texts: string[]): Promise<Omit<Outcome, 'output' | 'failing'>> {
    const files = texts.map((text, at) => {
      const file = join(folder, `${at}.test.ts`);
      writeFileSync(file, text);
      return file;
    });
    const { passed, failed, secondTry } = await withSecondTry(await run(files), run);
    return { passed, failed, ...(secondTry === undefined ? {} : { secondTry }) };
  }

  const good = "it('is good', () => {});";
  const bad = `${good} it('is bad', () => { throw new Error('bad'); });`;
  /** Fails in the place given the first time, and passes after that. */
  const onceBad = (name: string, place = 'it'): string => {
    const marker = JSON.stringify(join(folder, name));
    const step = `() => { if (!existsSync(${marker})) { writeFileSync(${marker}, ''); throw new Error('once'); } }`;
    const hook = place === 'it' ? `it('is bad once', ${step});` : `${place}(${step}); it('comes after', () => {});`;
    return `import { existsSync, writeFileSync } from 'node:fs'; describe(${JSON.stringify(name)}, () => { ${good} ${hook} });`;
  };

  it('is not made where all passes', async () => {
    assert.deepEqual(await tryAll(good, good), { passed: 2, failed: 0 });
    assert.deepEqual(runs, [['0.test.ts', '1.test.ts']]);
  });

  it('passes what failed once, and says so', async () => {
    assert.deepEqual(await tryAll(good, onceBad('a')), { passed: 3, failed: 0, secondTry: 1 });
    assert.deepEqual(runs, [['0.test.ts', '1.test.ts'], ['1.test.ts']]);
  });

  it('counts the tests that a hook had kept from running', async () => {
    assert.deepEqual(await tryAll(good, onceBad('a', 'before')), { passed: 3, failed: 0, secondTry: 1 });
  });

  it('fails what fails twice', async () => {
    assert.deepEqual(await tryAll(onceBad('a'), bad), { passed: 2, failed: 2 });
  });

  it('is not made for many files', async () => {
    assert.deepEqual(await tryAll(onceBad('a'), onceBad('b'), onceBad('c')), { passed: 3, failed: 3 });
    assert.equal(runs.length, 1);
  });

  it('is not made where the tests did not run to their end', async () => {
    assert.deepEqual(await tryAll("it('ends', () => { process.exit(1); });"), { passed: 0, failed: 1 });
    assert.equal(runs.length, 1);
  });
});
