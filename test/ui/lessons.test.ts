import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Drawn } from '../support/ui/drawn.ts';
import { createLearner } from '../support/ui/learner.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { click } from '../support/ui/mouse.ts';
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
    await click(header);
    await lesson(/SCAN is not an iterator, 0 of 4/).waitFor({ timeout: 20_000 });
    await click(lesson(/SCAN is not an iterator/));
    await says(/Take the first page/);
    await cell('SCAN 0').waitFor({ timeout: 20_000 });
  });

  it('says what is missing, runs a cell, and sees that the step is done', async function () {
    this.timeout(90_000);
    await click(cell('SCAN 0').getByText('Check', { exact: true }));
    await says(/Nothing was scanned yet/);
    await vscode.screenshot('lesson-hint');
    await run('SCAN 0', 'SCAN 0', /Done: Take the first page/);
    await lesson(/SCAN is not an iterator, 1 of 4/).waitFor({ timeout: 20_000 });
    await vscode.screenshot('lesson');
  });

  it('keeps the progress when the window is loaded again', async function () {
    this.timeout(90_000);
    await until(async () => await vscode.page.locator('.tabs-container .tab.dirty').count() === 0, 20_000);
    await vscode.reload();
    await lesson(/SCAN is not an iterator, 1 of 4/).waitFor({ timeout: 30_000 });
    // A browser that is loaded anew at once may not have kept which editors were open.
    await click(lesson(/SCAN is not an iterator/));
    await says(/Take the first page/);
    await vscode.page.locator('.notebookOverlay .code-cell-row').first().getByText('Done', { exact: true }).waitFor({ timeout: 20_000 });
  });

  describe('done by a learner, who takes each wrong way first', function () {
    this.timeout(180_000);
    const page = createLearner(vscode);
    const leave = "EVAL \"for guest = 6, 60 do redis.call('DEL', 'guest:' .. guest) end return 'gone'\" 0";
    const arrive = "EVAL \"for guest = 101, 200 do redis.call('SET', 'guest:' .. guest, 'just arrived') end return 'here'\" 0";
    const comeBack = "EVAL \"for guest = 6, 60 do redis.call('SET', 'guest:' .. guest, 'in the lobby') end return 'back'\" 0";
    /** Goes on from a cursor to the end, all in one run: a script asks before which cursors come. */
    const walk = async (command: string, options = '', from = '0'): Promise<void> => {
      const [before, after] = [command, options].map((words) => words.split(' ').filter((word) => word !== '').map((word) => `'${word}'`)) as [string[], string[]];
      const cursors = await page.run(`EVAL "local cursor, all = '${from}', {} repeat all[#all + 1] = cursor cursor = redis.call(${[...before, 'cursor', ...after].join(', ')})[1] until cursor == '0' return 'by ' .. table.concat(all, ' ')" 0`);
      await page.run(...(/"by ([\d ]+)"/.exec(cursors)?.[1] ?? '').split(' ').map((cursor) => `${command} ${cursor} ${options}`));
    };
    const untilDrawn = async (cursor: string, drawn: RegExp): Promise<void> => until(async () => drawn.test(await page.run(`DEBUG BUCKETS ${cursor}`)), 30_000);

    it('SCAN is not an iterator: stops a loop that never ends', async () => {
      // The whole side bar is for lessons.
      await click(vscode.page.locator('.part.sidebar .pane-header', { hasText: 'Keys' }).first());
      const loop = (end: string): string => `EVAL "local cursor = '0' local found = 0 repeat local page = redis.call('SCAN', cursor) cursor = page[1] found = found + #page[2] until ${end} return found" 0`;
      await page.step('scan', 'count');
      // From 0 on the first page is empty.
      const middle = await page.scan('SCAN 0');
      const next = await page.scan(`SCAN ${middle} COUNT 1`);
      await page.check('empty', next);
      await page.reset();
      await page.step('scan', 'loop');
      await page.wrong('nothing');
      await page.wrong('other', 'DBSIZE');
      await page.wrong('never', "EVAL \"local cursor, found = '0', 0 while cursor ~= '0' do cursor = redis.call('SCAN', cursor)[1] end return found\" 0");
      await page.wrong('cheat', 'EVAL "return 15" 0');
      await page.wrong('some', loop('true'));
      await page.wrong('fault', "EVAL \"return redis.call('SCAN')\" 0");
      const running = page.run(loop('cursor == 0'));
      await page.says(/Still running. If it never ends, stop it/);
      // Who asks meanwhile is answered when it has ended.
      const checked = page.check('endless');
      await click(vscode.page.locator('.notebook-toolbar-container').getByText('Interrupt', { exact: true }));
      assert.match(await running, /Script killed by user/);
      await checked;
      await page.run(loop("cursor == '0'"));
      await page.done();
    });

    it('SCAN is not an iterator: pages', async () => {
      await page.step('scan', 'first');
      await page.wrong('nothing');
      await page.wrong('keys', 'KEYS desk:*');
      await page.wrong('elsewhere', 'SCAN 5');
      await page.run('SCAN 0');
      await page.done();
      // The last of four steps.
      await page.step('scan', 'count');
      await page.wrong('nothing');
      await page.wrong('count', 'SCAN 0');
      await page.run('SCAN 0 COUNT 1', 'SCAN 0 COUNT 1');
      await page.check('same', '2');
      const second = await page.scan(`SCAN ${await page.scan('SCAN 0 COUNT 1')} COUNT 1`);
      await page.check('several', second);
      await page.run(`SCAN ${second} COUNT 1`);
      await page.done();
      await page.step('scan', 'whole');
      await page.wrong('nothing');
      await page.wrong('start', 'SCAN 13');
      const next = await page.scan('SCAN 0');
      await page.check('on', next);
      await page.run('SCAN 1');
      await page.check('jumped', next, '1');
      await page.wrong('empty', 'SCAN 0 COUNT 1');
      await walk('SCAN', 'MATCH desk:1*');
      await page.wrong('filtered');
      await walk('SCAN');
      await page.says(/All steps of this lesson are done/);
    });

    it('the same name twice: stops half way', async () => {
      await page.step('duplicates', 'picture');
      await page.wrong('nothing');
      await page.run('DEBUG BUCKETS');
      await page.picture(/Keys: 60, buckets: 64/);
      await page.step('duplicates', 'half');
      await page.wrong('nothing');
      await page.wrong('over', 'SCAN 0 COUNT 500');
      const cursor = await page.scan('SCAN 0 COUNT 20');
      await page.check('draw', cursor);
      await page.run(`DEBUG BUCKETS ${cursor}`);
      await page.done();
      await page.picture(new RegExp(`goes on in bucket ${cursor}`));
      await page.show(`DEBUG BUCKETS ${cursor}`, /goes on in bucket/);
      await vscode.screenshot('lesson-buckets');
    });

    it('the same name twice: lets the table shrink', async () => {
      await page.step('duplicates', 'shrink');
      await page.wrong('nothing');
      const first = await page.scan('SCAN 0 COUNT 1');
      await page.check('stay', first);
      await page.run(leave);
      await page.check('on', first);
      await untilDrawn(first, /in 8 buckets/);
      await page.run('SCAN 2 COUNT 20');
      await page.check('jumped', first, '2');
      await walk('SCAN', 'COUNT 20');
      await page.wrong('late');
      await page.reset();
      await page.step('duplicates', 'shrink');
      await page.run('SCAN 0 COUNT 1', leave);
      await untilDrawn(first, /in 8 buckets/);
      await walk('SCAN', 'COUNT 20', first);
      await page.wrong('lucky');
      await page.reset();
      await page.step('duplicates', 'shrink');
      const cursor = await page.scan('SCAN 0 COUNT 20');
      await page.run(leave);
      await untilDrawn(cursor, /in 8 buckets/);
      await walk('SCAN', 'COUNT 20', cursor);
      await page.done();
      await page.run('DEBUG BUCKETS');
      await page.picture(/Answered more than once: guest:\d/);
      await vscode.screenshot('lesson-twice');
    });

    it('the same name twice: sees keys between two tables, and the table grow', async () => {
      await page.step('duplicates', 'move');
      await page.wrong('nothing');
      await page.wrong('stay', comeBack, 'DEBUG BUCKETS');
      // Before the moment in which the table is made smaller, which may come between the two.
      await until(async () => {
        if (/in 64 buckets/.test(await page.run(leave, 'DEBUG BUCKETS'))) return true;
        await page.run(comeBack);
        await untilDrawn('0', /60 keys in 64 buckets/);
        return false;
      }, 60_000);
      await page.wrong('wait');
      await untilDrawn('0', /in 8 buckets/);
      await page.wrong('at-once');
      await page.run(comeBack, 'CONFIG SET activerehashing no');
      const cursor = await page.scan('SCAN 0 COUNT 20', leave);
      await untilDrawn(cursor, /being moved from 64 to 8/);
      await page.check('still', cursor);
      await page.picture(/being moved from 64 buckets to 8/);
      await page.run('GET guest:1', 'GET guest:2', `DEBUG BUCKETS ${cursor}`);
      await page.done();
      await vscode.screenshot('lesson-rehash');
      await page.step('duplicates', 'grow');
      await page.wrong('nothing');
      await page.wrong('few', 'SCAN 0 COUNT 1000');
      const few = await page.scan('SCAN 0 COUNT 1');
      await page.run(arrive);
      await page.check('on', few);
      await page.run('SCAN 1 COUNT 100');
      await page.check('jumped', few, '1');
      await page.run('SCAN 0 COUNT 1 MATCH guest:1??');
      await walk('SCAN', 'MATCH guest:1?? COUNT 100');
      await page.check('missed', 'guest:1, guest:2, guest:3, guest:4, guest:5');
      await walk('SCAN', 'COUNT 100');
      await page.done();
      await page.wrong('late', 'SCAN 0 COUNT 1000');
    });

    it('HSCAN, SSCAN and ZSCAN', async () => {
      await page.step('collections', 'small');
      await page.wrong('nothing');
      await page.wrong('scan', 'SCAN 0');
      await page.wrong('count', 'HSCAN small 0');
      await page.run('HSCAN small 0 COUNT 5');
      await page.check('encoding', '100');
      await page.run('OBJECT ENCODING small');
      await page.done();
      await page.step('collections', 'large');
      await page.wrong('nothing');
      await page.wrong('start', 'HSCAN large 5');
      await page.wrong('one', 'HSCAN large 0 COUNT 1000');
      await walk('HSCAN large', 'MATCH *1* COUNT 200');
      await page.wrong('filtered');
      const next = await page.scan('HSCAN large 0 COUNT 200');
      await page.check('on', next);
      await page.run('HSCAN large 1');
      await page.check('jumped', next, '1');
      await walk('HSCAN large', 'COUNT 200');
      await page.done();
      await page.step('collections', 'border');
      await page.wrong('still');
      await page.wrong('shrink', 'HSET border field:513 x');
      await page.wrong('look', 'HDEL border field:1 field:2');
      await page.wrong('pages', 'HSCAN border 0 COUNT 1000');
      await page.run('HSCAN border 0 COUNT 5');
      await page.done();
      await page.step('collections', 'kinds');
      await page.wrong('zset');
      await page.run('HSCAN tags 0');
      await page.check('wrongtype', 'HSCAN', 'tags');
      await page.wrong('set', 'ZSCAN ranking 0 COUNT 5');
      await page.run('SSCAN tags 0 COUNT 5');
      await page.done();
    });

    it('MATCH and TYPE filter after the fact', async () => {
      await page.step('filters', 'empty');
      await page.wrong('nothing');
      await page.wrong('match', 'SCAN 0');
      await page.wrong('on', 'SCAN 0 MATCH visitor:*');
      await walk('SCAN', 'MATCH vip:*');
      await page.done();
      await page.step('filters', 'all');
      await page.wrong('nothing');
      await page.wrong('empty', 'SCAN 0 MATCH vip:none COUNT 200');
      const first = await page.scan('SCAN 0 MATCH v* COUNT 200');
      await page.check('on', first);
      await page.run('SCAN 1 MATCH v* COUNT 200');
      await page.check('jumped', first, '1');
      await walk('SCAN', 'MATCH VIP:* COUNT 500');
      await page.check('pattern', '0', '10');
      await walk('SCAN', 'MATCH vip:* COUNT 30');
      await page.wrong('calls');
      await walk('SCAN', 'MATCH vip:* COUNT 500');
      await page.done();
      await page.step('filters', 'type');
      await page.wrong('nothing');
      await page.wrong('syntax', 'SCAN 0 TYPE');
      await page.wrong('name', 'SCAN 0 TYPE hashes COUNT 2000');
      await page.wrong('on', 'SCAN 0 TYPE hash COUNT 5');
      await page.wrong('hash', 'SCAN 0 TYPE list COUNT 2000');
      await page.run('SCAN 0 TYPE hash COUNT 2000');
      await page.done();
    });

    it('why KEYS hurts', async () => {
      await page.step('keys', 'slow');
      await page.wrong('nothing');
      await page.wrong('log', 'KEYS order:9999*');
      await page.picture(/KEYS order:9999\*: [\d.]+ ms\. Others waited up to [\d.]+ ms/);
      await page.wrong('quick', 'SLOWLOG RESET', 'SLOWLOG GET');
      await page.run('SLOWLOG RESET', 'KEYS order:9999*', 'SLOWLOG GET');
      await page.done();
      await page.step('keys', 'pages');
      await page.wrong('nothing');
      await page.wrong('keys', 'KEYS order:1');
      await page.wrong('large', 'SCAN 0 MATCH order:9999* COUNT 1000000');
      const second = await page.scan('SCAN 0 MATCH order:9999* COUNT 1000');
      await page.picture(/SCAN 0 MATCH order:9999\* COUNT 1000 and on to the end, [\d,]+ pages: [\d.]+ ms/);
      await vscode.screenshot('lesson-latency');
      await page.check('on', second);
      const third = await page.scan(`SCAN ${second} MATCH order:9999* COUNT 1000`);
      await page.run(`SCAN ${third} MATCH order:9999* COUNT 1000`);
      await page.done();
      await page.step('keys', 'index');
      await page.wrong('nothing');
      await page.run('LPUSH index:open-orders order:17');
      await page.check('type', 'list');
      await page.wrong('few', 'DEL index:open-orders', 'SADD index:open-orders order:17');
      await page.wrong('read', 'SADD index:open-orders order:18 order:19');
      await page.run('SSCAN index:open-orders 0');
      await page.done();
    });

    it('time to live, and what copies make of it', async () => {
      const copy = (time: string, more = ''): string => `EVAL "return redis.call('RESTORE', 'copy:3', ${time}, redis.call('DUMP', 'session:1')${more})" 0`;
      await page.step('expiry', 'lost');
      await page.wrong('nothing');
      await page.wrong('has', 'SET copy:1 x EX 100');
      await page.wrong('look', "EVAL \"return redis.call('SET', 'copy:1', redis.call('GET', 'session:1'))\" 0");
      await page.run('TTL copy:1');
      await page.done();
      await page.step('expiry', 'kept');
      await page.wrong('nothing');
      await page.wrong('forever', 'SET copy:2 x');
      await page.wrong('other', 'EXPIRE copy:2 100');
      await page.run('DEL copy:2', 'COPY session:1 copy:2');
      await page.done();
      await page.step('expiry', 'restore');
      await page.wrong('nothing');
      await page.wrong('forever', copy('0'));
      await page.wrong('busy', copy('0'));
      await page.wrong('seconds', 'DEL copy:3', copy("redis.call('TTL', 'session:1')"));
      await page.wrong('absolute', 'DEL copy:3', copy("redis.call('PEXPIRETIME', 'session:1')"));
      await page.wrong('past', 'DEL copy:3', copy("redis.call('PTTL', 'session:1')", ", 'ABSTTL'"));
      await page.wrong('fault', 'DEL copy:3', copy("redis.call('PEXPIRETIME', 'session:1')", ", 'NONSENSE'"));
      await page.run('DEL copy:3', copy("redis.call('PTTL', 'session:1')"));
      await page.done();
      await page.step('expiry', 'overwrite');
      await page.wrong('same');
      await page.wrong('forever', 'SET session:3 "one item"');
      await page.wrong('gone', 'DEL session:3');
      await page.reset();
      await page.step('expiry', 'overwrite');
      await page.run('SET session:3 "one item" KEEPTTL');
      await page.done();
    });

    for (const taken of ['scan', 'duplicates', 'collections', 'filters', 'keys', 'expiry']) {
      it(`has heard all that the checks of ${taken} explain`, () => assert.deepEqual(page.unheard(taken), []));
    }
  });

  /** Titles of the steps that are ticked. */
  const ticked = async (): Promise<string[]> => (await vscode.page.locator('.gettingStartedContainer [role=checkbox][aria-checked=true]').evaluateAll((boxes: Drawn[]) => boxes.map((box) => box.getAttribute('aria-label') ?? '')));
  const untilTicked = async (title: RegExp): Promise<void> => until(async () => (await ticked()).some((one) => title.test(one)), 20_000);

  it('opens a walkthrough from a row, with what was done before ticked', async function () {
    this.timeout(90_000);
    await vscode.tree.click('Get Started');
    const page = vscode.page.locator('.gettingStartedContainer');
    await page.getByText('Meet a cursor', { exact: true }).waitFor({ timeout: 30_000 });
    assert.equal(await page.locator('button.getting-started-step').count(), 5);
    await untilTicked(/Meet a cursor/);
    assert.equal((await ticked()).length, 1);
    await vscode.tree.expand('Practice');
    await vscode.tree.expand('Database 0');
    await untilTicked(/Browse/);
    await vscode.screenshot('walkthrough');
    const server = await startRedisServer();
    try {
      await vscode.connect('Local', server.port);
      await untilTicked(/Connect your own server/);
    } finally {
      await server.stop();
    }
    await vscode.tree.menu('Local', /^Remove Connection/);
    await vscode.prompts.answer('Remove');
  });

  it('hides the row for good', async function () {
    this.timeout(90_000);
    await vscode.tree.inlineAction('Get Started', 'Hide This Row');
    await until(async () => !await vscode.tree.has('Get Started'));
    await vscode.reload();
    await vscode.tree.row('Practice');
    assert.equal(await vscode.tree.has('Get Started'), false);
    // The palette leads there all the same.
    await vscode.prompts.command('Get Started');
    await vscode.page.locator('.gettingStartedContainer').getByText('Meet a cursor', { exact: true }).waitFor({ timeout: 30_000 });
  });
});
