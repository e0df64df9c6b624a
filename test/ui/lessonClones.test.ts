import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillFileDialog } from '../support/ui/fileDialog.ts';
import { createLearner } from '../support/ui/learner.ts';
import { createLessonPage, type LessonPage } from '../support/ui/lessonPage.ts';
import { click } from '../support/ui/mouse.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

const copy = 'Lesson: Five ways to clone (copy)';
const replica = 'Lesson: When is a replica in sync? (replica)';

const copyAll = (from: number, to: number): string =>
  `EVAL "redis.call('SELECT', ${from}) for _, key in ipairs(redis.call('KEYS', '*')) do redis.call('COPY', key, key, 'DB', ${to}, 'REPLACE') end" 0`;
const marked = (match: string, name: string, command = 'COPY'): string =>
  `EVAL "local cursor = '0' repeat local page = redis.call('SCAN', cursor${match}) cursor = page[1] for _, key in ipairs(page[2]) do redis.call('${command}', key, ${name}) end until cursor == '0'" 0`;
const unmark = "EVAL \"for _, key in ipairs(redis.call('KEYS', 'edited:*')) do redis.call('DEL', key) end\" 0";
const decide = (condition: string, answer = 'wait'): string =>
  `EVAL "local size, copied, written, applied, link = unpack(ARGV) if ${condition} then return '${answer}' end return 'liberate'" 0 100 40 5000 2000 up`;

