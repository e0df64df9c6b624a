import * as vscode from 'vscode';
import type { CommandLog } from '../../core/connection/commandLog.ts';
import type { CommandLogEntry } from '../../core/connection/ports.ts';
import { createDisposables } from '../platform/disposables.ts';

const scheme = 'keyspace-command-log';
/** Ms between two redraws of an open log: a scan sends thousands of commands a second. */
const redrawEvery = 250;

export interface CommandLogView extends vscode.Disposable {
  show(): Promise<void>;
}

/** The Command Log as a read-only document that follows what is sent. Nothing is formatted while nobody looks. */
export function createCommandLogView(log: CommandLog): CommandLogView {
  const uri = vscode.Uri.from({ scheme, path: `${vscode.l10n.t('Keyspace Command Log')}.log` });
  const changed = new vscode.EventEmitter<vscode.Uri>();
  let redraw: NodeJS.Timeout | undefined;
  const isOpen = (): boolean => vscode.workspace.textDocuments.some((document) => document.uri.scheme === scheme);
  const disposables = createDisposables(
    changed,
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: () => log.entries().map(formatEntry).join('\n'),
    }),
    { dispose: log.onEntry(() => {
      if (redraw !== undefined || !isOpen()) return;
      redraw = setTimeout(() => {
        redraw = undefined;
        changed.fire(uri);
      }, redrawEvery);
    }) },
    { dispose: () => clearTimeout(redraw) },
  );
  return {
    async show() {
      changed.fire(uri);
      const document = await vscode.workspace.openTextDocument(uri);
      const editor = await vscode.window.showTextDocument(document, { preview: false });
      const end = document.lineAt(document.lineCount - 1).range.end;
      editor.revealRange(new vscode.Range(end, end));
    },
    dispose: () => {
      disposables.dispose();
    },
  };
}

function formatEntry(entry: CommandLogEntry): string {
  const time = new Date(entry.time).toISOString().slice(11, 23);
  const duration = entry.duration === undefined ? '-' : `${entry.duration.toFixed(1)} ms`;
  return `${time} [${entry.connection} db${entry.database}] ${entry.text} → ${entry.outcome} (${duration})`;
}
