import * as vscode from 'vscode';
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
