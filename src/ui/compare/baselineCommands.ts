import * as vscode from 'vscode';
import { compareKeys, type Comparison } from '../../core/compare/compareDatabases.ts';
import { Failure, isFailure } from '../../core/failure.ts';
import { createRenaming } from '../../core/transfer/renaming.ts';
import { formatCount } from '../explorer/labels.ts';
import { databaseNodeOf } from '../explorer/loading.ts';
import { nodeId, type Node } from '../explorer/nodes.ts';
import { registerRowCommand } from '../explorer/rowCommands.ts';
import { createDisposables } from '../platform/disposables.ts';
import { plainText } from '../platform/plainText.ts';
import type { KeysWritten } from '../platform/written.ts';
import type { Services } from '../services.ts';
import { cloneDeps } from '../transfer/cloneDatabase.ts';
import { cloneSourceOf, sourceOfDatabase, type CloneSource } from '../transfer/cloneSource.ts';
import { countsText } from './badges.ts';
import { askBaseline } from './baselineForm.ts';
import { holds, type Baseline } from './baselines.ts';
import type { DifferencesView } from './differencesView.ts';
import { runComparison } from './runComparison.ts';

/** Differences above which a copy has no more to do with its original, and memory would be taken for nothing. */
const MOST_CHANGES = 100_000;
/** Keys of one change of ours that are compared one by one. */
const MOST_SINGLE = 1000;

/** Registers what remembers the original beside an edited copy, and tells what was changed since. */
export function registerBaselines(services: Services, view: DifferencesView): vscode.Disposable {
  const { explorer, baselines, written } = services;
  const marked = (): ReadonlySet<string> => new Set(baselines.list().map(({ edited }) => nodeId.database(edited.source)));
  /** Databases that have badges, those remembered from before among them: they lose them when they are drawn anew. */
  let drawn = marked();

  const draw = (): void => {
    const now = marked();
    for (const id of new Set([...drawn, ...now])) {
      const node = explorer.nodes.get(id);
      if (node !== undefined) explorer.changed(node);
    }
    drawn = now;
  };
  const refresh = async (baseline: Baseline): Promise<Comparison> => {
    const comparison = await runComparison(services, baseline.request, ({ differences }) => {
      if (differences > MOST_CHANGES) throw new Failure('too-large', vscode.l10n.t('More than {0} keys differ from the original. Is it the right one? Compare Databases… lists all differences.', formatCount(MOST_CHANGES)));
    });
    baselines.found(baseline, comparison);
    return comparison;
  };
  const show = async (edited: CloneSource): Promise<void> => {
    const baseline = baselines.of(edited);
    if (baseline === undefined) throw noBaseline();
    await view.show(baseline.request, baseline.comparison === undefined || baseline.stale ? await refresh(baseline) : baseline.comparison);
  };

  return createDisposables(
    baselines.onDidChange(draw),
    written.event((keys) => void recheck(services, keys).catch(() => undefined)),
    registerRowCommand(explorer, 'keyspace.setBaseline', async (row) => {
      const edited = editedOf(row);
      if (edited === undefined) throw new Failure('bad-input', vscode.l10n.t('Select a database or a namespace in the Keyspace view first: the edited copy, of which the original is asked then.'));
      const original = await askBaseline(services, edited);
      if (original === undefined) return;
      await refresh(await baselines.set(edited, original));
      const counts = baselines.of(edited)?.changes?.total;
      const button = vscode.l10n.t('Show Changes');
      const told = counts === undefined ? '' : countsText(counts);
      const message = plainText(vscode.l10n.t('The original of {0} is {1}: {2}.', edited.title, original.title, told === '' ? vscode.l10n.t('no changes') : told));
      void vscode.window.showInformationMessage(message, button).then((answer) => (answer === button ? show(edited) : undefined));
    }),
    registerRowCommand(explorer, 'keyspace.showChanges', async (row) => {
      await show(knownOf(services, row).edited);
    }),
    registerRowCommand(explorer, 'keyspace.refreshChanges', async (row) => {
      await refresh(knownOf(services, row));
    }),
    registerRowCommand(explorer, 'keyspace.clearBaseline', async (row) => {
      await baselines.clear(knownOf(services, row).edited);
    }),
  );
}

const noBaseline = (): Failure => new Failure('bad-input', vscode.l10n.t('No original is known of what is selected. Use Set Baseline… on a database or a namespace first.'));

function editedOf(row: Node | undefined): CloneSource | undefined {
  if (row?.kind === 'database' || row?.kind === 'namespace') return cloneSourceOf(row, [row]);
  const database = databaseNodeOf(row);
  return database === undefined ? undefined : sourceOfDatabase(database.ref);
}

/** The baseline of the row, or of the innermost place around it that has one; the only one there is where no row is selected. Throws Failure. */
function knownOf({ baselines }: Services, row: Node | undefined): Baseline {
  for (let at = row; at !== undefined; at = at.parent) {
    const edited = at.kind === 'database' || at.kind === 'namespace' ? cloneSourceOf(at, [at]) : undefined;
    const found = edited === undefined ? undefined : baselines.of(edited);
    if (found !== undefined) return found;
  }
  const [only, ...others] = baselines.list();
  if (only === undefined || others.length > 0) throw noBaseline();
  return only;
}

/** After writes of our own: these keys are compared anew, and where it is not known which they are, that is noted. */
async function recheck(services: Services, { connectionId, database, keys }: KeysWritten): Promise<void> {
  const { baselines } = services;
  for (const baseline of baselines.list()) {
    const { edited, original, request } = baseline;
    const isOurs = ({ source }: CloneSource): boolean => source.profile.id === connectionId && source.database === database;
    if (baseline.comparison === undefined || !(isOurs(edited) || isOurs(original))) continue;
    if (keys === undefined || keys.length > MOST_SINGLE) {
      baselines.outdated(baseline);
      continue;
    }
    const renaming = createRenaming(request.scope, request.rewrite);
    const names = new Map(keys.flatMap((key) => [
      ...(holds(edited, connectionId, database, key) ? [renaming.original(key)] : []),
      ...(holds(original, connectionId, database, key) ? [key] : []),
    ]).filter((name) => name !== undefined).map((name) => [name.toString('latin1'), name]));
    if (names.size === 0) continue;
    try {
      baselines.update(baseline, [...names.values()], await compareKeys(cloneDeps(services), request, [...names.values()], new AbortController().signal));
    } catch (error) {
      // Whatever was written is; it is only not known what that comes to.
      baselines.outdated(baseline);
      if (!isFailure(error)) throw error;
    }
  }
}
