import { createLessonPage, type LessonPage } from '../support/ui/lessonPage.ts';
import { useWindow } from '../support/ui/window.ts';

describe('lessons with servers that copy each other, in a real window', () => {
  const vscode = useWindow();
  let page: LessonPage;
  before(() => {
    page = createLessonPage(vscode);
  });

  it('opens with its servers, and copies into another database', async function () {
    this.timeout(120_000);
    await page.open('Five ways to clone');
    await page.press('COPY original:book:1', 'Check');
    await page.says(/none of 36 keys/);
    await page.run('COPY original:book:1', /1\) "original:book:1"/);
    await page.run("redis.call('KEYS', '*')", 'Done: First way: another database');
    await page.step('What bites: SWAPDB');
    await page.run('SWAPDB 0 1', 'Done: What bites: SWAPDB');
    await vscode.screenshot('lesson-clones');
  });

  it('clones a database by the button', async function () {
    this.timeout(120_000);
    await page.step('A second database by Clone Database…');
    await page.press('SELECT 2', 'Clone Database…');
    await vscode.prompts.pick(/^Several Databases in One Instance/, /Clone database 0 of “Lesson: Five ways to clone \(original\)”/);
    await vscode.prompts.pick(/^Database 2/);
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Show the Plan/);
    await vscode.prompts.answer('Clone');
    await vscode.prompts.notification(/36 keys copied\..*identical/);
    await page.press('SELECT 2', 'Check');
    await page.says('Done: A second database by Clone Database…');
    await vscode.prompts.clearNotifications();
  });
});
