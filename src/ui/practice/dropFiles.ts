import * as vscode from 'vscode';
import { Failure } from '../../core/failure.ts';
import type { Node } from '../explorer/nodes.ts';
import { showFailure } from '../platform/errors.ts';

/** What VS Code's Explorer drags, and what a file manager does. */
const URIS = 'text/uri-list';
const FILES = 'files';

/** Lets files be dropped on the view, wherever on it; nothing can be dragged from it. */
export function createFileDrop(open: (uris: readonly vscode.Uri[]) => Promise<void>): vscode.TreeDragAndDropController<Node> {
  return {
    dragMimeTypes: [],
    dropMimeTypes: [URIS, FILES],
    async handleDrop(_, data) {
      const uris = await droppedFiles(data);
      if (uris.length > 0) await open(uris);
      else showFailure(new Failure('bad-input', vscode.l10n.t('What was dropped is no file on a disk of the machine that Keyspace runs on.')));
    },
  };
}

/** Each file once: some sources tell of it in both ways. */
async function droppedFiles(data: vscode.DataTransfer): Promise<readonly vscode.Uri[]> {
  const uris: vscode.Uri[] = [];
  const list = await data.get(URIS)?.asString() ?? '';
  // A list of URIs may hold comments (RFC 2483).
  for (const line of list.split(/\r?\n/)) if (line !== '' && !line.startsWith('#')) uris.push(vscode.Uri.parse(line));
  for (const [, item] of data) {
    const uri = item.asFile()?.uri;
    if (uri !== undefined) uris.push(uri);
  }
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}
