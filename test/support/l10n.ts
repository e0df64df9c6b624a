import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getL10nJson, type l10nJsonFormat } from '@vscode/l10n-dev';
import { damageTexts } from '../../src/core/damage.ts';
import { tableOfCommands } from '../../src/core/language/command.ts';
import { documentOf } from '../../src/protocol/commands/documents.ts';
import { root } from './paths.ts';

const folder = join(root, 'src');

/** The strings of the source by themselves: what goes through `vscode.l10n`, and what goes through `src/l10n.ts`, which the tool takes for its own library. */
export async function collectStrings(): Promise<l10nJsonFormat> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts')).sort();
  const found = await getL10nJson(files.map((file) => ({
    extension: '.ts' as const,
    contents: readFileSync(join(folder, file), 'utf8').replace(/ from '(?:\.{1,2}\/)+l10n\.ts';/, " from '@vscode/l10n';"),
  })));
  return { ...found, ...Object.fromEntries([...documentTexts(), ...damageTexts].map((text) => [text, text])) };
}

/** What the table of documents says of commands, where that is more than a formula or a name: `core/language/help.ts` says it in other languages. */
function documentTexts(): readonly string[] {
  const documents = [...tableOfCommands.names()].flatMap((name) => documentOf(name) ?? []);
  return documents.flatMap(({ summary, complexity, deprecated }) => [summary, complexity, deprecated?.instead]).filter((text) => text !== undefined).filter((text) => / [a-z]{2}|^[A-Z][a-z]/.test(text));
}

// npm run l10n
if (import.meta.main) {
  const strings = await collectStrings();
  const write = (name: string, content: unknown): void => writeFileSync(join(root, 'l10n', name), `${JSON.stringify(content, undefined, 2)}\n`);
  write('bundle.l10n.json', strings);
  const texts = Object.keys(strings);
  const known = JSON.parse(readFileSync(join(root, 'l10n/bundle.l10n.zh-cn.json'), 'utf8')) as Record<string, string>;
  write('bundle.l10n.zh-cn.json', Object.fromEntries(texts.filter((text) => known[text] !== undefined).map((text) => [text, known[text]])));
  const missing = texts.filter((text) => known[text] === undefined);
  console.log(`${texts.length} strings${missing.length === 0 ? '' : `; give the Chinese of these in l10n/bundle.l10n.zh-cn.json:\n${missing.map((text) => JSON.stringify(text)).join('\n')}`}`);
}
