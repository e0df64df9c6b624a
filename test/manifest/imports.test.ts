import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The repository's own rules, without those that need the file to exist among the project's types. */
const eslint = new ESLint({
  cwd: root,
  overrideConfig: [{ files: ['**/*.ts'], ...(tseslint.configs.disableTypeChecked as object) }],
});

/** What ESLint says of the imports of `text`, were it the file `path`. */
async function messages(path: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${text}\n`, { filePath: `${root}${path}` });
  return (result?.messages ?? [])
    .filter(({ ruleId, fatal }) => fatal === true || ruleId === '@typescript-eslint/no-restricted-imports' || ruleId === 'no-restricted-syntax')
    .map(({ message }) => message);
}

const uses = (specifier: string): string => `import { it } from '${specifier}';\nexport const x = it;`;

/** File, import that is refused there, words of the message that say where the code belongs. */
const refused: readonly (readonly [file: string, specifier: string, advice: RegExp])[] = [
  ['src/protocol/rdb/x.ts', 'vscode', /belongs in src\/ui/],
  ['src/protocol/rdb/x.ts', 'ioredis', /belong in src\/core or src\/server/],
  ['src/protocol/rdb/x.ts', 'node:net', /node:buffer and node:stream/],
  ['src/protocol/rdb/x.ts', 'fs', /node:buffer and node:stream/],
  ['src/protocol/rdb/x.ts', '../../core/failure.ts', /belongs in src\/core/],
  ['src/protocol/x.ts', '../server/server.ts', /into src\/protocol/],
  ['src/protocol/x.ts', '../ui/platform/log.ts', /let src\/ui show it/],
  ['src/protocol/x.ts', '../webview/main.ts', /browser code/],
  ['src/server/store/x.ts', 'vscode', /belongs in src\/ui/],
  ['src/server/store/x.ts', 'ioredis', /belongs in src\/core\/connection/],
  ['src/server/store/x.ts', '../../core/failure.ts', /belong in src\/protocol/],
  ['src/server/x.ts', '../ui/platform/log.ts', /let src\/ui show it/],
  ['src/core/keyspace/x.ts', 'vscode', /belongs in src\/ui/],
  ['src/core/keyspace/x.ts', 'ioredis', /through a Session/],
  ['src/core/keyspace/x.ts', 'node:net', /src\/core\/connection only/],
  ['src/core/keyspace/x.ts', 'node:tls', /src\/core\/connection only/],
  ['src/core/keyspace/x.ts', '../../server/server.ts', /PracticeHost/],
  ['src/core/keyspace/x.ts', '../../ui/platform/log.ts', /let src\/ui show it/],
  ['src/core/connection/x.ts', 'vscode', /belongs in src\/ui/],
  ['src/core/connection/x.ts', '../../server/server.ts', /PracticeHost/],
  ['src/core/connection/x.ts', '../../ui/practice/index.ts', /let src\/ui show it/],
  ['src/ui/explorer/x.ts', 'ioredis', /through a Session/],
  ['src/ui/explorer/x.ts', 'node:net', /src\/core\/connection only/],
  ['src/ui/explorer/x.ts', 'node:child_process', /worker thread/],
  ['src/ui/explorer/x.ts', '../../server/server.ts', /Only src\/ui\/practice/],
  ['src/ui/explorer/x.ts', '../../protocol/commands/table.ts', /belongs in src\/core/],
  ['src/ui/explorer/x.ts', '../../webview/main.ts', /import type/],
  ['src/ui/practice/x.ts', 'ioredis', /through a Session/],
  ['src/ui/practice/x.ts', 'node:net', /belongs in src\/server/],
  ['src/webview/x.ts', 'vscode', /by message/],
  ['src/webview/x.ts', 'node:fs', /by message/],
  ['src/webview/x.ts', '../core/failure.ts', /Let src\/ui ask core/],
  ['src/webview/x.ts', '../ui/values/messages.ts', /import type/],
  ['src/extension.ts', 'ioredis', /through a Session/],
  ['src/extension.ts', './server/server.ts', /Only src\/ui\/practice/],
  ['src/extension.ts', './protocol/commands/table.ts', /only composes/],
  ['src/extension.ts', 'node:fs', /core or in a feature/],
  ['test/unit/core/x.test.ts', 'vscode', /test\/host/],
];

const allowed: readonly (readonly [file: string, text: string])[] = [
  ['src/protocol/rdb/x.ts', uses('node:buffer')],
  ['src/protocol/rdb/x.ts', uses('../commands/table.ts')],
  ['src/server/store/x.ts', uses('node:net')],
  ['src/server/store/x.ts', uses('../../protocol/commands/table.ts')],
  ['src/core/keyspace/x.ts', uses('../connection/session.ts')],
  ['src/core/keyspace/x.ts', uses('../../protocol/commands/table.ts')],
  ['src/core/connection/x.ts', uses('ioredis')],
  ['src/core/connection/x.ts', uses('node:tls')],
  ['src/ui/explorer/x.ts', uses('vscode')],
  ['src/ui/explorer/x.ts', uses('../../core/failure.ts')],
  ['src/ui/explorer/x.ts', "import type { Fact } from '../../protocol/commands/fact.ts';\nexport type X = Fact;"],
  ['src/ui/practice/x.ts', uses('../../server/server.ts')],
  ['src/webview/x.ts', "import type { Message } from '../ui/values/messages.ts';\nexport type X = Message;"],
  ['src/extension.ts', uses('./ui/explorer/index.ts')],
  ['src/extension.ts', uses('./core/connection/sessions.ts')],
  ['test/host/x.test.ts', uses('vscode')],
];

describe('import rules', () => {
  for (const [file, specifier, advice] of refused) {
    it(`${file} may not import ${specifier}`, async () => {
      for (const text of [uses(specifier), `export const x = () => import('${specifier}');`]) {
        const found = await messages(file, text);
        assert.equal(found.length, 1, `${text}\n${found.join('\n')}`);
        assert.match(found[0] ?? '', advice);
      }
    });
  }

  for (const [file, text] of allowed) {
    it(`${file} may have: ${text.split('\n')[0] ?? ''}`, async () => {
      assert.deepEqual(await messages(file, text), []);
    });
  }

  it('refuses default exports', async () => {
    const [message] = await messages('src/core/x.ts', 'export default 1;');
    assert.match(message ?? '', /Export by name/);
  });
});
