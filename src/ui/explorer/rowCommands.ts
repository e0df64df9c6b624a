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
  return registerCommand(id, async (...args) => {
    const [given, selected] = args;
    // A menu's row that VS Code has drawn anew meanwhile comes as nothing, but it has the focus; from the palette nothing comes at all.
    const stale = args.length > 0 && given === undefined;
    const row = given !== undefined && 'kind' in given ? given : given === undefined && !stale ? explorer.tree.selection[0] : await explorer.focused();
    const selection = selected ?? explorer.tree.selection;
    await handler(row, row === undefined || selection.includes(row) ? selection : [row]);
  });
}
