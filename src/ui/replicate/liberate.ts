import * as vscode from 'vscode';
import { Failure, isFailure } from '../../core/failure.ts';
import { comparePart, compareServers, type ServerComparison } from '../../core/replicate/compareServers.ts';
import type { Replication } from '../../core/replicate/state.ts';
import { formatCount, keyCount } from '../explorer/labels.ts';
import type { Node } from '../explorer/nodes.ts';
import { messageOf } from '../platform/errors.ts';
import { plainText } from '../platform/plainText.ts';
import { withProgress } from '../platform/progress.ts';
import { joinSentences } from '../platform/sentences.ts';
import { saveSourceOf } from '../save/saveAsFile.ts';
import type { Services } from '../services.ts';
import { cloneDeps } from '../transfer/cloneDatabase.ts';
import { scopeOf } from './parts.ts';
import { phaseNote } from './stateText.ts';

/** Ends a replication when all that the source has at this moment has arrived, and offers to compare both. Throws Failure. */
export async function liberateReplica(services: Services, row: Node | undefined): Promise<void> {
  const replication = await choose(services, row);
  if (replication === undefined) return;
  const { source, target, phase } = replication.state;
  const go = vscode.l10n.t('Liberate');
  const detail = vscode.l10n.t('It waits until all has arrived that “{0}” has now, then “{1}” follows nobody and takes writes. State now: {2}.', source.name, target.name, phaseNote(phase));
  if (await vscode.window.showWarningMessage(vscode.l10n.t('Liberate “{0}” from “{1}”?', target.name, source.name), { modal: true, detail }, go) !== go) return;
  const message = await cut(replication);
  if (message !== undefined) void offerComparison(services, replication, message);
}

async function choose({ replications }: Services, row: Node | undefined): Promise<Replication | undefined> {
  const own = replications.of(saveSourceOf(row)?.profile.id ?? '');
  if (own !== undefined) return own;
  const running = replications.list();
  if (running.length === 0) throw new Failure('bad-input', vscode.l10n.t('No connection follows another one. Use “Keyspace: Replicate Database…” first, or connect to the replica that is meant.'));
  const items = running.map((replication) => ({ label: replication.state.target.name, description: vscode.l10n.t('follows {0} · {1}', replication.state.source.name, phaseNote(replication.state.phase)), replication }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Liberate Replica'), placeHolder: vscode.l10n.t('Which connection is to be on its own?') }))?.replication;
}

/** With proof, or without where the user wants that; answers what is to be said of it, undefined where nothing was cut. */
async function cut(replication: Replication): Promise<string | undefined> {
  const { source, target, phase } = replication.state;
  try {
    // A bridge waits for its link as long as it takes.
    if (phase.kind === 'reconnecting') throw new Failure('unreachable', phase.why ?? vscode.l10n.t('The link is down.'));
    const { reached } = await withProgress(vscode.l10n.t('Waiting until all of “{0}” has arrived at “{1}”', source.name, target.name), (signal) => replication.liberate(signal));
    const lost = replication.lost?.size ?? 0;
    const message = vscode.l10n.t('“{0}” is on its own. All that “{1}” had when you asked had arrived (offset {2}).', target.name, source.name, formatCount(reached));
    return lost === 0 ? message : joinSentences([message, vscode.l10n.t('Keys that it could not take: {0}.', formatCount(lost))]);
  } catch (error) {
    if (!isFailure(error) || error.kind === 'cancelled' || error.kind === 'declined' || replication.state.phase.kind === 'stopped') throw error;
    const anyway = vscode.l10n.t('Cut Anyway');
    const asked = vscode.l10n.t('It is not proved that all of “{0}” has arrived at “{1}”.', source.name, target.name);
    const detail = vscode.l10n.t('{0} Cut anyway, it holds what has come so far: an earlier state, or nothing where the data were just on their way.', messageOf(error));
    if (await vscode.window.showWarningMessage(asked, { modal: true, detail }, anyway) !== anyway) return undefined;
    await replication.stop();
    return vscode.l10n.t('“{0}” is on its own. It was cut without proof that all of “{1}” had arrived.', target.name, source.name);
  }
}

async function offerComparison(services: Services, replication: Replication, message: string): Promise<void> {
  const { source, target } = replication.state;
  const part = services.replications.partOf(replication);
  const compare = vscode.l10n.t('Compare');
  const [from, to] = [services.profile(source.connectionId), services.profile(target.connectionId)];
  if (await vscode.window.showInformationMessage(plainText(message), ...(from === undefined || to === undefined ? [] : [compare])) !== compare || from === undefined || to === undefined) return;
  try {
    const found = await withProgress(vscode.l10n.t('Comparing “{0}” with “{1}”', source.name, target.name), (signal, report) => {
      const tell = (keys: number): void => report(keyCount(keys));
      return part === undefined ? compareServers(cloneDeps(services), from, to, signal, tell) : comparePart(cloneDeps(services), from, to, scopeOf(part), signal, tell);
    });
    const text = plainText(comparisonText(found, source.name, target.name, part !== undefined));
    if (differs(found)) {
      const look = vscode.l10n.t('Compare Databases…');
      if (await vscode.window.showWarningMessage(text, look) === look) await vscode.commands.executeCommand('keyspace.compareDatabases');
    } else void vscode.window.showInformationMessage(text);
  } catch (error) {
    if (!isFailure(error, 'cancelled')) void vscode.window.showErrorMessage(plainText(messageOf(error)));
  }
}

function differs({ databases, functions }: ServerComparison): boolean {
  return functions === false || databases.some(({ differences }) => differences.length > 0);
}

function comparisonText(found: ServerComparison, source: string, target: string, isPart: boolean): string {
  const { compared, databases, functions } = found;
  if (!differs(found) && isPart) return vscode.l10n.t('“{0}” and “{1}” are identical in the part that was followed: {2} compared by value.', source, target, keyCount(compared));
  if (!differs(found)) return vscode.l10n.t('“{0}” and “{1}” are identical in all databases: {2} compared by value.', source, target, keyCount(compared));
  const parts = databases.filter(({ differences }) => differences.length > 0).map(({ index, differences }) => vscode.l10n.t('database {0}: {1} keys', index, formatCount(differences.length)));
  if (functions === false) parts.push(vscode.l10n.t('functions'));
  return vscode.l10n.t('“{0}” and “{1}” differ in {2}. What was written to either since is among it.', source, target, parts.join(', '));
}
