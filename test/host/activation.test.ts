import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('the extension in a real extension host', () => {
  const extension = vscode.extensions.getExtension('keyspace.keyspace');

  it('activates, and gives its services to tests', async () => {
    assert.ok(extension, 'the extension is there');
    const services: unknown = await extension.activate();
    assert.ok(extension.isActive);
    assert.ok(typeof services === 'object' && services !== null && 'sessions' in services);
  });

  it('registers every command that its manifest contributes', async () => {
    const { contributes } = extension?.packageJSON as { contributes: { commands: { command: string }[] } };
    assert.ok(contributes.commands.length > 0);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(contributes.commands.map(({ command }) => command).filter(command => !registered.has(command)), []);
  });
});
