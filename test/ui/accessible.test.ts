import assert from 'node:assert/strict';
import { type RedisServer, startRedisServer } from '../support/redisServer.ts';
import type { Frame } from 'playwright-core';
import { violations } from '../support/ui/axe.ts';
import { createKeys, type Keys } from '../support/ui/keys.ts';
import { until } from '../support/ui/until.ts';
import { useWindow } from '../support/ui/window.ts';

describe('without a mouse, in every theme, and read aloud', () => {
  const vscode = useWindow({ settings: { 'keyspace.scan.pageSize': 50 } });
  let server: RedisServer;
  let keys: Keys;

  before(async () => {
    server = await startRedisServer();
    await server.cli('DEBUG', 'POPULATE', '120', 'user');
    await server.cli('SET', 'greeting', '{"hello":"world"}');
  });
  after(() => server.stop());

  /** The frame in which prose and outputs of a notebook are drawn, this picture one of them. */
  const frameOf = async (picture: RegExp): Promise<Frame> => {
    let found: Frame | undefined;
    await until(async () => {
      for (const frame of vscode.page.frames()) if (await frame.locator('.output_container').getByRole('img', { name: picture }).count().catch(() => 0) > 0) found = frame;
      return found !== undefined;
    }, 60_000);
    assert.ok(found);
    return found;
  };
  /** Runs a lesson as it stands, until its picture is drawn. */
  const runLesson = async (lesson: string, title: RegExp, picture: RegExp): Promise<void> => {
    await keys.command('Keyspace: Open Lesson…');
    await keys.pick(title);
    await vscode.page.locator(`.notebookOverlay .code-cell-row .monaco-editor[data-uri*=":/${lesson}/"]`).first().waitFor({ timeout: 30_000 });
    await keys.command('Notebook: Focus First Cell');
    await keys.command('Notebook: Run All');
    await frameOf(picture);
    // Of the cells: the tool bar's way to a cell that failed, which CURSOR does until one puts a cursor in its place, is marked as if it turned.
    const busy = vscode.page.locator('.notebookOverlay .code-cell-row .codicon-modifier-spin, .statusbar :text("Activating")');
    await until(async () => await busy.count() === 0, 60_000);
  };
  const buckets = /^Picture of a hash table/;
  const plot = /Others waited up to/;

  it('adds a connection and browses to a key', async () => {
    keys = await createKeys(vscode.page, vscode.tree);
    await keys.command('Keyspace: Focus on Keys View');
    await until(async () => await vscode.tree.has('Practice'));
    await keys.command('Keyspace: Add Connection…');
    await keys.input(/URL/, `127.0.0.1:${server.port}`);
    await keys.input(/Password/, '');
    await keys.input(/name for the tree/, 'Local');
    await keys.pick(/^Read and write/);
    await until(async () => await vscode.tree.has(['Local', 'Database 0']), 15_000);
    await keys.command('Keyspace: Focus on Keys View');
    await keys.goTo('Database 0');
    await keys.press('ArrowRight');
    await until(async () => await vscode.tree.has(['Local', 'Database 0', 'greeting']), 15_000);
    await keys.goTo('greeting');
  });

  it('opens it and edits it', async () => {
    await keys.press('Enter');
    assert.equal(await vscode.editors.text('hello'), '{"hello":"world"}');
    await keys.command('Keyspace: Focus on Keys View');
    await keys.goTo('greeting');
    await keys.menu('Edit Value…');
    await keys.input(/new value/, '{"hello":"keys"}');
    await vscode.editors.text('keys');
    assert.equal(await server.cli('GET', 'greeting'), '{"hello":"keys"}');
  });

  it('loads more', async () => {
    await keys.command('Keyspace: Focus on Keys View');
    await keys.goTo('user');
    await keys.press('ArrowRight');
    await until(async () => await vscode.tree.has(['Local', 'Database 0', 'user', 'Load More']), 15_000);
    const before = (await vscode.tree.children(['Local', 'Database 0', 'user'])).length;
    await keys.goTo('Load More');
    await keys.press('Enter');
    await until(async () => (await vscode.tree.children(['Local', 'Database 0', 'user'])).length > before, 15_000);
    await keys.goTo('user');
    await keys.press('ArrowLeft');
  });

  it('clones a database', async () => {
    await keys.goTo('Database 0');
    await keys.menu('Clone Database…');
    await keys.pick(/^Several Databases in One Instance/);
    await keys.pick(/^Database 3/);
    await keys.pick(/^Stop/);
    await keys.pick(/^Show the Plan/);
    assert.match(await keys.answer('Clone'), /121 keys/);
    await vscode.prompts.notification(/121 keys copied.*identical/);
    assert.equal(await server.cli('-n', '3', 'DBSIZE'), '121');
  });

  it('runs the cells of a lesson that draws tables, and beside it of one that plots', async function () {
    this.timeout(160_000);
    await keys.command('Notifications: Clear All Notifications');
    await runLesson('duplicates', /The same name twice/, buckets);
    await vscode.screenshot('accessible-lesson');
    await keys.command('View: New Editor Group to the Right');
    await runLesson('keys', /Why KEYS hurts/, plot);
  });

  it('never needed the mouse', async () => {
    assert.equal(await keys.mouseUses(), 0);
  });

  for (const [theme, name] of [['Dark High Contrast', 'hc-black'], ['Light High Contrast', 'hc-light'], ['Dark Modern', 'vs-dark'], ['Light Modern', 'vs']] as const) {
    it(`has nothing that axe-core finds wrong in ${theme}`, async function () {
      this.timeout(90_000);
      await keys.press('Control+k', 'Control+t');
      await keys.pick(new RegExp(`^${theme}`), /Color Theme/);
      await vscode.page.locator(`.monaco-workbench.${name}`).waitFor();
      await vscode.screenshot(`theme-${name}`);
      assert.deepEqual(await violations(vscode.page.mainFrame(), '.part.sidebar [role=tree]'), []);
      for (const { name: spoken, label } of await vscode.tree.shown()) assert.ok(spoken.includes(label), `${label} is read as ${spoken}`);
      for (const picture of [buckets, plot]) assert.deepEqual(await violations(await frameOf(picture), '#container'), []);
    });
  }
});
