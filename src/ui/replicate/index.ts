import * as vscode from 'vscode';
import { isFailure } from '../../core/failure.ts';
import type { Replication } from '../../core/replicate/state.ts';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import { nodeId } from '../explorer/nodes.ts';
import { setContext } from '../platform/commands.ts';
import { viewIds } from '../platform/contributions.ts';
import { createDisposables } from '../platform/disposables.ts';
import { plainText } from '../platform/plainText.ts';
import type { Services } from '../services.ts';
import { liberateReplica } from './liberate.ts';
import { replicateDatabase } from './replicateDatabase.ts';
import { phaseNote, replicationLines, replicationNote, stopText } from './stateText.ts';

/** Ms between two drawings of a row that says the same in other numbers: a row that is drawn anew loses its tooltip. */
const REDRAW_EVERY = 2500;

/** Registers replication: what is begun, what runs, and how it ends. Takes up again what was kept. */
export function register(services: Services): vscode.Disposable {
  const { explorer, replications } = services;
  const status = vscode.window.createStatusBarItem('keyspace.replication', vscode.StatusBarAlignment.Left);
  status.name = vscode.l10n.t('Keyspace Replication');
  status.command = `${viewIds.explorer}.focus`;
  const rows = createRowDrawer(services);

  const show = (replication: Replication): void => {
    showStatus(status, replications.list());
    setContext('keyspace.replicating', replications.list().length > 0);
    rows.draw(replication.state.target.connectionId);
  };
  const follow = (replication: Replication): void => {
    show(replication);
    const { phase } = replication.state;
    if (phase.kind !== 'stopped') return;
    void reread(services, replication.state.target.connectionId);
    tellEnd(replication);
    // It follows somebody all the same.
    const profile = services.profile(replication.state.target.connectionId);
    if (profile !== undefined && phase.reason.kind === 'elsewhere' && phase.reason.what !== '') void replications.meet(profile);
  };

  const registered = createDisposables(
    status,
    rows,
    replications.onDidChange(follow),
    explorer.onDidList(({ profile, connected }) => {
      if (connected) void replications.meet(profile);
      else replications.leave(profile.id);
    }),
    ...[services.connections, services.practice, services.rdbFiles].map(({ onDidChange }) => onDidChange((id) => {
      if (services.profile(id) === undefined) replications.remove(id);
    })),
    registerRowCommand(explorer, 'keyspace.replicateDatabase', (row) => replicateDatabase(services, row)),
    registerRowCommand(explorer, 'keyspace.liberateReplica', (row) => liberateReplica(services, row)),
  );
  replications.resume();
  return registered;
}

/** Draws rows of targets anew when they have something else to say: at once where that is another phase, else now and then. */
function createRowDrawer({ explorer, replications, clock }: Services): vscode.Disposable & { draw(target: string): void } {
  /** What each says, and since when. */
  const drawn = new Map<string, { readonly kind: string; readonly note: string; readonly at: number }>();
  const later = new Map<string, NodeJS.Timeout>();
  const draw = (target: string): void => {
    const state = replications.of(target)?.state;
    const [kind, note] = state === undefined ? ['', ''] : [state.phase.kind, replicationNote(state)];
    const before = drawn.get(target) ?? { kind: '', note: '', at: -Infinity };
    if (note === before.note) return;
    const wait = kind === before.kind ? before.at + REDRAW_EVERY - clock.elapsed() : 0;
    clearTimeout(later.get(target));
    if (wait > 0) return void later.set(target, setTimeout(() => draw(target), wait));
    drawn.set(target, { kind, note, at: clock.elapsed() });
    explorer.redraw(target);
  };
  return { draw, dispose: () => later.forEach((timer) => clearTimeout(timer)) };
}

function showStatus(item: vscode.StatusBarItem, running: readonly Replication[]): void {
  const [first] = running;
  if (first === undefined) return item.hide();
  const { source, target, phase } = first.state;
  const troubled = running.some(({ state }) => state.phase.kind === 'reconnecting' || state.phase.kind === 'restarting');
  item.text = running.length === 1 ? `$(sync) ${target.name} ← ${source.name} · ${phaseNote(phase)}` : `$(sync) ${vscode.l10n.t('{0} replications', running.length)}`;
  item.tooltip = running.map(({ state, lost }) => [state.target.name, ...replicationLines(state, lost?.size)].join('\n')).join('\n\n');
  item.backgroundColor = troubled ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  item.show();
}

/** What was begun here and ended elsewhere; who ended it here knows. */
function tellEnd({ state: { source, target, phase } }: Replication): void {
  if (phase.kind !== 'stopped' || phase.reason.kind === 'liberated' || phase.reason.kind === 'cut') return;
  void vscode.window.showWarningMessage(plainText(vscode.l10n.t('“{0}” does not follow “{1}” any more. {2}', target.name, source.name, stopText(phase.reason))));
}

/** The databases of the target are other ones now. */
async function reread({ explorer }: Services, targetId: string): Promise<void> {
  const row = explorer.nodes.get(nodeId.connection(targetId));
  if (row?.kind !== 'connection' || !row.connected) return;
  try {
    await vscode.commands.executeCommand('keyspace.refresh', row);
  } catch (error) {
    if (!isFailure(error)) throw error;
  }
}
