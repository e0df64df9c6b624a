import * as vscode from 'vscode';
import { Failure } from '../../core/failure.ts';
import type { Node } from '../explorer/nodes.ts';
import { showFailure } from '../platform/errors.ts';
import type { CloneTarget } from './cloneForm.ts';

/** Rows of the view, as they are handed to the view itself. */
const ROWS = 'application/vnd.keyspace.rows';

/** Lets databases, namespaces and keys be dragged onto a database or a connection, to be cloned there; all else is left to `others`. */
export function createRowDrop(
  clone: (rows: readonly Node[], to: CloneTarget) => Promise<void>,
  others: vscode.TreeDragAndDropController<Node>,
): vscode.TreeDragAndDropController<Node> {
  return {
    dragMimeTypes: [ROWS],
    dropMimeTypes: [ROWS, ...others.dropMimeTypes],
    handleDrag(rows, data) {
      if (rows.every(({ kind }) => kind === 'database' || kind === 'namespace' || kind === 'key')) data.set(ROWS, new vscode.DataTransferItem(rows));
    },
    async handleDrop(onto, data, token) {
      const rows = data.get(ROWS)?.value as readonly Node[] | undefined;
      // Of rows that are no copies to be had, VS Code tells as an empty text.
      if (rows !== undefined && !Array.isArray(rows)) return showFailure(new Failure('bad-input', vscode.l10n.t('Databases, namespaces and keys can be dragged to be cloned, other rows not.')));
      if (rows === undefined) return others.handleDrop?.(onto, data, token);
      const to = targetOf(onto);
      if (to === undefined) return showFailure(new Failure('bad-input', vscode.l10n.t('Drop it on a database or a connection to clone it there.')));
      await clone(rows, to).catch(showFailure);
    },
  };
}

function targetOf(onto: Node | undefined): CloneTarget | undefined {
  for (let at = onto; at !== undefined; at = at.parent) {
    if (at.kind === 'database') return at.ref;
    if (at.kind === 'connection') return { profile: at.profile, database: undefined };
  }
  return undefined;
}
