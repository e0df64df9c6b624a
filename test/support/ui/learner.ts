import { readFileSync } from 'node:fs';
import type { Locator } from 'playwright-core';
import { parseProse, type LessonProse } from '../../../src/core/lessons/prose.ts';
import { root } from '../paths.ts';
import type { Drawn } from './drawn.ts';
import { hintPattern } from './hintPattern.ts';
import { click } from './mouse.ts';
import { until } from './until.ts';
import type { Window } from './window.ts';

/** A lesson's page with a learner before it, who does everything by mouse and keyboard. One cell of a step is written anew again and again. */
export interface Learner {
  /** Goes to a step by its row in the Lessons view, which has to be unfolded, and there to the first cell of commands. */
  step(lesson: string, step: string): Promise<void>;
  /** Goes to the first cell of the step that runs on this server. */
  on(server: string): Promise<void>;
  /** Writes commands into the cell, runs them, and resolves with what is shown when all have run. */
  run(...commands: readonly string[]): Promise<string>;
  /** After a run: runs one command that draws, and nothing else beside it, as a reader would see it. */
  show(command: string, picture: RegExp): Promise<void>;
  /** The cursor of the page that was shown last. */
  scan(...commands: readonly string[]): Promise<string>;
  /** Presses Check below the cell until it says the hint of this name, with these values where given. */
  check(hint: string, ...values: readonly string[]): Promise<void>;
  /** Runs commands, if there are some, and presses Check: it says this hint. */
  wrong(hint: string, ...commands: readonly string[]): Promise<void>;
  /** Waits until the step of the cell is marked as done. */
  done(): Promise<void>;
  /** Waits until this stands somewhere in prose or outputs. */
  says(text: string | RegExp): Promise<void>;
  /** Waits for a picture that says this of itself. */
  picture(says: RegExp): Promise<Locator>;
  /** Begins the lesson anew, from the palette. */
  reset(): Promise<void>;
  /** Hints of a lesson that no check has said so far, with their steps. One that several steps share counts once. */
  unheard(lesson: string): readonly string[];
}

type Frame = ReturnType<Window['page']['frames']>[number];

