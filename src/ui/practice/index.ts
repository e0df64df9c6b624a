import * as vscode from 'vscode';
import { noTrouble } from '../../server/trouble.ts';
import { nodeId, type Node } from '../explorer/nodes.ts';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import { registerCommand } from '../platform/commands.ts';
import { builtInPractice } from '../platform/contributions.ts';
import { createDisposables } from '../platform/disposables.ts';
import type { Services } from '../services.ts';
import { fillPractice } from '../transfer/fillPractice.ts';
import { choosePractice } from './choosePractice.ts';
import { registerClickedFiles } from './clickedFile.ts';
import { copyAddress, exposePractice } from './exposing.ts';
import { newPractice, samplePicks } from './newPractice.ts';
import { registerFiles } from './openFiles.ts';
import { troubleNotes } from './practiceText.ts';
import { askTrouble } from './troubleForm.ts';

/** Registers what can be done with practice servers: the one that is always there, those beside it, and those that show files. */
export function register(services: Services): vscode.Disposable {
  const { practice, explorer } = services;
  const noServer = vscode.l10n.t('There is no practice server that this could be done with.');
  return createDisposables(
    registerFiles(services),
    registerClickedFiles(services),
    showChanges(services),
    registerCommand('keyspace.newPracticeServer', () => newPractice(services)),
    registerRowCommand(explorer, 'keyspace.resetPractice', (row) => resetPractice(services, row)),
    registerRowCommand(explorer, 'keyspace.stopPracticeServer', (row) => stopPractice(services, row)),
    registerRowCommand(explorer, 'keyspace.closePracticeServer', (row) => closePractice(services, row)),
    registerRowCommand(explorer, 'keyspace.startPracticeServer', async (row) => {
      const facts = await choosePractice(services, row, { title: vscode.l10n.t('Start Practice Server'), none: vscode.l10n.t('No practice server is stopped.'), fits: ({ stopped }) => stopped });
      if (facts === undefined) return;
      await practice.start(facts.profile.id);
      const shown = explorer.nodes.get(nodeId.connection(facts.profile.id));
      if (shown !== undefined) await explorer.tree.reveal(shown, { expand: true, select: true, focus: true });
    }),
    registerRowCommand(explorer, 'keyspace.exposePracticeServer', async (row) => {
      const facts = await choosePractice(services, row, { title: vscode.l10n.t('Expose Practice Server on a Port'), none: noServer, fits: ({ stopped }) => !stopped });
      if (facts !== undefined) await exposePractice(services, facts);
    }),
    registerRowCommand(explorer, 'keyspace.stopExposing', async (row) => {
      const facts = await choosePractice(services, row, { title: vscode.l10n.t('Stop Exposing'), none: vscode.l10n.t('No practice server is exposed on a port.'), fits: ({ port }) => port !== undefined });
      if (facts !== undefined) await practice.stopExposing(facts.profile.id);
    }),
    registerRowCommand(explorer, 'keyspace.copyAddress', async (row) => {
      const facts = await choosePractice(services, row, { title: vscode.l10n.t('Copy Address'), none: vscode.l10n.t('No practice server is exposed on a port.'), fits: ({ port }) => port !== undefined });
      if (facts?.port !== undefined) await copyAddress(facts.port);
    }),
    registerRowCommand(explorer, 'keyspace.fillPracticeServer', async (row) => {
      const facts = await choosePractice(services, row, { title: vscode.l10n.t('Fill from a Connection'), none: noServer, fits: ({ stopped }) => !stopped });
      if (facts !== undefined) await fillPractice(services, facts.profile);
    }),
    registerRowCommand(explorer, 'keyspace.troublePracticeServer', async (row) => {
      const facts = await choosePractice(services, row, { title: vscode.l10n.t('Slow Motion and Faults'), none: noServer, fits: ({ stopped }) => !stopped });
      if (facts !== undefined) await askTrouble(services, facts);
    }),
    registerRowCommand(explorer, 'keyspace.endTrouble', async (row) => {
      const facts = await choosePractice(services, row, { title: vscode.l10n.t('Switch Off Slow Motion and Faults'), none: vscode.l10n.t('Nothing is made to go wrong.'), fits: ({ trouble }) => troubleNotes(trouble).length > 0 });
      if (facts !== undefined) await practice.setTrouble(facts.profile.id, noTrouble);
    }),
  );
}