describe('lessons with servers that copy and follow each other, in a real window', function () {
  this.timeout(120_000);
  const vscode = useWindow();
  const learner = createLearner(vscode);
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

  it('explains each mistake with databases', async () => {
    await page.open('Five ways to clone');
    await learner.step('clones', 'databases');
    await learner.check('none', '36');
    await learner.wrong('some', 'COPY original:book:1 original:book:1 DB 1');
    await learner.wrong('differs', copyAll(0, 1), 'SELECT 1', 'HSET original:book:2 title x');
    await learner.wrong('forever', copyAll(0, 1), 'SELECT 1', 'PERSIST original:offer');
    await learner.wrong('time', 'SELECT 1', 'PEXPIRE original:offer 100000');
    await learner.wrong('moved', 'SELECT 1', 'FLUSHDB', 'SELECT 0', 'MOVE original:book:1 1');
    await learner.step('clones', 'swap');
    await learner.wrong('nothing', 'SELECT 1', 'MOVE original:book:1 0');
    await learner.wrong('empty', 'SWAPDB 0 1');
    await learner.wrong('alike', 'SWAPDB 0 1', copyAll(0, 1), 'SWAPDB 0 1');
    await learner.wrong('back', 'SELECT 1', 'HSET original:book:1 title revised', 'SWAPDB 0 1', 'SWAPDB 0 1');
  });

  it('explains each mistake with marked keys', async () => {
    await learner.step('clones', 'names');
    await learner.wrong('gone');
    await learner.step('clones', 'prefix');
    await learner.wrong('again', marked('', "'edited:' .. key"));
    await learner.wrong('before', unmark, marked(", 'MATCH', 'original:*'", "'edited:' .. key"));
    await learner.wrong('fault', unmark, marked(", 'MATCH'", 'key'));
    await learner.step('clones', 'names');
    await learner.wrong('points', 'COPY original:book:1 edited:book:1');
    await learner.wrong('other', 'HSET edited:book:1 next 2');
    await learner.wrong('original', 'HSET original:book:1 next edited:book:2');
    await learner.step('clones', 'glob');
    await learner.wrong('nothing');
    await learner.wrong('wrong', 'SCAN 0 MATCH original:[new]:* COUNT 1000');
    await learner.wrong('empty', 'SCAN 0 MATCH original:\\\\[new]:* COUNT 1000');
    await learner.wrong('part', 'KEYS original:\\[new\\]:1');
    await learner.step('clones', 'prefix');
    await learner.wrong('renamed', unmark, marked(", 'MATCH', 'original:*'", "'edited:' .. string.sub(key, 10)", 'RENAME'));
    await learner.reset();
  });

  it('explains each mistake with a second server', async () => {
    await learner.step('clones', 'instance');
    await learner.wrong('nothing');
    const payload = /^".*"$/m.exec(await learner.run('DUMP original:offer'))?.[0] ?? '';
    const moment = String(Date.now() + 7_000_000);
    const restore = (time: string, more = '', bytes = payload): string => `RESTORE original:offer ${time} ${bytes} ${more}`.trimEnd();
    await learner.on('copy');
    await learner.wrong('payload', restore('0', '', '"PASTE"'));
    await learner.wrong('fault', restore('-1'));
    await learner.wrong('past', restore('7000000', 'ABSTTL'));
    await learner.wrong('zero', restore('0'));
    await learner.wrong('busy', restore('7000000'));
    await learner.wrong('seconds', restore('7000', 'REPLACE'));
    await learner.wrong('absolute', restore(moment, 'REPLACE'));
    await learner.wrong('migrate', restore(moment, 'REPLACE ABSTTL'));
    await learner.on('original');
    await learner.wrong('moved', 'MIGRATE copy 6379 original:book:1 0 5000');
  });

  it('explains each mistake with a file', async () => {
    await learner.step('clones', 'dump');
    await learner.wrong('save');
    await learner.wrong('late', 'SAVE');
    await learner.wrong('reload', 'SET original:late x');
    await learner.on('copy');
    await learner.wrong('own', 'DEBUG RELOAD');
    await learner.on('original');
    await learner.run('SAVE');
    await learner.on('copy');
    await learner.wrong('after', 'DEBUG RELOAD NOSAVE');
    await learner.step('clones', 'dump-command');
    await learner.wrong('file');
  });

  it('explains each mistake with a replica', async () => {
    await learner.step('clones', 'early');
    await learner.wrong('news');
    await learner.wrong('nothing', 'SET original:today x');
    await learner.on('copy');
    await learner.wrong('follows', 'REPLICAOF original 6379');
    await until(async () => (await learner.run('INFO replication')).includes('master_link_status:up'), 20_000);
    await learner.wrong('patient', 'REPLICAOF NO ONE');
    await learner.step('clones', 'replica');
    await learner.wrong('nothing', 'SET mine x');
    await learner.wrong('early', 'REPLICAOF original 6379', 'REPLICAOF NO ONE');
    await learner.wrong('follows', 'REPLICAOF original 6379');
    await learner.step('clones', 'replica-command');
    await learner.wrong('write');
    await learner.wrong('follows', 'SET original:more x');
    await learner.reset();
  });

  it('has explained all that its checks can', () => assert.deepEqual(learner.unheard('clones'), []));

  it('copies into another database, by hand and by the button', async () => {
    await page.step('First way: another database of the same server');
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
    await page.run("redis.call('DEL', key)");
    await page.write('local copies', "EVAL \"for _, key in ipairs(redis.call('KEYS', 'original:*')) do redis.call('COPY', key, 'edited:' .. string.sub(key, 10)) end\" 0");
    await page.run("redis.call('COPY', key, 'edited:' .. string", 'Done: Second way: marked keys');
    await page.step('What bites: names inside of values');
    await page.run('HGET edited:book:1 next', '"original:book:2"');
    await page.write('HSET edited:book:1 next', 'HSET edited:book:1 next edited:book:2');
    await page.run('HSET edited:book:1 next', 'Done: What bites: names');
    await page.step('What bites: patterns');
    await page.run('original:[new]:*');
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

  it('explains each mistake with sizes and offsets', async () => {
    await vscode.prompts.anyCommand('View: Close All Editors');
    await page.open('When is a replica in sync?');
    await learner.step('insync', 'sizes');
    await learner.check('count', 'original');
    await learner.run('DBSIZE', 'CONFIG SET repl-diskless-sync-delay 600');
    await learner.check('count', 'replica');
    await learner.on('replica');
    await learner.wrong('follow', 'DBSIZE');
    await learner.wrong('down', 'REPLICAOF original 6379');
    await learner.step('insync', 'offsets');
    await learner.wrong('link');
    await learner.on('original');
    await learner.run('CONFIG SET repl-diskless-sync-delay 0');
    await learner.on('replica');
    await until(async () => (await learner.run('INFO replication')).includes('master_link_status:up'), 20_000);
    await learner.step('insync', 'sizes');
    await learner.wrong('look');
    await learner.step('insync', 'wait');
    await learner.wrong('nothing');
    await learner.on('replica');
    await learner.wrong('elsewhere', 'WAIT 1 10');
    await learner.on('original');
    await learner.wrong('one', 'WAIT 1 5000');
  });

  it('explains each mistake with a replica that is held up', async () => {
    await learner.step('insync', 'offsets');
    await learner.wrong('pause');
    await learner.wrong('write', 'CLIENT PAUSE 600000 WRITE');
    await learner.on('original');
    await learner.run('SET key:1 changed');
    await learner.check('size', 'original');
    await learner.run('DBSIZE');
    await learner.check('size', 'replica');
    await learner.on('replica');
    await learner.run('DBSIZE');
    await learner.check('info', 'original');
    await learner.step('insync', 'wait');
    await learner.wrong('connection');
    await learner.wrong('held', 'SET key:1 x', 'WAIT 1 10');
    await learner.step('insync', 'expired');
    await learner.wrong('nothing');
    await learner.wrong('held', 'DEBUG SET-ACTIVE-EXPIRE 0', 'SET session x PX 1');
    await learner.step('insync', 'wait');
    await learner.on('replica');
    await learner.wrong('again', 'CLIENT UNPAUSE');
  });

  it('explains each mistake with keys that are gone', async () => {
    await learner.step('insync', 'expired');
    await learner.on('replica');
    await learner.wrong('get');
    await learner.wrong('size', 'GET session');
    await learner.wrong('clear', 'DBSIZE');
    await learner.on('original');
    await learner.run('SET session x PX 1', 'GET session');
    await learner.on('replica');
    await learner.wrong('quick', 'GET session', 'DBSIZE');
  });

  it('explains each mistake with the loop that waits', async () => {
    const behind = 'tonumber(applied) < tonumber(written)';
    const cut = "link ~= 'up'";
    await learner.step('insync', 'loop');
    await learner.wrong('nothing');
    await learner.wrong('fault', decide('size < nothing'));
    await learner.wrong('word', decide('true', 'stay'));
    await learner.wrong('turned', decide('size == copied'));
    await learner.wrong('never', decide('false'));
    await learner.wrong('forever', decide('true'));
    await learner.wrong('equal', decide('size ~= copied'));
    await learner.wrong('zero', decide(behind));
    await learner.wrong('moving', decide(`${behind} or ${cut} or size ~= copied`));
    await learner.wrong('ahead', decide(`applied ~= written or ${cut}`));
    await learner.reset();
  });

  it('has explained all that its checks can, of replicas in sync', () => assert.deepEqual(learner.unheard('insync'), []));

  it('learns when a replica is in sync', async () => {
    await page.step('Equal before it began');
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
    await click(vscode.page.locator('.part.sidebar .pane-header').first());
    await vscode.tree.expand(replica);
    await vscode.tree.expand([replica, /^Database 0 0 keys/]);
    await page.step('Equal before it began');
    await page.run('EXISTS old:1', /\(integer\) 1/);
  });

  it('offers its servers as targets within the lesson alone, and has them as long as its page is open', async () => {
    await click(vscode.page.locator('.part.sidebar .pane-header').first());
    // What the lesson has laid out since then shows by itself.
    await vscode.tree.row([replica, /^Database 0 100 keys/, 'old']);
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
