// node activateOnce.ts BUNDLE: loads the bundle in a fresh process, activates it, and prints what that took, as JSON.
// Everything of `vscode` is a stand-in that does nothing, so this is our own part: reading, compiling, wiring.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { performance } from 'node:perf_hooks';
import { root } from '../paths.ts';

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: readonly { readonly properties: Readonly<Record<string, { readonly default: unknown }>> }[];
  };
}

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as Manifest;
const defaults = Object.assign({}, ...manifest.contributes.configuration.map(({ properties }) => properties)) as Record<string, { default: unknown } | undefined>;
const registered = new Set<string>();
let connections = 0;

/** Can be called, extended, constructed and looked into, without end; as a promise it is nothing. */
function anything(): unknown {
  return new Proxy(class {}, {
    get: (target, name) => name === 'then' || typeof name === 'symbol' ? undefined : name in target ? Reflect.get(target, name) as unknown : anything(),
    apply: () => anything(),
    construct: () => anything() as object,
  });
}

/** `anything`, but for these parts. (A bundle copies a module's own names and inherits the rest, so the rest is inherited here too.) */
function standIn(parts: Readonly<Record<string, unknown>>): object {
  return Object.setPrototypeOf({ ...parts }, new Proxy({}, { get: (_target, name) => typeof name === 'string' ? anything() : undefined })) as object;
}

const vscode = standIn({
  ExtensionMode: { Production: 1, Development: 2, Test: 3 },
  workspace: standIn({
    getConfiguration: (section?: string) => ({ get: (name: string) => defaults[section === undefined ? name : `${section}.${name}`]?.default }),
  }),
  commands: standIn({
    registerCommand: (id: string) => {
      registered.add(id);
      return { dispose: () => undefined };
    },
  }),
  l10n: standIn({ t: (text: string) => text, bundle: undefined }),
});

const memento = { get: (_key: string, fallback?: unknown) => fallback, update: () => Promise.resolve(), keys: () => [], setKeysForSync: () => undefined };
const context = {
  subscriptions: [] as unknown[],
  extensionMode: 1,
  extensionPath: root,
  asAbsolutePath: (path: string) => `${root}${path}`,
  globalState: memento,
  workspaceState: memento,
  globalStorageUri: { fsPath: tmpdir() },
  secrets: { get: () => Promise.resolve(undefined), store: () => Promise.resolve(), delete: () => Promise.resolve(), onDidChange: () => ({ dispose: () => undefined }) },
  extensionUri: anything(),
  extension: { packageJSON: manifest },
};

const require = createRequire(import.meta.url);
const loader = require('node:module') as { _load(request: string, ...rest: unknown[]): unknown };
const load = loader._load.bind(loader);
loader._load = (request, ...rest) => request === 'vscode' ? vscode : load(request, ...rest);
const net = require('node:net') as { Socket: { prototype: { connect: unknown } } };
net.Socket.prototype.connect = () => {
  connections += 1;
};

const [, , bundle = ''] = process.argv;
const start = performance.now();
const extension = require(bundle) as { activate(context: unknown): unknown };
await extension.activate(context);
const ms = performance.now() - start;

const missing = manifest.contributes.commands.filter(({ command }) => !registered.has(command)).map(({ command }) => command);
if (missing.length > 0 || context.subscriptions.length === 0) throw new Error(`not activated: ${missing.join(' ')} not registered`);
if (connections > 0) throw new Error('activation opened a connection');
console.log(JSON.stringify({ ms }));
process.exit(0);
