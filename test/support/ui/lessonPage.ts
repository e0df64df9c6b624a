import type { Locator, Page } from 'playwright-core';
import { until } from './until.ts';
import type { Window } from './window.ts';

/** The page of a lesson, as a learner meets it. */
export interface LessonPage {
  /** Opens a lesson from the Lessons view, which gets all of the side bar. */
  open(title: string): Promise<void>;
  /** Goes to a step of the lesson that is open. */
  step(title: string): Promise<void>;
  /** Runs the cell that says this, as it stands, until this is to be read. */
  run(text: string, shown: string | RegExp): Promise<void>;
  /** Writes other commands into the cell. */
  write(text: string, commands: string): Promise<void>;
  /** Presses a button below a cell: Check, Clone Database… */
  press(text: string, button: string): Promise<void>;
  /** Waits until this is to be read on the page. */
  says(text: string | RegExp): Promise<void>;
}

export function createLessonPage({ page, tree }: Pick<Window, 'page' | 'tree'>): LessonPage {
  const header = (name: string): Locator => page.locator('.part.sidebar .pane-header').filter({ hasText: name });
  const list = (): Locator => page.locator('.part.sidebar').getByRole('tree').last();
  const cell = (text: string): Locator => page.locator('.notebookOverlay .code-cell-row', { hasText: text }).first();
  /** Cells far away are not there: the page is moved down to it from the step that it was opened at. */
  const find = async (text: string): Promise<Locator> => {
    const body = page.locator('.notebookOverlay .cell-list-container');
    await until(async () => {
      if (await cell(text).locator('.cell-statusbar-container').isVisible()) return true;
      await body.hover({ position: { x: 8, y: 300 } });
      await page.mouse.wheel(0, 150);
      return false;
    }, 20_000);
    return cell(text);
  };
  const says = (text: string | RegExp, ms = 30_000): Promise<void> => until(() => isShown(page, text), ms);
  const toggle = async (name: string, open: boolean): Promise<void> => {
    if (await header(name).getAttribute('aria-expanded') !== String(open)) await header(name).click();
  };
  return {
    async open(title) {
      await tree.open();
      await toggle('Lessons', true);
      const row = list().getByRole('treeitem', { name: `Lesson ${title}` });
      await row.waitFor({ timeout: 20_000 });
      await row.click();
      await says(title);
      if (await row.getAttribute('aria-expanded') !== 'true') await row.locator('.monaco-tl-twistie').click();
      await page.locator('.part.sidebar .pane-header').first().click();
    },
    async step(title) {
      await list().getByRole('treeitem', { name: `Step ${title}` }).click({ timeout: 20_000 });
      await says(title);
    },
    async run(text, shown) {
      await (await find(text)).locator('.monaco-editor').click();
      // VS Code passes over a run while it is at the one before.
      await until(async () => {
        await page.keyboard.press('Control+Enter');
        return says(shown, 8000).then(() => true, () => false);
      }, 40_000);
    },
    async write(text, commands) {
      await (await find(text)).locator('.monaco-editor').click();
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(commands);
      await until(() => cell(commands.split('\n')[0] ?? '').isVisible());
    },
    async press(text, button) {
      await (await find(text)).getByText(button, { exact: true }).click({ timeout: 20_000 });
    },
    says,
  };
}

/** Prose and outputs are drawn in frames, under shadow roots. */
async function isShown(page: Page, text: string | RegExp): Promise<boolean> {
  const there = await Promise.all(page.frames().map(async (frame) => frame.getByText(text).first().isVisible().catch(() => false)));
  return there.includes(true);
}
