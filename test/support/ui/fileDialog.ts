import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Page } from 'playwright-core';
import type { Drawn } from './drawn.ts';
import { insist, until } from './until.ts';

const patience = 15_000;
const soon = 4000;

/**
 * Fills in VS Code's own file dialog and presses Enter. It opens with a path of its own, which it may put over ours; and it takes Enter
 * for the folder that it shows and the entry that it has marked there. So what it shows has to have followed what we typed.
 */
export async function fillFileDialog(page: Page, path: string, title: RegExp): Promise<void> {
  const widget = page.locator('.quick-input-widget:visible:not(.quick-input-widget-closing)').filter({ hasText: title });
  await widget.waitFor({ timeout: patience });
  const box = widget.locator('input.input');
  const names = (rows: string): Promise<string[]> =>
    widget.locator(rows).evaluateAll((elements: Drawn[]) => elements.map((element) => (element.getAttribute('aria-label') ?? '').split(',')[0] ?? ''));
  const type = async (text: string, follows: () => Promise<boolean>): Promise<void> => {
    await until(async () => {
      if (await box.inputValue() !== text) await box.fill(text);
      return await follows() && await box.inputValue() === text;
    }, patience);
  };
  const there = ['..', ...(await readdir(dirname(path)))].sort().join();
  await type(`${dirname(path)}/`, async () => (await names('[role=option]')).sort().join() === there);
  await type(path, async () => (await names('.monaco-list-row.focused')).every((name) => name === basename(path)));
  // While it reads a folder it passes over Enter; one that counts makes it go, or ask.
  const says = (): Promise<string> => widget.evaluateAll((elements: Drawn[]) => elements.map(({ textContent }) => textContent).join());
  const asked = await says();
  await insist(async () => {
    if (await says() === asked) await box.press('Enter', { timeout: soon });
    await until(async () => await says() !== asked, soon);
  });
}
