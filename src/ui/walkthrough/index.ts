import * as vscode from 'vscode';
import { registerCommand } from '../platform/commands.ts';
import { createDisposables } from '../platform/disposables.ts';
import type { Services } from '../services.ts';

/** Registers the walkthrough, and what completes the steps that no feature tells by itself: a database was unfolded, a server was added. */
export function register({ context, explorer, connections, walkthrough }: Services): vscode.Disposable {
  const connected = (): void => {
    if (connections.list().length > 0) walkthrough.did('connect');
  };
  connected();
  return createDisposables(
    explorer.tree.onDidExpandElement(({ element }) => {
      if (element.kind === 'database') walkthrough.did('browse');
    }),
    connections.onDidChange(connected),
    walkthrough.onDidHideRow(() => explorer.changed()),
    registerCommand('keyspace.getStarted', async () => {
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#keyspace.start`, false);
      walkthrough.tell();
    }),
    registerCommand('keyspace.hideGetStarted', () => walkthrough.hideRow()),
  );
}
