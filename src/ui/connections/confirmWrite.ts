import * as vscode from 'vscode';
import type { WriteRequest } from '../../core/connection/ports.ts';

/** Asks before a confirm-writes connection changes anything: a modal that names the server and what is sent. */
export async function confirmWrite({ profile, database, summary }: WriteRequest): Promise<boolean> {
  const write = vscode.l10n.t('Write');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('Change data on “{0}”, database {1}?', profile.name, database),
    { modal: true, detail: summary },
    write,
  );
  return chosen === write;
}
