import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { Failure } from '../../core/failure.ts';
import type { Node } from '../explorer/nodes.ts';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import { registerCommand } from '../platform/commands.ts';
import { createDisposables } from '../platform/disposables.ts';
import type { Services } from '../services.ts';
import { registerClickedFiles } from './clickedFile.ts';
import { registerFiles } from './openFiles.ts';

/** Registers what can be done with practice servers: the one that is always there, and those that show files. */
export function register(services: Services): vscode.Disposable {
  const { practice, sessions, model, explorer } = services;
  return createDisposables(
    registerFiles(services),
    registerClickedFiles(services),
    practice.onDidChange(async (id) => {
      const gone = !practice.list().some((one) => one.id === id);
      if (gone) {
        model.forget(id);
        await sessions.disconnect(id);
      }
      explorer.changed(undefined);
      explorer.filtersChanged();
    }),
    registerRowCommand(explorer, 'keyspace.closePracticeServer', async (row) => {
      const profile = await choosePractice(services, row);
      if (profile === undefined) return;
      const close = vscode.l10n.t('Close');
      const chosen = await vscode.window.showWarningMessage(
        vscode.l10n.t('Close the practice server “{0}”?', profile.name),
        { modal: true, detail: vscode.l10n.t('Its data are in memory only, and are thrown away. Save as dump.rdb… keeps them.') },
        close,
      );
      if (chosen === close) await practice.close(profile.id);
    }),
    registerCommand('keyspace.resetPractice', async () => {
      const reset = vscode.l10n.t('Reset');
      const chosen = await vscode.window.showWarningMessage(
        vscode.l10n.t('Reset the practice data?'),
        { modal: true, detail: vscode.l10n.t('Every key of every database of the practice server is thrown away, and the sample data set is loaded again.') },
        reset,
      );
      if (chosen !== reset) return;
      model.forget(practice.profile.id);
      await sessions.disconnect(practice.profile.id);
      await practice.reset();
      explorer.changed(undefined);
      explorer.filtersChanged();
    }),
  );
}

/** The practice server that a row belongs to, or that the user chooses; never the one that is always there. */
async function choosePractice({ practice }: Services, row: Node | undefined): Promise<ConnectionProfile | undefined> {
  for (let at = row; at !== undefined; at = at.parent) {
    const id = at.kind === 'connection' ? at.profile.id : undefined;
    const found = practice.list().find((one) => one.id === id);
    if (found !== undefined) return found;
  }
  const items = practice.list().map((profile) => ({ label: profile.name, profile }));
  if (items.length === 0) throw new Failure('bad-input', vscode.l10n.t('There is no practice server but the one that is always there.'));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Close Practice Server'), placeHolder: vscode.l10n.t('Which practice server?') }))?.profile;
}
