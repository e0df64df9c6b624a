import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lessons } from '../../src/core/lessons/index.ts';
import { parseProse, type Part } from '../../src/core/lessons/prose.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const strings = (path: string): Readonly<Record<string, string>> => JSON.parse(read(path)) as Record<string, string>;

/** Names, which are the same in both languages. */
const alike = new Set(['displayName', 'view.container']);

/** The places, links and code of a text, which no translation may change; their order may. */
const fixed = (text: string): readonly string[] => (text.match(/\{\d+\}|\$\([\w-]+\)|\]\(command:[^)]*\)|`[^`]*`/g) ?? []).sort();

/** Ends of emphasis that Markdown takes for none: behind punctuation and before a letter, as happens where no spaces stand between words. */
const brokenEmphasis = (markdown: string): readonly string[] => {
  const prose = markdown.replaceAll(/^```[^]*?^```$/gm, '').replaceAll(/`[^`\n]*`/g, '`');
  return prose.split(/\n\s*\n/).flatMap((paragraph) => {
    const stars = [...paragraph.matchAll(/\*+/g)].filter((_, index) => index % 2 === 1);
    return stars.map(({ 0: { length }, index }) => paragraph.slice(index - 1, index + length + 1)).filter((around) => /^[\p{P}\p{S}]\*+\p{L}$/u.test(around));
  });
};

const hasWords = (text: string): boolean => /\p{L}{2}/u.test(text.replaceAll(/\$\([\w-]+\)/g, ''));
const isChinese = (text: string): boolean => /\p{Script=Han}/u.test(text);

for (const [english, chinese] of [['package.nls.json', 'package.nls.zh-cn.json'], ['l10n/bundle.l10n.json', 'l10n/bundle.l10n.zh-cn.json']] as const) {
  describe(chinese, () => {
    const originals = strings(english);
    const translations = strings(chinese);

    it(`has every string of ${english}, and no other`, () => {
      assert.deepEqual(Object.keys(originals).filter((key) => translations[key] === undefined), [], `give the Chinese of these in ${chinese}`);
      assert.deepEqual(Object.keys(translations).filter((key) => originals[key] === undefined), [], `of ${chinese}: nothing asks for these any more`);
    });

    it('keeps places, links and code', () => {
      for (const [key, text] of Object.entries(originals)) assert.deepEqual(fixed(translations[key] ?? ''), fixed(text), key);
    });

    it('is in Chinese', () => {
      for (const [key, text] of Object.entries(translations)) {
        if (/^media\/.*\.md$/.test(text)) assert.ok(existsSync(join(root, text)) && isChinese(read(text)), text);
        else assert.ok(alike.has(key) || isChinese(text) || !hasWords(originals[key] ?? ''), `${key}: ${text}`);
      }
    });

    it('has Chinese punctuation between Chinese letters', () => {
      for (const [key, text] of Object.entries(translations)) assert.doesNotMatch(text, /\p{Script=Han}[,;:?!]|[,;:?!(]\p{Script=Han}|\p{Script=Han}\.(?!\.|\w)/u, key);
    });
  });
}

describe('Markdown in Chinese', () => {
  const bundled = Object.values(strings('l10n/bundle.l10n.zh-cn.json'));
  const pages = ['media/lessons', 'media/walkthrough'].flatMap((folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.zh-cn.md')).map((name) => read(join(folder, name))));

  it('ends emphasis where Markdown sees it', () => {
    assert.deepEqual(brokenEmphasis('写作 **怎么办：**让，**然后**去掉'), ['：**让']);
    assert.deepEqual([...bundled.map((text) => text.replaceAll('{0}', '字')), ...pages].flatMap(brokenEmphasis), []);
  });
});

describe('paragraphs in Chinese', () => {
  it('stand on one line: the end of a line is shown as a blank', () => {
    const files = ['media/lessons', 'media/walkthrough'].flatMap((folder) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.zh-cn.md')).map((name) => join(folder, name)));
    assert.deepEqual(files.filter((file) => /[\p{Script=Han}，。；：、）]\n[\p{Script=Han}（“*`]/u.test(read(file).replaceAll(/^#.*$/gm, ''))), []);
  });
});

describe('pages of the walkthrough', () => {
  it('are there in Chinese, each', () => {
    const pages = readdirSync(join(root, 'media/walkthrough'));
    assert.deepEqual(pages.filter((page) => /^\w+\.md$/.test(page) && !pages.includes(page.replace('.md', '.zh-cn.md'))), []);
  });
});

describe('lessons', () => {
  const commands = (parts: readonly Part[]): readonly Part[] => parts.filter(({ kind }) => kind === 'commands');
  for (const { id } of lessons) {
    it(`${id} has the same steps, cells and hints in Chinese`, () => {
      const english = parseProse(read(`media/lessons/${id}.md`));
      const chinese = parseProse(read(`media/lessons/${id}.zh-cn.md`));
      assert.deepEqual(chinese.steps.map((step) => step.id), english.steps.map((step) => step.id));
      for (const text of [chinese.title, chinese.opening]) assert.ok(isChinese(text), text);
      for (const [index, step] of english.steps.entries()) {
        const told = chinese.steps[index];
        assert.ok(told !== undefined && isChinese(told.title), step.id);
        assert.deepEqual(told.parts.map(({ kind }) => kind), step.parts.map(({ kind }) => kind), step.id);
        assert.deepEqual(commands(told.parts), commands(step.parts));
        assert.deepEqual([...told.hints.keys()], [...step.hints.keys()]);
        for (const part of told.parts) assert.ok(part.kind === 'commands' || isChinese(part.markdown), step.id);
        for (const [name, hint] of step.hints) {
          assert.ok(isChinese(told.hints.get(name) ?? ''), name);
          assert.deepEqual(fixed(told.hints.get(name) ?? ''), fixed(hint), `${step.id}, ${name}`);
        }
      }
    });
  }
});

describe('what is said to people', () => {
  it('goes through l10n, in Failures too', () => {
    // Told apart inside the bridge, and seen by nobody.
    const marks = ["'The target has lost what was put there.'", "'The source began anew.'"];
    const bare = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => /^(?:core|ui)\/.*\.ts$/.test(file))
      .flatMap((file) => [...read(join('src', file)).matchAll(/new Failure\([^,()]+, (['"`].*)/g)].map(([, text = '']) => `${file}: ${text}`))
      .filter((place) => !marks.some((mark) => place.includes(mark)));
    assert.deepEqual(bare, []);
  });
});
