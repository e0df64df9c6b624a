import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { vsix } from '../support/paths.ts';
import { listZip } from '../support/zip.ts';

/** All that may be in the package. */
const allowed: readonly RegExp[] = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(?:package\.json|package\.nls(?:\.[\w-]+)?\.json)$/,
  /^extension\/(?:readme\.md|changelog\.md|LICENSE(?:\.txt)?)$/i,
  /^extension\/dist\/(?:extension|practiceWorker)\.cjs$/,
  /^extension\/dist\/lua51\.wasm$/,
  /^extension\/dist\/licenses\.txt$/,
  /^extension\/media\/[\w./-]+\.(?:svg|png|md)$/,
  /^extension\/media\/redis\.(?:language|replies|tmLanguage)\.json$/,
  /^extension\/l10n\/bundle\.l10n(?:\.[\w-]+)?\.json$/,
];

/** What has to be in it to work and to be read. */
const needed = ['extension/package.json', 'extension/package.nls.json', 'extension/dist/extension.cjs', 'extension/dist/practiceWorker.cjs', 'extension/dist/lua51.wasm', 'extension/dist/licenses.txt', 'extension/readme.md', 'extension/changelog.md', 'extension/LICENSE.txt'];

describe('keyspace.vsix', () => {
  before(() => {
    assert.ok(existsSync(vsix), 'make it first: npm run package');
  });

  it('holds nothing but what is allowed', () => {
    const names = listZip(vsix).map(({ name }) => name);
    assert.deepEqual(names.filter(name => !allowed.some(pattern => pattern.test(name)) || name.includes('/screenshots/')), []);
  });

  it('holds what it needs', () => {
    const names = listZip(vsix).map(({ name }) => name);
    assert.deepEqual(needed.filter(name => !names.includes(name)), []);
  });

  it('is under 1 MB, each picture under 40 kB', () => {
    assert.ok(statSync(vsix).size < 1_000_000, `${statSync(vsix).size} bytes`);
    assert.deepEqual(listZip(vsix).filter(({ name, size }) => name.includes('/media/') && size > 40_000), []);
  });

  it('holds bundles that speak of no source map', () => {
    const files = listZip(vsix).filter(({ name }) => name.endsWith('.cjs'));
    assert.equal(files.length, 2);
    assert.deepEqual(files.filter(file => file.read().includes('sourceMappingURL=')).map(({ name }) => name), []);
  });
});
