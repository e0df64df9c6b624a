import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Drawn } from '../support/ui/drawn.ts';
import { createLearner } from '../support/ui/learner.ts';
import { click } from '../support/ui/mouse.ts';
import { startRedisServer } from '../support/redisServer.ts';
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
    await run('SCAN 0', 'SCAN 5', /1\) "\d+"/);
    await click(cell('SCAN 5').getByText('Check', { exact: true }));
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
    /** Goes on from a cursor to the end. */
    const walk = async (from: string, command: (cursor: string) => string): Promise<void> => {
      for (let cursor = from; cursor !== '0';) cursor = await page.scan(command(cursor));
    };
    const untilDrawn = async (cursor: string, drawn: RegExp): Promise<void> => until(async () => drawn.test(await page.run(`DEBUG BUCKETS ${cursor}`)), 30_000);

    it('SCAN is not an iterator: stops a loop that never ends', async () => {
      // The whole side bar is for lessons.
      await click(vscode.page.locator('.part.sidebar .pane-header', { hasText: 'Keys' }).first());
      const loop = (end: string): string => `EVAL "local cursor = '0' local found = 0 repeat local page = redis.call('SCAN', cursor) cursor = page[1] found = found + #page[2] until cursor == ${end} return found" 0`;
      await page.step('scan', 'loop');
      const running = page.run(loop('0'));
      await page.says(/Still running. If it never ends, stop it/);
      // Who asks meanwhile is answered when it has ended.
      const checked = page.check(/In a reply it is a string/);
      await click(vscode.page.locator('.notebook-toolbar-container').getByText('Interrupt', { exact: true }));
      assert.match(await running, /Script killed by user/);
      await checked;
      await page.run(loop("'0'"));
      await page.done();
      // The last of four steps.
      await page.step('scan', 'count');
      await page.scan('SCAN 0 COUNT 1');
      for (let cursor = await page.scan('SCAN 0 COUNT 1'); cursor !== '0';) cursor = await page.scan(`SCAN ${cursor} COUNT 1`);
      await page.done();
      await page.step('scan', 'whole');
      await walk('00', (from) => `SCAN ${from === '00' ? '0' : from}`);
      await page.says(/All steps of this lesson are done/);
    });

    it('the same name twice: stops half way', async () => {
      await page.step('duplicates', 'picture');
      await page.check(/Draw the table/);
      await page.run('DEBUG BUCKETS');
      await page.picture(/Keys: 60, buckets: 64/);
      await page.step('duplicates', 'half');
      await page.check(/Take a page first/);
      await page.run('SCAN 0 COUNT 500');
      await page.check(/This page ended the walk/);
      const cursor = await page.scan('SCAN 0 COUNT 20');
      await page.check(`DEBUG BUCKETS ${cursor}`);
      await page.run(`DEBUG BUCKETS ${cursor}`);
      await page.done();
      await page.picture(new RegExp(`goes on in bucket ${cursor}`));
      await page.show(`DEBUG BUCKETS ${cursor}`, /goes on in bucket/);
      await vscode.screenshot('lesson-buckets');
    });

    it('the same name twice: lets the table shrink', async () => {
      await page.step('duplicates', 'shrink');
      const first = await page.scan('SCAN 0 COUNT 20');
      await page.check(/All the guests are still there/);
      await page.run(leave);
      await page.check(`SCAN ${first} COUNT 20`);
      await untilDrawn(first, /in 8 buckets/);
      await page.run('SCAN 1 COUNT 20');
      await page.check(/and you went on with 1/);
      await walk(await page.scan('SCAN 0 COUNT 20'), (cursor) => `SCAN ${cursor} COUNT 20`);
      await page.check(/began when the guests had gone already/);
      await page.reset();
      await page.step('duplicates', 'shrink');
      const cursor = await page.scan('SCAN 0 COUNT 20');
      await page.run(leave);
      await untilDrawn(cursor, /in 8 buckets/);
      await walk(cursor, (from) => `SCAN ${from} COUNT 20`);
      await page.done();
      await page.run('DEBUG BUCKETS');
      await page.picture(/Answered more than once: guest:\d/);
      await vscode.screenshot('lesson-twice');
    });

    it('the same name twice: sees keys between two tables, and the table grow', async () => {
      await page.step('duplicates', 'move');
      await page.run(comeBack, 'DEBUG BUCKETS');
      await page.check(/guests are all there/);
      await page.run(leave);
      await untilDrawn('0', /in 8 buckets/);
      await page.check(/everything is moved within a moment/);
      await page.run(comeBack, 'CONFIG SET activerehashing no');
      const cursor = await page.scan('SCAN 0 COUNT 20', leave);
      await untilDrawn(cursor, /being moved from 64 to 8/);
      await page.check(/everybody is in the old one/);
      await page.picture(/being moved from 64 buckets to 8/);
      await page.run('GET guest:1', 'GET guest:2', `DEBUG BUCKETS ${cursor}`);
      await page.done();
      await vscode.screenshot('lesson-rehash');
      await page.step('duplicates', 'grow');
      await page.run('SCAN 0 COUNT 1000');
      await page.check(/The hundred have not arrived/);
      const few = await page.scan('SCAN 0 COUNT 1');
      await page.run(arrive);
      await page.check(`SCAN ${few} COUNT 100`);
      await walk(few, (from) => `SCAN ${from} COUNT 100`);
      await page.done();
      await page.run('SCAN 0 COUNT 1000');
      await page.check(/This walk was over with one page/);
    });

    it('HSCAN, SSCAN and ZSCAN', async () => {
      await page.step('collections', 'small');
      await page.run('SCAN 0');
      await page.check(/walks the names of keys/);
      await page.run('HSCAN small 0');
      await page.check(/Ask with a COUNT below 100/);
      await page.run('HSCAN small 0 COUNT 5');
      await page.check(/100 fields came at once/);
      await page.run('OBJECT ENCODING small');
      await page.done();
      await page.step('collections', 'large');
      await page.run('HSCAN large 5');
      await page.check(/You began at cursor 5/);
      await page.run('HSCAN large 0 COUNT 1000');
      await page.check(/HGETALL by another name/);
      await walk('00', (cursor) => `HSCAN large ${cursor === '00' ? '0' : cursor} MATCH *1* COUNT 200`);
      await page.check(/of 600 fields. Leave out/);
      const next = await page.scan('HSCAN large 0 COUNT 200');
      await page.check(/Go on/);
      await walk(next, (cursor) => `HSCAN large ${cursor} COUNT 200`);
      await page.done();
      await page.step('collections', 'border');
      await page.check(/is still a listpack/);
      await page.run('HSET border field:513 x');
      await page.check(/Delete a few/);
      await page.run('HDEL border field:1 field:2');
      await page.check(/Now scan it/);
      await page.run('HSCAN border 0 COUNT 1000');
      await page.check(/was the whole of it/);
      await page.run('HSCAN border 0 COUNT 5');
      await page.done();
      await page.step('collections', 'kinds');
      await page.run('HSCAN tags 0');
      await page.check(/is for another type than that of tags/);
      await page.run('ZSCAN ranking 0 COUNT 5');
      await page.check(/And the set/);
      await page.run('SSCAN tags 0 COUNT 5');
      await page.done();
    });

    it('MATCH and TYPE filter after the fact', async () => {
      await page.step('filters', 'empty');
      await page.run('SCAN 0');
      await page.check(/These pages had no pattern/);
      let cursor = '0';
      await until(async () => /\(empty array\)/.test(await (async () => {
        const shown = await page.run(`SCAN ${cursor} MATCH vip:*`);
        cursor = /^1\) "(\d+)"/m.exec(shown)?.[1] ?? '';
        return shown;
      })()), 60_000);
      await page.done();
      await page.step('filters', 'all');
      await walk('00', (from) => `SCAN ${from === '00' ? '0' : from} MATCH VIP:* COUNT 500`);
      await page.check(/ended with 0 of 10/);
      const first = await page.scan('SCAN 0 MATCH vip:* COUNT 300');
      await page.run('SCAN 1 MATCH vip:* COUNT 300');
      await page.check(`go on with ${first}, and you went on with 1`);
      await walk(await page.scan('SCAN 0 MATCH vip:* COUNT 500'), (from) => `SCAN ${from} MATCH vip:* COUNT 500`);
      await page.done();
      await page.step('filters', 'type');
      await page.run('SCAN 0 TYPE');
      await page.check(/The server refused/);
      await page.run('SCAN 0 TYPE hashes COUNT 2000');
      await page.check(/There is no type “hashes”/);
      await page.run('SCAN 0 TYPE list COUNT 2000');
      await page.check(/ended without the hash/);
      await page.run('SCAN 0 TYPE hash COUNT 2000');
      await page.done();
    });

    it('why KEYS hurts', async () => {
      await page.step('keys', 'slow');
      await page.run('KEYS order:9999*');
      await page.check(/Now look at what it took/);
      await page.picture(/KEYS order:9999\*: [\d.]+ ms\. Others waited up to [\d.]+ ms/);
      await page.run('SLOWLOG RESET', 'SLOWLOG GET');
      await page.check(/The log is empty/);
      await page.run('SLOWLOG RESET', 'KEYS order:9999*', 'SLOWLOG GET');
      await page.done();
      await page.step('keys', 'pages');
      await page.run('KEYS order:1');
      await page.check(/That was KEYS again/);
      await page.run('SCAN 0 MATCH order:9999* COUNT 1000000');
      await page.check(/in disguise/);
      const second = await page.scan('SCAN 0 MATCH order:9999* COUNT 1000');
      await page.picture(/SCAN 0 MATCH order:9999\* COUNT 1000 and on to the end, [\d,]+ pages: [\d.]+ ms/);
      await vscode.screenshot('lesson-latency');
      await page.check(`SCAN ${second} MATCH order:9999* COUNT 1000`);
      const third = await page.scan(`SCAN ${second} MATCH order:9999* COUNT 1000`);
      await page.run(`SCAN ${third} MATCH order:9999* COUNT 1000`);
      await page.done();
      await page.step('keys', 'index');
      await page.run('LPUSH index:open-orders order:17');
      await page.check(/is a list/);
      await page.run('DEL index:open-orders', 'SADD index:open-orders order:17');
      await page.check(/at least three/);
      await page.run('SADD index:open-orders order:18 order:19');
      await page.check(/Now read it/);
      await page.run('SSCAN index:open-orders 0');
      await page.done();
    });

    it('time to live, and what copies make of it', async () => {
      const copy = (time: string, more = ''): string => `EVAL "return redis.call('RESTORE', 'copy:3', ${time}, redis.call('DUMP', 'session:1')${more})" 0`;
      await page.step('expiry', 'lost');
      await page.run('SET copy:1 x EX 100');
      await page.check(/ms to live. Write it with a plain/);
      await page.run("EVAL \"return redis.call('SET', 'copy:1', redis.call('GET', 'session:1'))\" 0");
      await page.check(/Look at its time/);
      await page.run('TTL copy:1');
      await page.done();
      await page.step('expiry', 'kept');
      await page.run('SET copy:2 x');
      await page.check(/copy:2 lives for ever/);
      await page.run('EXPIRE copy:2 10');
      await page.check(/ms left, session:1 has/);
      await page.run('DEL copy:2', 'COPY session:1 copy:2');
      await page.done();
      await page.step('expiry', 'restore');
      await page.run(copy('0'));
      await page.check(/the 0 in RESTORE says so/);
      await page.run(copy('0'));
      await page.check(/is there already/);
      await page.run('DEL copy:3', copy("redis.call('TTL', 'session:1')"));
      await page.check(/milliseconds: TTL answers seconds/);
      await page.run('DEL copy:3', copy("redis.call('PEXPIRETIME', 'session:1')"));
      await page.check(/Is that a moment/);
      await page.run('DEL copy:3', copy("redis.call('PEXPIRETIME', 'session:1')", ", 'NONSENSE'"));
      await page.check(/The script failed/);
      await page.run('DEL copy:3', copy("redis.call('PTTL', 'session:1')"));
      await page.done();
      await page.step('expiry', 'overwrite');
      await page.run('SET session:3 "one item"');
      await page.check(/lives for ever now/);
      await page.run('DEL session:3');
      await page.check(/is gone/);
      await page.reset();
      await page.step('expiry', 'overwrite');
      await page.run('SET session:3 "one item" KEEPTTL');
      await page.done();
    });
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
