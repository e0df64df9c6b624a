import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { settingDefaults } from '../../src/ui/platform/contributions.ts';
import { root } from '../support/paths.ts';
import { levels } from '../support/run/levels.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'docs/guide.md', 'docs/reference.md'];
const manifest = JSON.parse(read('package.json')) as { scripts: Record<string, string>; contributes: { commands: { title: string }[] } };
const strings = JSON.parse(read('package.nls.json')) as Record<string, string>;
const spoken = JSON.parse(read('l10n/bundle.l10n.json')) as Record<string, string | { message: string }>;
const titles = new Set(manifest.contributes.commands.map(({ title }) => strings[title.slice(1, -1)] ?? ''));
const run = promisify(execFile);

/** What is read as prose: without blocks and pieces of code. */
const prose = (text: string): string => text.replaceAll(/^```[^]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
/** As GitHub makes the anchor of a heading. */
const anchor = (heading: string): string => heading.trim().toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-');
const anchors = (text: string): Set<string> => new Set([...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchor(heading)));

/** What is wrong with a link of a page. */
function faultOf(page: string, target: string): string | undefined {
  if (/^[a-z]+:/i.test(target)) return /^https:\/\//.test(target) && URL.canParse(target) ? undefined : 'is not an address of https';
  const [path = '', hash] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, file))) return 'leads to no file';
  if (hash !== undefined && !anchors(read(file)).has(hash)) return 'leads to no heading';
  return undefined;
}

const links = (text: string): string[] => [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

describe('links', () => {
  for (const page of pages) {
    it(`of ${page} lead somewhere`, () => {
      const faults = links(read(page)).map((target) => [target, faultOf(page, target)] as const).filter(([, fault]) => fault !== undefined);
      assert.deepEqual(faults, []);
    });
  }

  it('would be told if they did not', () => {
    assert.deepEqual(links('[a](b.md) `[c](d)` ![e](f.png)'), ['b.md', 'f.png']);
    assert.deepEqual(['nowhere.md', '#nowhere', 'http://redis.io', 'https://redis.io', '#security'].map((target) => faultOf('README.md', target)), [
      'leads to no file', 'leads to no heading', 'is not an address of https', undefined, undefined,
    ]);
  });
});

describe('pictures', () => {
  const uiTests = readdirSync(join(root, 'test/ui')).map((file) => read(join('test/ui', file))).join('');
  const shown = pages.flatMap((page) => [...read(page).matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)].map(([, text = '', target = '']) => ({ page, text, file: join(dirname(page), target) })));

  it('are three in README', () => {
    assert.equal(shown.filter(({ page }) => page === 'README.md').length, 3);
  });

  it('are taken by a UI test, said in words, and small', () => {
    for (const { text, file } of shown) {
      const name = /^media\/screenshots\/([\w-]+)\.png$/.exec(file)?.[1] ?? assert.fail(file);
      assert.ok(uiTests.includes(`screenshot('${name}')`), `no UI test takes ${name}`);
      assert.ok(text.length > 30, `${name}: ${text}`);
      assert.ok(statSync(join(root, file)).size < 150_000, `${file} is large`);
    }
  });

  it('are all shown', () => {
    assert.deepEqual(readdirSync(join(root, 'media/screenshots')).sort(), [...new Set(shown.map(({ file }) => file.split('/').at(-1)))].sort());
  });
});

describe('commands of the shell', () => {
  /** Lines of blocks of shell, and pieces of code that begin as a command of npm or Node. */
  const commands = pages.flatMap((page) => {
    const text = read(page);
    return [
      ...[...text.matchAll(/^```sh\n([^]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n')),
      ...[...text.matchAll(/`((?:npm|node) [^`]+)`/g)].map(([, line = '']) => line),
    ];
  });

  it('are scripts of package.json, levels of tests and files that there are', () => {
    assert.ok(commands.length > 10, String(commands.length));
    const names = new Set(levels.map(({ name }) => name));
    for (const line of commands.flatMap((command) => command.split(' && '))) {
      const [program, what = '', ...rest] = line.split(' ');
      if (program === 'node') assert.ok(what.startsWith('dist/') ? read('esbuild.mjs').includes(what.slice(5).replace('.cjs', '')) : existsSync(join(root, what)), line);
      else if (what === 'run') assert.ok((rest[0] ?? '') in manifest.scripts, line);
      else assert.ok(what === 'ci' || what in manifest.scripts, line);
      if (what === 'test') for (const level of rest.slice(1)) assert.ok(names.has(level), line);
    }
  });

  it('are the two of README, the one of them what CI runs', () => {
    const blocks = [...read('README.md').matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = '']) => block.trim());
    assert.deepEqual(blocks, ['npm ci && npm start', 'npm ci && npm test']);
    assert.equal(read('.ci/run').trim().split('\n').at(-1), 'npm ci && npm test');
  });

  it('take the options that are told of', async () => {
    const { stdout } = await run('npm', ['start', '--', '--help'], { cwd: root });
    const options = [...read('README.md').matchAll(/`(?:npm start -- )?(--[a-z-]+)/g)].map(([, option = '']) => option);
    assert.deepEqual([...new Set(options)].sort(), ['--browser', '--no-open', '--port']);
    for (const option of options) assert.ok(stdout.includes(option), option);
  });

  it('refuse a level that there is not', async () => {
    await assert.rejects(run('npm', ['test', '--', 'nothing'], { cwd: root }), /no such level: nothing/);
  });
});

describe('what pages call by name', () => {
  /** Titles and labels that VS Code or our own rows show; `{0}` stands for anything. */
  const labels = [...Object.values(strings), ...Object.keys(spoken)].map((text) => new RegExp(`^${text.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`).replaceAll(/\{\d\}/g, '.+')}$`));
  const ofVsCode = new Set(['Extensions: Install from VSIX...']);

  it('are commands that there are', () => {
    for (const page of pages) {
      for (const [, name = ''] of prose(read(page)).matchAll(/Keyspace: ([^|*\n]+)/g)) assert.ok([...titles].some((title) => name.startsWith(title)), `${page}: Keyspace: ${name}`);
    }
  });

  it('are words that the window shows', () => {
    for (const page of pages.filter((name) => name !== 'CONTRIBUTING.md')) {
      for (const [, name = ''] of prose(read(page)).matchAll(/(?<!\*)\*([A-Z][^*\n]*)\*(?!\*)/g)) {
        const short = name.replace('Keyspace: ', '');
        assert.ok(titles.has(short) || ofVsCode.has(name) || labels.some((label) => label.test(short)), `${page}: ${name}`);
      }
    }
  });

  it('are settings that there are', () => {
    for (const page of pages) {
      for (const [, name = ''] of read(page).matchAll(/`(keyspace\.\w+\.\w+)`/g)) assert.ok(name in settingDefaults, `${page}: ${name}`);
    }
  });

  it('are all lessons, by their titles', () => {
    const readme = read('README.md');
    const lessons = readdirSync(join(root, 'media/lessons')).filter((file) => /^\w+\.md$/.test(file));
    for (const file of lessons) {
      const title = /^# (.+)$/m.exec(read(join('media/lessons', file)))?.[1] ?? '';
      assert.ok(readme.includes(`- ${title}`), `README says nothing of the lesson “${title}”`);
    }
    assert.equal(/^## Lessons\n([^]*?)^## /m.exec(readme)?.[1]?.match(/^- /gm)?.length, lessons.length);
  });
});
