import type { Locator, Page } from 'playwright-core';
import type { Drawn } from './drawn.ts';
import { click, clickOnce } from './mouse.ts';
import { insist, until } from './until.ts';

/** Everything with which VS Code asks and tells. Names are as in Playwright: a string is looked for inside, a regular expression matched. */
export interface Prompts {
  /** Runs a command of ours from the palette by its title, without "Keyspace: ". */
  command(title: string): Promise<void>;
  /** Runs any command by its whole title ("View: Close All Editors"). */
  anyCommand(title: string): Promise<void>;
  /** Fills in the input box that is open (or opens within 15 s) and presses Enter. `title` is part of its title, prompt or placeholder. */
  input(value: string, title?: string | RegExp): Promise<void>;
  /** Types into the input box without pressing Enter, so that its complaint can be read. */
  type(value: string): Promise<void>;
  /** Prompt or complaint of the input box. */
  inputMessage(): Promise<string>;
  /** Chooses from the quick pick that is open (or opens within 15 s). */
  pick(name: string | RegExp, title?: string | RegExp): Promise<void>;
  /** The entries of the quick pick. */
  picks(): Promise<string[]>;
  /** Closes the input box or quick pick that is open (or opens within 15 s), with Escape. */
  dismiss(): Promise<void>;
  /** Presses a button of the modal dialog. Resolves with the dialog's text. */
  answer(button: string | RegExp): Promise<string>;
  /** Texts of the notifications that stand there. */
  notifications(): Promise<string[]>;
  /** Waits for a notification, and presses one of its buttons if given. Resolves with its text. */
  notification(text: string | RegExp, button?: string | RegExp): Promise<string>;
  /** Takes them all away: of more than three the others are not shown. First waits for what shows progress (`busy`) to be over. */
  clearNotifications(busy?: RegExp): Promise<void>;
}

const patience = 15_000;
/** Ms after which a key or a click that had no effect is taken for lost. */
const soon = 4000;
/** While one fades away the next may not have come. */
const openWidget = '.quick-input-widget:visible:not(.quick-input-widget-closing)';

export function createPrompts(page: Page): Prompts {
  const widget = page.locator(openWidget);
  const box = widget.locator('input.input');
  const dialog = page.getByRole('dialog').and(page.locator('.monaco-dialog-box'));
  const toasts = page.locator('.notifications-toasts .notification-list-item');

  /**
   * Whatever takes the focus closes the palette again: a window that was just opened, the view in which the command before is about to show
   * what came of it. A frame that is going away swallows the key, and a list that is drawn anew the click. The palette goes with the click
   * that counts, so while it is there no command was run.
   */
  async function runCommand(title: string): Promise<void> {
    const palette = page.locator(openWidget, { has: page.getByPlaceholder('Type the name of a command to run.') });
    // "…, similar commands" and key bindings may follow in the name.
    const option = palette.getByRole('option', { name: new RegExp(`^${escape(title)}(?:,|$)`) }).first();
    await insist(async () => {
      if (!await palette.isVisible()) await page.keyboard.press('F1');
      await palette.locator('input.input').fill(`>${title}`, { timeout: soon });
      await option.click({ timeout: soon });
      // What the command asks comes in the same box: nobody may take the palette for it.
      await palette.waitFor({ state: 'hidden', timeout: soon });
    }, 2 * patience);
  }

  /** The input or pick whose title, prompt or placeholder says this. */
  async function opened(title: string | RegExp | undefined): Promise<void> {
    await widget.waitFor({ timeout: patience });
    if (title === undefined) return;
    const says: Locator = widget.filter({ hasText: title }).or(page.locator(openWidget, { has: page.getByPlaceholder(title) }));
    await says.first().waitFor({ timeout: patience });
  }

  return {
    command: title => runCommand(`Keyspace: ${title}`),
    anyCommand: runCommand,
    async input(value, title) {
      await opened(title);
      await box.fill(value, { timeout: patience });
      await box.press('Enter', { timeout: patience });
    },
    async type(value) {
      await opened(undefined);
      await box.fill(value, { timeout: patience });
    },
    async inputMessage() {
      return (await widget.locator('.quick-input-message').innerText()).trim();
    },
    async pick(name, title) {
      await opened(title);
      await click(widget.getByRole('option', { name }).first());
    },
    async picks() {
      await widget.getByRole('option').first().waitFor({ timeout: patience });
      return await widget.getByRole('option').evaluateAll((elements: Drawn[]) => elements.map(element => element.getAttribute('aria-label') ?? ''));
    },
    async dismiss() {
      await opened(undefined);
      await insist(async () => {
        if (await widget.isVisible()) await box.press('Escape', { timeout: soon });
        await widget.waitFor({ state: 'hidden', timeout: soon });
      });
    },
    async answer(button) {
      await dialog.waitFor({ timeout: patience });
      const text = await dialog.innerText();
      const answered = await dialog.elementHandle();
      const pressed = await dialog.getByRole('button', { name: button }).elementHandle();
      // Another one may come at once in its place.
      await insist(async () => {
        if (await answered?.isVisible()) await pressed?.click({ timeout: soon });
        await answered?.waitForElementState('hidden', { timeout: soon });
      });
      return text;
    },
    notifications: () => toasts.locator('.notification-list-item-message').allInnerTexts(),
    async notification(text, button) {
      const toast = toasts.filter({ hasText: text }).first();
      await toast.waitFor({ timeout: patience });
      const message = await toast.locator('.notification-list-item-message').innerText();
      if (button !== undefined) {
        await insist(async () => {
          await toast.hover({ timeout: soon });
          await clickOnce(toast.getByRole('button', { name: button }));
        });
      }
      return message;
    },
    async clearNotifications(busy) {
      const texts = (): Promise<string[]> => toasts.locator('.notification-list-item-message').allInnerTexts();
      if (busy !== undefined) await until(async () => !(await texts()).some((text) => busy.test(text)), patience);
      await runCommand('Notifications: Clear All Notifications');
      if (busy !== undefined) await until(async () => (await texts()).length === 0, patience);
    },
  };
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