/** Rows follow their servers: new, gone, stopped, or with another note. */
function showChanges({ practice, model, sessions, explorer }: Services): vscode.Disposable {
  const stopped = new Map([practice.profile, ...practice.list()].map(({ id }) => [id, false]));
  return practice.onDidChange(async (id) => {
    const [facts, before] = [practice.of(id), stopped.get(id)];
    if (facts === undefined) stopped.delete(id);
    else stopped.set(id, facts.stopped);
    if (facts !== undefined && facts.stopped === before) return explorer.redraw(id);
    if (before !== undefined) {
      model.forget(id);
      await sessions.disconnect(id);
    }
    explorer.changed(undefined);
    explorer.filtersChanged();
  });
}

async function resetPractice(services: Services, row: Node | undefined): Promise<void> {
  const { practice, model, sessions, explorer } = services;
  const title = vscode.l10n.t('Reset Practice Data');
  const facts = await choosePractice(services, row, { title, none: '' });
  if (facts === undefined) return;
  const { id, name } = facts.profile;
  const items = samplePicks().map((item) => (item.sample === facts.sample ? { ...item, description: vscode.l10n.t('now') } : item));
  const chosen = await vscode.window.showQuickPick(items.sort((a, b) => Number(b.sample === facts.sample) - Number(a.sample === facts.sample)), { title, placeHolder: vscode.l10n.t('Which data?'), matchOnDetail: true });
  if (chosen === undefined) return;
  const reset = vscode.l10n.t('Reset');
  const answer = await vscode.window.showWarningMessage(
    vscode.l10n.t('Reset the data of “{0}”?', name),
    { modal: true, detail: vscode.l10n.t('Every key of every database of it is thrown away, and the sample data set “{0}” is loaded.', chosen.label) },
    reset,
  );
  if (answer !== reset) return;
  model.forget(id);
  await sessions.disconnect(id);
  const aside = await practice.reset(id, chosen.sample);
  explorer.changed(undefined);
  explorer.filtersChanged();
  if (aside !== '') void vscode.window.showInformationMessage(vscode.l10n.t('The damaged file is kept: {0}', aside));
}

async function stopPractice(services: Services, row: Node | undefined): Promise<void> {
  const title = vscode.l10n.t('Stop Practice Server');
  const facts = await choosePractice(services, row, { title, none: vscode.l10n.t('Every practice server is stopped.'), fits: (one) => !one.stopped });
  if (facts === undefined) return;
  if (!facts.kept && !(await confirmLoss(vscode.l10n.t('Stop the practice server “{0}”?', facts.profile.name), vscode.l10n.t('Stop'),
    vscode.l10n.t('Its data are in memory only, and are thrown away. Save as dump.rdb… keeps them. When it is started again it has its sample data.')))) return;
  await services.practice.stop(facts.profile.id);
}

async function closePractice(services: Services, row: Node | undefined): Promise<void> {
  const facts = await choosePractice(services, row, {
    title: vscode.l10n.t('Close Practice Server'), none: vscode.l10n.t('There is no practice server but the one that is always there.'), fits: ({ profile }) => profile.id !== builtInPractice,
  });
  if (facts === undefined) return;
  const sure = await confirmLoss(vscode.l10n.t('Close the practice server “{0}”?', facts.profile.name), vscode.l10n.t('Close'), facts.kept
    ? vscode.l10n.t('It is removed, and the file of its data is deleted. Save as dump.rdb… keeps them; Stop Practice Server only ends it.')
    : vscode.l10n.t('Its data are in memory only, and are thrown away. Save as dump.rdb… keeps them.'));
  if (sure) await services.practice.close(facts.profile.id);
}

async function confirmLoss(question: string, button: string, detail: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}
