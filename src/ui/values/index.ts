import * as vscode from 'vscode';
import { registerCommand } from '../platform/commands.ts';
import { valueScheme } from '../platform/contributions.ts';
import { createDisposables } from '../platform/disposables.ts';
import type { Services } from '../services.ts';
import { createEditing } from './editing.ts';
import { createValueFileSystem } from './fileSystem.ts';
import { followParts, openOtherPart, openValue } from './opening.ts';

/** Registers opening values as documents and plain editing. */
export function register(services: Services): vscode.Disposable {
  const { explorer } = services;
  const files = createValueFileSystem(services);
  const editing = createEditing(services, files);
  const readonlyReason = new vscode.MarkdownString(vscode.l10n.t('Values are read-only here; change them from the Keyspace view.'));
  return createDisposables(
    vscode.workspace.registerFileSystemProvider(valueScheme, files, { isCaseSensitive: true, isReadonly: readonlyReason }),
    followParts(),
    registerCommand('keyspace.openValue', (node) => openValue(files, node ?? explorer.selected())),
    registerCommand('keyspace.showNextPart', () => openOtherPart(files, 1)),
    registerCommand('keyspace.showPreviousPart', () => openOtherPart(files, -1)),
    registerCommand('keyspace.newKey', (node) => editing.newKey(node)),
    registerCommand('keyspace.editValue', (node) => editing.editValue(node)),
    registerCommand('keyspace.addMember', (node) => editing.addMember(node)),
    registerCommand('keyspace.delete', (node, selection) => editing.remove(node, selection ?? explorer.tree.selection)),
    registerCommand('keyspace.renameKey', (node) => editing.renameKey(node)),
    registerCommand('keyspace.setTimeToLive', (node) => editing.setTimeToLive(node)),
  );
}
