import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a window may speak besides English. */
export type Language = 'zh-cn';

/**
 * Tells a server that is to start of a language pack, as one that is installed is kept: VS Code speaks a language only where it knows a
 * pack of it. This one translates nothing, so what is Chinese in a window is an extension's own.
 */
export async function knowChinese(dataDir: string): Promise<void> {
  const folder = join(dataDir, 'data');
  const words = join(folder, 'noWords.i18n.json');
  await mkdir(folder, { recursive: true });
  await writeFile(words, JSON.stringify({ version: '1.0.0', contents: {} }));
  await writeFile(join(folder, 'languagepacks.json'), JSON.stringify({
    'zh-cn': { hash: 'none', label: '中文', extensions: [{ extensionIdentifier: { id: 'keyspace.no-words' }, version: '1.0.0' }], translations: { vscode: words } },
  }));
}

/** Makes it the language of the windows that are opened from now on, as "Configure Display Language" does. */
export async function chooseLanguage(dataDir: string, language: Language): Promise<void> {
  await writeFile(join(dataDir, 'data/User/argv.json'), JSON.stringify({ locale: language }));
}