/** For the window of a test; the Lessons view is the last tree of the side bar. */
export function createLearner(vscode: Omit<Window, 'close'>): Learner {
  let runs = 0;
  let at: { readonly lesson: string; readonly step: LessonProse['steps'][number]; readonly first: number } | undefined;
  let cell: Locator | undefined;
  const heard = new Set<string>();
  const lessons = (): Locator => vscode.page.locator('.part.sidebar').getByRole('tree').last();
  /** Prose and outputs are drawn in frames, under shadow roots. */
  const seen = async (find: (frame: Frame) => Locator): Promise<Locator | undefined> => {
    for (const frame of vscode.page.frames()) {
      const found = find(frame).last();
      if (await found.isVisible().catch(() => false)) return found;
    }
    return undefined;
  };
  const untilSeen = async (find: (frame: Frame) => Locator, ms = 30_000): Promise<Locator> => {
    let found: Locator | undefined;
    await until(async () => (found = await seen(find)) !== undefined, ms);
    return found as Locator;
  };
  const current = (): Locator => {
    if (cell === undefined) throw new Error('go to a step first');
    return cell;
  };
  /** The parts of a page stand below each other, each a row of a list. */
  const goTo = async (matches: (server: string | undefined) => boolean): Promise<void> => {
    if (at === undefined) throw new Error('go to a step first');
    const { lesson, step: { parts }, first } = at;
    const index = first + parts.findIndex((part) => part.kind === 'commands' && matches(part.server));
    // The pages of other lessons are there, too, and not seen.
    cell = vscode.page.locator(`.notebookOverlay .monaco-list-row[data-index="${index}"]`, { has: vscode.page.locator(`.monaco-editor[data-uri*=":/${lesson}/"]`) });
    await cell.locator('.monaco-editor').waitFor({ timeout: 20_000 });
  };
  /** Writes into the cell. A page that is still being scrolled to its step may take the keyboard away from it. */
  const write = async (text: string): Promise<void> => {
    const shows = text.split('\n').at(-1) ?? '';
    await until(async () => {
      await current().locator('.monaco-editor').click();
      await vscode.page.keyboard.press('Control+a');
      await vscode.page.keyboard.insertText(text);
      const written = async (): Promise<boolean> => (await current().locator('.view-lines').innerText()).replaceAll('\u00a0', ' ').includes(shows);
      return until(written, 3000).then(() => true, () => false);
    }, 20_000);
  };
  /** VS Code passes over a run while it is still at the one before. */
  const runUntil = (has: () => Promise<boolean>): Promise<void> => until(async () => {
    await vscode.page.keyboard.press('Control+Enter');
    return until(has, 10_000).then(() => true, () => false);
  }, 40_000);

  const page: Learner = {
    async step(lesson, step) {
      const prose = proseOf(lesson);
      const index = prose.steps.findIndex(({ id }) => id === step);
      const told = prose.steps[index];
      if (told === undefined) throw new Error(`${lesson} has no step ${step}`);
      at = { lesson, step: told, first: prose.steps.slice(0, index).reduce((sum, { parts }) => sum + parts.length, 1) };
      const row = lessons().getByRole('treeitem', { name: `Step ${told.title},` });
      const parent = lessons().getByRole('treeitem', { name: `Lesson ${prose.title},` });
      if (await parent.getAttribute('aria-expanded') !== 'true') {
        // One lesson at a time has room in the view.
        const others = lessons().getByRole('treeitem', { name: /^Lesson /, expanded: true }).locator('.monaco-tl-twistie');
        while (await others.count() > 0) await click(others.first());
        await click(parent.locator('.monaco-tl-twistie'));
      }
      await click(row);
      await vscode.page.locator('.tabs-container .tab.active', { hasText: prose.title }).waitFor({ timeout: 20_000 });
      await goTo(() => true);
    },
    on: (server) => goTo((one) => one === server),
    async run(...commands) {
      // What a run has shown is told from what the one before it has shown by its last line. Long outputs lose lines in their middle.
      const mark = `run ${String(runs += 1)}`;
      await write([...commands, `ECHO "${mark}"`].join('\n'));
      const last = (frame: Frame): Locator => frame.locator('.output-plaintext', { hasText: `"${mark}"` });
      await runUntil(async () => await seen(last) !== undefined);
      const outputs = (await untilSeen(last)).locator('xpath=ancestor::*[contains(@class,"cell_container")][1]');
      return (await outputs.locator('.output-plaintext, pre').evaluateAll((elements: Drawn[]) => elements.map(({ textContent }) => textContent ?? ''))).join('\n');
    },
    async show(command, picture) {
      await write(command);
      const before = (frame: Frame): Locator => frame.locator('.output-plaintext', { hasText: `"run ${String(runs)}"` });
      await runUntil(async () => await seen(before) === undefined);
      await page.picture(picture);
      await until(async () => await current().locator('.codicon-modifier-spin').count() === 0, 20_000);
    },
    async scan(...commands) {
      const shown = await page.run(...commands);
      return [...shown.matchAll(/^1\) "(\d+)"/gm)].at(-1)?.[1] ?? '';
    },
    async check(hint, ...values) {
      const text = at?.step.hints.get(hint);
      if (text === undefined) throw new Error(`no hint ${hint} in this step`);
      const pattern = hintPattern(text, values);
      const button = current().locator('.cell-statusbar-container').locator('.codicon-checklist, .codicon-pass-filled').first();
      // What another check said may still stand there.
      for (const old of vscode.page.frames().map((frame) => frame.locator('.output p'))) await old.evaluateAll((elements: Drawn[]) => elements.forEach((element) => element.setAttribute('data-old', ''))).catch(() => undefined);
      await until(async () => {
        await click(button);
        return untilSeen((frame) => frame.locator('.output p:not([data-old])').filter({ hasText: pattern }), 4000).then(() => true, () => false);
      }, 20_000).catch(() => assertSaid(at?.step.id, hint, pattern));
      heard.add(text);
    },
    async wrong(hint, ...commands) {
      if (commands.length > 0) await page.run(...commands);
      await page.check(hint);
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
    unheard(lesson) {
      const left = new Map(proseOf(lesson).steps.flatMap(({ id, hints }) => [...hints].map(([hint, text]) => [text, `${id} ${hint}`] as const)));
      for (const text of heard) left.delete(text);
      return [...left.values()];
    },
  };
  return page;
}

function proseOf(lesson: string): LessonProse {
  return parseProse(readFileSync(`${root}media/lessons/${lesson}.md`, 'utf8'));
}

function assertSaid(step: string | undefined, hint: string, pattern: RegExp): never {
  throw new Error(`the check of ${step ?? ''} does not say its hint ${hint}: ${pattern.source}`);
}
