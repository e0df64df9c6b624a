import * as vscode from 'vscode';
import type { CommandId, CommandTable, ContextId, ContextTable } from './contributions.ts';
import { showFailure } from './errors.ts';

/** Registers a handler with the arguments the table gives it; what it throws is shown once, by `errors.ts`. */
export function registerCommand<Id extends CommandId>(
  id: Id,
  handler: (...args: Parameters<CommandTable[Id]>) => Promise<void> | void,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: Parameters<CommandTable[Id]>) => {
    try {
      await handler(...args);
    } catch (error) {
      showFailure(error);
    }
  });
}

/** A command for a TreeItem. */
export function commandOf<Id extends CommandId>(id: Id, title: string, ...args: Parameters<CommandTable[Id]>): vscode.Command {
  return { command: id, title, arguments: args };
}

/** Sets a context key of the table. */
export function setContext<Id extends ContextId>(id: Id, value: ContextTable[Id]): void {
  void vscode.commands.executeCommand('setContext', id, value);
}
