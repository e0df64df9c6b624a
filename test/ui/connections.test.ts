import assert from 'node:assert/strict';
import { type RedisServer, startRedisServer } from '../support/redisServer.ts';
import { startScriptedServer } from '../support/scriptedServer.ts';
import { click } from '../support/ui/mouse.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('connections in a real window', () => {
  const vscode = useWindow();
  let server: RedisServer;
  before(async () => {
    server = await startRedisServer(['--requirepass', 'right-secret']);
  });
  after(() => server.stop());

  const address = (password: string): string => `redis://:${password}@127.0.0.1:${server.port}/3`;

  it('takes the URL from the clipboard, says that the password is wrong, and keeps what was entered', async () => {
    await vscode.tree.open();
    await vscode.page.evaluate('navigator.clipboard.writeText(' + JSON.stringify(address('wrong-secret')) + ')');
    await vscode.prompts.command('Add Connection…');
    await click(vscode.page.locator('.quick-input-widget').getByRole('button', { name: 'Use the URL on the clipboard' }));
    await vscode.prompts.input('Guarded', /name for the tree/);
    await vscode.prompts.pick(/^Read and write/);
    const problem = await vscode.prompts.answer('Change…');
    assert.match(problem, /password/i);
    assert.doesNotMatch(problem, /wrong-secret/);
    // `host:port` will do; the database of the first URL was 3.
    await vscode.prompts.input(`127.0.0.1:${server.port}/3`, /URL/);
    await vscode.prompts.input('right-secret', /Password/);
    await vscode.prompts.input('Guarded', /name for the tree/);
    await vscode.prompts.pick(/^Read and write/);
    await vscode.tree.row(['Guarded', 'Database 3']);
  });

  it('disconnects, and connects again when asked', async () => {
    await vscode.tree.menu('Guarded', /^Disconnect/);
    await vscode.tree.row(['Guarded', 'Not connected']);
    // redis-cli itself is the only client left.
    await until(async () => (await server.cli('-a', 'right-secret', '--no-auth-warning', 'CLIENT', 'LIST')).trim().split('\n').length === 1, 5000);
    await vscode.tree.click(['Guarded', 'Not connected']);
    await vscode.tree.row(['Guarded', 'Database 3']);
  });

  it('edits a connection, keeping the password that is stored', async () => {
    await vscode.tree.menu('Guarded', /^Edit Connection/);
    await vscode.prompts.input(`redis://127.0.0.1:${server.port}`, /URL/);
    await vscode.prompts.input('', /Password/);
    await vscode.prompts.input('Renamed', /name for the tree/);
    await vscode.prompts.pick(/^Read-only/);
    await vscode.tree.expand('Renamed');
    await vscode.tree.row(['Renamed', 'Database 0']);
    assert.match((await vscode.tree.row('Renamed')).text, /read-only/);
    await vscode.screenshot('read-only');
  });

  it('shows what was sent in the Command Log, without secrets', async () => {
    await vscode.prompts.command('Show Command Log');
    const text = await vscode.editors.text('INFO');
    assert.match(text, /Renamed db0\] INFO .*→ ok/);
    assert.doesNotMatch(text, /right-secret|wrong-secret/);
    await vscode.screenshot('command-log');
  });

  it('keeps the connection over a reload', async () => {
    // Its password too, where VS Code has a place for secrets: served to a browser it keeps them in memory only.
    await vscode.reload();
    await vscode.tree.open();
    assert.match((await vscode.tree.row('Renamed')).text, /read-only/);
  });

  it('removes a connection only after asking', async () => {
    await vscode.tree.menu('Renamed', /^Remove Connection/);
    assert.match(await vscode.prompts.answer('Cancel'), /Renamed/);
    await vscode.tree.row('Renamed');
    await vscode.tree.menu('Renamed', /^Remove Connection/);
    await vscode.prompts.answer('Remove');
    await until(async () => !(await vscode.tree.has('Renamed')), 15_000);
  });

  it('lets a server that does not answer be given up', async () => {
    let hangs = false;
    const slow = await startScriptedServer(() => (hangs ? 'hang' : undefined));
    try {
      await vscode.connect('Slow', slow.port);
      hangs = true;
      await vscode.tree.menu('Slow', /^Refresh/);
      await vscode.prompts.notification(/Connecting to Slow/, 'Cancel');
      // It was only read again: what is known of it stays.
      await until(async () => (await vscode.prompts.notifications()).every((text) => !text.includes('Connecting')), 5000);
      await vscode.tree.row(['Slow', 'Database 0']);
    } finally {
      await slow.stop();
    }
  });
});
