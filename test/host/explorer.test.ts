import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { isPaged, type Node } from '../../src/ui/explorer/nodes.ts';
import { present } from '../../src/ui/explorer/present.ts';
import { loadMore } from '../../src/ui/explorer/loading.ts';
import { type RedisServer, startRedisServer } from '../support/redisServer.ts';
import { connectTo, databaseOf, find, removeConnections, rows, services } from './services.ts';

describe('explorer on a real redis-server', () => {
  afterEach(removeConnections);
  let server: RedisServer;
  before(async () => {
    server = await startRedisServer();
    await server.cli('DEBUG', 'POPULATE', '2000', 'user:profile');
    await server.cli('SET', 'flat', 'value');
    await server.cli('SET', 'user', 'a key that is also a namespace');
    await server.cli('SET', 'a::b', 'empty segment');
    await server.cli('RPUSH', 'queue', 'one', 'two', 'three');
    await server.cli('ZADD', 'board', '1.5', 'ann');
  });
  after(() => server.stop());

  it('lists databases with their counts', async () => {
    const database = await databaseOf(await connectTo(server.port));
    assert.equal(database.keys, 2005);
    assert.match(String(present(database, { keyLabel: 'segment' }).description), /2,005 keys/);
  });

  it('shows a page, then more, each key once, and the same object for the same id', async () => {
    const all = await services();
    const profile = await connectTo(server.port);
    const database = await databaseOf(profile);
    await rows(database);
    await all.model.database(database.ref).keyspace.scanEverything({ signal: new AbortController().signal });
    const level = await rows(database);
    const user = find(level, 'namespace', (row) => row.segment.toString() === 'user');
    find(level, 'key', (row) => row.name.toString() === 'user');
    const profiles = find(await rows(user), 'namespace', (row) => row.segment.toString() === 'profile');
    const first = await rows(profiles);
    assert.equal(first.filter((row) => row.kind === 'key').length, 500);
    assert.equal(first.at(-1)?.kind, 'more');
    await loadMore(all, first.at(-1));
    const second = await rows(profiles);
    const names = second.filter((row) => row.kind === 'key').map((row) => row.name.toString());
    assert.equal(names.length, 1000);
    assert.equal(new Set(names).size, 1000);
    for (const row of first.filter((one) => one.kind === 'key')) assert.ok(second.includes(row), row.id);
  });

  it('knows the parent of every row, up to the connection', async () => {
    const database = await databaseOf(await connectTo(server.port));
    const level = await rows(database);
    const empty = find(level, 'namespace', (row) => row.segment.toString() === 'a');
    const below = find(await rows(empty), 'namespace', (row) => row.segment.length === 0);
    const kinds: string[] = [];
    for (let at: Node | undefined = find(await rows(below), 'key'); at !== undefined; at = at.parent) kinds.push(at.kind);
    assert.deepEqual(kinds, ['key', 'namespace', 'namespace', 'database', 'connection']);
    assert.equal(present(below, { keyLabel: 'segment' }).label, '(empty)');
  });

  it('shows list items and scores as the server wrote them', async () => {
    const database = await databaseOf(await connectTo(server.port));
    const level = await rows(database);
    const items = await rows(find(level, 'key', (row) => row.name.toString() === 'queue'));
    assert.deepEqual(items.filter((row) => row.kind === 'member').map((row) => present(row, { keyLabel: 'segment' }).description), ['one', 'two', 'three']);
    const scored = find(await rows(find(level, 'key', (row) => row.name.toString() === 'board')), 'member');
    assert.equal(present(scored, { keyLabel: 'segment' }).description, '1.5');
  });

  it('offers no writing words on a read-only connection', async () => {
    const database = await databaseOf(await connectTo(server.port, { access: 'read-only' }));
    for (const row of [database, ...(await rows(database))]) assert.doesNotMatch(present(row, { keyLabel: 'segment' }).contextValue ?? '', /writable/);
  });

  it('turns a refused connection into a row that says what to do', async () => {
    const gone = await startRedisServer();
    await gone.stop();
    const profile = await connectTo(gone.port);
    const connection = find(await rows(), 'connection', (row) => row.profile.id === profile.id);
    const notice = find(await rows(connection), 'notice');
    assert.equal(notice.severity, 'error');
    assert.equal(notice.command, 'keyspace.reconnect');
    assert.match(notice.label, new RegExp(String(gone.port)));
  });

  it('turns a wrong password into a row that leads to the connection', async () => {
    const guarded = await startRedisServer(['--requirepass', 'right']);
    try {
      const profile = await connectTo(guarded.port, { password: 'wrong-secret' });
      const connection = find(await rows(), 'connection', (row) => row.profile.id === profile.id);
      const notice = find(await rows(connection), 'notice');
      assert.equal(notice.command, 'keyspace.editConnection');
      assert.doesNotMatch(JSON.stringify([notice.label, notice.detail]), /wrong-secret/);
    } finally {
      await guarded.stop();
    }
  });

  it('opens a value as a read-only document', async () => {
    const database = await databaseOf(await connectTo(server.port));
    const key = find(await rows(database), 'key', (row) => row.name.toString() === 'flat');
    await vscode.commands.executeCommand('keyspace.openValue', key);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.getText(), 'value');
    assert.equal(document?.uri.scheme, 'keyspace');
    assert.equal(vscode.workspace.fs.isWritableFileSystem('keyspace'), false);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('opens a long value by parts', async () => {
    const long = 'x'.repeat((1 << 20) + 5);
    await server.cli('SETRANGE', 'long', String(long.length - 1), 'y');
    const database = await databaseOf(await connectTo(server.port));
    const key = find(await rows(database), 'key', (row) => row.name.toString() === 'long');
    await vscode.commands.executeCommand('keyspace.openValue', key);
    assert.match(vscode.window.activeTextEditor?.document.uri.path ?? '', /part 1 of 2/);
    await vscode.commands.executeCommand('keyspace.showNextPart');
    assert.match(vscode.window.activeTextEditor?.document.uri.path ?? '', /part 2 of 2/);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('finds the paged row of every row', async () => {
    const database = await databaseOf(await connectTo(server.port));
    assert.ok(isPaged(database));
    for (const row of await rows(database)) assert.ok(isPaged(row) || row.parent === database);
  });
});
