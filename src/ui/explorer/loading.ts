import * as vscode from 'vscode';
import { isFailure } from '../../core/failure.ts';
import type { KeyType, ScanCounts } from '../../core/keyspace/keyspace.ts';
import { readTypes } from '../../core/keyspace/keyTypes.ts';
import type { Members } from '../../core/value/members.ts';
import { viewIds } from '../platform/contributions.ts';
import { readScanOptions } from '../platform/settings.ts';
import type { Services } from '../services.ts';
import { formatCount, formatPercent } from './labels.ts';
import { type ConnectionNode, type DatabaseNode, type DatabaseRef, isPaged, type KeyNode, type Node, nodeId, type PagedNode } from './nodes.ts';
import type { ExplorerView } from './view.ts';

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
  drawLoading(explorer, target);
  try {
    await vscode.window.withProgress({ location: { viewId: viewIds.explorer } }, () => load).then(undefined, ignoreShown);
  } finally {
    explorer.changed(target);
  }
  // A filter or a refresh came in between: what was loaded is not what is shown.
  if (model.pager(target) !== pager) return;
  if (target.kind === 'namespace') refreshCounts(services, target);
  const first = explorer.rows(target).find((row) => !before.has(row) && row.kind !== 'range' && row.kind !== 'more');
  if (first !== undefined) await explorer.focus(first);
}

/** Draws the one row that says so: with thousands of rows above it, drawing all of them twice a page would be felt. */
function drawLoading(explorer: ExplorerView, target: PagedNode): void {
  const more = explorer.nodes.get(nodeId.more(target));
  if (more?.kind === 'more') more.loading = true;
  explorer.changed(more ?? target);
}

/**
 * Opens the namespaces that lead to a key that exists and gives it the focus. Where it stands in a folded range, or is filtered
 * out, the way ends before it.
 */
