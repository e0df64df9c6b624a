import * as vscode from 'vscode';
import { isFailure } from '../../core/failure.ts';
import type { ScanCounts } from '../../core/keyspace/keyspace.ts';
import { viewIds } from '../platform/contributions.ts';
import { readScanOptions } from '../platform/settings.ts';
import type { Services } from '../services.ts';
import { formatCount, formatPercent } from './labels.ts';
import { type DatabaseNode, isPaged, type Node, type PagedNode } from './nodes.ts';

type Explorer = Pick<Services, 'model' | 'explorer'>;

/** The paged row that a command means: the row itself, or the one it stands under. */
export function pagedNodeOf(node: Node | undefined): PagedNode | undefined {
  for (let at = node; at !== undefined; at = at.parent) if (isPaged(at)) return at;
  return undefined;
}

/** The database that a row belongs to. */
export function databaseNodeOf(node: Node | undefined): DatabaseNode | undefined {
  for (let at = node; at !== undefined; at = at.parent) if (at.kind === 'database') return at;
  return undefined;
}

/**
 * Whose pager Load More means. On the row itself: its parent. From the palette: the selected row's own pager if it is
 * open and has more, else the one of the level it stands in.
 */
function pagerTarget({ model, explorer }: Explorer, node: Node | undefined): PagedNode | undefined {
  if (node?.kind === 'more') return node.parent;
  if (node?.kind === 'notice') return pagedNodeOf(node.parent);
  const open = isPaged(node) && explorer.nodes.childrenOf(node) !== undefined && model.pager(node).hasMore;
  return open ? node : pagedNodeOf(node?.parent) ?? pagedNodeOf(node);
}

/** Shows one more page and moves the focus to its first new row; with none, focus stays and the label says how far the scan got. */
export async function loadMore(services: Explorer, node: Node | undefined): Promise<void> {
  const { model, explorer } = services;
  const target = pagerTarget(services, node);
  if (target === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Select a row of the Keyspace view first: Load More acts on the list that it stands in.'));
    return;
  }
  if (model.isRunning(target)) return;
  const pager = model.pager(target);
  const before = new Set(explorer.rows(target));
  const load = model.run(target, (signal) => pager.loadMore(signal));
  explorer.changed(target);
  await vscode.window.withProgress({ location: { viewId: viewIds.explorer } }, () => load).then(undefined, ignoreShown);
  explorer.changed(target);
  if (target.kind !== 'database' && target.kind !== 'key') refreshCounts(services, target);
  const first = explorer.rows(target).find((row) => !before.has(row) && row.kind !== 'range' && row.kind !== 'more');
  if (first !== undefined) await explorer.focus(first);
}

/** A namespace's own cursor also adds to the counts of the database above it. */
function refreshCounts({ explorer }: Explorer, node: PagedNode): void {
  const database = databaseNodeOf(node);
  if (database !== undefined) explorer.changed(database);
}

/** The failure stands as a row under the node; only a defect goes on. */
function ignoreShown(error: unknown): void {
  if (!isFailure(error)) throw error;
}

/** Runs a database's cursor to its end, with progress and cancel. It adds names, not rows. */
export async function scanEverything(services: Explorer, node: Node | undefined): Promise<void> {
  const { model, explorer } = services;
  const database = databaseNodeOf(node);
  if (database === undefined) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Select a database in the Keyspace view first.'));
    return;
  }
  const { keyspace } = model.database(database.ref);
  const title = vscode.l10n.t('Scanning database {0} of {1}', database.ref.database, database.ref.profile.name);
  const scan = vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, (progress, token) =>
    model.run(database, (signal) => {
      const cancelled = new AbortController();
      token.onCancellationRequested(() => cancelled.abort());
      let last = keyspace.counts.scanned ?? 0;
      const onProgress = (counts: ScanCounts): void => {
        const now = counts.scanned ?? last;
        progress.report({ message: progressLine(counts), increment: Math.max(0, now - last) * 100 });
        last = Math.max(last, now);
      };
      return keyspace.scanEverything({ signal: AbortSignal.any([signal, cancelled.signal]), onProgress });
    }),
  );
  // A failure is told at once, and stands as a row as well: what was found is kept, and the row goes on from there.
  await Promise.resolve(scan).then(() => fillFirstPage(services, database)).finally(() => {
    explorer.changed(database);
  });
}

/** Scanning everything adds names, not rows; but a first page that its budget cut short is filled with what is known now. */
async function fillFirstPage({ model }: Explorer, database: DatabaseNode): Promise<void> {
  const pager = model.pager(database);
  if (pager.counts.end === 'budget' && pager.counts.shown < readScanOptions().pageSize) await model.run(database, (signal) => pager.loadMore(signal));
}

function progressLine(counts: ScanCounts): string {
  return counts.scanned === undefined
    ? vscode.l10n.t('{0} found', formatCount(counts.found))
    : vscode.l10n.t('{0} found, {1}% scanned', formatCount(counts.found), formatPercent(counts.scanned));
}

/** Scans again what is shown in the row's database (or collection) and draws it anew; what was expanded stays expanded. Without a row: the connections. */
export async function refresh(services: Explorer, from: Node | undefined): Promise<void> {
  const { model, explorer } = services;
  if (from === undefined || from.kind === 'connection') {
    if (from !== undefined) model.reconnect(from.profile.id);
    explorer.changed(from);
    return;
  }
  const paged = pagedNodeOf(from);
  const target = paged?.kind === 'key' ? paged : databaseNodeOf(from);
  if (target === undefined) {
    explorer.changed(from.parent);
    return;
  }
  await vscode.window
    .withProgress({ location: { viewId: viewIds.explorer } }, () => model.run(target, (signal) => refreshPager(services, target, signal)))
    .then(undefined, ignoreShown);
  explorer.changed(target.kind === 'key' ? target : target.parent);
}

async function refreshPager({ model }: Explorer, target: DatabaseNode | PagedNode, signal: AbortSignal): Promise<void> {
  if (target.kind === 'key') {
    await model.members(target).refresh(signal);
    return;
  }
  const state = model.database(target.ref);
  // Collections are read again from their start when they are next shown.
  state.members.clear();
  await state.keyspace.refresh(signal);
}
