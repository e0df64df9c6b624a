import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('lessons in a real window', () => {
  const vscode = useWindow();

  const lessons = (): Locator => vscode.page.locator('.part.sidebar').getByRole('tree').last();
  const lesson = (name: string | RegExp): Locator => lessons().getByRole('treeitem', { name });
  /** Prose and outputs are drawn in frames, under shadow roots. */
  const saysNow = async (text: string | RegExp): Promise<boolean> => {
    const there = await Promise.all(vscode.page.frames().map(async (frame) => frame.getByText(text).first().isVisible().catch(() => false)));
    return there.includes(true);
  };
  const says = async (text: string | RegExp): Promise<void> => until(() => saysNow(text), 30_000);
  /** Writes a command in place of that of the first cell, and runs it; VS Code passes over a run while it is still at the one before. */
  const run = async (before: string, command: string, reply: RegExp): Promise<void> => {
    await cell(before).locator('.monaco-editor').click();
    await vscode.page.keyboard.press('Control+a');
    await vscode.page.keyboard.type(command);
    await until(async () => {
      await vscode.page.keyboard.press('Control+Enter');
      return until(() => saysNow(reply), 8000).then(() => true, () => false);
    }, 40_000);
  };
  const cell = (text: string): Locator => vscode.page.locator('.notebookOverlay .code-cell-row', { hasText: text }).first();

  it('opens a lesson from its view', async function () {
    this.timeout(90_000);
    await vscode.tree.open();
    const header = vscode.page.locator('.part.sidebar .pane-header', { hasText: 'Lessons' });
    await header.click();
    await lesson(/SCAN is not an iterator, 0 of 4/).waitFor({ timeout: 20_000 });
    await lesson(/SCAN is not an iterator/).click();
    await says(/Take the first page/);
    await cell('SCAN 0').waitFor({ timeout: 20_000 });
  });

  it('says what is missing, runs a cell, and sees that the step is done', async function () {
    this.timeout(90_000);
    await cell('SCAN 0').getByText('Check', { exact: true }).click();
    await says(/Nothing was scanned yet/);
    await run('SCAN 0', 'SCAN 5', /1\) "\d+"/);
    await cell('SCAN 5').getByText('Check', { exact: true }).click();
    await says(/You began at cursor 5/);
    await vscode.screenshot('lesson-hint');
    await run('SCAN 5', 'SCAN 0', /Done: Take the first page/);
    await lesson(/SCAN is not an iterator, 1 of 4/).waitFor({ timeout: 20_000 });
    await vscode.screenshot('lesson');
  });

  it('keeps the progress when the window is loaded again', async function () {
    this.timeout(90_000);
    await until(async () => await vscode.page.locator('.tabs-container .tab.dirty').count() === 0, 20_000);
    await vscode.reload();
    await lesson(/SCAN is not an iterator, 1 of 4/).waitFor({ timeout: 30_000 });
    // A browser that is loaded anew at once may not have kept which editors were open.
    await lesson(/SCAN is not an iterator/).click();
    await says(/Take the first page/);
    await vscode.page.locator('.notebookOverlay .code-cell-row').first().getByText('Done', { exact: true }).waitFor({ timeout: 20_000 });
  });

  it('opens a walkthrough', async function () {
    this.timeout(90_000);
    await vscode.prompts.command('Get Started');
    const page = vscode.page.locator('.gettingStartedContainer');
    await page.getByText('Meet a cursor', { exact: true }).waitFor({ timeout: 30_000 });
    assert.equal(await page.locator('button.getting-started-step').count(), 5);
    await vscode.screenshot('walkthrough');
  });
});
