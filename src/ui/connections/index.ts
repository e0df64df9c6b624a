import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { testConnection } from '../../core/connection/testConnection.ts';
import { Failure } from '../../core/failure.ts';
import { nodeId, type Node } from '../explorer/nodes.ts';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import { registerCommand } from '../platform/commands.ts';
import { createDisposables } from '../platform/disposables.ts';
import { isSilent, messageOf } from '../platform/errors.ts';
import type { Services } from '../services.ts';
import { createCommandLogView } from './commandLogView.ts';
import { askConnection, profileOf } from './form.ts';

/** Registers adding, changing and ending connections. */
export function register(services: Services): vscode.Disposable {
  const { connections, explorer, model, sessions, commandLog } = services;
  const commandLogView = createCommandLogView(commandLog);
  return createDisposables(
    commandLogView,
    registerCommand('keyspace.addConnection', () => addConnection(services)),
    registerRowCommand(explorer, 'keyspace.editConnection', (node) => editConnection(services, node)),
    registerRowCommand(explorer, 'keyspace.removeConnection', (node) => removeConnection(services, node)),
    registerRowCommand(explorer, 'keyspace.disconnect', async (node) => {
      const profile = await chooseConnection(services, node, vscode.l10n.t('Disconnect'));
      if (profile === undefined) return;
      model.disconnect(profile.id);
      await sessions.disconnect(profile.id);
      explorer.changed(explorer.nodes.get(nodeId.connection(profile.id)));
    }),
    registerRowCommand(explorer, 'keyspace.reconnect', async (node) => {
      const profile = await chooseConnection(services, node, vscode.l10n.t('Reconnect'));
      if (profile === undefined) return;
      await sessions.disconnect(profile.id);
      model.reconnect(profile.id);
      const shown = explorer.nodes.get(nodeId.connection(profile.id));
      explorer.changed(shown);
      if (shown !== undefined) await explorer.tree.reveal(shown, { expand: true, select: true, focus: true });
    }),
    registerCommand('keyspace.showCommandLog', () => commandLogView.show()),
    connections.onDidChange(async (profileId) => {
      model.forget(profileId);
      await sessions.disconnect(profileId);
      explorer.changed(undefined);
      explorer.filtersChanged();
    }),
  );
}

function connectionOf(node: Node | undefined): ConnectionProfile | undefined {
  for (let at = node; at !== undefined; at = at.parent) if (at.kind === 'connection') return at.profile;
  return undefined;
}

async function chooseConnection(services: Services, node: Node | undefined, title: string, saved = false): Promise<ConnectionProfile | undefined> {
  const direct = connectionOf(node);
  if (direct !== undefined && (!saved || direct.endpoint.kind !== 'practice')) return direct;
  const items = services.connections.list().map((profile) => ({ label: profile.name, profile }));
  if (items.length === 0) throw new Failure('bad-input', vscode.l10n.t('There is no saved connection yet. Use “Keyspace: Add Connection…” first.'));
  return (await vscode.window.showQuickPick(items, { title, placeHolder: vscode.l10n.t('Which connection?') }))?.profile;
}

async function addConnection(services: Services): Promise<void> {
  const profile = await askUntilTested(services, undefined, randomUUID());
  if (profile === undefined) return;
  const shown = (await services.explorer.children.of(undefined)).find((row) => row.id === nodeId.connection(profile.id));
  if (shown !== undefined) await services.explorer.tree.reveal(shown, { expand: true, select: true, focus: true });
}

async function editConnection(services: Services, node: Node | undefined): Promise<void> {
  const existing = await chooseConnection(services, node, vscode.l10n.t('Edit Connection'), true);
  if (existing !== undefined) await askUntilTested(services, existing, existing.id);
}

/**
 * Asks, tests and saves. When the test fails, what was entered is kept and can be changed. Resolves with the saved
 * profile, or undefined if the user gave up.
 */
async function askUntilTested(services: Services, saved: ConnectionProfile | undefined, id: string): Promise<ConnectionProfile | undefined> {
  let from = saved;
  let password = saved === undefined ? '' : (await services.connections.password(id)) ?? '';
  for (;;) {
    const draft = await askConnection(saved === undefined ? vscode.l10n.t('Add Connection') : vscode.l10n.t('Edit Connection'), from);
    if (draft?.url === undefined) return undefined;
    const profile = profileOf({ ...draft, url: draft.url }, id);
    password = draft.password ?? password;
    const verdict = await tryConnection(services, profile, password);
    if (verdict === 'save') {
      await services.connections.save(profile, password);
      return profile;
    }
    if (verdict === 'drop') return undefined;
    from = profile;
  }
}

/** Tests before saving. `save`: it works, or the user wants to keep it all the same. */
async function tryConnection({ practice, clock, commandLog }: Services, profile: ConnectionProfile, password: string): Promise<'save' | 'change' | 'drop'> {
  try {
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Testing the connection to {0}', profile.name), cancellable: true },
      (_progress, token) => {
        const cancelled = new AbortController();
        token.onCancellationRequested(() => cancelled.abort());
        return testConnection({ practice, clock, log: commandLog.add }, profile, password, cancelled.signal);
      },
    );
    return 'save';
  } catch (error) {
    if (isSilent(error)) return 'drop';
    const change = vscode.l10n.t('Change…');
    const saveAnyway = vscode.l10n.t('Save Anyway');
    const chosen = await vscode.window.showErrorMessage(
      vscode.l10n.t('The connection “{0}” does not work yet.', profile.name), { modal: true, detail: messageOf(error) }, change, saveAnyway,
    );
    return chosen === saveAnyway ? 'save' : chosen === change ? 'change' : 'drop';
  }
}

async function removeConnection(services: Services, node: Node | undefined): Promise<void> {
  const profile = await chooseConnection(services, node, vscode.l10n.t('Remove Connection'), true);
  if (profile === undefined) return;
  const remove = vscode.l10n.t('Remove');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('Remove the connection “{0}”?', profile.name),
    { modal: true, detail: vscode.l10n.t('Its address and its stored password are forgotten. Nothing on the server is changed.') },
    remove,
  );
  if (chosen === remove) await services.connections.remove(profile.id);
}
