import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildFailure, type Plugin } from 'esbuild';
import { bundles } from '../support/bundles.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const out = join(root, 'test/.out');

/** A module that is there only to be imported; any name of it may be taken, extended or called while modules load. */
const vscodeStub = `
  const stub = () => new Proxy(class {}, { get: (target, name) => name in target ? target[name] : stub(), apply: () => stub() });
  module.exports = stub();
`;

const standIns: Plugin = {
  name: 'stand-ins',
  setup(made) {
    made.onResolve({ filter: /^vscode$/ }, () => ({ path: 'vscode', namespace: 'stub' }));
    made.onLoad({ filter: /.*/, namespace: 'stub' }, () => ({ contents: vscodeStub }));
    made.onLoad({ filter: /protocol[\\/]commands[\\/](syntax|documents)\.ts$/ }, () => ({
      contents: 'globalThis.wasEvaluated.push("command texts"); export const syntaxRows = {}; export const documentOf = () => undefined;',
    }));
    made.onLoad({ filter: /ioredis[\\/]built[\\/]index\.js$/ }, () => ({ contents: 'globalThis.wasEvaluated.push("ioredis");' }));
  },
};

/** Builds with stand-ins for vscode and for what is large, loads the result, and tells which of the large were evaluated meanwhile. */
async function loads(entry: { readonly extension: true } | { readonly text: string }): Promise<readonly string[]> {
  const { product } = await bundles();
  const { outfile, sourcemap, entryPoints, external, ...options } = product('extension.cjs');
  const stdin = 'text' in entry ? { stdin: { contents: entry.text, resolveDir: root } } : { entryPoints };
  const { outputFiles } = await build({ ...options, ...stdin, plugins: [standIns], write: false, logLevel: 'silent' });
  const dir = await mkdtemp(join(out, 'bundle-'));
  try {
    const file = join(dir, 'bundle.cjs');
    await writeFile(file, outputFiles[0]?.contents ?? '');
    const evaluated: string[] = [];
    (globalThis as { wasEvaluated?: string[] }).wasEvaluated = evaluated;
    createRequire(import.meta.url)(file);
    return evaluated;
  } finally {
    delete (globalThis as { wasEvaluated?: string[] }).wasEvaluated;
    await rm(dir, { recursive: true });
  }
}

describe('bundles', () => {
  before(() => mkdir(out, { recursive: true }));

  it('load ioredis and what is said about commands only when they are asked for', async () => {
    assert.deepEqual(await loads({ extension: true }), [], 'reach them by `await import(...)`, or by a file that is reached so');
  });

  it('would show it if they were loaded at once', async () => {
    assert.deepEqual(await loads({ text: "import { Redis } from 'ioredis'; export const x = Redis;" }), ['ioredis']);
    assert.deepEqual(await loads({ text: "export { argumentsOf } from './src/protocol/commands/arguments.ts'; export { documentOf } from './src/protocol/commands/documents.ts';" }), ['command texts', 'command texts']);
  });

  it('have no vscode in protocol, core and server', async () => {
    const { purityBundle } = await bundles();
    const { outputFiles } = await build(purityBundle());
    assert.ok((outputFiles?.[0]?.contents.length ?? 0) > 10_000, 'the bundle holds code');
  });

  it('would show it if vscode were imported', async () => {
    const { purityBundle } = await bundles();
    const dir = await mkdtemp(join(out, 'purity-'));
    try {
      await writeFile(join(dir, 'impure.ts'), "import { window } from 'vscode';\nexport const x = window;\n");
      await assert.rejects(build({ ...purityBundle([relative(root, dir)]), logLevel: 'silent' }), (error: BuildFailure) => {
        assert.match(error.message, /Could not resolve "vscode"/);
        return true;
      });
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