export async function revealKey({ model, explorer }: Explorer, database: DatabaseNode, name: Buffer, type: KeyType | undefined): Promise<void> {
  let parent: PagedNode = database;
  for (;;) {
    await explorer.children.of(parent);
    // Only an open level shows a name that its pages have not come to.
    model.database(database.ref).keyspace.note(name, true, type);
    const rows = explorer.rows(parent);
    const key = rows.find((row) => row.kind === 'key' && row.name.equals(name));
    if (key !== undefined) {
      explorer.changed(parent);
      await explorer.focus(key);
      return;
    }
    const next = rows.find((row) => row.kind === 'namespace' && name.subarray(0, row.prefix.length).equals(row.prefix));
    if (next?.kind !== 'namespace') return;
    parent = next;
  }
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
    }, { hasProgress: true }),
  );
  // A failure is told at once, and stands as a row as well: what was found is kept, and the row goes on from there.
  await Promise.resolve(scan).then((counts) => (counts.end === 'cancelled' ? undefined : fillFirstPage(services, database))).finally(() => {
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

/**
 * Reads again what the row stands for: a collection's members, the keys of a database, or all that is open of a connection.
 * Old rows stay until then, and what was expanded stays expanded. Without a row: the list of connections.
 */
export async function refresh(services: Explorer, from: Node | undefined): Promise<void> {
  const { model, explorer } = services;
  if (from === undefined) {
    explorer.changed(undefined);
    return;
  }
  if (from.kind === 'connection') {
    model.reconnect(from.profile.id);
    await rereadOpen(services, from);
    explorer.changed(from);
    return;
  }
  const target = refreshTarget(from);
  if (target === undefined) {
    explorer.changed(from.parent);
    return;
  }
  await reread(services, target);
  // With its connection a database shows its new count of keys as well.
  explorer.changed(target.kind === 'key' ? target : target.parent);
}

/** A row that says that a key has gone, or changed its type, means the database: it knows what is there now. */
function refreshTarget(from: Node): DatabaseNode | KeyNode | undefined {
  const paged = from.kind === 'notice' ? undefined : pagedNodeOf(from);
  return paged?.kind === 'key' ? paged : databaseNodeOf(from);
}

/** Keys of a database that is scanned again without being asked to. */
const SMALL = 10_000;

/** Keys that were written, by database and name; undefined: many, or there is no telling which. */
export type NamedKeys = Map<number, Map<string, Buffer> | undefined>;

/**
 * After something was written that the view has not sent: the count of each database is renewed, what is shown of the small ones, and of
 * the others the keys that are known to have been written.
 */
export async function catchUp(services: Explorer, connection: ConnectionNode, written: NamedKeys): Promise<void> {
  const { model, explorer } = services;
  const { profile } = connection;
  if (!model.isConnected(profile.id)) return;
  await model.run(connection, (signal) => model.listDatabases(profile, signal)).then(undefined, ignoreShown);
  const databases = model.connection(profile).list?.databases ?? [];
  const isSmall = ({ ref }: DatabaseNode): boolean => (databases.find(({ index }) => index === ref.database)?.keys ?? 0) <= SMALL;
  await rereadOpen(services, connection, isSmall);
  for (const row of explorer.nodes.childrenOf(connection) ?? []) {
    const keys = row.kind === 'database' && isOpen(services, row) && !isSmall(row) ? written.get(row.ref.database) : undefined;
    if (row.kind === 'database' && keys !== undefined) await rereadNamed(services, row, [...keys.values()]).then(undefined, ignoreShown);
  }
  explorer.changed(connection);
}

/** True if rows of a database are, or were, shown. */
function isOpen({ model, explorer }: Explorer, row: DatabaseNode): boolean {
  return explorer.nodes.childrenOf(row) !== undefined && model.pager(row).counts.end !== undefined;
}

/** Looks at some keys of a database again, and at what is open of them. A load of the database that runs goes on. */
async function rereadNamed(services: Explorer, row: DatabaseNode, names: readonly Buffer[]): Promise<void> {
  const { keyspace, session, members } = services.model.database(row.ref);
  const types = await readTypes(session, names);
  for (const [at, name] of names.entries()) {
    const type = types[at];
    if (type === undefined) continue;
    const fits = keyspace.filter.type === undefined || keyspace.filter.type === type;
    keyspace.note(name, type !== 'none' && fits, type);
    const collection = members.get(nodeId.key(row.ref, name));
    if (collection !== undefined) await rereadMembers(services, row.ref, nodeId.key(row.ref, name), collection);
  }
}

/** Reads the databases again whose rows are, or were, shown; one that fails ends it, for the others would as well. */
async function rereadOpen(services: Explorer, connection: ConnectionNode, wanted: (row: DatabaseNode) => boolean = () => true): Promise<void> {
  const { model, explorer } = services;
  for (const row of explorer.nodes.childrenOf(connection) ?? []) {
    if (row.kind !== 'database' || !wanted(row) || !isOpen(services, row)) continue;
    await reread(services, row);
    if (model.failureOf(row) !== undefined) return;
  }
}

async function reread(services: Explorer, target: DatabaseNode | KeyNode): Promise<void> {
  const { model } = services;
  const read = (signal: AbortSignal): Promise<void> => (target.kind === 'key' ? model.members(target).refresh(signal) : rereadKeys(services, target, signal));
  await vscode.window.withProgress({ location: { viewId: viewIds.explorer } }, () => model.run(target, read)).then(undefined, ignoreShown);
}

async function rereadKeys(services: Explorer, { ref }: DatabaseNode, signal: AbortSignal): Promise<void> {
  const { keyspace, members } = services.model.database(ref);
  await keyspace.refresh(signal);
  if (signal.aborted) return;
  for (const [id, collection] of members) await rereadMembers(services, ref, id, collection, signal);
}

/** Reads the members of a key again that are shown; forgets those that are not. */
async function rereadMembers({ model, explorer }: Explorer, ref: DatabaseRef, id: string, collection: Members, signal?: AbortSignal): Promise<void> {
  const { members } = model.database(ref);
  const shown = explorer.nodes.get(id);
  if (shown?.kind !== 'key' || explorer.nodes.childrenOf(shown) === undefined) {
    members.delete(id);
    return;
  }
  try {
    await model.run(shown, (own) => collection.refresh(signal === undefined ? own : AbortSignal.any([signal, own])));
  } catch (error) {
    // It is opened anew as what it is by now. Any other failure stands as a row under it.
    if (!isFailure(error)) throw error;
    if (error.kind !== 'vanished' && error.kind !== 'wrong-type') return;
    members.delete(id);
    model.clearFailure(shown);
  }
}
