// Style, and who may import whom (the table in the design). The messages say where the code belongs instead.
import tseslint from 'typescript-eslint';

const to = folder => `^(?:\\.\\.?/)+(?:[\\w-]+/)*?${folder}/`;
const builtin = names => `^(?:node:)?(?:${names})(?:/|$)`;

/** What must not be imported, as a regular expression over the import's text, and what to do instead. */
const not = {
  vscode: why => ({ regex: '^vscode$', message: why }),
  ioredis: why => ({ regex: '^ioredis(?:/|$)', message: why }),
  folder: (folder, why, extra = {}) => ({ regex: to(folder), message: why, ...extra }),
  node: (names, why) => ({ regex: builtin(names), message: why }),
};

const noVscode = 'protocol, server and core run without VS Code. What needs vscode belongs in src/ui; define a port in core and implement it there.';
const noClient = 'ioredis is the door\'s own: send commands through a Session (core/connection/session.ts).';
const noUi = 'Nothing below src/ui knows pixels. Return data (or take a port as a parameter) and let src/ui show it.';
const noWebview = 'src/webview is browser code. Message types may be imported with `import type`; share anything else through core.';
const noServerInProtocol = 'protocol is formats only; the practice server builds on it. Move what both need into src/protocol.';
const noServerInCore = 'core and the practice server do not know each other, so that their agreement means something. Ask the PracticeHost port (core/connection/ports.ts).';
const noServerInUi = 'Only src/ui/practice runs the practice server; the rest reaches it through a connection, like any Redis.';
const noSockets = 'Every byte leaves through the door: sockets are opened in src/core/connection only (Session, openChannel).';

/** Folder by folder: the files it speaks of and what they may not import. Each file is in one zone only. */
const zones = [
  {
    files: ['src/protocol/**/*.ts'],
    patterns: [
      not.vscode(noVscode),
      not.folder('core', 'protocol is formats without I/O; what uses them belongs in src/core.'),
      not.folder('server', noServerInProtocol),
      not.folder('ui', noUi),
      not.folder('webview', noWebview),
      { regex: '^(?!\\.|vscode$)(?!(?:node:)?(?:buffer|stream|string_decoder)(?:/|$))', message: 'protocol needs nothing but node:buffer and node:stream. I/O and packages belong in src/core or src/server.' },
    ],
  },
  {
    files: ['src/server/**/*.ts'],
    patterns: [
      not.vscode(noVscode),
      not.ioredis('The practice server answers commands, it sends none. A client belongs in src/core/connection.'),
      not.folder('core', 'The practice server and core do not know each other, so that their agreement means something. Formats that both need belong in src/protocol.'),
      not.folder('ui', noUi),
      not.folder('webview', noWebview),
    ],
  },
  {
    files: ['src/core/**/*.ts'],
    ignores: ['src/core/connection/**'],
    patterns: [
      not.vscode(noVscode),
      not.ioredis(noClient),
      not.node('net|tls', noSockets),
      not.folder('server', noServerInCore),
      not.folder('ui', noUi),
      not.folder('webview', noWebview),
    ],
  },
  {
    files: ['src/core/connection/**/*.ts'],
    patterns: [
      not.vscode(noVscode),
      not.folder('server', noServerInCore),
      not.folder('ui', noUi),
      not.folder('webview', noWebview),
    ],
  },
  {
    files: ['src/ui/**/*.ts'],
    ignores: ['src/ui/practice/**'],
    patterns: [
      not.ioredis(noClient),
      not.node('net|tls|http|https|dgram', noSockets),
      not.node('child_process|cluster', 'Keyspace starts no second process. Long work goes into a worker thread (see src/ui/practice).'),
      not.folder('protocol', 'src/ui takes only types of protocol (`import type`); what works on formats belongs in src/core.', { allowTypeImports: true }),
      not.folder('server', noServerInUi),
      not.folder('webview', noWebview, { allowTypeImports: true }),
    ],
  },
  {
    files: ['src/ui/practice/**/*.ts'],
    patterns: [
      not.ioredis(noClient),
      not.node('net|tls|http|https|dgram', 'The practice server is reached in memory; a TCP listener belongs in src/server.'),
      not.node('child_process|cluster', 'Keyspace starts no second process; the practice server runs in a worker thread.'),
      not.folder('protocol', 'src/ui takes only types of protocol (`import type`); what works on formats belongs in src/core.', { allowTypeImports: true }),
      not.folder('webview', noWebview, { allowTypeImports: true }),
    ],
  },
  {
    files: ['src/webview/**/*.ts'],
    patterns: [
      not.vscode('A webview is a browser page: ask the extension by message (acquireVsCodeApi().postMessage).'),
      not.ioredis(noClient),
      { regex: '^node:', message: 'A webview is a browser page without Node. Ask the extension by message.' },
      not.folder('(?:protocol|server|core)', 'A webview shows what it is sent. Let src/ui ask core and post the result.'),
      not.folder('ui', 'A webview may take message types of src/ui (`import type`), nothing that runs.', { allowTypeImports: true }),
    ],
  },
  {
    files: ['src/extension.ts'],
    patterns: [
      not.ioredis(noClient),
      not.folder('protocol', 'extension.ts only composes; let core or a ui feature use the format.'),
      not.folder('server', noServerInUi),
      not.folder('webview', noWebview),
      { regex: '^node:', message: 'extension.ts only makes the services and registers the features; what needs Node belongs in core or in a feature.' },
    ],
  },
  {
    files: ['test/**/*.ts'],
    ignores: ['test/host/**', 'test/support/host/**'],
    patterns: [
      { ...not.vscode('There is no vscode outside the extension host: what needs it is tested in test/host or, through a window, in test/ui.'), allowTypeImports: true },
    ],
  },
];

/** ESLint's import rule does not look at `import()`; this selector does, for the same texts. */
const dynamic = patterns => patterns.map(({ regex, message }) => ({
  selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\u002F')}/]`,
  message,
}));

const syntax = [
  { selector: 'ExportDefaultDeclaration', message: 'Export by name: a name is found by search and renamed by tools.' },
  { selector: 'ExportSpecifier[exported.name="default"]', message: 'Export by name: a name is found by search and renamed by tools.' },
  { selector: 'TSEnumDeclaration', message: 'Node runs this file by stripping types; use a union of strings.' },
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'test/.out/', '.vscode-test/', 'media/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Types that say what is there
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unsafe-argument': 'error',
      '@typescript-eslint/no-unsafe-assignment': 'error',
      '@typescript-eslint/no-unsafe-call': 'error',
      '@typescript-eslint/no-unsafe-member-access': 'error',
      '@typescript-eslint/no-unsafe-return': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/no-require-imports': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Promises that somebody waits for
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      // Bytes and objects that would turn into text by accident
      '@typescript-eslint/no-base-to-string': 'error',
      '@typescript-eslint/restrict-plus-operands': 'error',
      // The rest
      '@typescript-eslint/no-unused-expressions': 'error',
      '@typescript-eslint/no-shadow': 'error',
      '@typescript-eslint/no-deprecated': 'error',
      eqeqeq: 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-debugger': 'error',
      'no-fallthrough': 'error',
      'no-self-compare': 'error',
      'no-unused-private-class-members': 'error',
      'max-lines': ['error', 600],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/server/main.ts'],
    rules: { 'no-console': 'error' },
  },
  ...zones.map(({ files, ignores = [], patterns }) => ({
    files,
    ignores,
    rules: {
      '@typescript-eslint/no-restricted-imports': ['error', { patterns }],
      'no-restricted-syntax': ['error', ...syntax, ...dynamic(patterns)],
    },
  })),
);
