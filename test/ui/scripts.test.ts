import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { fillFileDialog } from '../support/ui/fileDialog.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

/** What stands behind an element is drawn by a style. */
interface Decorated {
  readonly ownerDocument: { readonly defaultView: { getComputedStyle(element: Decorated, part: string): { readonly content: string } } };
}

describe('scripts in a real window', () => {
  const vscode = useWindow();
  let folder: string;
  let server: RedisServer;

  before(async () => {
    server = await startRedisServer();
    folder = await mkdtemp(join(tmpdir(), 'keyspace-scripts-'));
    await writeFile(join(folder, 'shop.redis'), '# a basket\nDEL basket:1\nHSET basket:1 apple 3 pear 2\nHGETALL basket:1\nGET\nnonsense 1\n');
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const editor = () => vscode.page.locator('.editor-instance', { hasText: 'basket' }).first();
  /** What the editor shows, lenses and results included; blanks are no-break spaces there. */
  const shown = async (): Promise<string> => (await editor().innerText()).replaceAll('\u00a0', ' ');

  /** What stands beside the lines, which is no text of the page. */
  const beside = async (): Promise<readonly string[]> => {
    const contents = await editor().locator('[class*="ced-"]').evaluateAll((elements: readonly Decorated[]) => elements.map((element) => element.ownerDocument.defaultView.getComputedStyle(element, '::after').content));
    return contents.filter((content) => content !== 'none').map((content) => (JSON.parse(content) as string).replaceAll('\u00a0', ' '));
  };

  it('opens a .redis file with lenses, colours and faults', async function () {
    this.timeout(60_000);
    await vscode.tree.open();
    await vscode.prompts.anyCommand('File: Open File...');
    await fillFileDialog(vscode.page, join(folder, 'shop.redis'), /Open File/);
    await until(async () => /Run All/.test(await shown()) && /On Practice/.test(await shown()), 20_000);
    await until(async () => (await editor().locator('.squiggly-error').count()) > 0 && (await editor().locator('.squiggly-warning').count()) > 0, 10_000);
    await vscode.page.mouse.move(5, 5);
    assert.ok(await editor().locator('.mtk5, .mtk6, .mtk7, .mtk8, .mtk9, .mtk10').count() > 0);
  });

  it('runs the command of a lens and shows what came of it beside the line', async () => {
    await editor().locator('.codelens-decoration a').filter({ hasText: /Run$/ }).nth(1).click();
    await until(async () => (await beside()).includes('(integer) 2'), 20_000);
  });

  it('runs all on the practice server, results of many lines in a document', async () => {
    await editor().getByText('basket:1').first().click();
    await vscode.page.keyboard.press('Control+Shift+Enter');
    const results = vscode.page.locator('.editor-instance', { hasText: '> HGETALL' });
    await results.waitFor({ timeout: 20_000 });
    const text = (await results.innerText()).replaceAll('\u00a0', ' ');
    assert.match(text, /> HGETALL basket:1\s+1\) "apple"\s+2\) "3"/);
    assert.match(text, /\(error\) ERR wrong number of arguments for 'get' command/);
    assert.deepEqual((await beside()).map((one) => one.slice(0, 24)), ['(integer) 1', '(integer) 2', '1) "apple"  … 3 lines mo', '(error) ERR wrong number', '(error) ERR unknown comm']);
    await vscode.screenshot('script');
  });

  it('completes and explains', async () => {
    await editor().getByText('basket:1').last().click();
    await vscode.page.keyboard.press('Control+End');
    await vscode.page.keyboard.type('zaddx');
    await vscode.page.keyboard.press('Backspace');
    await vscode.page.keyboard.press('Control+Space');
    await vscode.page.locator('.suggest-widget').getByText('ZADD', { exact: true }).waitFor({ timeout: 10_000 });
    await vscode.page.keyboard.press('Escape');
    // Names of keys, behind a quote that the editor closes by itself; it is where the scripts ran before.
    await vscode.page.keyboard.press('Enter');
    await vscode.page.keyboard.type("HGETALL 'bask");
    await vscode.page.locator('.suggest-widget').getByText('basket:1', { exact: true }).waitFor({ timeout: 10_000 });
    await vscode.page.keyboard.press('Enter');
    await until(async () => /HGETALL 'basket:1'\s*$/m.test(await shown()), 10_000);
    await editor().getByText('HGETALL', { exact: true }).first().hover();
    await vscode.page.locator('.monaco-hover', { hasText: 'Complexity: O(N)' }).waitFor({ timeout: 10_000 });
    await vscode.screenshot('script-hover');
  });

  it('runs a selection on the connection that was chosen, which refuses what it does not allow', async function () {
    this.timeout(60_000);
    await vscode.connect('Guarded', server.port, /^Read-only/);
    await editor().getByText('# a basket').click();
    await vscode.prompts.command('Choose the Connection of a Script…');
    await vscode.prompts.pick(/^Guarded/);
    await until(async () => /On Guarded/.test(await shown()), 10_000);
    await vscode.page.keyboard.press('Control+Home');
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Home', 'Shift+ArrowDown', 'Shift+ArrowDown']) await vscode.page.keyboard.press(key);
    await vscode.prompts.command('Run Selection');
    const ran = ['(empty array)', '(error) ERR wrong number'];
    await until(async () => (await beside()).map((one) => one.slice(0, 24)).join() === ran.join(), 20_000);
    await server.cli('CONFIG', 'RESETSTAT');
    await vscode.prompts.command('Run Script');
    await vscode.prompts.notification(/DEL.*read-only|read-only.*DEL/);
    assert.doesNotMatch(await server.cli('INFO', 'commandstats'), /cmdstat_(del|hset)/);
  });
});
