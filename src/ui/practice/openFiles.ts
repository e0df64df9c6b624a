import { basename } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../../core/failure.ts';
import { keyCount } from '../explorer/labels.ts';
import { nodeId, type Node } from '../explorer/nodes.ts';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import { registerCommand } from '../platform/commands.ts';
import { showFailure } from '../platform/errors.ts';
import { withProgress } from '../platform/progress.ts';
import { viewIds } from '../platform/contributions.ts';
import { createDisposables } from '../platform/disposables.ts';
import { fileHint } from './fileText.ts';
import type { Services } from '../services.ts';

/** Registers opening and closing RDB files. */
export function registerFiles(services: Services): vscode.Disposable {
  const { rdbFiles, explorer, model, sessions } = services;
  return createDisposables(
    registerCommand('keyspace.openFile', async (file, selected) => {
      await openFiles(services, file instanceof vscode.Uri ? selectedFiles(file, selected) : await askFiles(false));
    }),
    registerCommand('keyspace.openScratchCopy', async (file, selected) => {
      await openFiles(services, file instanceof vscode.Uri ? selectedFiles(file, selected) : await askFiles(true), true);
    }),
    registerRowCommand(explorer, 'keyspace.closeFile', async (node) => {
      const id = await chooseFile(services, node);
      if (id !== undefined) await rdbFiles.close(id);
    }),
    rdbFiles.onDidChange(async (id) => {
      const file = rdbFiles.of(id);
      // At once: a row can be revealed only after the tree was told of it.
      if (file !== undefined && file.crash === undefined) return explorer.changed(undefined);
      if (file === undefined) model.forget(id);
      else model.disconnect(id);
      await sessions.disconnect(id);
      explorer.changed(file === undefined ? undefined : explorer.nodes.get(nodeId.connection(id)));
      explorer.filtersChanged();
    }),
  );
}

/** The files of a menu: the selection, if the one under the mouse is in it. */
function selectedFiles(file: vscode.Uri, selected: readonly vscode.Uri[] | undefined): readonly vscode.Uri[] {
  return selected?.some((one) => one.toString() === file.toString()) === true ? selected : [file];
}

async function askFiles(scratch: boolean): Promise<readonly vscode.Uri[]> {
  const chosen = await vscode.window.showOpenDialog({
    title: scratch ? vscode.l10n.t('Open RDB File as Scratch Copy') : vscode.l10n.t('Open RDB File'), openLabel: vscode.l10n.t('Open'), canSelectMany: true,
    filters: { [vscode.l10n.t('RDB files')]: ['rdb'], [vscode.l10n.t('All files')]: ['*'] },
  });
  return chosen ?? [];
}

/** Opens files one after the other; one that cannot be opened does not keep the others from it, and is told of once. */
export async function openFiles(services: Services, uris: readonly vscode.Uri[], scratch = false): Promise<void> {
  for (const uri of uris) {
    try {
      await openFile(services, uri, scratch);
    } catch (error) {
      showFailure(error);
    }
  }
}

async function openFile({ rdbFiles, explorer }: Services, uri: vscode.Uri, scratch: boolean): Promise<void> {
  if (uri.scheme !== 'file') throw new Failure('bad-input', vscode.l10n.t('{0} is not on a disk of the machine that Keyspace runs on.', uri.toString(true)));
  // A view that is hidden when it is told of a new row does not find it when it is to reveal it.
  if (!explorer.tree.visible) await vscode.commands.executeCommand(`${viewIds.explorer}.focus`);
  const profile = await withProgress(vscode.l10n.t('Opening {0}', basename(uri.fsPath)), (signal, report) =>
    rdbFiles.open(uri.fsPath, { scratch, signal, onProgress: ({ bytes, size, keys }) => report(keyCount(keys), size === 0 ? 1 : bytes / size) }));
  const shown = (await explorer.children.of(undefined)).find((row) => row.id === nodeId.connection(profile.id));
  if (shown !== undefined) await explorer.tree.reveal(shown, { expand: true, select: true, focus: true });
}

/** The file that a row belongs to, or that the user chooses. */
async function chooseFile({ rdbFiles }: Services, node: Node | undefined): Promise<string | undefined> {
  for (let at = node; at !== undefined; at = at.parent) if (at.kind === 'connection' && rdbFiles.get(at.profile.id) !== undefined) return at.profile.id;
  const items = rdbFiles.list().map(({ id, name }) => ({ label: name, description: fileHint(rdbFiles.of(id)), id }));
  if (items.length === 0) throw new Failure('bad-input', vscode.l10n.t('No RDB file is open. Use “Keyspace: Open RDB File…” first.'));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Close RDB File'), placeHolder: vscode.l10n.t('Which file?') }))?.id;
}
