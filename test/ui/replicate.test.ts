import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { startWire, type Wire } from '../support/replicationPlay.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('replicating in a real window', () => {
  const vscode = useWindow();
  let source: RedisServer;
  let target: RedisServer;
  let wire: Wire;

  const add = async (name: string, { port }: RedisServer): Promise<void> => {
    await vscode.connect(name, port);
  };
  const says = (text: RegExp): Promise<void> => until(async () => text.test((await vscode.tree.row('Copy')).text), 20_000);
  const status = (): Locator => vscode.page.locator('.statusbar-item', { hasText: /Copy ← Prod/ });

  before(async () => {
    source = await startRedisServer(['--repl-diskless-sync', 'no']);
    target = await startRedisServer();
    wire = await startWire(source.port);
    await source.cli('DEBUG', 'POPULATE', '20000', 'user', '200');
    await source.cli('-n', '2', 'SET', 'two', '2');
    await target.cli('MSET', 'old:1', 'x', 'old:2', 'y');
    await target.cli('-n', '4', 'SET', 'old', 'z');
    await add('Prod', source);
    await add('Copy', target);
  });
  after(async () => {
    wire.close();
    await source.stop();
    await target.stop();
  });

  it('looks at both, and begins only when the name of the target was typed', async () => {
    wire.cutAfter(() => 100_000);
    await vscode.tree.menu('Prod', /^Replicate Database/);
    await vscode.prompts.pick(/^Copy/, /Which connection is to follow “Prod”/);
    await until(async () => /The address of “Prod” as the server “Copy” gets at it/.test(await vscode.prompts.inputMessage()));
    await vscode.screenshot('replicate-address');
    await vscode.prompts.input(`127.0.0.1:${wire.port}`);
    await vscode.page.locator('.monaco-dialog-box').waitFor();
    await vscode.screenshot('replicate-plan');
    const plan = await vscode.prompts.answer('Throw Away and Replicate');
    assert.match(plan, /Make “Copy” a replica of “Prod”\?/);
    assert.match(plan, /Database 0: 2 keys.*Database 4: 1 key/s);
    await vscode.prompts.type('Prod');
    await until(async () => /Type Copy to have it emptied: Database 0: 2 keys, Database 4: 1 key/.test(await vscode.prompts.inputMessage()));
    assert.equal(await target.cli('DBSIZE'), '2');
    await vscode.prompts.input('Copy', /Throw away all data of “Copy”/);
  });

  it('says in the row and in the status bar that the sync begins over and over', async () => {
    await says(/follows Prod · sync keeps restarting \(\d+ times\)/);
    await status().waitFor();
    assert.match(await vscode.tree.tooltip('Copy'), /Replica of Prod \(REPLICAOF\)\n.*The synchronisation began \d+ times without coming to its end/s);
    await vscode.screenshot('replicate-restarting');
  });

  it('says when it is in step, and shows the databases that came', async () => {
    wire.cutAfter(() => undefined);
    await says(/follows Prod · in step/);
    await vscode.prompts.notification(/“Copy” holds the data of “Prod” and follows it/);
    await until(async () => (await vscode.tree.row(['Copy', 'Database 0'])).text.includes('20,000 keys'));
    assert.equal(await vscode.tree.has(['Copy', 'Database 4']), false);
    assert.match(await vscode.tree.tooltip('Copy'), /In step: all is applied that the source had at offset/);
    await vscode.screenshot('replicate-in-step');
  });

  it('finds it again after the window was loaded anew', async () => {
    await vscode.reload();
    await vscode.tree.open();
    await says(/follows Prod · in step/);
    await status().waitFor();
  });

  it('cuts nothing where it cannot be proved that all has arrived, unless it is told to', async () => {
    wire.hold(true);
    await source.cli('SET', 'late', '1');
    await says(/follows Prod · \d+ B behind/);
    await vscode.tree.menu('Copy', /^Liberate Replica/);
    await vscode.prompts.answer('Liberate');
    assert.match(await vscode.prompts.answer('Cancel'), /It is not proved that all of “Prod” has arrived at “Copy”/);
    assert.match(await target.cli('INFO', 'replication'), /role:slave/);
    wire.hold(false);
    await says(/follows Prod · in step/);
  });

  it('liberates it, and compares both', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu('Copy', /^Liberate Replica/);
    await vscode.page.locator('.monaco-dialog-box').waitFor();
    await vscode.screenshot('replicate-liberate');
    await vscode.prompts.answer('Liberate');
    // A button of a notification that moves up, as that of the progress goes, is missed.
    await until(async () => { const shown = await vscode.prompts.notifications(); return shown.length === 1 && !shown[0]?.startsWith('Waiting'); });
    await vscode.prompts.notification(/“Copy” is on its own\. All that “Prod” had when you asked had arrived \(offset [\d,]+\)\./, 'Compare');
    await vscode.prompts.notification(/“Prod” and “Copy” are identical in all databases: 20,002 keys compared by value/);
    await vscode.screenshot('replicate-identical');
    assert.match(await target.cli('INFO', 'replication'), /role:master/);
    assert.equal(await target.cli('GET', 'late'), '1');
    assert.doesNotMatch((await vscode.tree.row('Copy')).text, /follows/);
    await status().waitFor({ state: 'detached' });
  });
});
