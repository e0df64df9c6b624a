import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { loadMore } from '../../src/ui/explorer/loading.ts';
import { present } from '../../src/ui/explorer/present.ts';
import { tooltipOf } from '../../src/ui/explorer/tooltip.ts';
import type { NodeOf } from '../../src/ui/explorer/nodes.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { find, rows, services } from './services.ts';

describe('RDB files', () => {
  let folder: string;
  let dump: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyspace-rdb-'));
    dump = join(folder, 'whole.rdb');
    const server = await startRedisServer();
    await server.cli('DEBUG', 'POPULATE', '2000', 'user');
    await server.cli('SET', 'greeting', 'hello');
    await server.cli('SAVE');
    await writeFile(dump, await readFile(join(server.dir, 'dump.rdb')));
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
    const notice = find(await rows(await opened(path)), 'notice');
    assert.equal(notice.severity, 'error');
    assert.match(notice.label, /^Cut short at byte [\d,]+: the data ends in the middle of a value/);
    assert.equal((await readFile(path)).length, Math.floor(whole.length / 2));
  });

  it('stay shut when they would take too much or are none, and leave no row', async () => {
    const { rdbFiles } = await services();
    const text = join(folder, 'text.rdb');
    await writeFile(text, 'no dump at all');
    const options = { signal: new AbortController().signal, onProgress: (): void => undefined };
    await assert.rejects(rdbFiles.open(text, options), /text\.rdb cannot be read, at byte 0: this is no dump/);
    await vscode.workspace.getConfiguration().update('keyspace.practice.maxMemory', '10 KB', vscode.ConfigurationTarget.Global);
    try {
      await assert.rejects(rdbFiles.open(dump, options), /the names of its 2,001 keys alone would take about .* of memory, .* allows 10\.0 KiB/);
    } finally {
      await vscode.workspace.getConfiguration().update('keyspace.practice.maxMemory', undefined, vscode.ConfigurationTarget.Global);
    }
    assert.deepEqual(rdbFiles.list(), []);
  });

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
