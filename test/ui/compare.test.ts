import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { chooseFromMenu } from '../support/ui/menu.ts';
import { click } from '../support/ui/mouse.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('comparing databases in a real window', () => {
  const vscode = useWindow();
  let server: RedisServer;
  const rows = (): Locator => vscode.page.getByRole('tree', { name: /Differences/ }).getByRole('treeitem');
  const texts = async (): Promise<string[]> => (await rows().allInnerTexts()).map((text) => text.trim());
  const shows = (...expected: readonly string[]): Promise<void> => until(async () => (await texts()).join() === expected.join(), 15_000).catch(async () => assert.deepEqual(await texts(), expected));

  before(async () => {
    server = await startRedisServer();
    await server.cli('DEBUG', 'POPULATE', '3000', 'user');
    await server.cli('HSET', 'profile', 'name', 'Ann', 'city', 'Oslo');
    for (let at = 0; at < 3000; at += 1000) await server.cli('EVAL', `for i = ${String(at)}, ${String(at + 999)} do redis.call('COPY', 'user:' .. i, 'user:' .. i, 'DB', 1) end redis.call('COPY', 'profile', 'profile', 'DB', 1)`, '0');
    await server.cli('-n', '1', 'HSET', 'profile', 'city', 'Rome');
    await server.cli('-n', '1', 'DEL', 'user:17');
    await server.cli('-n', '1', 'SET', 'new', '1');
    await server.cli('-n', '1', 'EXPIRE', 'user:18', '1000');
    await vscode.connect('Shop', server.port);
    await vscode.tree.row(['Shop', 'Database 1']);
  });
  after(() => server.stop());

  it('lists what differs, and opens both values side by side', async () => {
    await vscode.tree.menu(['Shop', 'Database 0'], /^Compare Databases/);
    await vscode.prompts.pick(/^Shop/);
    await vscode.prompts.pick(/^Database 1/);
    await vscode.prompts.pick(/^All Keys/);
    await until(async () => await rows().count() === 7, 20_000);
    assert.deepEqual(await texts(), ['Only on the Other Side1', 'new', 'Different2', 'profileanother value', 'user:18another time to live', 'Only in the Original1', 'user:17']);
    await vscode.screenshot('compare');
    await click(rows().filter({ hasText: 'profile' }));
    const editor = vscode.page.locator('.monaco-diff-editor');
    await editor.waitFor();
    await until(async () => /Oslo/.test(await editor.innerText()) && /Rome/.test(await editor.innerText()), 15_000);
    await vscode.screenshot('compare-diff');
  });

  it('copies a difference to the other side when it was confirmed, and the row goes away', async () => {
    await chooseFromMenu(vscode.page, rows().filter({ hasText: 'profile' }), [/^Copy to the Other Side/]);
    await vscode.page.locator('.monaco-dialog-box').waitFor();
    await vscode.screenshot('compare-copy');
    const plan = await vscode.prompts.answer('Copy');
    assert.match(plan, /Copy 1 key to database 1 of “Shop”\?/);
    assert.match(plan, /Overwrites 1: profile/);
    await shows('Only on the Other Side1', 'new', 'Different1', 'user:18another time to live', 'Only in the Original1', 'user:17');
    assert.equal(await server.cli('-n', '1', 'HGET', 'profile', 'city'), 'Oslo');
    assert.equal(await server.cli('HGET', 'profile', 'city'), 'Oslo');
    // What the diff editor shows has been read again.
    const editor = vscode.page.locator('.monaco-diff-editor');
    await until(async () => !/Rome/.test(await editor.innerText()), 15_000);
  });

  it('deletes what the other side lacks, of several that are selected', async () => {
    await vscode.prompts.clearNotifications();
    await click(rows().filter({ hasText: /^new$/ }));
    await click(rows().filter({ hasText: 'user:18' }), { modifiers: ['Control'] });
    await chooseFromMenu(vscode.page, rows().filter({ hasText: 'user:18' }), [/^Copy to the Other Side/]);
    const plan = await vscode.prompts.answer('Copy and Delete');
    assert.match(plan, /Overwrites 1: user:18\s+Deletes 1: new/);
    await shows('Only in the Original1', 'user:17');
    assert.equal(await server.cli('-n', '1', 'EXISTS', 'new'), '0');
    assert.equal(await server.cli('-n', '1', 'TTL', 'user:18'), '-1');
  });

  it('copies all changes, and deletes only when that was chosen', async () => {
    await vscode.prompts.clearNotifications();
    await server.cli('-n', '1', 'SET', 'more', '1');
    await vscode.prompts.command('Compare Again');
    await shows('Only on the Other Side1', 'more', 'Only in the Original1', 'user:17');
    await vscode.prompts.command('Copy All Changes…');
    await vscode.prompts.pick(/^The Original/);
    await vscode.screenshot('compare-copy-all');
    await vscode.prompts.pick(/^Keep Them/);
    assert.match(await vscode.prompts.answer('Copy'), /Creates 1: more/);
    await shows('Only in the Original1', 'user:17');
    await vscode.prompts.command('Copy All Changes…');
    await vscode.prompts.pick(/^The Original/);
    await vscode.prompts.pick(/^Delete Them/);
    assert.match(await vscode.prompts.answer('Delete'), /Delete 1 key from database 0 of “Shop”\?/);
    await vscode.page.getByText(/[\d,]+ keys? compared: identical\. Original: database 0/).waitFor({ timeout: 15_000 });
    assert.equal(await server.cli('EXISTS', 'user:17', 'more'), '1');
  });

  it('compares what was selected with another row: prefixes of one database', async () => {
    await vscode.prompts.clearNotifications();
    await server.cli('-n', '2', 'MSET', 'original:a', '1', 'original:b', '1', 'edited:a', '1', 'edited:b', '2', 'edited:c', '1');
    await vscode.tree.menu('Shop', /^Refresh/);
    await vscode.tree.expand(['Shop', 'Database 2']);
    await vscode.tree.menu(['Shop', 'Database 2', 'original'], /^Select for Compare/);
    await vscode.tree.menu(['Shop', 'Database 2', 'edited'], /^Compare with Selected/);
    await shows('Only on the Other Side1', 'edited:c', 'Different1', 'original:banother value');
    await vscode.screenshot('compare-prefixes');
    await vscode.tree.expand(['Shop', 'Database 2', 'original']);
    await vscode.tree.expand(['Shop', 'Database 2', 'edited']);
    await vscode.tree.menu(['Shop', 'Database 2', 'original', 'b'], /^Select for Compare/);
    await vscode.tree.menu(['Shop', 'Database 2', 'edited', 'b'], /^Compare with Selected/);
    await vscode.page.getByRole('tab', { name: /original:b ↔ edited:b/ }).waitFor({ timeout: 15_000 });
  });

  it('compares two rows that are selected', async () => {
    await vscode.prompts.command('Close Comparison');
    await vscode.tree.click(['Shop', 'Database 2', 'edited']);
    await vscode.tree.click(['Shop', 'Database 2', 'original'], 'Control');
    await vscode.tree.menu(['Shop', 'Database 2', 'original'], /^Compare Databases/);
    await shows('Different1', 'edited:banother value', 'Only in the Original1', 'edited:c');
    await vscode.prompts.command('Close Comparison');
    await vscode.tree.click('Practice');
  });

  it('asks for a prefix of each side', async () => {
    await vscode.tree.menu(['Shop', 'Database 2'], /^Compare Databases/);
    await vscode.prompts.pick(/^Shop/);
    await vscode.prompts.pick(/^Database 2/);
    await vscode.prompts.input('edited:', /names of the original begin with/);
    await vscode.prompts.input('original:', /names of the other side begin with/);
    await shows('Different1', 'edited:banother value', 'Only in the Original1', 'edited:c');
    await vscode.prompts.command('Close Comparison');
    await vscode.tree.menu(['Shop', 'Database 0'], /^Compare Databases/);
    await vscode.prompts.pick(/^Shop/);
    await vscode.prompts.pick(/^Database 1/);
    await vscode.prompts.pick(/^All Keys/);
    await vscode.page.getByText(/[\d,]+ keys? compared: identical\. Original: database 0/).waitFor({ timeout: 15_000 });
  });

  it('lists many differences page by page', async () => {
    await server.cli('-n', '1', 'DEBUG', 'POPULATE', '700', 'page');
    await vscode.prompts.command('Compare Again');
    // A click on it closes it.
    await click(rows().filter({ hasText: /^Only on the Other Side700$/ }));
    await until(async () => await rows().count() === 1);
    await vscode.page.keyboard.press('ArrowRight');
    await rows().filter({ hasText: /^page:0$/ }).waitFor();
    await vscode.page.keyboard.press('End');
    await click(rows().filter({ hasText: /Load More500 of 700 shown/ }));
    await until(async () => {
      await vscode.page.keyboard.press('End');
      return await rows().filter({ hasText: /^page:99$/ }).count() === 1;
    }, 15_000);
    assert.equal(await rows().filter({ hasText: 'Load More' }).count(), 0);
  });

  it('says so when nothing differs any more', async () => {
    await server.cli('-n', '1', 'FLUSHDB');
    await server.cli('FLUSHDB');
    await server.cli('SET', 'k', 'v');
    await server.cli('-n', '1', 'SET', 'k', 'v');
    await vscode.prompts.command('Compare Again');
    await vscode.page.getByText(/^1 key compared: identical\./).waitFor({ timeout: 15_000 });
    await vscode.prompts.command('Close Comparison');
    await until(async () => await vscode.page.getByText(/^1 key compared: identical/).count() === 0);
  });
});
