import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { differences } from '../support/oracle.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { connectResp } from '../support/respClient.ts';
import { fillFileDialog } from '../support/ui/fileDialog.ts';
import { click } from '../support/ui/mouse.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

const run = promisify(execFile);

describe('saving a dump.rdb in a real window', () => {
  const vscode = useWindow();
  let folder: string;
  let server: RedisServer;

  before(async function () {
    this.timeout(60_000);
    folder = await mkdtemp(join(tmpdir(), 'keyspace-save-'));
    server = await startRedisServer(['--repl-diskless-sync-delay', '0']);
    await server.cli('DEBUG', 'POPULATE', '20000', 'user');
    await server.cli('HSET', 'profile', 'name', 'Ann');
    await server.cli('PEXPIRE', 'profile', '9000000');
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const fillIn = (name: string, title: RegExp): Promise<void> => fillFileDialog(vscode.page, join(folder, name), title);

  const overwrite = (): Promise<void> => click(vscode.page.locator('.quick-input-widget', { hasText: 'already exists' }).getByRole('button', { name: 'OK' }));

  it('saves from the tree; a redis-server starts on it with the same data', async function () {
    this.timeout(90_000);
    await vscode.tree.open();
    await vscode.connect('Shop', server.port, /^Read-only/);
    await vscode.tree.menu('Shop', /Save as dump\.rdb/);
    await fillIn('dump.rdb', /Save “Shop” as an RDB File/);
    const told = await vscode.prompts.notification(/Saved “Shop” as dump\.rdb/);
    await vscode.screenshot('save-rdb');
    assert.match(told, /^Saved “Shop” as dump\.rdb \(20,001 keys, .* KiB\)\. It holds the data of one moment\.$/);
    assert.match((await run('redis-check-rdb', [join(folder, 'dump.rdb')])).stdout, /RDB looks OK/);
    const other = await startRedisServer(['--dir', folder, '--dbfilename', 'dump.rdb']);
    const [ours, theirs] = [await connectResp(server.port), await connectResp(other.port)];
    assert.deepEqual(await differences(ours, theirs), []);
    ours.close();
    theirs.close();
    await other.stop();
  });

  it('opens what was saved', async () => {
    await vscode.prompts.notification(/Saved “Shop”/, 'Open RDB File');
    await until(async () => await vscode.tree.has(['dump.rdb', 'Database 0']), 30_000);
    assert.match((await vscode.tree.row(['dump.rdb', 'Database 0'])).text, /20,001 keys/);
  });

  it('saves one database, and refuses to write over a file that is open', async () => {
    await vscode.tree.menu(['Shop', 'Database 0'], /Save as dump\.rdb/);
    await fillIn('database-0.rdb', /Save Database 0 of “Shop”/);
    const told = await vscode.prompts.notification(/Saved database 0 of “Shop” as database-0\.rdb/);
    assert.match(told, /20,001 keys.*read key by key/);
    await vscode.screenshot('save-rdb-database');
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu('Shop', /Save as dump\.rdb/);
    await fillIn('dump.rdb', /Save “Shop” as an RDB File/);
    await overwrite();
    await vscode.prompts.notification(/dump\.rdb is open in Keyspace/);
    assert.deepEqual((await readdir(folder)).sort(), ['database-0.rdb', 'dump.rdb']);
  });

  it('saves into a folder that VS Code has offered to create', async () => {
    await vscode.prompts.clearNotifications();
    await vscode.tree.menu(['Shop', 'Database 0'], /Save as dump\.rdb/);
    await vscode.prompts.type(`${folder}/`);
    const there = ['..', ...(await readdir(folder))].sort().join();
    await until(async () => (await vscode.prompts.picks()).map((label) => label.split(',')[0]).sort().join() === there, 15_000);
    await vscode.prompts.input(join(folder, 'new', 'made.rdb'), /Save Database 0 of “Shop”/);
    await click(vscode.page.locator('.quick-input-widget', { hasText: 'Would you like to create it' }).getByRole('button', { name: 'OK' }));
    await vscode.prompts.notification(/Saved database 0 of “Shop” as made\.rdb/);
    assert.deepEqual(await readdir(join(folder, 'new')), ['made.rdb']);
    await rm(join(folder, 'new'), { recursive: true });
  });

  it('is cancelled while it waits for the server, and leaves nothing', async () => {
    await vscode.prompts.clearNotifications();
    const before = await readdir(folder);
    await server.cli('CONFIG', 'SET', 'repl-diskless-sync-delay', '60');
    await vscode.tree.menu('Shop', /Save as dump\.rdb/);
    await fillIn('never.rdb', /Save “Shop” as an RDB File/);
    await vscode.prompts.notification(/Saving “Shop” as never\.rdb: waiting for the server/);
    await vscode.screenshot('save-rdb-progress');
    await vscode.prompts.notification(/Saving “Shop” as never\.rdb/, 'Cancel');
    await until(async () => (await vscode.prompts.notifications()).length === 0 && (await readdir(folder)).length === before.length, 15_000);
    assert.deepEqual(await readdir(folder), before);
    await until(async () => (await server.cli('INFO', 'replication')).includes('connected_slaves:0'), 5000);
  });

  it('saves what a damaged file still tells as a whole one', async function () {
    this.timeout(60_000);
    const whole = await readFile(join(folder, 'dump.rdb'));
    await writeFile(join(folder, 'cut.rdb'), whole.subarray(0, whole.length / 2));
    await vscode.prompts.command('Open RDB File…');
    await fillIn('cut.rdb', /Open RDB File/);
    await vscode.tree.row(['cut.rdb', 'Database 0']);
    await vscode.tree.menu('cut.rdb', /Save as dump\.rdb/);
    await fillIn('mended.rdb', /Save “cut\.rdb”/);
    assert.match(await vscode.prompts.notification(/Saved “cut\.rdb” as mended\.rdb/), /\(\d+,\d{3} keys, .*one moment/);
    assert.match((await run('redis-check-rdb', [join(folder, 'mended.rdb')])).stdout, /RDB looks OK/);
    await vscode.tree.inlineAction('cut.rdb', /Close RDB File/);
  });

  it('saves a scratch copy over the file that it was made of', async function () {
    this.timeout(60_000);
    await vscode.prompts.clearNotifications();
    await vscode.prompts.command('Open RDB File as Scratch Copy…');
    await fillIn('database-0.rdb', /Scratch Copy/);
    await vscode.tree.row(['database-0.rdb', 'Database 0']);
    await vscode.tree.menu('database-0.rdb', /Save as dump\.rdb/);
    await fillIn('database-0.rdb', /Save “database-0\.rdb”/);
    await overwrite();
    assert.match(await vscode.prompts.notification(/Saved “database-0\.rdb” as database-0\.rdb/), /20,001 keys.*one moment/);
    assert.match((await run('redis-check-rdb', [join(folder, 'database-0.rdb')])).stdout, /RDB looks OK/);
  });

  it('saves the practice server and an open file from the palette', async function () {
    this.timeout(60_000);
    for (const name of ['Practice', 'dump.rdb'] as const) {
      await vscode.prompts.clearNotifications(/^Saving/);
      await vscode.tree.click(name);
      await vscode.prompts.command('Save as dump.rdb…');
      await fillIn(`${name}-copy.rdb`, new RegExp(`Save “${name}”`));
      await vscode.prompts.notification(new RegExp(`Saved “${name}” as ${name}-copy\\.rdb .*${name === 'Practice' ? 'one moment' : 'a copy of the file'}`));
      assert.match((await run('redis-check-rdb', [join(folder, `${name}-copy.rdb`)])).stdout, /RDB looks OK/);
    }
  });
});
