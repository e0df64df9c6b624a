import * as vscode from 'vscode';
import type { CompareRequest } from '../../core/compare/compareDatabases.ts';
import type { Side } from '../../core/compare/carry.ts';
import type { Difference } from '../../core/compare/verify.ts';
import { Failure } from '../../core/failure.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import type { CloneEnd } from '../../core/transfer/clone.ts';
import type { Node } from '../explorer/nodes.ts';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import { registerCommand, setContext } from '../platform/commands.ts';
import { createDisposables } from '../platform/disposables.ts';
import type { Services } from '../services.ts';
import { cloneSourceOf, type CloneSource } from '../transfer/cloneSource.ts';
import { valueUri } from '../values/address.ts';
import { askChanges } from './askChanges.ts';
import { registerBaselines } from './baselineCommands.ts';
import { carryDifferences } from './carryDifferences.ts';
import { askCompare } from './compareForm.ts';
import { createDifferencesView, otherName, type DifferenceRow } from './differencesView.ts';
import { isSameRequest, requestOf } from './request.ts';
import { runComparison } from './runComparison.ts';

const TITLE = 60;
/** Keys that are compared one by one after they were copied; of more, all are. */
const MOST_SINGLE = 100_000;

/** Registers comparing databases. */
export function register(services: Services): vscode.Disposable {
  const { explorer } = services;
  const view = createDifferencesView();
  let selected: CloneSource | undefined;

  const compare = async (request: CompareRequest): Promise<void> => {
    const comparison = await runComparison(services, request);
    for (const baseline of services.baselines.list()) if (isSameRequest(baseline.request, request)) services.baselines.found(baseline, comparison);
    await view.show(request, comparison);
  };
  const copy = async (differences: readonly Difference[], side: Side): Promise<void> => {
    const { request } = view;
    if (request === undefined) throw new Failure('bad-input', vscode.l10n.t('Compare two databases first.'));
    const carried = await carryDifferences(services, request, differences, side);
    if (carried === undefined || view.request !== request) return;
    if (carried.names.length > MOST_SINGLE) await compare(request);
    else view.update(carried.names, carried.left);
  };
  const compareTwo = async (left: CloneSource, right: CloneSource): Promise<void> => {
    const [key, other] = [onlyKey(left), onlyKey(right)];
    if (key !== undefined && other !== undefined) await openValues(left.source, key, right.source, other);
    else await compare(requestOf(left, right));
  };

  return createDisposables(
    view,
    registerBaselines(services, view),
    registerRowCommand(explorer, 'keyspace.compareDatabases', async (row, rows) => {
      const two = twoSides(rows);
      if (two !== undefined) return compareTwo(...two);
      const request = await askCompare(services, row?.kind === 'connection' ? row.profile : cloneSourceOf(row, rows));
      if (request !== undefined) await compare(request);
    }),
    registerRowCommand(explorer, 'keyspace.selectForCompare', (row, rows) => {
      selected = cloneSourceOf(row, rows);
      if (selected === undefined) throw nothingSelected();
      setContext('keyspace.selectedForCompare', true);
      vscode.window.setStatusBarMessage(vscode.l10n.t('Selected for compare: {0}', selected.title), 5000);
    }),
    registerRowCommand(explorer, 'keyspace.compareWithSelected', async (row, rows) => {
      const other = cloneSourceOf(row, rows);
      if (other === undefined || selected === undefined) throw nothingSelected();
      await compareTwo(selected, other);
    }),
    registerCommand('keyspace.compareAgain', async () => {
      if (view.request !== undefined) await compare(view.request);
    }),
    registerCommand('keyspace.closeComparison', () => view.clear()),
    registerCommand('keyspace.copyToOther', (row, selection) => copy(view.meant(row, selection), 'target')),
    registerCommand('keyspace.copyToOriginal', (row, selection) => copy(view.meant(row, selection), 'source')),
    registerCommand('keyspace.copyAllChanges', async () => {
      const changes = view.request === undefined ? undefined : await askChanges(view.request, view.differences);
      if (changes !== undefined) await copy(changes.differences, changes.side);
    }),
    registerCommand('keyspace.openDifference', async (row) => {
      if (row?.kind === 'difference') await openDifference(row);
      else view.loadMore(row);
    }),
  );
}

const nothingSelected = (): Failure => new Failure('bad-input', vscode.l10n.t('Select a database, a namespace or a key in the Keyspace view first.'));

/** Of two rows that are databases, namespaces or keys, both; undefined for any other selection. */
function twoSides(rows: readonly Node[]): [CloneSource, CloneSource] | undefined {
  if (rows.length !== 2) return undefined;
  const [left, right] = rows.map((row) => cloneSourceOf(row, [row]));
  return left === undefined || right === undefined ? undefined : [left, right];
}

function onlyKey({ names }: CloneSource): Buffer | undefined {
  return names?.length === 1 ? names[0] : undefined;
}

/** The two values in VS Code's diff editor, or the one that there is. */
async function openDifference(row: DifferenceRow): Promise<void> {
  const { request: { source, target }, difference: { name }, side } = row;
  const copy = otherName(row);
  if (side === 'changed') await openValues(source, name, target, copy);
  else await vscode.commands.executeCommand('vscode.open', side === 'added' ? uriOf(target, copy) : uriOf(source, name), { preview: true });
}

async function openValues(source: CloneEnd, name: Buffer, target: CloneEnd, copy: Buffer): Promise<void> {
  const both = name.equals(copy) ? displayShort(name, TITLE) : `${displayShort(name, TITLE)} ↔ ${displayShort(copy, TITLE)}`;
  await vscode.commands.executeCommand('vscode.diff', uriOf(source, name), uriOf(target, copy), vscode.l10n.t('{0} (original ↔ other side)', both), { preview: true });
}

function uriOf({ profile, database }: CloneEnd, key: Buffer): vscode.Uri {
  return valueUri({ connectionId: profile.id, database, key, member: undefined, part: 0 }, profile.name, { extension: 'txt', parts: 1 });
}
