import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { fileHint } from '../practice/fileText.ts';
import type { Services } from '../services.ts';

/** Asks for one connection of the tree, for a command that was started without a row. */
export async function pickConnection({ profiles, rdbFiles }: Services, title: string): Promise<ConnectionProfile | undefined> {
  const items = profiles().map((profile) => ({ label: profile.name, description: fileHint(rdbFiles.of(profile.id)), profile }));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('Which connection?') }))?.profile;
}
