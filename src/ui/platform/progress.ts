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

/** Ms that work may take before anybody is told of it. */
const UNNOTICED = 1000;

/** The same for what is mostly over at once: the notification comes after a second. */
export async function withLateProgress<T>(title: string, work: (signal: AbortSignal, report: (message: string, fraction?: number) => void) => Promise<T>): Promise<T> {
  const cancelled = new AbortController();
  let show: ((message: string, fraction?: number) => void) | undefined;
  const result = work(cancelled.signal, (message, fraction) => show?.(message, fraction));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), UNNOTICED);
  });
  try {
    if (await Promise.race([result.then(() => 'done' as const), late]) === 'done') return await result;
  } finally {
    clearTimeout(timer);
  }
  return withProgress(title, (signal, report) => {
    signal.addEventListener('abort', () => cancelled.abort());
    show = report;
    return result;
  });
}
