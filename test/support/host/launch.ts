// Runs test/.out/host/index.cjs inside a real extension host, through @vscode/test-electron.
import { fileURLToPath } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { outFolder, root } from '../paths.ts';
import { countsVariable } from '../mocha/counts.ts';

/**
 * The VS Code to test in: the desktop that VSCODE_EXECUTABLE names; else, where there is a display and Microsoft's
 * server answers, undefined (test-electron downloads one as usual); else the stand-in that shows it in a headless browser.
 */
async function executable(): Promise<string | undefined> {
  const named = process.env.VSCODE_EXECUTABLE;
  if (named !== undefined && named !== '') return named;
  const display = process.platform !== 'linux' || process.env.DISPLAY !== undefined || process.env.WAYLAND_DISPLAY !== undefined;
  const reachable = display && await fetch('https://update.code.visualstudio.com/api/releases/stable', { signal: AbortSignal.timeout(3000) }).then(
    ({ ok }) => ok,
    () => false,
  );
  return reachable ? undefined : fileURLToPath(new URL('../browserVsCode/vscode.mjs', import.meta.url));
}

const path = await executable();
const counts = process.env[countsVariable];
try {
  await runTests({
    ...(path === undefined ? {} : { vscodeExecutablePath: path }),
    extensionDevelopmentPath: root,
    extensionTestsPath: `${outFolder}host/index.cjs`,
    extensionTestsEnv: counts === undefined ? {} : { [countsVariable]: counts },
    launchArgs: ['--disable-extensions', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
