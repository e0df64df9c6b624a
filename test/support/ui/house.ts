import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../browserVsCode/chromium.ts';
import { chooseLanguage, knowChinese, type Language } from '../browserVsCode/languagePack.ts';
import { installVsix, registerCheckout, startVsCodeServer, type VsCodeServer } from '../browserVsCode/server.ts';
import { quietSettings, seedSettings } from '../browserVsCode/settings.ts';
import { vsix } from '../paths.ts';

/** What a window needs around it. */
export interface House {
  readonly server: VsCodeServer;
  readonly browser: Browser;
  /** Makes the next window one of a user that nobody has seen before. No other window may be open. */
  newUser(settings?: Readonly<Record<string, unknown>>, language?: Language): Promise<void>;
  close(): Promise<void>;
}

/** Starts a VS Code server with the extension, and a browser. Rejects, with nothing left behind, if that fails. */
async function build(extension: 'checkout' | 'vsix'): Promise<House> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keyspace-ui-'));
  const closers: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 })];
  const closeAll = async (): Promise<void> => {
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) await closer();
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => closing ??= closeAll();
  try {
    const extensionsDir = join(dataDir, 'extensions');
    if (extension === 'vsix') await installVsix(vsix, { dataDir, extensionsDir });
    else await registerCheckout(extensionsDir);
    await knowChinese(dataDir);
    const server = await startVsCodeServer({ dataDir, extensionsDir });
    closers.push(() => server.stop());
    const browser = await launchChromium();
    closers.push(() => browser.close());
    return {
      server,
      browser,
      async newUser(settings, language) {
        await server.idle();
        // Settings, state and storage of the extension; what else a window keeps is in its browser context.
        await rm(join(dataDir, 'data/User'), { recursive: true, force: true, maxRetries: 5 });
        await seedSettings(dataDir, { ...quietSettings, ...settings });
        if (language !== undefined) await chooseLanguage(dataDir, language);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const houses = new Map<string, Promise<House>>();

/**
 * The house of this process's windows, one for the checkout and one for the package: a server that has started once, and has
 * read VS Code's own extensions, opens the next window in half the time. One that broke down is built anew.
 */
export async function findHouse(extension: 'checkout' | 'vsix'): Promise<House> {
  const there = houses.get(extension);
  if (there !== undefined) return await there;
  const house = build(extension);
  houses.set(extension, house);
  const { server, browser, close } = await house;
  const broken = (): void => {
    if (houses.get(extension) === house) houses.delete(extension);
    void close();
  };
  void server.ended.then(broken);
  browser.once('disconnected', broken);
  return await house;
}

// Of all files together: what is registered outside of every `describe` comes after all of them.
after(async function () {
  this.timeout(30_000);
  for (const house of houses.values()) await (await house).close();
});
