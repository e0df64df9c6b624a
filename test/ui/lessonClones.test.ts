import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillFileDialog } from '../support/ui/fileDialog.ts';
import { createLessonPage, type LessonPage } from '../support/ui/lessonPage.ts';
import { click } from '../support/ui/mouse.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

const copy = 'Lesson: Five ways to clone (copy)';
const replica = 'Lesson: When is a replica in sync? (replica)';

describe('lessons with servers that copy and follow each other, in a real window', function () {
  this.timeout(120_000);
  const vscode = useWindow();
  let page: LessonPage;
  let folder: string;
  before(async () => {
    page = createLessonPage(vscode);
    folder = await mkdtemp(join(tmpdir(), 'lesson-'));
  });
  after(() => rm(folder, { recursive: true }));
  const clear = (): Promise<void> => vscode.prompts.clearNotifications(/^(Planning|Cloning|Opening|Saving|Looking|Waiting|Comparing)/);
  const progress = (text: string): Promise<void> => vscode.page.locator('.part.sidebar').getByRole('treeitem', { name: text }).waitFor({ timeout: 20_000 });
  /** From the conflicts on. */
  const clone = async (): Promise<void> => {
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Show the Plan/);
    await vscode.prompts.answer('Clone');
    await vscode.prompts.notification(/\d keys copied\..*identical/);
    await clear();
  };

  it('copies into another database, by hand and by the button', async () => {
    await page.open('Five ways to clone');
    await page.check('COPY original:book:1', /none of 36 keys/);
    await page.run("redis.call('KEYS', '*')", 'Done: First way: another database');
    await page.step('What bites: SWAPDB');
    await page.run('SWAPDB 0 1', 'Done: What bites: SWAPDB');
    await vscode.screenshot('lesson-clones');
    await page.step('A second database by Clone Database…');
    await page.press('SELECT 2', 'Clone Database…');
    await vscode.prompts.pick(/^Several Databases in One Instance/, /Clone database 0 of “Lesson: Five ways to clone \(original\)”/);
    await vscode.prompts.pick(/^Database 2/);
    await clone();
    await page.check('SELECT 2', 'Done: A second database');
  });

  it('marks keys by a loop that has to be repaired, and by the button', async () => {
    await page.step('Second way: marked keys');
    await page.run('local copies', /"edited:edited:original/);
    await page.check('local copies', /are copies of copies/);
    await page.run("redis.call('DEL', key)");
    await page.write('local copies', "EVAL \"for _, key in ipairs(redis.call('KEYS', 'original:*')) do redis.call('COPY', key, 'edited:' .. string.sub(key, 10)) end\" 0");
    await page.run("redis.call('COPY', key, 'edited:' .. string", 'Done: Second way: marked keys');
    await page.step('What bites: names inside of values');
    await page.run('HGET edited:book:1 next', '"original:book:2"');
    await page.write('HSET edited:book:1 next', 'HSET edited:book:1 next edited:book:2');
    await page.run('HSET edited:book:1 next', 'Done: What bites: names');
    await page.step('What bites: patterns');
    await page.run('original:[new]:*');
    await page.check('original:[new]:*', /Write a backslash before each bracket/);
    await page.write('original:[new]:*', 'SCAN 0 MATCH original:\\[new\\]:* COUNT 1000');
    await page.run('\\[new\\]', 'Done: What bites: patterns');
    await page.step('Marked keys by Clone Database…');
    await page.press('MATCH checked:*', 'Clone Database…');
    await vscode.prompts.pick(/^Marked Keys/);
    await vscode.prompts.input('checked:', /in place of “original:”/);
    await clone();
    await page.check('MATCH checked:*', 'Done: Marked keys');
  });

  it('takes keys to the other server, by hand and by the button', async () => {
    await page.step('Third way: a second server');
    await page.run('DUMP original:offer', /"\\x00\\x/);
    const [payload = assert.fail()] = /"\\x00.*"/.exec(await page.read(/"\\x00\\x/)) ?? [];
    await page.write('PASTE', `RESTORE original:offer 0 ${payload}`);
    await page.run('RESTORE original:offer 0');
    await page.check('RESTORE original:offer 0', /lives for ever on the second server/);
    await page.write('RESTORE original:offer 0', `RESTORE original:offer 7000000 ${payload} REPLACE`);
    await page.run('RESTORE original:offer 7000000');
    await page.run('MIGRATE copy', 'Done: Third way');
    await page.step('A second server by Clone Database…');
    await page.press('SELECT 1', 'Clone Database…');
    await vscode.prompts.pick(/^One Instance per Database,/);
    await vscode.prompts.pick(/^Lesson: Five ways to clone \(copy\)/);
    await vscode.prompts.pick(/^Database 1/);
    await clone();
    await page.check('SELECT 1', 'Done: A second server');
  });

  it('dumps and reloads, by hand and by the button', async () => {
    await page.step('Fourth way: dump and reload');
    await page.run('written after the file');
    await page.run('DEBUG RELOAD NOSAVE', 'Done: Fourth way');
    await page.step('A file by Clone Database…');
    await page.check('DBSIZE', /No RDB file is open/);
    await page.press('DBSIZE', 'Clone Database…');
    await vscode.prompts.pick(/^Dump and Reload/);
    await fillFileDialog(vscode.page, join(folder, 'lesson.rdb'), /Save Database 0 of/);
    await vscode.prompts.notification(/Saved database 0/, 'Open RDB File');
    await page.check('DBSIZE', 'Done: A file');
    await clear();
  });

  it('enslaves and liberates: too early, in time, and by the button', async () => {
    await page.step('Fifth way: enslave and liberate, too early');
    await page.run('SET original:today');
    await page.run('GET original:today', 'Done: Fifth way');
    await page.step('Enslave, wait, liberate');
    await page.run('SET mine');
    await page.run('INFO replication');
    await page.check('INFO replication', /its link is up/);
    await page.run('KEYS *', 'Done: Enslave, wait, liberate');
    await page.step('A replica by Clone Database…');
    await page.run('SET original:more');
    await page.press('SET original:more', 'Clone Database…');
    await vscode.prompts.pick(/^Enslave and Liberate/);
    await vscode.prompts.pick(/^Lesson: Five ways to clone \(copy\)/, /Which connection is to follow/);
    await vscode.prompts.answer('Throw Away and Replicate');
    await vscode.prompts.input(copy, /Throw away all data/);
    await vscode.prompts.notification(/holds the data of/, 'Liberate…');
    await vscode.prompts.answer('Liberate');
    await vscode.prompts.notification(/is on its own/);
    await page.check('GET original:more', 'Done: A replica');
    await clear();
    await progress('Lesson Five ways to clone, 14 of 14 steps done');
  });

  it('learns when a replica is in sync', async () => {
    await vscode.prompts.anyCommand('View: Close All Editors');
    await page.open('When is a replica in sync?');
    await page.check('EXISTS key:1', /was not run on original/);
    await page.run(['EXISTS key:1', 'original']);
    await page.run('EXISTS old:1');
    await page.run('REPLICAOF original');
    await page.runUntil(['INFO replication', 'replica'], 'Done: Equal before it began');
    await page.step('Sizes lie, offsets do not');
    await page.run('CLIENT PAUSE');
    await page.run('SET key:1 changed');
    await page.run(['GET key:1', 'replica'], 'Done: Sizes lie');
    await vscode.screenshot('lesson-insync');
    await page.step('Let the server wait');
    await page.run('changed again');
    await page.check('changed again', /That was the 0/);
    await page.run('CLIENT UNPAUSE');
    await page.run('and again', 'Done: Let the server wait');
    await page.step('Counted, but gone');
    await page.run('SET-ACTIVE-EXPIRE');
    await page.run(['GET session', 'replica']);
    await page.run(['GET session', 'original']);
    await page.run('EXISTS session', 'Done: Counted, but gone');
    await page.step('Find the bug');
    await page.run('local size', '"liberate"');
    await page.check('local size', /The condition is turned round/);
    await page.write('local size', "EVAL \"if ARGV[5] ~= 'up' or tonumber(ARGV[4]) < tonumber(ARGV[3]) then return 'wait' end return 'liberate'\" 0 100 40 5000 2000 up");
    await page.run('ARGV[5] ~=', 'Done: Find the bug');
    await progress('Lesson When is a replica in sync?, 5 of 5 steps done');
  });

  it('begins anew, with servers as they were', async () => {
    await vscode.prompts.command('Reset Lesson…');
    await vscode.prompts.answer('Reset');
    await progress('Lesson When is a replica in sync?, 0 of 5 steps done');
    await page.step('Equal before it began');
    await page.run('EXISTS old:1', /\(integer\) 1/);
  });

  it('offers its servers as targets within the lesson alone, and has them as long as its page is open', async () => {
    await click(vscode.page.locator('.part.sidebar .pane-header').first());
    await vscode.tree.row(replica);
    assert.equal(await vscode.tree.has(copy), false);
    await vscode.tree.click('Practice');
    await vscode.tree.menu('Practice', /^Replicate Database/);
    await vscode.page.locator('.quick-input-widget', { has: vscode.page.getByPlaceholder(/Which connection is to follow “Practice”/) }).waitFor();
    assert.deepEqual((await vscode.prompts.picks()).filter((label) => label.startsWith('Lesson')), []);
    await vscode.prompts.dismiss();
    await vscode.prompts.anyCommand('View: Close All Editors');
    await until(async () => !(await vscode.tree.has(replica)), 20_000);
    assert.equal(await vscode.tree.has(/^Lesson/), false);
  });
});
