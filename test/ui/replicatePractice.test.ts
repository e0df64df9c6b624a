import assert from 'node:assert/strict';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { click } from '../support/ui/mouse.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('replicating the practice server in a real window', () => {
  const vscode = useWindow();
  let server: RedisServer;

  before(async () => {
    server = await startRedisServer(['--repl-diskless-sync-delay', '0']);
    await vscode.connect('Real', server.port);
    await vscode.tree.expand('Practice');
  });
  after(() => server.stop());
  const says = (name: string, text: RegExp): Promise<void> => until(async () => text.test((await vscode.tree.row(name)).text), 20_000);

  const step = (ticked: boolean) => vscode.page.locator('.gettingStartedContainer').getByRole('checkbox', { name: /^Replicate/, checked: ticked });

  it('sees that a connection follows a server that is none of ours', async () => {
    const other = await startRedisServer(['--repl-diskless-sync-delay', '0']);
    try {
      await server.cli('REPLICAOF', '127.0.0.1', String(other.port));
      await vscode.tree.menu('Real', /^Reconnect/);
      await says('Real', new RegExp(`follows 127\\.0\\.0\\.1:${other.port} · following`));
      await vscode.prompts.clearNotifications();
      await vscode.tree.menu('Real', /^Liberate Replica/);
      await vscode.prompts.answer('Liberate');
      assert.match(await vscode.prompts.answer('Cut Anyway'), /Add it as a connection to prove/);
      await vscode.prompts.notification(/“Real” is on its own\. It was cut without proof/);
      assert.match(await server.cli('INFO', 'replication'), /role:master/);
    } finally {
      await other.stop();
    }
    // Whoever made it follow, it was not done here.
    await vscode.prompts.command('Get Started');
    await step(false).waitFor({ timeout: 30_000 });
    await vscode.prompts.clearNotifications();
  });

  it('lets a real server follow it, over a port that is open as long as that lasts', async () => {
    await vscode.tree.menu('Practice', /^Replicate Database/);
    await vscode.prompts.pick(/^Real/, /Which connection is to follow “Practice”/);
    await vscode.prompts.answer('Replicate');
    await says('Real', /follows Practice · in step/);
    await step(true).waitFor({ timeout: 15_000 });
    assert.match(await server.cli('INFO', 'replication'), /master_host:127\.0\.0\.1/);
    const keys = await server.cli('DBSIZE');
    assert.ok(Number(keys) > 10, keys);
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu('Real', /^Liberate Replica/);
    await vscode.prompts.answer('Liberate');
    // A button of a notification that moves up, as that of the progress goes, is missed.
    await until(async () => { const shown = await vscode.prompts.notifications(); return shown.length === 1 && !shown[0]?.startsWith('Waiting'); });
    await vscode.prompts.notification(/“Real” is on its own/, 'Compare');
    await vscode.prompts.notification(/“Practice” and “Real” are identical/);
  });

  it('has it follow a real server, and refuses what would be a loop', async () => {
    await vscode.prompts.clearNotifications();
    await server.cli('FLUSHALL');
    await server.cli('SET', 'only', 'this');
    await vscode.tree.menu('Real', /^Replicate Database/);
    await vscode.prompts.pick(/^Practice/, /Which connection is to follow “Real”/);
    await vscode.prompts.answer('Throw Away and Replicate');
    await vscode.prompts.input('Practice', /Throw away all data of “Practice”/);
    await says('Practice', /follows Real · in step/);
    await until(async () => /Database 0 1 key/.test((await vscode.tree.row(['Practice', 'Database 0'])).text));
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu('Practice', /^Replicate Database/);
    await vscode.prompts.pick(/^Real/);
    await vscode.prompts.notification(/“Real” cannot follow “Practice”\. “Practice” follows “Real” itself/);
    await vscode.prompts.clearNotifications();
  });

  it('says so when somebody else ends it', async () => {
    await vscode.prompts.command('Reset Practice Data…');
    await vscode.prompts.pick(/^Shop/);
    await vscode.prompts.answer('Reset');
    await vscode.prompts.notification(/“Practice” does not follow “Real” any more/);
    assert.doesNotMatch((await vscode.tree.row('Practice')).text, /follows/);
  });

  it('opens a fresh practice server as a replica, which can be followed itself, and tells what is left of that when it is closed', async () => {
    await vscode.prompts.clearNotifications();
    await server.cli('FLUSHALL');
    await server.cli('MSET', 'a', '1', 'b', '2');
    await vscode.tree.menu(['Real', 'Database 0'], /^Clone Database/);
    await vscode.prompts.pick(/^Enslave and Liberate/);
    await vscode.prompts.pick(/^A Fresh Practice Server/, /Which connection is to follow “Real”/);
    await vscode.prompts.answer('Replicate');
    await says('Replica of Real', /follows Real · in step/);
    await vscode.tree.expand('Replica of Real');
    await until(async () => /Database 0 2 keys/.test((await vscode.tree.row(['Replica of Real', 'Database 0'])).text));
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu('Replica of Real', /^Replicate Database/);
    await vscode.prompts.pick(/^Practice/, /Which connection is to follow “Replica of Real”/);
    await vscode.prompts.answer('Throw Away and Replicate');
    await vscode.prompts.input('Practice', /Throw away all data of “Practice”/);
    await says('Practice', /follows Replica of Real · in step/);
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu('Replica of Real', /^Close Practice Server/);
    await click(vscode.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Close', exact: true }));
    await until(async () => !(await vscode.tree.has('Replica of Real')), 15_000);
    // It takes no writes until it is liberated, and says so.
    await says('Practice', /follows 127\.0\.0\.1:\d+ · link down/);
  });
});
