import * as vscode from 'vscode';
import { plainText } from './plainText.ts';

/** Runs what takes a while under a notification that can cancel it. `fraction`: of all that is to be done, 0 to 1. */
export function withProgress<T>(title: string, work: (signal: AbortSignal, report: (message: string, fraction?: number) => void) => Promise<T>): Thenable<T> {
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: plainText(title), cancellable: true }, (progress, token) => {
    const cancelled = new AbortController();
    token.onCancellationRequested(() => cancelled.abort());
    let percent = 0;
    return work(cancelled.signal, (message, fraction = 0) => {
      progress.report({ message, increment: Math.max(0, fraction * 100 - percent) });
      percent = Math.max(percent, fraction * 100);
    });
  });
}
