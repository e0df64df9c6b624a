import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { type RedisServer, startRedisServer } from '../support/redisServer.ts';
import { until } from '../support/ui/until.ts';
import { connectTo, databaseOf, find, removeConnections, rows } from './services.ts';

describe('deleting', () => {
  let server: RedisServer;
  const asked: string[] = [];
  const told: string[] = [];
  const { showWarningMessage, showErrorMessage } = vscode.window;
  before(async () => {
    server = await startRedisServer();
    // What the user would be asked and told; the answer is yes.
    vscode.window.showWarningMessage = (async (message: string, options: vscode.MessageOptions, ...items: string[]) => {
      asked.push(`${message}\n${options.detail ?? ''}`);
      return items[0];
    });
    vscode.window.showErrorMessage = (async (message: string) => {
      told.push(message);
      return undefined;
    });
  });
  beforeEach(async () => {
    asked.length = 0;
    told.length = 0;
    await server.cli('FLUSHALL');
  });
  afterEach(removeConnections);
  after(async () => {
    Object.assign(vscode.window, { showWarningMessage, showErrorMessage });
    await server.stop();
  });

  it('the last member takes the key with it, and that is no error', async () => {
    await server.cli('HSET', 'small', 'only', 'v');
    await server.cli('SET', 'stays', 'v');
    const database = await databaseOf(await connectTo(server.port));
    const key = find(await rows(database), 'key', (row) => row.name.toString() === 'small');
    await vscode.commands.executeCommand('keyspace.delete', find(await rows(key), 'member'));
    assert.match(asked[0] ?? '', /only.*small/s);
    assert.deepEqual(told, []);
    assert.deepEqual((await rows(database)).map((row) => row.kind === 'key' && row.name.toString()), ['stays']);
    assert.equal(database.keys, 1);
  });

  it('shows what was deleted before one that was not there any more', async () => {
    await server.cli('SADD', 'tags', 'a', 'b', 'c');
    const database = await databaseOf(await connectTo(server.port));
    const key = find(await rows(database), 'key');
    const [a, b] = ['a', 'b'].map((name) => async () => find(await rows(key), 'member', (row) => row.row.kind === 'member' && row.row.member.toString() === name));
    const chosen = [await a?.(), await b?.()];
    await server.cli('SREM', 'tags', 'b');
    await vscode.commands.executeCommand('keyspace.delete', chosen[0], chosen);
    assert.match(told[0] ?? '', /no longer exists/);
    assert.equal((await rows(key)).filter((row) => row.kind === 'member').length, 1);
  });

  it('a key closes nothing but tells the document of its value', async () => {
    await server.cli('SET', 'shown', 'value');
    const database = await databaseOf(await connectTo(server.port));
    const key = find(await rows(database), 'key');
    await vscode.commands.executeCommand('keyspace.openValue', key);
    const uri = vscode.window.activeTextEditor?.document.uri;
    assert.ok(uri);
    await vscode.commands.executeCommand('keyspace.delete', key);
    await assert.rejects(async () => await vscode.workspace.fs.stat(uri), (error) => error instanceof vscode.FileSystemError && error.code === 'FileNotFound');
    assert.equal(find(await rows(database), 'notice').label, 'No keys');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await until(() => vscode.window.activeTextEditor === undefined);
  });
});
