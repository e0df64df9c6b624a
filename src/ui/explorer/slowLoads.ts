import * as vscode from 'vscode';
import type { LoadingNode } from './model.ts';

/** Ms that a load may take before it is announced: longer than a page's budget, which has a spinning row of its own. */
const patience = 2500;

/** Shows a load that takes long as a notification from which it can be stopped: a host that does not answer, a refresh without end. */
export function showIfSlow(node: LoadingNode, load: Promise<unknown>, stop: () => void): void {
  const settled = load.then(() => undefined, () => undefined);
  const timer = setTimeout(() => {
    void vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: titleOf(node), cancellable: true }, (_progress, token) => {
      token.onCancellationRequested(stop);
      return settled;
    });
  }, patience);
  void settled.then(() => clearTimeout(timer));
}

function titleOf(node: LoadingNode): string {
  switch (node.kind) {
    case 'connection':
      return vscode.l10n.t('Connecting to {0}', node.profile.name);
    default:
      return vscode.l10n.t('Loading from database {0} of {1}', node.ref.database, node.ref.profile.name);
  }
}
