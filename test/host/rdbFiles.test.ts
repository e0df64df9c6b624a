import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { loadMore } from '../../src/ui/explorer/loading.ts';
import { present } from '../../src/ui/explorer/present.ts';
import { tooltipOf } from '../../src/ui/explorer/tooltip.ts';
import type { NodeOf } from '../../src/ui/explorer/nodes.ts';
import { createFileDrop } from '../../src/ui/practice/dropFiles.ts';
import { openFiles } from '../../src/ui/practice/openFiles.ts';
import { end, header, keyOf, moduleValue, stringKey } from '../support/rdbParts.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { find, rows, services } from './services.ts';

describe('RDB files', () => {
  let folder: string;
  let dump: string;
  let large: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyspace-rdb-'));
    dump = join(folder, 'whole.rdb');
    const server = await startRedisServer();
    await server.cli('DEBUG', 'POPULATE', '2000', 'user');
    await server.cli('SET', 'greeting', 'hello');
    await server.cli('SAVE');
    await writeFile(dump, await readFile(join(server.dir, 'dump.rdb')));
    large = join(folder, 'large.rdb');
    await server.cli('DEBUG', 'POPULATE', '1000000', 'many');
    await server.cli('SAVE');
    await copyFile(join(server.dir, 'dump.rdb'), large);
    await server.stop();
  });
  after(() => rm(folder, { recursive: true }));
  afterEach(async () => {
    const { rdbFiles } = await services();
    for (const { id } of rdbFiles.list()) await rdbFiles.close(id);
  });

  async function opened(path: string): Promise<NodeOf<'connection'>> {
    await vscode.commands.executeCommand('keyspace.openFile', vscode.Uri.file(path));
    return find(await rows(), 'connection', (row) => row.profile.endpoint.kind === 'practice' && row.profile.endpoint.file === path);
  }

  it('open by a click, which leaves no tab behind', async () => {
    const { rdbFiles } = await services();
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(dump), { preview: true });
    const tabs = (): number => vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter((tab) => tab.label === 'whole.rdb').length;
    while (rdbFiles.list().length === 0 || tabs() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(find(await rows(), 'connection', (row) => row.profile.endpoint.kind === 'practice' && row.profile.endpoint.file === dump).profile.access, 'read-only');
    // Again: it is open already.
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(dump), { preview: true });
    while (tabs() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(rdbFiles.list().length, 1);
  });

  it('are read-only connections that page, and say where they come from', async () => {
    const all = await services();
    const file = await opened(dump);
    assert.match(present(file, { keyLabel: 'segment' }).contextValue ?? '', /^connection file/);
    const tooltip = await tooltipOf(file, all.model, all.rdbFiles.of) ?? '';
    assert.match(tooltip, /whole\.rdb\n.*whole\.rdb\nRDB version 10\nWritten by redis 7\.0\.15\nWritten at .*\nKeys: 2,001\n/);
    const database = find(await rows(file), 'database');
    assert.equal(database.keys, 2001);
    assert.doesNotMatch(present(database, { keyLabel: 'segment' }).contextValue ?? '', /writable/);
    await rows(database);
    await all.model.database(database.ref).keyspace.scanEverything({ signal: new AbortController().signal });
    const user = find(await rows(database), 'namespace');
    await loadMore(all, (await rows(user)).at(-1));
    assert.equal((await rows(user)).filter((row) => row.kind === 'key').length, 1000);
    await vscode.commands.executeCommand('keyspace.openValue', find(await rows(database), 'key', (row) => row.name.toString() === 'greeting'));
    assert.equal(vscode.window.activeTextEditor?.document.getText(), 'hello');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('open up to the damage, with a row that says where', async () => {
    const whole = await readFile(dump);
    const path = join(folder, 'cut.rdb');
    await writeFile(path, whole.subarray(0, whole.length / 2));
    const { mtimeMs } = await stat(path);
    const notice = find(await rows(await opened(path)), 'notice');
    assert.equal(notice.severity, 'error');
    assert.match(notice.label, /^Cut short at byte [\d,]+: the data ends (?:in the middle of a value|where a key or their end should be)/);
    assert.ok((await readFile(path)).equals(whole.subarray(0, whole.length / 2)));
    assert.equal((await stat(path)).mtimeMs, mtimeMs);
  });

  it('show values of modules by their type and size', async () => {
    const all = await services();
    const path = join(folder, 'modules.rdb');
    await writeFile(path, Buffer.concat([header, stringKey('plain', 'text'), keyOf(7, 'document', moduleValue('x'.repeat(60))), end]));
    const file = await opened(path);
    assert.match(await tooltipOf(file, all.model, all.rdbFiles.of) ?? '', /Values of modules, of which type and size are known: ReJSON-RL 1\n/);
    const database = find(await rows(file), 'database');
    const key = find(await rows(database), 'key', (row) => row.name.toString() === 'document');
    const item = present(key, { keyLabel: 'segment' });
    assert.equal(item.description, 'ReJSON-RL');
    assert.match(await tooltipOf(key, all.model, all.rdbFiles.of) ?? '', /^document\nType: ReJSON-RL \(raw\)\nTime to live: no expiry\nMemory: \d+ B$/);
  });

  it('stay shut when they would take too much or are none, and leave no row', async () => {
    const { rdbFiles } = await services();
    const text = join(folder, 'text.rdb');
    await writeFile(text, 'no dump at all');
    const options = { signal: new AbortController().signal, onProgress: (): void => undefined };
    await assert.rejects(rdbFiles.open(text, options), /text\.rdb cannot be read, at byte 0: this is no dump/);
    for (const [content, says] of [['', /text\.rdb is empty/], ['REDIS', /text\.rdb is no RDB file, or only the beginning of one: it ends at byte 5/]] as const) {
      await writeFile(text, content);
      await assert.rejects(rdbFiles.open(text, options), says);
    }
    await vscode.workspace.getConfiguration().update('keyspace.practice.maxMemory', '10 KB', vscode.ConfigurationTarget.Global);
    try {
      await assert.rejects(rdbFiles.open(dump, options), /the names of its 2,001 keys alone would take about .* of memory, .* allows 10\.0 KiB/);
    } finally {
      await vscode.workspace.getConfiguration().update('keyspace.practice.maxMemory', undefined, vscode.ConfigurationTarget.Global);
    }
    assert.deepEqual(rdbFiles.list(), []);
  });

  it('are opened several at a time, and one that is none does not keep the others from it', async () => {
    const { rdbFiles } = await services();
    const [second, text] = [join(folder, 'second.rdb'), join(folder, 'notes.txt')];
    await copyFile(dump, second);
    await writeFile(text, 'no dump at all');
    const uris = [dump, text, folder, second].map((path) => vscode.Uri.file(path));
    await vscode.commands.executeCommand('keyspace.openFile', uris[0], uris);
    assert.deepEqual(rdbFiles.list().map(({ name }) => name), ['whole.rdb', 'second.rdb']);
  });

  it('are opened when they are dropped on the view, each once', async () => {
    const all = await services();
    const second = join(folder, 'dropped.rdb');
    await copyFile(dump, second);
    const data = new vscode.DataTransfer();
    data.set('text/uri-list', new vscode.DataTransferItem(`# two files\r\n${vscode.Uri.file(dump).toString()}\r\n${vscode.Uri.file(second).toString()}\r\n${vscode.Uri.file(dump).toString()}\r\n`));
    const drop = createFileDrop((uris) => openFiles(all, uris));
    assert.deepEqual(drop.dropMimeTypes, ['text/uri-list', 'files']);
    await drop.handleDrop?.(undefined, data, new vscode.CancellationTokenSource().token);
    assert.deepEqual(all.rdbFiles.list().map(({ name }) => name), ['whole.rdb', 'dropped.rdb']);
  });

  it('leave nothing behind when opening is cancelled', async () => {
    const { rdbFiles } = await services();
    const before = await rows();
    const heard: string[] = [];
    const listening = rdbFiles.onDidChange((id) => heard.push(id));
    const cancelled = new AbortController();
    const seen: number[] = [];
    await assert.rejects(
      rdbFiles.open(large, {
        signal: cancelled.signal,
        onProgress({ bytes, size, keys }) {
          seen.push(keys);
          assert.ok(bytes > 0 && bytes <= size);
          cancelled.abort();
        },
      }),
      // Not the Failure of this bundle: the extension's.
      { name: 'Failure', kind: 'cancelled' },
    );
    listening.dispose();
    assert.ok(seen.length > 0 && (seen[0] ?? 0) > 0, 'it told how far it was');
    assert.deepEqual(rdbFiles.list(), []);
    assert.deepEqual(heard, []);
    assert.deepEqual(await rows(), before);
  });

  it('may be opened as scratch copies, which are changed and not saved', async () => {
    const { rdbFiles, model } = await services();
    const before = await readFile(dump);
    await vscode.commands.executeCommand('keyspace.openScratchCopy', vscode.Uri.file(dump));
    await vscode.commands.executeCommand('keyspace.openFile', vscode.Uri.file(dump));
    const [copy = assert.fail(), looked = assert.fail()] = await Promise.all(rdbFiles.list().map(async ({ id }) => find(await rows(), 'connection', (row) => row.profile.id === id)));
    assert.equal(present(copy, { keyLabel: 'segment' }).description, 'scratch copy · changes are not saved');
    assert.equal(present(looked, { keyLabel: 'segment' }).description, 'RDB file · read-only');
    const database = find(await rows(copy), 'database');
    assert.match(present(database, { keyLabel: 'segment' }).contextValue ?? '', /writable/);
    await model.session(database.ref).send(['SET', 'greeting', 'changed']);
    assert.equal(String(await model.session(database.ref).send(['GET', 'greeting'])), 'changed');
    assert.ok((await readFile(dump)).equals(before));
  });

  it('whose thread has died say so in a row, from which they are opened again', async () => {
    const all = await services();
    await vscode.workspace.getConfiguration().update('keyspace.practice.maxMemory', '16 MB', vscode.ConfigurationTarget.Global);
    try {
      await vscode.commands.executeCommand('keyspace.openScratchCopy', vscode.Uri.file(dump));
      const [profile = assert.fail()] = all.rdbFiles.list();
      const connection = find(await rows(), 'connection', (row) => row.profile.id === profile.id);
      const database = find(await rows(connection), 'database');
      const died = new Promise<void>((resolve) => {
        const listening = all.rdbFiles.onDidChange(() => {
          listening.dispose();
          resolve();
        });
      });
      // More than its thread may have, whatever it takes itself to have.
      await assert.rejects(all.model.session(database.ref).send(['DEBUG', 'POPULATE', '3000000', 'heavy', '100']));
      await died;
      assert.equal(all.rdbFiles.of(profile.id)?.crash, 'it needed more memory than it may have');
      const notice = find(await rows(connection), 'notice');
      assert.deepEqual([notice.severity, notice.command], ['error', 'keyspace.reconnect']);
      assert.equal(notice.label, 'This file is not served any more: it needed more memory than it may have');
      assert.match(notice.detail, /^Click to open it again/);
      await vscode.commands.executeCommand('keyspace.reconnect', notice);
      assert.equal(find(await rows(connection), 'database').keys, 2001);
      assert.equal(all.rdbFiles.of(profile.id)?.crash, undefined);
    } finally {
      await vscode.workspace.getConfiguration().update('keyspace.practice.maxMemory', undefined, vscode.ConfigurationTarget.Global);
    }
  }).timeout(60_000);

  it('are read again when opened again, and gone when closed', async () => {
    const { rdbFiles } = await services();
    await opened(dump);
    const again = await opened(dump);
    assert.equal(rdbFiles.list().length, 1);
    await vscode.commands.executeCommand('keyspace.closeFile', again);
    assert.deepEqual(rdbFiles.list(), []);
    assert.equal((await rows()).find((row) => row.id === again.id), undefined);
    await assert.rejects(rdbFiles.connect(again.profile.id), /closed/);
  });
});
