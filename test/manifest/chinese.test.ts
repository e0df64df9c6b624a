import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const strings = (path: string): Readonly<Record<string, string>> => JSON.parse(read(path)) as Record<string, string>;

/** Names, which are the same in both languages. */
const alike = new Set(['displayName', 'view.container']);

/** The places, links and code of a text, which no translation may change; their order may. */
const fixed = (text: string): readonly string[] => (text.match(/\{\d+\}|\$\([\w-]+\)|\]\(command:[^)]*\)|`[^`]*`/g) ?? []).sort();

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

describe('pages of the walkthrough', () => {
  it('are there in Chinese, each', () => {
    const pages = readdirSync(join(root, 'media/walkthrough'));
    assert.deepEqual(pages.filter((page) => /^\w+\.md$/.test(page) && !pages.includes(page.replace('.md', '.zh-cn.md'))), []);
  });
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
