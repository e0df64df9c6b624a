import * as vscode from 'vscode';
import type { StatementResult } from '../../core/terminal/runScript.ts';
import { createDisposables } from '../platform/disposables.ts';

/** What came of the commands of scripts: its first line beside the command, all of it on hover and in a document. */
export interface Results extends vscode.Disposable {
  /** Forgets what stands beside a document: before it is run again, or when it was edited. */
  clear(document: vscode.TextDocument): void;
  add(document: vscode.TextDocument, result: StatementResult): void;
  /** Opens all results of a document beside it, read-only. */
  show(document: vscode.TextDocument): Promise<void>;
}

const scheme = 'keyspace-results';
/** Of documents of results: in plain text the `1)` before an item counts as a bracket that was never opened, and is red. */
const repliesId = 'redis-replies';
/** Characters beside a line, and in a hover. */
const BESIDE = 80;
const HOVER = 5000;
/** Ms between two drawings while a script runs. */
const DRAW_EVERY = 50;

/** Makes the keeper of results. */
export function createResults(): Results {
  const byDocument = new Map<string, StatementResult[]>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const beside = (colour: string): vscode.TextEditorDecorationType => vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor(colour), margin: '0 0 0 2em' }, rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  const [fine, failed] = [beside('editorCodeLens.foreground'), beside('errorForeground')];

  const draw = (document: vscode.TextDocument): void => {
    const results = byDocument.get(document.uri.toString()) ?? [];
    for (const editor of vscode.window.visibleTextEditors.filter((shown) => shown.document === document)) {
      editor.setDecorations(fine, results.filter((result) => !result.failed).map((result) => decoration(document, result)));
      editor.setDecorations(failed, results.filter((result) => result.failed).map((result) => decoration(document, result)));
    }
  };
  const undrawn = new Set<vscode.TextDocument>();
  let drawing: NodeJS.Timeout | undefined;
  const clear = (document: vscode.TextDocument): void => {
    if (byDocument.delete(document.uri.toString())) draw(document);
  };
  const disposables = createDisposables(
    changed, fine, failed,
    { dispose: () => clearTimeout(drawing) },
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0) clear(document);
    }),
    vscode.workspace.onDidCloseTextDocument(clear),
    vscode.window.onDidChangeVisibleTextEditors((editors) => {
      for (const { document } of editors) draw(document);
    }),
    vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: changed.event,
      provideTextDocumentContent: ({ query }) => (byDocument.get(query) ?? []).map(({ statement, text }) => `> ${statement.text.trim()}\n${text}`).join('\n'),
    }),
  );
  return {
    clear,
    add(document, result) {
      const key = document.uri.toString();
      const results = byDocument.get(key);
      if (results === undefined) byDocument.set(key, [result]);
      else results.push(result);
      undrawn.add(document);
      drawing ??= setTimeout(() => {
        drawing = undefined;
        for (const one of undrawn) draw(one);
        undrawn.clear();
      }, DRAW_EVERY);
    },
    async show(document) {
      const name = document.uri.path.split('/').at(-1) ?? '';
      const uri = vscode.Uri.from({ scheme, path: `/${vscode.l10n.t('{0} (results)', name)}`, query: document.uri.toString() });
      changed.fire(uri);
      const opened = await vscode.workspace.openTextDocument(uri);
      await vscode.window.showTextDocument(await vscode.languages.setTextDocumentLanguage(opened, repliesId), { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true, preview: true });
    },
    dispose: () => void disposables.dispose(),
  };
}

function decoration(document: vscode.TextDocument, { statement, text }: StatementResult): vscode.DecorationOptions {
  const [first = '', ...more] = text.trimEnd().split('\n');
  const cut = first.length > BESIDE ? `${first.slice(0, BESIDE - 1)}…` : first;
  const end = document.positionAt(statement.to);
  return {
    range: new vscode.Range(end, end),
    hoverMessage: new vscode.MarkdownString().appendCodeblock(text.length > HOVER ? `${text.slice(0, HOVER)}…` : text.trimEnd(), 'text'),
    renderOptions: { after: { contentText: more.length === 0 ? cut : vscode.l10n.t('{0}  … {1} lines more', cut, more.length) } },
  };
}
