import { fileURLToPath } from 'node:url';

/** The checkout, with a slash at the end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The built extension as users get it. */
export const vsix = `${root}keyspace.vsix`;

/** Where tests put what they leave behind: screenshots, logs, bundles. Ignored by git. */
export const outFolder = `${root}test/.out/`;

/** What is fetched once and kept: VS Code. Ignored by git. */
export const cacheFolder = `${root}.vscode-test/`;
