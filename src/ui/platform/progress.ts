import * as vscode from 'vscode';
import { plainText } from './plainText.ts';

/** What work may say of itself. `fraction`: of all that is to be done, 0 to 1. */
export type Report = (message: string, fraction?: number) => void;

/** Ms that work may take before anybody is told of it. */
const UNNOTICED = 1000;

/** Runs what may take a while; after a second a notification tells of it, and can cancel it. */
export async function withProgress<T>(title: string, work: (signal: AbortSignal, report: Report) => Promise<T>): Promise<T> {
  const cancelled = new AbortController();
  let last: Parameters<Report> | undefined;
  let show: Report = (...told) => void (last = told);
  const result = work(cancelled.signal, (...told) => show(...told));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), UNNOTICED);
  });
  try {
    if (await Promise.race([result.then(() => 'done' as const), late]) === 'done') return await result;
  } finally {
    clearTimeout(timer);
  }
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: plainText(title), cancellable: true }, (progress, token) => {
    token.onCancellationRequested(() => cancelled.abort());
    let percent = 0;
    show = (message, fraction = 0) => {
      progress.report({ message, increment: Math.max(0, fraction * 100 - percent) });
      percent = Math.max(percent, fraction * 100);
    };
    if (last !== undefined) show(...last);
    return result;
  });
}
