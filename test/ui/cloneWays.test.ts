import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { fillFileDialog } from '../support/ui/fileDialog.ts';
import { click } from '../support/ui/mouse.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('the ways to clone, in a real window', () => {
  const vscode = useWindow();
  let server: RedisServer;
  let folder: string;
  const busy = /^(Planning|Cloning|Opening|Saving|Comparing)/;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ways-'));
    server = await startRedisServer(['--dir', folder]);
    await server.cli('DEBUG', 'POPULATE', '300', 'user');
    await server.cli('HSET', 'profile', 'name', 'Ann');
    await server.cli('RPUSH', 'queue', 'a', 'b');
    await server.cli('SAVE');
    await vscode.connect('Shop', server.port);
  });
  afterEach(() => vscode.prompts.clearNotifications(busy));
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('are named, with a line each on when to use it', async () => {
    await vscode.tree.menu(['Shop', 'Database 0'], /^Clone Database/);
    await vscode.prompts.picks();
    await vscode.screenshot('clone-ways');
    // How many questions there will be depends on the way.
    await vscode.page.getByText('Clone database 0 of “Shop” (1)', { exact: true }).waitFor();
    for (const name of ['Several Databases in One Instance', 'Marked Keys', 'One Instance per Database', 'Dump and Reload', 'Enslave and Liberate']) {
      assert.ok((await vscode.prompts.picks()).some((label) => label.startsWith(name)), name);
    }
    await vscode.prompts.pick(/^Enslave and Liberate/);
    await vscode.prompts.pick(/^Practice/, /Which connection is to follow “Shop”/);
    assert.match(await vscode.prompts.answer('Cancel'), /Practice/);
  });

  it('end with a plan as a read-only document where only that is wanted', async () => {
    await vscode.tree.menu(['Shop', 'Database 0'], /^Clone Database/);
    await vscode.prompts.pick(/^Several Databases in One Instance/);
    await vscode.prompts.pick(/^Database 4/);
    await vscode.prompts.pick(/^Replace/);
    await vscode.prompts.pick(/^Types…/);
    await vscode.page.locator('.quick-input-widget').getByText('hash', { exact: true }).waitFor();
    for (const type of ['string', 'list', 'set', 'zset', 'stream']) await click(vscode.page.locator('.quick-input-widget').getByText(type, { exact: true }));
    await vscode.screenshot('clone-types');
    await vscode.page.keyboard.press('Enter');
    await vscode.prompts.pick(/^Rate…/);
    await vscode.prompts.input('5000', /Keys per second/);
    await vscode.page.locator('.quick-input-widget').getByText('5,000 keys/s').waitFor();
    await vscode.screenshot('clone-options');
    await vscode.prompts.pick(/^Show the Plan/);
    await vscode.prompts.answer('Show Plan Only');
    const text = await vscode.editors.text('Nothing was written');
    assert.match(text, /Plan: clone of database 0 of “Shop” to database 4 of “Shop”/);
    assert.match(text, /Keys to copy: 1\./);
    assert.match(text, /Only keys of these types: hash/);
    assert.match(text, /Rate: at most 5,000 keys\/s/);
    await vscode.screenshot('clone-dry-run');
    assert.equal(await server.cli('-n', '4', 'DBSIZE'), '0');
  });

  it('open a practice server for the copy, which can be made the edited one of a baseline', async () => {
    await vscode.tree.menu(['Shop', 'Database 0'], /^Clone Database/);
    await vscode.prompts.pick(/^One Instance per Database: Fresh Practice Server/);
    await vscode.prompts.pick(/^Show the Plan/);
    assert.match(await vscode.prompts.answer('Clone'), /Clone database 0 of “Shop” to database 0 of “Copy of Shop”\?/);
    await vscode.prompts.notification(/Clone to database 0 of “Copy of Shop”: 302 keys copied\..*identical/, 'Set Baseline');
    await vscode.tree.expand('Copy of Shop');
    await until(async () => (await vscode.tree.row(['Copy of Shop', 'Database 0'])).text === 'Database 0 302 keys · no changes', 15_000);
    await vscode.tree.expand(['Copy of Shop', 'Database 0']);
    await vscode.tree.menu(['Copy of Shop', 'Database 0', 'queue'], /^Delete/);
    await vscode.prompts.answer('Delete');
    await until(async () => (await vscode.tree.row(['Copy of Shop', 'Database 0'])).text === 'Database 0 301 keys · D1', 15_000);
    await vscode.screenshot('clone-practice');
  });

  it('leave no practice server behind when nothing was cloned', async () => {
    await vscode.tree.menu(['Shop', 'Database 0'], /^Clone Database/);
    await vscode.prompts.pick(/^One Instance per Database: Fresh Practice Server/);
    await vscode.prompts.pick(/^Show the Plan/);
    await vscode.prompts.answer('Cancel');
    await until(async () => !(await vscode.tree.has('Copy of Shop (2)')), 15_000);
  });

  it('close a practice server when that was confirmed', async () => {
    await vscode.tree.menu('Copy of Shop', /^Close Practice Server/);
    await click(vscode.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Close', exact: true }));
    await until(async () => !(await vscode.tree.has('Copy of Shop')), 15_000);
  });

  it('begin at an RDB file too', async () => {
    await vscode.prompts.command('Open RDB File…');
    await fillFileDialog(vscode.page, join(folder, 'dump.rdb'), /Open RDB File/);
    await vscode.tree.row(['dump.rdb', 'Database 0']);
    await vscode.tree.menu(['dump.rdb', 'Database 0'], /^Clone Database/);
    await vscode.prompts.pick(/^One Instance per Database,/);
    await vscode.prompts.pick(/^Shop/);
    await vscode.prompts.pick(/^Database 5/);
    await vscode.prompts.pick(/^Stop/);
    await vscode.prompts.pick(/^Show the Plan/);
    await vscode.prompts.answer('Clone');
    await vscode.prompts.notification(/Clone to database 5 of “Shop”: 302 keys copied\..*identical/, 'Show Report');
    assert.match(await vscode.editors.text('Copied: 302 keys'), /Clone of database 0 of “dump\.rdb”/);
    await vscode.screenshot('clone-from-file');
    assert.equal(await server.cli('-n', '5', 'DBSIZE'), '302');
    assert.equal(await server.cli('-n', '5', 'LRANGE', 'queue', '0', '-1'), 'a\nb');
  });
});
