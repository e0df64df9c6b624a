import * as vscode from 'vscode';
import { containsPattern } from '../../core/keyspace/glob.ts';
import type { KeyFilter, KeyType } from '../../core/keyspace/keyspace.ts';
import { exactName } from '../../core/keyspace/nameScan.ts';
import { displayPattern, parsePattern } from '../../core/keyspace/patternText.ts';
import { writeSetting } from '../platform/settings.ts';
import type { Services } from '../services.ts';
import { isFiltered } from './labels.ts';
import { databaseNodeOf, revealKey } from './loading.ts';
import { collectionTypes, type DatabaseNode, type Node, nodeId } from './nodes.ts';

type Explorer = Pick<Services, 'model' | 'explorer'>;

/** Asks for a pattern and a type, and filters a database by them. */
export async function filterKeys(services: Explorer, node: Node | undefined): Promise<void> {
  const database = await chooseDatabase(services, node);
  if (database === undefined) return;
  const current = services.model.database(database.ref).keyspace.filter;
  const pattern = await askPattern(current);
  if (pattern === undefined) return;
  const type = await askType(current);
  if (type === undefined) return;
  const filter: KeyFilter = { ...(pattern.length > 0 ? { pattern } : {}), ...(type.type === undefined ? {} : { type: type.type }) };
  apply(services, database, filter);
  const name = exactName(filter);
  if (name !== undefined) await revealExact(services, database, name);
}

/** An exact name that exists is one row: it is shown, whatever namespaces stand above it. */
async function revealExact(services: Explorer, database: DatabaseNode, name: Buffer): Promise<void> {
  await services.explorer.children.of(database);
  if (services.model.database(database.ref).keyspace.counts.found > 0) await revealKey(services, database, name, undefined);
}

async function chooseDatabase({ explorer }: Explorer, node: Node | undefined): Promise<DatabaseNode | undefined> {
  const direct = databaseNodeOf(node);
  if (direct !== undefined) return direct;
  const listed = (explorer.nodes.childrenOf(undefined) ?? []).flatMap((connection) => explorer.nodes.childrenOf(connection) ?? []).filter((row) => row.kind === 'database');
  if (listed.length === 1) return listed[0];
  if (listed.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('Expand a connection first, then choose the database to filter.'));
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    listed.map((found) => ({ label: `${found.ref.profile.name} db${found.ref.database}`, found })),
    { title: vscode.l10n.t('Filter Keys'), placeHolder: vscode.l10n.t('Which database?') },
  );
  return picked?.found;
}

async function askPattern(current: KeyFilter): Promise<Buffer | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Filter Keys (1/2)'),
    prompt: vscode.l10n.t('A pattern such as user:* or the exact name of a key. Empty: every name. Bytes may be written as \\xNN.'),
    value: current.pattern === undefined ? '' : displayPattern(current.pattern),
  });
  return text === undefined ? undefined : parsePattern(text);
}

/** An object, so that "any type" and a dismissed picker are told apart. */
async function askType(current: KeyFilter): Promise<{ readonly type: KeyType | undefined } | undefined> {
  const any = { label: vscode.l10n.t('Any type'), type: undefined };
  const types = ['string', ...collectionTypes].map((type) => ({ label: type, type }));
  const items: { readonly label: string; readonly type: KeyType | undefined }[] = [any, ...types];
  items.sort((a, b) => Number(b.type === current.type) - Number(a.type === current.type));
  return vscode.window.showQuickPick(items, { title: vscode.l10n.t('Filter Keys (2/2)'), placeHolder: vscode.l10n.t('Which type of keys?') });
}

function apply({ model, explorer }: Explorer, database: DatabaseNode, filter: KeyFilter): void {
  model.setFilter(database.ref, filter);
  database.filter = filter;
  database.counts = undefined;
  explorer.changed(database);
  explorer.filtersChanged();
}

/** Clears the filter of the row's database, or every filter when it has none. */
export function clearFilter(services: Explorer, node: Node | undefined): void {
  const { model, explorer } = services;
  const nearest = databaseNodeOf(node);
  const own = nearest !== undefined && isFiltered(model.database(nearest.ref).keyspace.filter) ? [model.database(nearest.ref)] : undefined;
  for (const state of own ?? [...model.databases()].filter((one) => isFiltered(one.keyspace.filter))) {
    const shown = explorer.nodes.get(nodeId.database(state.ref));
    if (shown?.kind === 'database') apply(services, shown, {});
    else model.setFilter(state.ref, {});
  }
  explorer.filtersChanged();
}

/** From "No key is named x": looks for keys that contain x. */
export function searchAsPattern(services: Explorer, node: Node | undefined): void {
  const database = databaseNodeOf(node);
  if (database === undefined) return;
  const { filter } = services.model.database(database.ref).keyspace;
  const name = exactName(filter);
  if (name !== undefined) apply(services, database, { ...filter, pattern: containsPattern(name) });
}

/** Asks for the order of rows. */
export async function sortKeys(): Promise<void> {
  const picked = await vscode.window.showQuickPick(
    [
      { label: vscode.l10n.t('Name, A to Z'), order: 'ascending' as const },
      { label: vscode.l10n.t('Name, Z to A'), order: 'descending' as const },
    ],
    { title: vscode.l10n.t('Sort Keys'), placeHolder: vscode.l10n.t('Namespaces always stand before keys.') },
  );
  if (picked !== undefined) await writeSetting('keyspace.explorer.sortOrder', picked.order);
}
