import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedisServer } from '../support/redisServer.ts';
import { chooseFromMenu } from '../support/ui/menu.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('an RDB file in a real window', () => {
  const vscode = useWindow({ settings: { 'keyspace.scan.pageSize': 50 } });
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyspace-folder-'));
    const server = await startRedisServer();
    await server.cli('DEBUG', 'POPULATE', '20000', 'user');
    await server.cli('HSET', 'profile', 'name', 'Ann');
    await server.cli('SAVE');
    await copyFile(join(server.dir, 'dump.rdb'), join(folder, 'dump.rdb'));
    await server.stop();
  });
  after(() => rm(folder, { recursive: true }));

  it('opens from the Explorer by the right mouse button, and pages', async () => {
    const address = new URL(vscode.page.url());
    address.searchParams.set('folder', folder);
    await vscode.page.goto(address.href);
    await vscode.page.getByRole('tab', { name: 'Keyspace' }).waitFor({ timeout: 60_000 });
    await chooseFromMenu(vscode.page, vscode.page.getByRole('treeitem', { name: /dump\.rdb/ }), [/Open RDB File/]);
    await until(async () => (await vscode.tree.row('dump.rdb')).expanded === true && await vscode.tree.has(['dump.rdb', 'Database 0']), 30_000);
    const database = ['dump.rdb', 'Database 0'];
    assert.match((await vscode.tree.row('dump.rdb')).text, /RDB file · read-only/);
    assert.match((await vscode.tree.row(database)).text, /20,001 keys/);
    await vscode.tree.expand(database);
    const user = [...database, 'user'];
    await vscode.tree.expand(user);
    await vscode.tree.click([...user, 'Load More']);
    await until(async () => (await vscode.tree.children(user)).filter(({ label }) => !/^Load/.test(label)).length === 100, 15_000);
    await vscode.tree.find('dump.rdb');
    await vscode.screenshot('rdb-file');
    assert.match(await vscode.tree.tooltip('dump.rdb'), /Written by redis 7/);
    await vscode.screenshot('rdb-file-tooltip');
  });

  it('is closed by its icon', async () => {
    await vscode.tree.inlineAction('dump.rdb', /Close RDB File/);
    await until(async () => !(await vscode.tree.has('dump.rdb')), 15_000);
  });
});
