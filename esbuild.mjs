// Every bundle of this repository.
//   node esbuild.mjs               dist/, with source maps
//   node esbuild.mjs --minify      dist/ as it is packaged
//   node esbuild.mjs --watch       dist/, again at every change
//   node esbuild.mjs --serve ...  dist/serve.cjs alone, then runs it with the rest of the arguments, in this process
//   node esbuild.mjs --host-tests  test/.out/host/index.cjs: what the extension host runs
import { build, context, stop } from 'esbuild';
import { copyFileSync, globSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

/** What all bundles share: CommonJS (the extension host and worker threads load it without flags) for Node 20 and newer. */
const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  // Where a bundle finds what lies beside it.
  define: { 'import.meta.dirname': '__dirname' },
};

/** What lies beside the bundles: the interpreter of the practice server's scripts, read when there is a script. */
const beside = { 'lua51.wasm': 'node_modules/wasmoon-lua5.1/dist/liblua5.1.wasm' };

/** Out file under dist/ → entry point and what stays outside the bundle. */
const products = {
  // ioredis is in here too, but esbuild runs a CommonJS module when it is first asked for: as long as
  // it is reached by `import()` only, activation does not pay for it. test/manifest/bundle.test.ts holds us to it.
  'extension.cjs': { entry: 'src/extension.ts', external: ['vscode'] },
  'practiceWorker.cjs': { entry: 'src/server/worker/worker.ts', external: [] },
  'serve.cjs': { entry: 'src/server/main.ts', external: [] },
};

/**
 * As small as it gets with its names, which show in stack traces that people send us. (`keepNames` keeps them as well, at the cost of
 * a call for every function that is made: a tenth of the time in which a practice server loads its data.)
 */
const smaller = minify => ({ minifyWhitespace: minify, minifySyntax: minify });

/** Options of one product's bundle; `test/` builds the same with a plugin or two. */
export function product(name, { minify = false } = {}) {
  const { entry, external } = products[name];
  return { ...shared, entryPoints: [entry], external, outfile: join('dist', name), ...smaller(minify), sourcemap: minify ? false : 'linked' };
}

/**
 * protocol, core and server in one bundle that knows no `vscode`: if any file of theirs imports it, the build fails.
 * Nothing is written. An alias in `options` would defeat it, so there are none to give.
 */
export function purityBundle(folders = ['src/protocol', 'src/core', 'src/server']) {
  const files = folders.flatMap(folder => globSync('**/*.ts', { cwd: join(root, folder) }).map(file => `./${folder}/${file}`));
  return { ...shared, stdin: { contents: files.map(file => `import ${JSON.stringify(file)};`).join('\n'), resolveDir: root }, write: false };
}

/** All of test/host in one file that exports `run()`; each test file is only evaluated once mocha's globals exist. */
function hostTests() {
  const files = globSync('test/host/**/*.test.ts', { cwd: root }).sort();
  const list = files.map(file => `  [${JSON.stringify(file)}, () => require(${JSON.stringify(`./${file}`)})],`).join('\n');
  const contents = `import { runHostTests } from './test/support/host/runHostTests.ts';\nexport const run = () => runHostTests([\n${list}\n]);\n`;
  return {
    ...shared,
    stdin: { contents, resolveDir: root, sourcefile: 'host-tests.ts', loader: 'ts' },
    external: ['vscode', 'mocha'],
    outfile: 'test/.out/host/index.cjs',
    sourcemap: 'inline',
  };
}

/** Builds the practice server and is it from then on: `npm run serve`. */
async function serve(args) {
  const out = join(root, 'dist', 'serve.cjs');
  placeBeside();
  await build(product('serve.cjs'));
  stop();
  process.argv = [process.argv[0], out, ...args];
  // npm runs scripts in the folder of the package; paths are meant from where it was called.
  process.chdir(process.env.INIT_CWD ?? '.');
  // npm passes a signal on to its shell only, which ends and leaves us behind.
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || process.kill(process.pid, 'SIGTERM'), 100).unref();
  await import(pathToFileURL(out).href);
}

/** Files that the bundles read at run time. */
function placeBeside() {
  mkdirSync(join(root, 'dist'), { recursive: true });
  for (const [name, source] of Object.entries(beside)) copyFileSync(join(root, source), join(root, 'dist', name));
}

/** What the licenses of the packages inside the bundles ask for: their notices, in one file beside the bundles. */
function writeLicenses(metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  const folders = inputs.map(path => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]).filter(folder => folder !== undefined);
  const packages = [...new Set([...folders, ...Object.values(beside).map(path => path.split('/').slice(0, 2).join('/'))])].sort();
  const texts = packages.map(folder => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = globSync('[lL][iI][cC][eE][nN][cCsS][eE]*', { cwd: join(root, folder) })[0];
    return `${name} ${version} (${license})\n\n${file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim()}`;
  });
  const lua = 'Lua 5.1, which lua51.wasm is made of: Copyright (C) 1994-2012 Lua.org, PUC-Rio, under the same MIT license as wasmoon-lua5.1.';
  writeFileSync(join(root, 'dist', 'licenses.txt'), `Keyspace contains these packages.\n\n${[lua, ...texts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`);
}

async function main(flags) {
  if (flags.has('--host-tests')) {
    await build(hostTests());
    return;
  }
  const names = Object.keys(products).filter(name => {
    const there = existsSync(join(root, products[name].entry));
    if (!there) console.warn(`esbuild: ${products[name].entry} does not exist, so dist/${name} is not built`);
    return there;
  });
  placeBeside();
  const all = names.map(name => product(name, { minify: flags.has('--minify') }));
  if (flags.has('--watch')) {
    const say = { name: 'say', setup: made => made.onEnd(result => console.log(`${new Date().toLocaleTimeString()} ${relative(root, join(root, made.initialOptions.outfile))}: ${result.errors.length} errors`)) };
    for (const options of all) await (await context({ ...options, plugins: [say] })).watch();
    return;
  }
  const made = await Promise.all(all.map(options => build({ ...options, metafile: true })));
  writeLicenses(made.map(({ metafile }) => metafile));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const args = process.argv.slice(2);
  await (args[0] === '--serve' ? serve(args.slice(1)) : main(new Set(args))).catch(() => {
    process.exitCode = 1; // esbuild has said why
  });
}
