import type { Locator, Page } from 'playwright-core';
import type { Drawn } from './drawn.ts';
import type { Tree } from './tree.ts';
import { insist, until } from './until.ts';

const patience = 15_000;
/** Ms after which a key that had no effect is taken for lost. */
const soon = 4000;

/** VS Code as one uses it who has no mouse. */
export interface Keys {
  /** Presses keys, one after the other. */
  press(...keys: readonly string[]): Promise<void>;
  /** Runs a command from the palette. */
  command(title: string): Promise<void>;
  /** Fills in the input box with this title, prompt or placeholder. */
  input(title: RegExp, value: string): Promise<void>;
  /** Goes down the quick pick with this title or placeholder to the entry. */
  pick(name: RegExp, title?: RegExp): Promise<void>;
  /** Presses Enter on the button of the dialog that has the focus, or on the one that Tab leads to. Resolves with the dialog's text. */
  answer(button: string): Promise<string>;
  /** Goes down from the top to the row with this label, in the tree that has the focus. */
  goTo(label: string | RegExp): Promise<void>;
  /** Opens the context menu of the focused row and goes down to the item. */
  menu(item: string): Promise<void>;
  /** How often the mouse was used since the window was loaded; what Enter does on a button does not count. */
  mouseUses(): Promise<number>;
}

/** @param tree the view of connections and keys */
export async function createKeys(page: Page, tree: Tree): Promise<Keys> {
  await page.evaluate(countMouse);
  const widget = page.locator('.quick-input-widget:visible:not(.quick-input-widget-closing)');
  const dialog = page.locator('.monaco-dialog-box');
  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Presses the key until what has the focus is named so. */
  const step = async (key: string, there: () => Promise<boolean>): Promise<void> => {
    for (let steps = 0; !await there(); steps += 1) {
      if (steps > 200) throw new Error(`${key} does not lead there`);
      await press(key);
    }
  };
  const named = async (locator: Locator): Promise<string> => (await locator.evaluateAll((elements: Drawn[]) => elements.map((element) => element.getAttribute('aria-label') ?? element.textContent ?? '')))[0] ?? '';
  const choose = async (name: RegExp): Promise<void> => {
    await widget.locator('[role=option]').first().waitFor({ timeout: patience });
    await step('ArrowDown', async () => name.test(await named(widget.locator('.monaco-list-row.focused'))));
    await press('Enter');
  };
  const opened = async (title: RegExp): Promise<void> => {
    // Before it has the focus, keys go elsewhere.
    await widget.locator('input.input:focus').waitFor({ timeout: patience });
    await widget.filter({ hasText: title }).or(page.locator('.quick-input-widget:visible:not(.quick-input-widget-closing)', { has: page.getByPlaceholder(title) })).first().waitFor({ timeout: patience });
  };
  return {
    press,
    async command(title) {
      const palette = widget.getByPlaceholder('Type the name of a command to run.');
      // Whatever takes the focus closes the palette, which goes with the Enter that counts: while it is there, no command was run.
      await insist(async () => {
        if (await palette.isVisible()) await press('Escape');
        await palette.waitFor({ state: 'hidden', timeout: soon });
        await press('F1');
        await widget.locator('input.input:focus').and(palette).waitFor({ timeout: soon });
        await page.keyboard.type(title);
        await until(async () => (await named(widget.locator('.monaco-list-row.focused'))).startsWith(title), soon);
        await press('Enter');
        await palette.waitFor({ state: 'hidden', timeout: soon });
      }, 2 * patience);
    },
    async input(title, value) {
      await opened(title);
      await press('Control+a');
      if (value === '') await press('Delete');
      else await page.keyboard.type(value);
      await press('Enter');
    },
    async pick(name, title) {
      if (title !== undefined) await opened(title);
      await choose(name);
    },
    async answer(button) {
      await dialog.waitFor({ timeout: patience });
      const text = await dialog.innerText();
      await step('Tab', async () => (await named(dialog.locator('.monaco-button:focus'))).startsWith(button));
      await press('Enter');
      await dialog.waitFor({ state: 'hidden', timeout: patience });
      return text;
    },
    async goTo(label) {
      const focused = async (): Promise<string> => (await tree.focused())?.label ?? '';
      // A command that leads there may not have done so yet.
      await page.locator('.part.sidebar [role=tree]:focus').waitFor({ timeout: patience });
      await insist(async () => {
        await press('Home');
        await until(async () => (await tree.focused())?.index === 0, soon);
      });
      await step('ArrowDown', async () => typeof label === 'string' ? await focused() === label : label.test(await focused()));
    },
    async menu(item) {
      // A menu that opens before the extension has joined it lacks the item.
      await insist(async () => {
        if (await page.locator('.monaco-menu').first().isVisible()) await press('Escape');
        else await press('Shift+F10');
        await page.getByRole('menuitem', { name: item }).waitFor({ timeout: soon });
      });
      await step('ArrowDown', async () => (await named(page.locator('.monaco-menu .action-item.focused .action-label, .monaco-menu .action-menu-item:focus .action-label'))).startsWith(item));
      await press('Enter');
    },
    mouseUses: () => page.evaluate(() => (globalThis as unknown as { mouseUses: number }).mouseUses),
  };
}

/** Runs in the page. */
function countMouse(): void {
  const counted = globalThis as unknown as { mouseUses: number; addEventListener(type: string, listener: () => void, capture: boolean): void };
  counted.mouseUses = 0;
  for (const type of ['mousedown', 'pointermove']) counted.addEventListener(type, () => { counted.mouseUses += 1; }, true);
}
