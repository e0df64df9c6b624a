import * as vscode from 'vscode';
import { type Failure, isFailure } from '../../core/failure.ts';

/** How a failure reaches the user: rows for what a row asked for, a toast for what a command asked for, or nothing at all. */
export function isSilent(error: unknown): boolean {
  return isFailure(error, 'cancelled') || isFailure(error, 'declined');
}

/** What a row says of a failure, and what a click on it does. */
export interface FailureRow {
  readonly label: string;
  readonly advice: string;
  /** A click asks again, or edits the connection. */
  readonly remedy: 'retry' | 'edit';
}

/** The row for a failure. Complete for every kind: what happened, what to do. */
export function failureRow(error: unknown): FailureRow {
  if (!isFailure(error)) return { label: vscode.l10n.t('Something went wrong'), advice: vscode.l10n.t('Click to try again. The Keyspace log has the details.'), remedy: 'retry' };
  const retry = vscode.l10n.t('Click to try again.');
  const edit = vscode.l10n.t('Click to edit the connection.');
  switch (error.kind) {
    case 'auth':
      return { label: error.message, advice: edit, remedy: 'edit' };
    case 'tls':
      return { label: error.message, advice: edit, remedy: 'edit' };
    default:
      return { label: error.message, advice: retry, remedy: 'retry' };
  }
}

/** Shows what a command threw, once, unless the user caused it. */
export function showFailure(error: unknown): void {
  if (isSilent(error)) return;
  void vscode.window.showErrorMessage(messageOf(error));
}

/** A line for people. Unknown errors keep their own message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Turns what a load threw into a failure that a row can show; a cancelled load is none. */
export function rowFailure(error: unknown): Failure | Error | undefined {
  if (isSilent(error)) return undefined;
  return error instanceof Error ? error : new Error(String(error));
}
