import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { parseProse } from '../../../src/core/lessons/prose.ts';
import { root } from '../paths.ts';
import type { Drawn } from './drawn.ts';
import { click } from './mouse.ts';
import { until } from './until.ts';
import type { Window } from './window.ts';

/** A lesson's page with a learner before it, who does everything by mouse and keyboard. One cell of a step is written anew again and again. */
export interface Learner {
  /** Goes to a step by its row in the Lessons view, which has to be unfolded. */
  step(lesson: string, step: string): Promise<void>;
  /** Writes commands into the first cell of the step, runs them, and resolves with what is shown when all have run. */
  run(...commands: readonly string[]): Promise<string>;
  /** After a run: runs one command that draws, and nothing else beside it, as a reader would see it. */
  show(command: string, picture: RegExp): Promise<void>;
  /** The cursor of the page that was shown last. */
  scan(...commands: readonly string[]): Promise<string>;
  /** Presses Check below the cell, and waits until it says this. */
  check(says: string | RegExp): Promise<void>;
  /** Waits until the step of the cell is marked as done. */
  done(): Promise<void>;
  /** Waits until this stands somewhere in prose or outputs. */
  says(text: string | RegExp): Promise<void>;
  /** Waits for a picture that says this of itself. */
  picture(says: RegExp): Promise<Locator>;
  /** Begins the lesson anew, from the palette. */
  reset(): Promise<void>;
}

/** For the window of a test; the Lessons view is the last tree of the side bar. */
export function createLearner(vscode: Omit<Window, 'close'>): Learner {
  let runs = 0;
  let cell: Locator | undefined;
  const lessons = (): Locator => vscode.page.locator('.part.sidebar').getByRole('tree').last();
  /** Prose and outputs are drawn in frames, under shadow roots. */
  const seen = async (find: (frame: ReturnType<typeof vscode.page.frames>[number]) => Locator): Promise<Locator | undefined> => {
    for (const frame of vscode.page.frames()) {
      const found = find(frame).last();
      if (await found.isVisible().catch(() => false)) return found;
    }
    return undefined;
  };
  const untilSeen = async (find: (frame: ReturnType<typeof vscode.page.frames>[number]) => Locator, ms = 30_000): Promise<Locator> => {
    let found: Locator | undefined;
    await until(async () => (found = await seen(find)) !== undefined, ms);
    return found as Locator;
  };
  const current = (): Locator => {
    if (cell === undefined) throw new Error('go to a step first');
    return cell;
  };

  const page: Learner = {
    async step(lesson, step) {
      const prose = parseProse(readFileSync(`${root}media/lessons/${lesson}.md`, 'utf8'));
      const title = prose.steps.find(({ id }) => id === step)?.title ?? '';
      const row = lessons().getByRole('treeitem', { name: `Step ${title},` });
      const parent = lessons().getByRole('treeitem', { name: `Lesson ${prose.title},` });
      if (await parent.getAttribute('aria-expanded') !== 'true') {
        // One lesson at a time has room in the view.
        const others = lessons().getByRole('treeitem', { name: /^Lesson /, expanded: true }).locator('.monaco-tl-twistie');
        while (await others.count() > 0) await click(others.first());
        await click(parent.locator('.monaco-tl-twistie'));
      }
      await click(row);
      let index = 1;
      for (const { id, parts } of prose.steps) {
        const commands = parts.findIndex(({ kind }) => kind === 'commands');
        if (id === step) {
          // The pages of other lessons are there, too, and not seen.
          cell = vscode.page.locator(`.notebookOverlay .monaco-list-row[data-index="${index + commands}"]`, { has: vscode.page.locator(`.monaco-editor[data-uri*=":/${lesson}/"]`) });
          break;
        }
        index += parts.length;
      }
      await vscode.page.locator('.tabs-container .tab.active', { hasText: prose.title }).waitFor({ timeout: 20_000 });
      await current().locator('.monaco-editor').waitFor({ timeout: 20_000 });
    },
    async run(...commands) {
      // What a run has shown is told from what the one before it has shown by its last line. Long outputs lose lines in their middle.
      const mark = `run ${String(runs += 1)}`;
      // A page that is still being scrolled to its step may take the keyboard away from the cell.
      await until(async () => {
        await current().locator('.monaco-editor').click();
        await vscode.page.keyboard.press('Control+a');
        await vscode.page.keyboard.insertText([...commands, `ECHO "${mark}"`].join('\n'));
        const written = async (): Promise<boolean> => (await current().locator('.view-lines').innerText()).replaceAll('\u00a0', ' ').includes(`"${mark}"`);
        return until(written, 3000).then(() => true, () => false);
      }, 20_000);
      const last = (frame: ReturnType<typeof vscode.page.frames>[number]): Locator => frame.locator('.output-plaintext', { hasText: `"${mark}"` });
      // VS Code passes over a run while it is still at the one before.
      await until(async () => {
        await vscode.page.keyboard.press('Control+Enter');
        return untilSeen(last, 10_000).then(() => true, () => false);
      }, 40_000);
      const outputs = (await untilSeen(last)).locator('xpath=ancestor::*[contains(@class,"cell_container")][1]');
      return (await outputs.locator('.output-plaintext, pre').evaluateAll((elements: Drawn[]) => elements.map(({ textContent }) => textContent ?? ''))).join('\n');
    },
    async show(command, picture) {
      await current().locator('.monaco-editor').click();
      await vscode.page.keyboard.press('Control+a');
      await vscode.page.keyboard.insertText(command);
      const before = (frame: ReturnType<typeof vscode.page.frames>[number]): Locator => frame.locator('.output-plaintext', { hasText: `"run ${String(runs)}"` });
      await until(async () => {
        await vscode.page.keyboard.press('Control+Enter');
        return until(async () => await seen(before) === undefined, 8000).then(() => true, () => false);
      }, 40_000);
      await page.picture(picture);
      await until(async () => await current().locator('.codicon-modifier-spin').count() === 0, 20_000);
    },
    async scan(...commands) {
      const shown = await page.run(...commands);
      return [...shown.matchAll(/^1\) "(\d+)"/gm)].at(-1)?.[1] ?? '';
    },
    async check(says) {
      const button = (text: string): Locator => current().getByText(text, { exact: true });
      await click(button('Check').or(button('Done')).first());
      await page.says(says);
    },
    async done() {
      await current().getByText('Done', { exact: true }).waitFor({ timeout: 20_000 });
    },
    says: async (text) => void (await untilSeen((frame) => frame.getByText(text))),
    picture: async (says) => untilSeen((frame) => frame.getByRole('img', { name: says })),
    async reset() {
      await vscode.prompts.command('Reset Lesson…');
      await vscode.prompts.answer('Reset');
    },
  };
  return page;
}
