import * as vscode from 'vscode';
import { editorIds } from '../platform/contributions.ts';
import type { Services } from '../services.ts';
import { openFiles } from './openFiles.ts';

/**
 * A click on an RDB file in VS Code's Explorer: it becomes a connection, as by Open RDB File…. The editor that VS Code makes for it
 * has nothing to show and goes at once; Reopen Editor With… leads to others.
 */
export function registerClickedFiles(services: Services): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(editorIds.file, {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor({ uri }, panel) {
      panel.dispose();
      void openFiles(services, [uri]);
    },
  } satisfies vscode.CustomReadonlyEditorProvider);
}
