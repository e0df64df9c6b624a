import type { Disposable } from 'vscode';
import { registerCommand } from '../platform/commands.ts';
import type { RowCommandId } from '../platform/contributions.ts';
import type { Node } from './nodes.ts';
import type { ExplorerView } from './view.ts';

/**
 * Registers a command that acts on rows. The handler gets the row that is meant (of a menu, with the keyboard's focus, or
 * selected) and all that are meant: the selection where the row is part of it, else the row alone.
 */
export function registerRowCommand(explorer: ExplorerView, id: RowCommandId, handler: (row: Node | undefined, rows: readonly Node[]) => Promise<void> | void): Disposable {
  return registerCommand(id, async (given, selected) => {
    const row = given === undefined ? explorer.tree.selection[0] : 'kind' in given ? given : await explorer.focused();
    const selection = selected ?? explorer.tree.selection;
    await handler(row, row === undefined || selection.includes(row) ? selection : [row]);
  });
}
