import type { Locator, Page } from 'playwright-core';
import type { Drawn } from './drawn.ts';
import { until } from './until.ts';

/** Ms for an item to be there and to take the focus. */
const patience = 5000;

/**
 * Opens a context menu with the right mouse button and chooses from it, one level after the other.
 *
 * A menu that opens before the extension has joined it lacks its items, and one that just opened ignores the mouse for a moment.
 * So the item must have the focus before Enter is pressed, and a menu without it is closed and opened again.
 */
export async function chooseFromMenu(page: Page, row: Locator, items: readonly (string | RegExp)[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await row.click({ button: 'right', timeout: 30_000 });
    try {
      for (const name of items) await choose(page, page.getByRole('menuitem', { name }));
      return;
    } catch (error) {
      if (attempt === 3) throw error;
      await closeMenus(page);
    }
  }
}

async function choose(page: Page, item: Locator): Promise<void> {
  await item.waitFor({ timeout: patience });
  await until(async () => {
    await page.mouse.move(0, 0);
    await item.hover({ timeout: patience });
    return await item.evaluate((element: Drawn & { matches(selector: string): boolean }) => element.matches(':focus, :focus-within, .focused > *'));
  }, patience);
  await page.keyboard.press('Enter');
}

async function closeMenus(page: Page): Promise<void> {
  const menu = page.locator('.monaco-menu').first();
  await until(async () => {
    if (!await menu.isVisible()) return true;
    await page.keyboard.press('Escape');
    return false;
  }, patience);
}
