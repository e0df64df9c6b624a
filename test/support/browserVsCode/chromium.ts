import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];

/** The Chromium of this machine: `CHROMIUM`, else where distributions put it; undefined if there is none. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM;
  return named === undefined || named === '' ? candidates.find(file => existsSync(file)) : named;
}

/** A headless browser that neither phones home nor needs a graphics card or a user namespace. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('Chromium is missing; on Debian: apt-get install chromium, elsewhere set CHROMIUM to its path');
  return await chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  });
}
