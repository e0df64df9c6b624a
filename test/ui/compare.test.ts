import assert from 'node:assert/strict';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('comparing databases in a real window', () => {
  const vscode = useWindow();
  let server: RedisServer;

  before(async () => {
    server = await startRedisServer();
    await server.cli('DEBUG', 'POPULATE', '3000', 'user');
    await server.cli('HSET', 'profile', 'name', 'Ann', 'city', 'Oslo');
    for (let at = 0; at < 3000; at += 1000) await server.cli('EVAL', `for i = ${String(at)}, ${String(at + 999)} do redis.call('COPY', 'user:' .. i, 'user:' .. i, 'DB', 1) end redis.call('COPY', 'profile', 'profile', 'DB', 1)`, '0');
    await server.cli('-n', '1', 'HSET', 'profile', 'city', 'Rome');
    await server.cli('-n', '1', 'DEL', 'user:17');
    await server.cli('-n', '1', 'SET', 'new', '1');
    await server.cli('-n', '1', 'EXPIRE', 'user:18', '1000');
    await vscode.prompts.command('Add Connection…');
    await vscode.prompts.input(`127.0.0.1:${server.port}`, /URL/);
    await vscode.prompts.input('', /Password/);
    await vscode.prompts.input('Shop', /name for the tree/);
    await vscode.prompts.pick(/^Read-only/);
    await vscode.tree.row(['Shop', 'Database 1']);
  });
  after(() => server.stop());

  it('lists what differs, and opens both values side by side', async () => {
    await vscode.tree.menu(['Shop', 'Database 0'], /^Compare Databases/);
    await vscode.prompts.pick(/^Shop/);
    await vscode.prompts.pick(/^Database 1/);
    const rows = vscode.page.getByRole('tree', { name: /Differences/ }).getByRole('treeitem');
    await until(async () => await rows.count() === 7, 20_000);
    const texts = (await rows.allInnerTexts()).map((text) => text.trim());
    assert.deepEqual(texts, ['Only on the Other Side1', 'new', 'Different2', 'profileanother value', 'user:18another time to live', 'Only in the Original1', 'user:17']);
    await vscode.screenshot('compare');
    await rows.filter({ hasText: 'profile' }).click();
    const editor = vscode.page.locator('.monaco-diff-editor');
    await editor.waitFor();
    await until(async () => /Oslo/.test(await editor.innerText()) && /Rome/.test(await editor.innerText()), 15_000);
    await vscode.screenshot('compare-diff');
  });

  it('says so when nothing differs any more', async () => {
    await server.cli('-n', '1', 'FLUSHDB');
    await server.cli('FLUSHDB');
    await server.cli('SET', 'k', 'v');
    await server.cli('-n', '1', 'SET', 'k', 'v');
    await vscode.prompts.command('Compare Again');
    await vscode.page.getByText('Identical: 1 keys were compared.').waitFor({ timeout: 15_000 });
    await vscode.prompts.command('Close Comparison');
    await until(async () => await vscode.page.getByText('Identical: 1 keys').count() === 0);
  });
});
