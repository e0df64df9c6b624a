import * as vscode from 'vscode';
import { registerCommand } from '../platform/commands.ts';
import { createDisposables } from '../platform/disposables.ts';
import type { Services } from '../services.ts';

/** Registers the walkthrough, and what completes its first step: a database was unfolded. */
export function register({ context, explorer, walkthrough }: Services): vscode.Disposable {
  return createDisposables(
    explorer.tree.onDidExpandElement(({ element }) => {
      if (element.kind === 'database') walkthrough.did('browse');
    }),
    walkthrough.onDidHideRow(() => explorer.changed()),
    registerCommand('keyspace.getStarted', async () => {
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${context.extension.id}#keyspace.start`, false);
      walkthrough.tell();
    }),
    registerCommand('keyspace.hideGetStarted', () => walkthrough.hideRow()),
  );
}
