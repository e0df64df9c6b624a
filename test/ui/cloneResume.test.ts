import assert from 'node:assert/strict';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { useWindow } from '../support/ui/window.ts';

describe('a clone that was cut short', () => {
  const vscode = useWindow();
  let servers: readonly RedisServer[];

  before(async () => {
    servers = [await startRedisServer(), await startRedisServer()];
    await servers[0]?.cli('DEBUG', 'POPULATE', '20000', 'user', '100');
    for (const [index, name] of ['Shop', 'Copy'].entries()) {
      await vscode.connect(name, servers[index]?.port ?? 0);
    }
  });
  after(async () => {
    for (const server of servers) await server.stop();
  });

  it('goes on after a reload, and is verified again by a sample', async () => {
    const [, target] = servers;
    await target?.cli('CONFIG', 'SET', 'maxmemory', '4mb');
    await vscode.tree.menu(['Shop', 'Database 0'], /^Clone Database/);
    await vscode.prompts.pick(/^One Instance per Database,/);
    await vscode.prompts.pick(/^Copy/);
    await vscode.prompts.pick(/^Database 0/);
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Show the Plan/);
    await vscode.prompts.answer('Clone');
    await vscode.prompts.notification(/The clone came to an early end\. The server is out of memory/, 'Resume Clone…');
    await vscode.prompts.pick(/^From database 0 of “Shop” to/, /Which clone is to go on/);
    await vscode.prompts.answer('Cancel');
    const copied = Number(await target?.cli('DBSIZE'));
    assert.ok(copied > 0 && copied < 20_000, String(copied));
    await target?.cli('CONFIG', 'SET', 'maxmemory', '0');
    await vscode.reload();
    await vscode.tree.open();
    await vscode.tree.row('Shop');
    await vscode.screenshot('clone-resume');
    await vscode.prompts.command('Resume Clone…');
    await vscode.prompts.pick(/^From database 0 of “Shop” to database 0 of “Copy”/);
    assert.match(await vscode.prompts.answer('Resume Clone'), /keys copied\. It goes on where it was/);
    await vscode.prompts.notification(/20,000 keys copied\. Compared with the source key by key: identical\./);
    assert.equal(await target?.cli('DBSIZE'), '20000');
    await vscode.prompts.clearNotifications(/^Cloning/);
    await vscode.prompts.command('Resume Clone…');
    await vscode.prompts.notification(/No clone was interrupted/);
    await vscode.prompts.command('Verify Clone…');
    await vscode.prompts.pick(/^From database 0 of “Shop” to database 0 of “Copy”/);
    await vscode.prompts.pick(/^A Quick Sample/);
    await vscode.prompts.notification(/a sample of .* keys compared: identical\. The others were not looked at\./);
    await vscode.prompts.clearNotifications(/^Verifying/);
    await target?.cli('DEL', 'user:1');
    await vscode.prompts.command('Verify Clone…');
    await vscode.prompts.pick(/^From database 0 of “Shop” to database 0 of “Copy”/);
    await vscode.prompts.pick(/^Every Key/);
    await vscode.prompts.notification(/20,000 keys compared: differences: 1\./, 'Show Report');
    await vscode.page.getByText('missing at the target').first().waitFor();
  });
});
