import * as vscode from 'vscode';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import { registerCommand } from '../platform/commands.ts';
import { valueScheme } from '../platform/contributions.ts';
import { createDisposables } from '../platform/disposables.ts';
import type { Services } from '../services.ts';
import { createEditing } from './editing.ts';
import { createValueFileSystem } from './fileSystem.ts';
import { followParts, type OpenDeps, openOtherPart, openValue } from './opening.ts';

/** Registers opening values as documents and plain editing. */
export function register(services: Services): vscode.Disposable {
  const { explorer, profile, written } = services;
  const files = createValueFileSystem(services);
  const editing = createEditing(services);
  const opening: OpenDeps = { files, nameOfConnection: (id) => profile(id)?.name ?? id };
  const readonlyReason = new vscode.MarkdownString(vscode.l10n.t('Values are read-only here; change them from the Keyspace view.'));
  return createDisposables(
    vscode.workspace.registerFileSystemProvider(valueScheme, files, { isCaseSensitive: true, isReadonly: readonlyReason }),
    written.event((keys) => files.keysChanged(keys)),
    followParts(),
    registerRowCommand(explorer, 'keyspace.openValue', (row) => openValue(opening, row, false)),
    registerRowCommand(explorer, 'keyspace.previewValue', (row) => openValue(opening, row, true)),
    registerCommand('keyspace.showNextPart', () => openOtherPart(opening, 1)),
    registerCommand('keyspace.showPreviousPart', () => openOtherPart(opening, -1)),
    registerRowCommand(explorer, 'keyspace.newKey', (row) => editing.newKey(row)),
    registerRowCommand(explorer, 'keyspace.editValue', (row) => editing.editValue(row)),
    registerRowCommand(explorer, 'keyspace.addMember', (row) => editing.addMember(row)),
    registerRowCommand(explorer, 'keyspace.delete', (_row, rows) => editing.remove(rows)),
    registerRowCommand(explorer, 'keyspace.renameKey', (row) => editing.renameKey(row)),
    registerRowCommand(explorer, 'keyspace.setTimeToLive', (row) => editing.setTimeToLive(row)),
  );
}
