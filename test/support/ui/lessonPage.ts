import type { Locator, Page } from 'playwright-core';
import { click, clickOnce } from './mouse.ts';
import { insist, until } from './until.ts';
import type { Window } from './window.ts';

/** The page of a lesson, as a learner meets it. */
export interface LessonPage {
  /** Opens a lesson from the Lessons view, which gets all of the side bar. */
  open(title: string): Promise<void>;
  /** Goes to a step of the lesson that is open. */
  step(title: string): Promise<void>;
  /** Runs the cell that says this, as it stands, and waits until it has ended, and this is to be read where given. */
  run(cell: CellName, shown?: string | RegExp): Promise<void>;
  /** Runs it again and again until this is to be read. */
  runUntil(cell: CellName, shown: string | RegExp): Promise<void>;
  /** Writes other commands into the cell. */
  write(cell: CellName, commands: string): Promise<void>;
  /** Presses a button below a cell: Check, Clone Database… */
  press(cell: CellName, button: string): Promise<void>;
  /** Presses Check, again and again, until this is to be read. */
  check(cell: CellName, shown: string | RegExp): Promise<void>;
  /** Waits until this is to be read on the page. */
  says(text: string | RegExp): Promise<void>;
  /** All of the shortest part of the page that says this. */
  read(text: RegExp): Promise<string>;
}

/** A part of its commands, and the server where others say the same. */
export type CellName = string | readonly [text: string, server: string];

export function createLessonPage({ page, tree }: Pick<Window, 'page' | 'tree'>): LessonPage {
  const header = (name: string): Locator => page.locator('.part.sidebar .pane-header').filter({ hasText: name });
  const list = (): Locator => page.locator('.part.sidebar').getByRole('tree').last();
  const cell = (name: CellName): Locator => {
    const [text, server] = typeof name === 'string' ? [name, ''] : name;
    return page.locator('.notebookOverlay .code-cell-row:visible').filter({ hasText: text }).filter({ hasText: server === '' ? '' : `runs on ${server}` }).first();
  };
  /** Cells far away are not there: the page is moved down and up again until it is. */
  const find = async (text: CellName): Promise<Locator> => {
    const body = page.locator('.notebookOverlay .cell-list-container:visible');
    let moves = 0;
    await until(async () => {
      if (await cell(text).locator('.cell-statusbar-container').isVisible()) return true;
      await body.hover({ position: { x: 8, y: 300 } });
      await page.mouse.wheel(0, moves % 40 < 12 ? 200 : -200);
      moves += 1;
      return false;
    }, 20_000);
    return cell(text);
  };
  /** While the page moves, a cell may go from under the mouse. */
  const clickIn = (text: CellName, within: (found: Locator) => Locator): Promise<void> => insist(async () => clickOnce(within(await find(text))), 40_000);
  const select = (text: CellName): Promise<void> => clickIn(text, (found) => found.locator('.monaco-editor'));
  const press = (text: CellName, button: string): Promise<void> => clickIn(text, (found) => found.getByText(button, { exact: true }));
  const says = (text: string | RegExp, ms = 30_000): Promise<void> => until(() => isShown(page, text), ms);
  const toggle = async (name: string, open: boolean): Promise<void> => {
    if (await header(name).getAttribute('aria-expanded') !== String(open)) await click(header(name));
  };
  return {
    async open(title) {
      if (!await header('Lessons').isVisible()) await tree.open();
      await toggle('Lessons', true);
      await toggle('Keys', false);
      const row = list().getByRole('treeitem', { name: `Lesson ${title}` });
      await row.waitFor({ timeout: 20_000 });
      await click(row);
      await says(title);
      if (await row.getAttribute('aria-expanded') !== 'true') await click(row.locator('.monaco-tl-twistie'));
    },
    async step(title) {
      // What opens a connection shows its row.
      await toggle('Keys', false);
      await click(list().getByRole('treeitem', { name: `Step ${title}` }));
      await says(title);
    },
    async run(text, shown) {
      await select(text);
      const ended = cell(text).locator('.codicon-notebook-state-success, .codicon-notebook-state-error');
      await until(async () => {
        // VS Code passes over a run while it is at the one before.
        await page.keyboard.press('Control+Enter');
        return ended.waitFor({ timeout: 5000 }).then(() => true, () => false);
      }, 30_000);
      if (shown !== undefined) await says(shown, 20_000);
    },
    async runUntil(text, shown) {
      await select(text);
      await until(async () => {
        await page.keyboard.press('Control+Enter');
        return says(shown, 1500).then(() => true, () => false);
      }, 40_000);
    },
    async write(text, commands) {
      await select(text);
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(commands);
      await until(() => cell(commands.split('\n')[0] ?? '').isVisible());
    },
    press,
    async check(text, shown) {
      await until(async () => {
        await press(text, 'Check');
        return says(shown, 4000).then(() => true, () => false);
      }, 40_000);
    },
    says,
    async read(text) {
      await says(text);
      const found = await Promise.all(page.frames().map(async (frame) => frame.getByText(text).first().innerText({ timeout: 1000 }).catch(() => '')));
      return found.find((one) => one !== '') ?? '';
    },
  };
}

/** Prose and outputs are drawn in frames, under shadow roots. */
async function isShown(page: Page, text: string | RegExp): Promise<boolean> {
  const there = await Promise.all(page.frames().map(async (frame) => frame.getByText(text).first().isVisible().catch(() => false)));
  return there.includes(true);
}
