import * as vscode from 'vscode';
import { registerCommand, setContext } from '../platform/commands.ts';
import { createDisposables } from '../platform/disposables.ts';
import type { Services } from '../services.ts';

/**
 * Registers what completes the steps of the walkthrough that no feature tells by itself: a database was unfolded, a server was added.
 * VS Code keeps which steps are done.
 */
export function register({ context, explorer, connections }: Services): vscode.Disposable {
  const connected = (): void => {
    if (connections.list().length > 0) setContext('keyspace.connected', true);
  };
  connected();
  return createDisposables(
    explorer.tree.onDidExpandElement(({ element }) => {
      if (element.kind === 'database') setContext('keyspace.browsed', true);
    }),
    connections.onDidChange(connected),
    registerCommand('keyspace.getStarted', async () => {
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#keyspace.start`, false);
    }),
  );
}
