import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { end, header, keyOf, moduleValue, stringKey } from '../support/rdbParts.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { chooseFromMenu } from '../support/ui/menu.ts';
import { click } from '../support/ui/mouse.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('an RDB file in a real window', () => {
  const vscode = useWindow({ settings: { 'keyspace.scan.pageSize': 50 } });
  let folder: string;
  let whole: Buffer;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyspace-folder-'));
    const server = await startRedisServer();
    await server.cli('DEBUG', 'POPULATE', '20000', 'user');
    await server.cli('HSET', 'profile', 'name', 'Ann');
    await server.cli('SAVE');
    await copyFile(join(server.dir, 'dump.rdb'), join(folder, 'dump.rdb'));
    whole = await readFile(join(folder, 'dump.rdb'));
    await writeFile(join(folder, 'cut.rdb'), whole.subarray(0, whole.length / 2));
    await writeFile(join(folder, 'modules.rdb'), Buffer.concat([header, stringKey('plain', 'text'), keyOf(7, 'document', moduleValue('x'.repeat(60))), end]));
    await server.cli('DEBUG', 'POPULATE', '4000000', 'many');
    await server.cli('SAVE');
    await copyFile(join(server.dir, 'dump.rdb'), join(folder, 'large.rdb'));
    await server.stop();
  });
  after(() => rm(folder, { recursive: true }));

  it('opens from the Explorer by the right mouse button, and pages', async () => {
    const address = new URL(vscode.page.url());
    address.searchParams.set('folder', folder);
    await vscode.page.goto(address.href);
    await vscode.page.getByRole('tab', { name: 'Keyspace' }).waitFor({ timeout: 60_000 });
    await chooseFromMenu(vscode.page, vscode.page.getByRole('treeitem', { name: /dump\.rdb/ }), [/Open RDB File…$/]);
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

  /** Waits until the file is in our view, which opens for it, with its rows. */
  const untilOpen = (name: string): Promise<void> => until(async () => await vscode.page.getByRole('treeitem', { name: /^Practice/ }).isVisible() && await vscode.tree.has([name, 'Database 0']), 30_000);

  it('is closed by its icon', async () => {
    await vscode.tree.inlineAction('dump.rdb', /Close RDB File/);
    await until(async () => !(await vscode.tree.has('dump.rdb')), 15_000);
  });

  /** The file in VS Code's Explorer, which takes the place of our view. */
  async function inExplorer(name: string): Promise<Locator> {
    const file = vscode.page.getByRole('treeitem', { name: new RegExp(`^${name.replaceAll('.', '\\.')}`) });
    if (!(await file.isVisible())) await click(vscode.page.getByRole('tab', { name: /^Explorer/ }));
    await file.waitFor();
    return file;
  }

  it('that is cut short opens up to there, with a row that says where, and is not written to', async () => {
    await chooseFromMenu(vscode.page, await inExplorer('cut.rdb'), [/Open RDB File…$/]);
    await untilOpen('cut.rdb');
    const place = String.raw`Cut short at byte [\d,]+: the data ends (?:where a key or their end should be|in the middle of a value(?: \(key "user:\d+"\))?)`;
    const row = ['cut.rdb', new RegExp(`^${place}`)];
    assert.match((await vscode.tree.row(row)).name, new RegExp(place));
    assert.match(await vscode.tree.tooltip(row), new RegExp(`^${place}\\s+Only the keys before this place are shown\\. Nothing is written to the file\\.`));
    await vscode.screenshot('rdb-file-cut');
    assert.ok((await readFile(join(folder, 'cut.rdb'))).equals(whole.subarray(0, whole.length / 2)));
  });

  it('is opened by dragging it onto the view', async () => {
    const { mouse } = vscode.page;
    const middle = async (of: Locator): Promise<[number, number]> => {
      const box = await of.boundingBox();
      return box === null ? assert.fail('it is not shown') : [box.x + box.width / 2, box.y + box.height / 2];
    };
    await mouse.move(...await middle(await inExplorer('modules.rdb')));
    await mouse.down();
    // Over its icon the view opens after a while.
    const [x, y] = await middle(vscode.page.getByRole('tab', { name: 'Keyspace' }));
    await mouse.move(x, y, { steps: 5 });
    const practice = vscode.page.getByRole('treeitem', { name: /^Practice/ });
    await until(async () => {
      await mouse.move(x, y + 1);
      await mouse.move(x, y);
      return await practice.isVisible();
    }, 15_000);
    await mouse.move(...await middle(practice), { steps: 5 });
    await mouse.up();
    await untilOpen('modules.rdb');
    const database = ['modules.rdb', 'Database 0'];
    await vscode.tree.expand(database);
    assert.match((await vscode.tree.row([...database, 'document'])).text, /^document ReJSON-RL$/);
    await vscode.screenshot('rdb-file-module');
  });

  it('is opened as a scratch copy, which may be changed', async () => {
    await chooseFromMenu(vscode.page, await inExplorer('dump.rdb'), [/Open RDB File as Scratch Copy…$/]);
    await untilOpen('dump.rdb');
    assert.match((await vscode.tree.row('dump.rdb')).text, /scratch copy · changes are not saved/);
    const database = ['dump.rdb', 'Database 0'];
    await vscode.tree.expand(database);
    const question = vscode.page.locator('.monaco-dialog-box');
    // While VS Code draws rows anew, a menu's command gets none of them and asks to select one.
    await until(async () => {
      await vscode.tree.menu([...database, 'profile'], /Delete/);
      return await question.waitFor({ timeout: 3000 }).then(() => true, () => false);
    }, 20_000);
    await vscode.prompts.answer(/Delete/);
    await until(async () => !(await vscode.tree.has([...database, 'profile'])), 15_000);
    await vscode.tree.find('cut.rdb');
    await vscode.page.mouse.move(800, 700);
    await vscode.screenshot('rdb-files');
    assert.ok((await readFile(join(folder, 'dump.rdb'))).equals(whole));
  });

  it('that is large tells how far it is read, and is gone when that is cancelled', async () => {
    const before = (await vscode.tree.rows()).length;
    await chooseFromMenu(vscode.page, await inExplorer('large.rdb'), [/Open RDB File…$/]);
    const toast = vscode.page.locator('.notifications-toasts .notification-list-item').filter({ hasText: 'Opening large.rdb' });
    await toast.filter({ hasText: /[1-9][\d,]* keys/ }).waitFor({ timeout: 15_000 });
    await vscode.screenshot('rdb-file-progress');
    await vscode.prompts.notification(/Opening large/, /Cancel/);
    await toast.waitFor({ state: 'detached', timeout: 15_000 });
    assert.deepEqual(await vscode.prompts.notifications(), []);
    assert.equal((await vscode.tree.rows()).length, before);
  });
});
