import * as vscode from 'vscode';
import { reportScheme } from './contributions.ts';

/** Texts that are shown as read-only documents, which nobody is asked to save. */
export interface Reports extends vscode.Disposable {
  /** Opens a text; `title` names its tab. */
  show(title: string, text: string): Promise<void>;
}

/** Texts that are kept; a tab of an older one is empty when its editor is opened again. */
const MOST = 20;

export function createReports(): Reports {
  const texts = new Map<string, string>();
  let count = 0;
  const provider = vscode.workspace.registerTextDocumentContentProvider(reportScheme, {
    provideTextDocumentContent: (uri) => texts.get(uri.toString()) ?? vscode.l10n.t('This report is no longer kept.'),
  });
  return {
    async show(title, text) {
      count += 1;
      const uri = vscode.Uri.from({ scheme: reportScheme, path: `/${title.replaceAll('/', '∕')}.txt`, query: String(count) });
      texts.set(uri.toString(), text);
      for (const old of texts.keys()) if (texts.size > MOST) texts.delete(old);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: false });
    },
    dispose() {
      provider.dispose();
    },
  };
}
