import assert from 'node:assert/strict';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('cloning a database in a real window', () => {
  // README shows the plan: whole lines.
  const vscode = useWindow({ settings: { 'editor.minimap.enabled': false } });
  let server: RedisServer;

  before(async () => {
    server = await startRedisServer();
    await server.cli('DEBUG', 'POPULATE', '5000', 'user');
    await server.cli('HSET', 'profile', 'name', 'Ann');
    await vscode.connect('Shop', server.port);
  });
  afterEach(() => vscode.prompts.clearNotifications(/^(Planning|Cloning)/));
  after(() => server.stop());

  it('shows a plan, copies to another database, and says that the copy is identical', async () => {
    await vscode.tree.menu(['Shop', 'Database 0'], /^Clone Database/);
    await vscode.prompts.pick(/^Several Databases in One Instance/);
    await vscode.prompts.pick(/^Database 3/);
    await vscode.screenshot('clone-conflicts');
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Show the Plan/);
    await vscode.page.locator('.monaco-dialog-box').waitFor();
    await vscode.screenshot('clone-plan');
    await vscode.prompts.answer('Show Plan Only');
    await vscode.editors.text('Nothing was written');
    await vscode.tree.menu(['Shop', 'Database 0'], /^Clone Database/);
    await vscode.prompts.pick(/^Several Databases in One Instance/);
    await vscode.prompts.pick(/^Database 3/);
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Show the Plan/);
    const plan = await vscode.prompts.answer('Clone');
    assert.match(plan, /Clone database 0 of “Shop” to database 3 of “Shop”\?/);
    assert.match(plan, /Keys to copy: 5,001\. Of these the target has 0 already\./);
    const message = await vscode.prompts.notification(/identical/);
    assert.match(message, /^Clone to database 3 of “Shop”: 5,001 keys copied\. Compared with the source key by key: identical\./);
    assert.equal(await server.cli('-n', '3', 'DBSIZE'), '5001');
    await until(async () => (await vscode.tree.row(['Shop', 'Database 3'])).text.includes('5,001 keys'));
    await vscode.prompts.notification(/identical/, 'Show Report');
    await vscode.editors.text('Copied: 5,001 keys');
    // README shows what has come of it, and nothing of the plan.
    await vscode.screenshot('clone');
    await vscode.editors.closeAll();
  });

  it('asks what to do with keys that the target has, and tells what else it has', async () => {
    await server.cli('-n', '3', 'SET', 'other', '1');
    await server.cli('-n', '3', 'HSET', 'profile', 'name', 'Bob');
    await vscode.tree.menu(['Shop', 'Database 0'], /^Clone Database/);
    await vscode.prompts.pick(/^Several Databases in One Instance/, /Clone database 0 of “Shop”/);
    await vscode.prompts.pick(/^Database 3/);
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Show the Plan/);
    assert.match(await vscode.prompts.answer('Replace Them and Clone'), /Keys that the target has already: 5,001\./);
    assert.match(
      await vscode.prompts.notification(/only the target has/),
      /5,001 keys copied\. Compared with the source key by key: what was copied is identical\. Keys that only the target has: 1\.$/,
    );
    assert.equal(await server.cli('-n', '3', 'HGET', 'profile', 'name'), 'Ann');
  });

  it('empties a target only when its name was typed', async () => {
    await server.cli('-n', '3', 'SET', 'other', '1');
    await vscode.tree.menu(['Shop', 'Database 0'], /^Clone Database/);
    await vscode.prompts.pick(/^Several Databases in One Instance/);
    await vscode.prompts.pick(/^Database 3/);
    await vscode.prompts.pick(/^Empty It First/);
    await vscode.prompts.pick(/^Show the Plan/);
    assert.match(await vscode.prompts.answer('Empty and Clone'), /Keys of the target that will be deleted first: 5,002\./);
    await vscode.prompts.input('Shop/3', /Delete 5,002 keys/);
    await until(async () => await server.cli('-n', '3', 'EXISTS', 'other') === '0' && await server.cli('-n', '3', 'DBSIZE') === '5001');
    // The tree is drawn anew by then.
    await vscode.prompts.notification(/5,001 keys copied/);
  });

  it('copies a namespace to another prefix, and shows a report', async () => {
    await vscode.tree.expand(['Shop', 'Database 0']);
    await vscode.tree.menu(['Shop', 'Database 0', 'user'], /^Clone Database/);
    await vscode.prompts.pick(/^Marked Keys/);
    await vscode.prompts.input('edited:', /begin with/);
    await vscode.prompts.pick(/^Skip/);
    await vscode.prompts.pick(/^Show the Plan/);
    await vscode.prompts.answer('Clone');
    await vscode.prompts.notification(/5,000 keys copied/, 'Show Report');
    await vscode.page.getByText('Clone of user:* of database 0 of “Shop” to database 0 of “Shop”, names beginning with “edited:”').first().waitFor();
    await vscode.screenshot('clone-report');
    assert.equal(await server.cli('DBSIZE'), '10001');
  });

  it('copies two namespaces that are selected, and nothing else', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.click(['Shop', 'Database 0', 'user']);
    await vscode.tree.collapse(['Shop', 'Database 0', 'user']);
    await vscode.tree.click(['Shop', 'Database 0', 'edited'], 'Control');
    await vscode.tree.menu(['Shop', 'Database 0', 'user'], /^Clone Database/);
    await vscode.prompts.pick(/^Several Databases in One Instance/);
    await vscode.prompts.pick(/^Database 4/);
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Show the Plan/);
    assert.match(await vscode.prompts.answer('Clone'), /Keys to copy: 10,000\./);
    await vscode.prompts.notification(/Clone to database 4 of “Shop”: 10,000 keys copied.*identical/);
    assert.deepEqual([await server.cli('-n', '4', 'DBSIZE'), await server.cli('-n', '4', 'EXISTS', 'profile', 'user:1', 'edited:1')], ['10000', '2']);
  });

  it('asks which database of the connection whose menu it was chosen from, and saves the one that is to be a file', async () => {
    await vscode.tree.click('Practice');
    await vscode.tree.menu('Shop', /^Clone Database/);
    await vscode.prompts.pick(/^Database 3/, /Which database of “Shop” is to be cloned/);
    await vscode.prompts.pick(/^Dump and Reload/);
    await vscode.page.locator('.quick-input-widget', { hasText: 'Save Database 3 of “Shop” as an RDB File' }).waitFor();
    await vscode.prompts.dismiss();
  });

  it('copies several databases by a map, told of in one plan and one report', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.click(['Shop', 'Database 3']);
    await vscode.tree.click(['Shop', 'Database 0'], 'Control');
    await vscode.tree.menu(['Shop', 'Database 3'], /^Clone Database/);
    await vscode.prompts.pick(/^One Instance per Database,/);
    await vscode.prompts.pick(/^Practice/);
    await vscode.prompts.input('0>8 3>9', /Which database of “Practice” takes which/);
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Show the Plan/);
    const plan = await vscode.prompts.answer('Clone');
    assert.match(plan, /Clone databases 0, 3 of “Shop” to databases 8, 9 of “Practice”\?/);
    assert.match(plan, /Database 3 to database 9: 5,001 keys, of which the target has 0 already/);
    await vscode.prompts.notification(/Clone to databases 8, 9 of “Practice”: [\d,]+ keys copied.*identical/, 'Show Report');
    assert.match(await vscode.editors.text('Clone of databases 0, 3'), /Database 3 to database 9: 5,001 keys copied\./);
    await vscode.prompts.clearNotifications();
    await vscode.tree.click('Practice');
  });

  it('copies what is dragged onto another connection', async () => {
    await vscode.tree.collapse(['Shop', 'Database 0']);
    await vscode.tree.drag(['Shop', 'Database 3'], 'Practice');
    await vscode.prompts.pick(/^Database 5/, /Clone database 3 of “Shop”/);
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Show the Plan/);
    assert.match(await vscode.prompts.answer('Clone'), /Clone database 3 of “Shop” to database 5 of “Practice”\?/);
    await vscode.prompts.notification(/Clone to database 5 of “Practice”: 5,001 keys copied.*identical/);
    await vscode.tree.expand('Practice');
    assert.match((await vscode.tree.row(['Practice', 'Database 5'])).text, /5,001 keys/);
    await vscode.screenshot('clone-dragged');
  });

  it('copies two databases that are dragged onto another connection at once', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.click(['Shop', 'Database 4']);
    await vscode.tree.collapse(['Shop', 'Database 4']);
    await vscode.tree.click(['Shop', 'Database 3'], 'Control');
    await vscode.tree.drag(['Shop', 'Database 3'], 'Practice');
    await vscode.prompts.input('3>10 4>11', /Which database of “Practice” takes which/);
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Show the Plan/);
    assert.match(await vscode.prompts.answer('Clone'), /Clone databases 3, 4 of “Shop” to databases 10, 11 of “Practice”\?/);
    await vscode.prompts.notification(/Clone to databases 10, 11 of “Practice”: 15,001 keys copied.*identical/);
    assert.match((await vscode.tree.row(['Practice', 'Database 11'])).text, /10,000 keys/);
    await vscode.tree.collapse('Practice');
  });

  it('copies a namespace that is dragged onto a database', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.expand(['Shop', 'Database 0']);
    await vscode.tree.drag(['Shop', 'Database 0', 'edited'], ['Shop', 'Database 3']);
    await vscode.prompts.pick(/^Stop/, /Clone edited:\* of database 0 of “Shop”/);
    await vscode.prompts.pick(/^Show the Plan/);
    assert.match(await vscode.prompts.answer('Clone'), /Clone edited:\* of database 0 of “Shop” to database 3 of “Shop”\?/);
    await vscode.prompts.notification(/Clone to database 3 of “Shop”: 5,000 keys copied/);
    assert.equal(await server.cli('-n', '3', 'DBSIZE'), '10001');
    await vscode.tree.collapse(['Shop', 'Database 0']);
  });

  it('tells how far it is, how fast and how long it will take, and is cancelled', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu(['Shop', 'Database 0'], /^Clone Database/);
    await vscode.prompts.pick(/^Several Databases in One Instance/);
    await vscode.prompts.pick(/^Database 10/);
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Rate…/);
    await vscode.prompts.input('500', /Keys per second/);
    await vscode.prompts.pick(/^Show the Plan/);
    await vscode.prompts.answer('Clone');
    await vscode.prompts.notification(/[1-9][\d,]* of 10,001 keys, [\d.,]+ \w+, [1-9][\d,]* keys\/s, [1-9][\d,]* s left/);
    await vscode.screenshot('clone-progress');
    await vscode.prompts.notification(/Cloning database 0/, 'Cancel');
    const message = await vscode.prompts.notification(/The clone was cancelled\./);
    const told = Number(/at least ([\d,]+)\.$/.exec(message)?.[1]?.replaceAll(',', ''));
    const there = Number(await server.cli('-n', '10', 'DBSIZE'));
    assert.ok(told > 0 && there >= told && there < 10_001, `${message} ${String(there)} are there`);
  });

  it('says how far it came when the target is full', async () => {
    await vscode.prompts.clearNotifications();
    const used = Number(/used_memory:(\d+)/.exec(await server.cli('INFO', 'memory'))?.[1]);
    await server.cli('-n', '7', 'DEBUG', 'POPULATE', '20000', 'many');
    await vscode.tree.menu('Shop', /^Refresh/);
    await vscode.tree.menu(['Shop', 'Database 7'], /^Clone Database/);
    await vscode.prompts.pick(/^Several Databases in One Instance/);
    await vscode.prompts.pick(/^Database 8/);
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Show the Plan/);
    const full = Number(/used_memory:(\d+)/.exec(await server.cli('INFO', 'memory'))?.[1]);
    await server.cli('CONFIG', 'SET', 'maxmemory', String(full + Math.round((full - used) / 2)));
    await vscode.prompts.answer('Clone');
    await vscode.prompts.notification(/The clone came to an early end\. .*at least [\d,]+\.$/);
    await until(async () => (await vscode.tree.row(['Shop', 'Database 8'])).text.includes('keys'));
    await server.cli('CONFIG', 'SET', 'maxmemory', '0');
  });

  it('says that nothing comes from a server that hangs, and is cancelled', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu(['Shop', 'Database 7'], /^Clone Database/);
    await vscode.prompts.pick(/^Several Databases in One Instance/);
    await vscode.prompts.pick(/^Database 9/);
    await vscode.prompts.pick(/^Empty It First/);
    await vscode.prompts.pick(/^Show the Plan/);
    await vscode.page.locator('.monaco-dialog-box').waitFor();
    process.kill(server.pid, 'SIGSTOP');
    try {
      await vscode.prompts.answer('Empty and Clone');
      await vscode.prompts.notification(/0 of 20,000 keys, no answer for \d+ s/);
      await vscode.screenshot('clone-silent');
      await vscode.prompts.notification(/Cloning database 7/, 'Cancel');
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    await vscode.prompts.notification(/The clone was cancelled\. .*at least 0\./);
  });

  it('clones neither members nor connections that are dragged', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.drag('Practice', ['Shop', 'Database 3']);
    await vscode.prompts.notification(/Databases, namespaces and keys can be dragged/);
  });

  it('asks nothing where the target is only read', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.connect('Archive', server.port, /^Read-only/);
    await vscode.tree.drag(['Shop', 'Database 3'], 'Archive');
    await vscode.prompts.notification(/“Archive” is read-only\. Edit the connection/);
    await vscode.tree.menu(['Archive', 'Database 0'], /^Clone Database/);
    assert.deepEqual((await vscode.prompts.picks()).map((label) => label.split(',')[0]), ['One Instance per Database', 'One Instance per Database: Fresh Practice Server', 'Dump and Reload']);
    await vscode.prompts.dismiss();
  });
});
