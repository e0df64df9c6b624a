import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { fillFileDialog } from '../support/ui/fileDialog.ts';
import { click } from '../support/ui/mouse.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('an original beside an edited copy, in a real window', () => {
  const vscode = useWindow();
  let server: RedisServer;
  let folder: string;
  const rows = (): Locator => vscode.page.getByRole('tree', { name: /Differences/ }).getByRole('treeitem');
  const says = (path: readonly string[], text: RegExp | string): Promise<void> => until(async () => {
    const row = await vscode.tree.row(path);
    return typeof text === 'string' ? row.text === text : text.test(row.text);
  }, 15_000).catch(async () => {
    const row = await vscode.tree.row(path);
    return typeof text === 'string' ? assert.equal(row.text, text) : assert.match(row.text, text);
  });
  const badge = async (path: readonly string[]): Promise<string> => vscode.page.evaluate(badgeOf, await (await vscode.tree.find(path)).elementHandle());

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baseline-'));
    server = await startRedisServer(['--dir', folder]);
    for (const prefix of ['original', 'edited']) {
      await server.cli('MSET', ...['a:1', 'a:2', 'a:3', 'b:1', 'b:2'].flatMap((name) => [`${prefix}:${name}`, '1']));
    }
    await server.cli('SET', 'edited:a:1', 'changed');
    await server.cli('SET', 'edited:b:new', '1');
    await server.cli('DEL', 'edited:b:2');
    await vscode.connect('Shop', server.port);
    await vscode.tree.expand(['Shop', 'Database 0']);
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('is remembered, and the tree shows what was changed since', async () => {
    await vscode.tree.menu(['Shop', 'Database 0', 'edited'], /^Set Baseline/);
    await vscode.prompts.pick(/^Shop/);
    await vscode.prompts.pick(/^Database 0/);
    await vscode.prompts.input('original:', /names of the original begin with/);
    const message = await vscode.prompts.notification(/The original of/);
    assert.equal(message, 'The original of edited:* of database 0 of “Shop” is original:* of database 0 of “Shop”: 1 added, 1 modified, 1 deleted.');
    await says(['Shop', 'Database 0', 'edited'], 'edited 5 · A1 M1 D1');
    await says(['Shop', 'Database 0'], 'Database 0 10 keys · A1 M1 D1');
    assert.match((await vscode.tree.row(['Shop', 'Database 0', 'edited'])).name, /1 added, 1 modified, 1 deleted$/);
    await vscode.tree.expand(['Shop', 'Database 0', 'edited']);
    await says(['Shop', 'Database 0', 'edited', 'a'], 'a 3 · M1');
    await vscode.tree.expand(['Shop', 'Database 0', 'edited', 'a']);
    await vscode.tree.expand(['Shop', 'Database 0', 'edited', 'b']);
    assert.match((await vscode.tree.row(['Shop', 'Database 0', 'edited', 'a', '1'])).name, /modified since the original/);
    assert.match((await vscode.tree.row(['Shop', 'Database 0', 'edited', 'b', 'new'])).name, /added since the original/);
    assert.doesNotMatch((await vscode.tree.row(['Shop', 'Database 0', 'edited', 'a', '2'])).name, /original/);
    await until(async () => await badge(['Shop', 'Database 0', 'edited', 'a', '1']) === 'M' && await badge(['Shop', 'Database 0', 'edited', 'b', 'new']) === 'A', 15_000);
    assert.equal(await badge(['Shop', 'Database 0', 'edited']), '3');
    assert.equal(await badge(['Shop', 'Database 0', 'edited', 'a', '2']), '');
    await vscode.screenshot('baseline');
  });

  it('is compared at once with what is edited here', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu(['Shop', 'Database 0', 'edited', 'a', '2'], /^Edit Value/);
    await vscode.prompts.input('new', /new value/);
    await says(['Shop', 'Database 0', 'edited'], 'edited 5 · A1 M2 D1');
    await until(async () => await badge(['Shop', 'Database 0', 'edited', 'a', '2']) === 'M', 15_000);
    await vscode.tree.menu(['Shop', 'Database 0', 'edited', 'b', 'new'], /^Delete/);
    await vscode.prompts.answer('Delete');
    await says(['Shop', 'Database 0', 'edited'], 'edited 4 · M2 D1');
  });

  it('is compared with what others write when that is asked for, and its changes are listed', async () => {
    await server.cli('SET', 'edited:a:3', 'by others');
    await vscode.tree.menu(['Shop', 'Database 0', 'edited'], /^Refresh Changes/);
    await says(['Shop', 'Database 0', 'edited'], 'edited 4 · M3 D1');
    await vscode.tree.menu(['Shop', 'Database 0', 'edited'], /^Show Changes/);
    await until(async () => await rows().count() === 6, 15_000);
    assert.deepEqual((await rows().allInnerTexts()).map((text) => text.trim()), ['Different3', 'original:a:1another value', 'original:a:2another value', 'original:a:3another value', 'Only in the Original1', 'original:b:2']);
    await click(rows().filter({ hasText: 'original:a:1' }));
    const editor = vscode.page.locator('.monaco-diff-editor');
    await until(async () => /changed/.test(await editor.innerText().catch(() => '')), 15_000);
    await vscode.prompts.clearNotifications(/^Comparing/);
    await vscode.screenshot('baseline-changes');
    await rows().filter({ hasText: 'original:a:1' }).hover();
    await click(rows().filter({ hasText: 'original:a:1' }).getByRole('button', { name: /Copy to the Other Side/ }));
    await vscode.prompts.answer('Copy');
    await says(['Shop', 'Database 0', 'edited'], 'edited 4 · M2 D1');
    assert.equal(await server.cli('GET', 'edited:a:1'), '1');
    assert.equal(await badge(['Shop', 'Database 0', 'edited', 'a', '1']), '');
  });

  it('may be an RDB file, which is opened where it is asked for', async () => {
    await vscode.prompts.clearNotifications(/^(Comparing|Copying|Planning)/);
    await vscode.prompts.command('Close Comparison');
    await server.cli('SAVE');
    await server.cli('SET', 'late', '1');
    await vscode.tree.menu(['Shop', 'Database 0'], /^Compare Databases/);
    await vscode.prompts.pick(/^Open an RDB File/, /Which connection, or file, holds the other side/);
    await fillFileDialog(vscode.page, join(folder, 'dump.rdb'), /Open RDB File/);
    await vscode.prompts.pick(/^dump\.rdb/, /Which connection, or file, holds the other side/);
    await vscode.prompts.pick(/^Database 0/);
    await vscode.prompts.pick(/^All Keys/);
    await until(async () => (await rows().allInnerTexts()).map((text) => text.trim()).join() === 'Only in the Original1,late', 15_000);
    // Nothing can be copied into a file.
    await rows().filter({ hasText: /^late$/ }).hover();
    await rows().filter({ hasText: /^late$/ }).getByRole('button', { name: /Copy to the Original/ }).waitFor();
    assert.equal(await rows().filter({ hasText: /^late$/ }).getByRole('button', { name: /Copy to the Other Side/ }).count(), 0);
    await vscode.prompts.command('Close Comparison');
    await vscode.tree.menu(['Shop', 'Database 0'], /^Set Baseline/);
    await vscode.prompts.pick(/^dump\.rdb/, /Which connection, or file, holds the original/);
    await vscode.prompts.pick(/^Database 0/);
    await vscode.prompts.notification(/The original of database 0 of “Shop” is database 0 of “dump\.rdb”: 1 added\./);
    await says(['Shop', 'Database 0'], 'Database 0 10 keys · A1');
    // The inner one has its own.
    await says(['Shop', 'Database 0', 'edited'], 'edited 4 · M2 D1');
    await says(['Shop', 'Database 0', 'original'], 'original 5');
    await vscode.tree.menu(['Shop', 'Database 0'], /^Clear Baseline/);
    await says(['Shop', 'Database 0'], 'Database 0 10 keys · M2 D1');
  });

  it('is still known after the window was loaded again, and is forgotten when that is asked for', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.reload();
    await vscode.tree.open();
    await vscode.tree.expand('Shop');
    await vscode.tree.expand(['Shop', 'Database 0']);
    await says(['Shop', 'Database 0', 'edited'], 'edited 4 · changes not known yet');
    await vscode.tree.menu(['Shop', 'Database 0', 'edited'], /^Clear Baseline/);
    await says(['Shop', 'Database 0', 'edited'], 'edited 4');
    assert.equal(await server.cli('DBSIZE'), '10');
  });
});

/** Runs in the page. */
function badgeOf(row: unknown): string {
  interface Item { querySelector(selector: string): Item | null }
  const label = (row as Item).querySelector('.monaco-icon-label');
  const content = (globalThis as unknown as { getComputedStyle(of: unknown, pseudo: string): { readonly content: string } }).getComputedStyle(label, '::after').content;
  return content === 'none' || content === 'normal' ? '' : content.replaceAll('"', '');
}
