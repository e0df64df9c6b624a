import { basename } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../../core/failure.ts';
import { formatCount } from '../explorer/labels.ts';
import { nodeId, type Node } from '../explorer/nodes.ts';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import { registerCommand } from '../platform/commands.ts';
import { createDisposables } from '../platform/disposables.ts';
import type { Services } from '../services.ts';

/** Registers opening and closing RDB files. */
export function registerFiles(services: Services): vscode.Disposable {
  const { rdbFiles, explorer, model, sessions } = services;
  return createDisposables(
    registerCommand('keyspace.openFile', async (file, selected) => {
      const chosen = file instanceof vscode.Uri ? selectedFiles(file, selected) : await askFiles();
      for (const uri of chosen) await openFile(services, uri);
    }),
    registerRowCommand(explorer, 'keyspace.closeFile', async (node) => {
      const id = await chooseFile(services, node);
      if (id !== undefined) await rdbFiles.close(id);
    }),
    rdbFiles.onDidChange(async (id) => {
      const file = rdbFiles.of(id);
      if (file === undefined) model.forget(id);
      else if (file.crash !== undefined) model.disconnect(id);
      await sessions.disconnect(id);
      explorer.changed(file?.crash === undefined ? undefined : explorer.nodes.get(nodeId.connection(id)));
      explorer.filtersChanged();
    }),
  );
}

/** The files of a menu: the selection, if the one under the mouse is in it. */
function selectedFiles(file: vscode.Uri, selected: readonly vscode.Uri[] | undefined): readonly vscode.Uri[] {
  return selected?.some((one) => one.toString() === file.toString()) === true ? selected : [file];
}

async function askFiles(): Promise<readonly vscode.Uri[]> {
  const chosen = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Open RDB File'), openLabel: vscode.l10n.t('Open'), canSelectMany: true,
    filters: { [vscode.l10n.t('RDB files')]: ['rdb'], [vscode.l10n.t('All files')]: ['*'] },
  });
  return chosen ?? [];
}

async function openFile({ rdbFiles, explorer }: Services, uri: vscode.Uri): Promise<void> {
  if (uri.scheme !== 'file') throw new Failure('bad-input', vscode.l10n.t('{0} is not on a disk of the machine that Keyspace runs on.', uri.toString(true)));
  const title = vscode.l10n.t('Opening {0}', basename(uri.fsPath));
  const profile = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (progress, token) => {
    const cancelled = new AbortController();
    token.onCancellationRequested(() => cancelled.abort());
    let last = 0;
    return rdbFiles.open(uri.fsPath, {
      signal: cancelled.signal,
      onProgress({ bytes, size, keys }) {
        const percent = size === 0 ? 100 : (bytes / size) * 100;
        progress.report({ message: vscode.l10n.t('{0} keys', formatCount(keys)), increment: percent - last });
        last = percent;
      },
    });
  });
  const shown = (await explorer.children.of(undefined)).find((row) => row.id === nodeId.connection(profile.id));
  if (shown !== undefined) await explorer.tree.reveal(shown, { expand: true, select: true, focus: true });
}

/** The file that a row belongs to, or that the user chooses. */
async function chooseFile({ rdbFiles }: Services, node: Node | undefined): Promise<string | undefined> {
  for (let at = node; at !== undefined; at = at.parent) if (at.kind === 'connection' && rdbFiles.get(at.profile.id) !== undefined) return at.profile.id;
  const items = rdbFiles.list().map(({ id, name }) => ({ label: name, description: rdbFiles.of(id)?.path ?? '', id }));
  if (items.length === 0) throw new Failure('bad-input', vscode.l10n.t('No RDB file is open. Use “Keyspace: Open RDB File…” first.'));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Close RDB File'), placeHolder: vscode.l10n.t('Which file?') }))?.id;
}
