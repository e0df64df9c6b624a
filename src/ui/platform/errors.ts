import * as vscode from 'vscode';
import { isFailure } from '../../core/failure.ts';
import { plainText } from './plainText.ts';

/** True for what the user caused: it is neither a row nor a toast. What a row asked for fails as a row, what a command asked for as a toast. */
export function isSilent(error: unknown): boolean {
  return isFailure(error, 'cancelled') || isFailure(error, 'declined');
}

/** What a row says of a failure, and what a click on it does. */
export interface FailureRow {
  readonly label: string;
  readonly advice: string;
  /** A click asks again, edits the connection, or refreshes what is listed. */
  readonly remedy: 'retry' | 'edit' | 'refresh';
}

/** The row for a failure. Complete for every kind: what happened, what to do. */
export function failureRow(error: unknown): FailureRow {
  if (!isFailure(error)) return { label: vscode.l10n.t('Something went wrong'), advice: vscode.l10n.t('Click to try again. The Keyspace log has the details.'), remedy: 'retry' };
  switch (error.kind) {
    case 'auth':
    case 'tls':
      return { label: error.message, advice: vscode.l10n.t('Click to edit the connection.'), remedy: 'edit' };
    case 'vanished':
    case 'wrong-type':
      return { label: error.message, advice: vscode.l10n.t('Click to refresh.'), remedy: 'refresh' };
    default:
      return { label: error.message, advice: vscode.l10n.t('Click to try again.'), remedy: 'retry' };
  }
}

/** Shows what a command threw, once, unless the user caused it. */
export function showFailure(error: unknown): void {
  if (isSilent(error)) return;
  void vscode.window.showErrorMessage(plainText(messageOf(error)));
}

/** A line for people. Unknown errors keep their own message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
