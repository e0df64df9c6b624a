// What a desktop VS Code does with --extensionDevelopmentPath and --extensionTestsPath, done by a VS Code that is
// served to a headless browser: the same extension host, the same bundle, no download of Electron, no display.
// Exits with the tests' code; 124 when they take longer than KEYSPACE_HOST_TIMEOUT ms (default five minutes).
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stopAllOwned } from '../children.ts';
import { launchChromium } from './chromium.ts';
import { startVsCodeServer } from './server.ts';
import { quietSettings, seedSettings } from './settings.ts';

/** The workbench's own messages arrive among the tests' output; these are known and harmless here. */
const noise = new RegExp([
  String.raw`^\[(?:AgentHost|AccountPolicyGate|Service Worker|reconnection-grace-time)`,
  '^(?:Resolv(?:ing|ed) connection token|Creating a socket|Updating additional builtin)',
  String.raw`ENOTFOUND|EAI_AGAIN|net::ERR_|open-vsx|workbench\.js:`,
  // Native modules that were not compiled (see fetch.ts).
  'spdlog|native-watchdog',
].join('|'), 'i');

async function runTests(extension: string, tests: string, folder: string | undefined): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyspace-vscode-'));
  await seedSettings(dataDir, quietSettings);
  const server = await startVsCodeServer({ dataDir, extensionsDir: join(dataDir, 'extensions'), testDriver: true });
  const browser = await launchChromium();
  const timeout = Number(process.env.KEYSPACE_HOST_TIMEOUT ?? 300_000);
  const overdue = Promise.withResolvers<number>();
  const timer = setTimeout(() => {
    console.error(`the tests did not end within ${timeout / 1000} s`);
    overdue.resolve(124);
  }, timeout);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const finished = Promise.withResolvers<number>();
    await page.exposeFunction('codeAutomationExit', (code: number) => {
      finished.resolve(code);
    });
    await page.exposeFunction('codeAutomationLog', (type: string, args: unknown[]) => {
      if (noise.test(String(args[0]))) return;
      if (type === 'error') console.error(...args);
      else console.log(...args);
    });
    const remote = (path: string): string => `vscode-remote://${server.authority}${path}`;
    const payload = [['extensionDevelopmentPath', remote(extension)], ['extensionTestsPath', remote(tests)]];
    const where = folder === undefined ? 'ew=true' : `folder=${encodeURIComponent(folder)}`;
    await page.goto(`${server.url}&${where}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
    const crashed = new Promise<number>((resolve) => {
      page.once('crash', () => {
        resolve(1);
      });
    });
    const ended = server.ended.then(() => 1);
    return await Promise.race([finished.promise, overdue.promise, crashed, ended]);
  } finally {
    clearTimeout(timer);
    await browser.close();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

const { values, positionals } = parseArgs({
  // A desktop takes dozens of options; all but these two mean nothing here.
  strict: false,
  allowPositionals: true,
  options: { extensionDevelopmentPath: { type: 'string' }, extensionTestsPath: { type: 'string' } },
});
const { extensionDevelopmentPath: extension, extensionTestsPath: tests } = values;
if (typeof extension !== 'string' || typeof tests !== 'string') {
  console.error('only runs tests: give --extensionDevelopmentPath and --extensionTestsPath');
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    void stopAllOwned().finally(() => process.exit(130));
  });
}
process.exit(await runTests(extension, tests, positionals[0]));
