import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { type RedisServer, startRedisServer } from '../support/redisServer.ts';
import { until } from '../support/ui/until.ts';
import { connectTo, databaseOf, find, removeConnections, rows, services } from './services.ts';

describe('sockets', () => {
  let server: RedisServer;
  before(async () => {
    server = await startRedisServer();
    await server.cli('SET', 'key', 'value');
    await server.cli('-n', '3', 'SET', 'other', 'value');
  });
  after(() => server.stop());
  before(removeConnections);
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await removeConnections();
  });

  /** Sockets at the server, redis-cli's own not counted. */
  const sockets = async (): Promise<number> => (await server.cli('CLIENT', 'LIST')).split('\n').filter((line) => line !== '' && !line.includes('cmd=client|list')).length;

  it('are opened when something is expanded, one for a database, and closed when the connection is collapsed', async () => {
    const { explorer } = await services();
    const profile = await connectTo(server.port);
    await rows();
    assert.equal(await sockets(), 0, 'a saved connection connects to nothing');
    const connection = find(await rows(), 'connection', (row) => row.profile.id === profile.id);
    await explorer.tree.reveal(connection, { expand: true });
    await until(() => connection.connected);
    const databases = (await rows(connection)).filter((row) => row.kind === 'database');
    assert.deepEqual(databases.map((row) => row.ref.database), [0, 3]);
    for (const database of databases) await rows(database);
    assert.equal(await sockets(), 2);
    await vscode.commands.executeCommand('workbench.actions.treeView.keyspace.explorer.collapseAll');
    await until(async () => (await sockets()) === 0);
    assert.equal(connection.connected, false);
    await explorer.tree.reveal(connection, { expand: true });
    await until(async () => (await sockets()) === 1);
    await vscode.commands.executeCommand('workbench.actions.treeView.keyspace.explorer.collapseAll');
    await until(async () => (await sockets()) === 0);
  });

  it('are not held by value documents, whose bytes can be read again all the same', async () => {
    const { model } = await services();
    const profile = await connectTo(server.port);
    const key = find(await rows(await databaseOf(profile)), 'key', (row) => row.name.toString() === 'key');
    model.rest(profile.id);
    await until(async () => (await sockets()) === 0);
    await vscode.commands.executeCommand('keyspace.openValue', key);
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.getText(), 'value');
    await until(async () => (await sockets()) === 0);
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(document.uri)).toString(), 'value');
    await until(async () => (await sockets()) === 0);
  });

  it('are closed when a connection is disconnected or removed', async () => {
    const { connections } = await services();
    const profile = await connectTo(server.port);
    await rows(await databaseOf(profile));
    assert.equal(await sockets(), 1);
    const connection = find(await rows(), 'connection', (row) => row.profile.id === profile.id);
    await vscode.commands.executeCommand('keyspace.disconnect', connection);
    await until(async () => (await sockets()) === 0);
    assert.equal(find(await rows(connection), 'notice').command, 'keyspace.reconnect');
    assert.equal(await sockets(), 0, 'a disconnected connection waits to be asked');
    await vscode.commands.executeCommand('keyspace.reconnect', connection);
    await until(async () => (await sockets()) === 1);
    await connections.remove(profile.id);
    await until(async () => (await sockets()) === 0);
    assert.ok(!(await rows()).includes(connection));
  });

  it('carry nothing that the Command Log does not show', async () => {
    const { commandLog } = await services();
    await server.cli('HSET', 'hash', 'f', 'v');
    const lines: string[] = [];
    const stop = commandLog.onEntry((entry) => lines.push(`${entry.connection} ${entry.database} ${entry.text} ${entry.outcome}`));
    await server.cli('CONFIG', 'RESETSTAT');
    const profile = await connectTo(server.port);
    await rows(find(await rows(await databaseOf(profile)), 'key', (row) => row.name.toString() === 'hash'));
    stop();
    const sent = lines.map((line) => line.replace(`${profile.name} 0 `, ''));
    for (const command of [/^INFO keyspace ok$/, /^SCAN 0 COUNT 100 ok$/, /^TYPE hash ok$/, /^HSCAN hash 0 COUNT \d+ ok$/]) assert.ok(sent.some((line) => command.test(line)), `${command.source} in\n${sent.join('\n')}`);
    // As many as the server counted; redis-cli sent the CONFIG and INFO around them.
    const stats = await server.cli('INFO', 'commandstats');
    const calls = [...stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)].filter(([, name]) => name !== 'config|resetstat').reduce((sum, [, , count]) => sum + Number(count), 0);
    assert.equal(sent.length, calls, stats);
  });
});
