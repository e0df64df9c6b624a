import type { Locator, Page } from 'playwright-core';
import type { Drawn } from './drawn.ts';
import { click } from './mouse.ts';
import { insist, until } from './until.ts';

/** Ms for an item to be there and to take the focus. */
const patience = 5000;

/**
 * Opens a context menu with the right mouse button and chooses from it, one level after the other.
 *
 * A menu that opens before the extension has joined it lacks its items, and one that just opened ignores the mouse for a moment.
 * So the item must have the focus before Enter is pressed, and a menu without it is closed and opened again.
 */
export async function chooseFromMenu(page: Page, row: Locator, items: readonly (string | RegExp)[]): Promise<void> {
  await chooseFrom(page, () => click(row, { button: 'right' }), items);
}

/** Chooses from a menu. @param open opens it; called again for a menu that lacks an item */
export async function chooseFrom(page: Page, open: () => Promise<void>, items: readonly (string | RegExp)[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await open();
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
  await insist(async () => {
    await page.mouse.move(0, 0);
    await item.hover({ timeout: patience });
    const focused = await item.evaluate((element: Drawn & { matches(selector: string): boolean }) => element.matches(':focus, :focus-within, .focused > *'));
    if (!focused) throw new Error('the item does not take the focus');
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
