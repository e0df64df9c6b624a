import * as vscode from 'vscode';
import { displayName } from '../../core/keyspace/display.ts';
import { registerCommand } from '../platform/commands.ts';
import { createDisposables } from '../platform/disposables.ts';
import { onSettingChange } from '../platform/settings.ts';
import type { Services } from '../services.ts';
import { clearFilter, filterKeys, searchAsPattern, sortKeys } from './filtering.ts';
import { loadMore, refresh, scanEverything } from './loading.ts';
import type { Node } from './nodes.ts';

/** Registers what the tree can do. */
export function register(services: Services): vscode.Disposable {
  const { model, explorer } = services;
  return createDisposables(
    registerCommand('keyspace.loadMore', (node) => loadMore(services, node)),
    registerCommand('keyspace.stopLoading', (node) => {
      if (node?.kind === 'more') model.stop(node.parent);
    }),
    registerCommand('keyspace.scanEverything', (node) => scanEverything(services, node)),
    registerCommand('keyspace.refresh', (node) => refresh(services, node)),
    registerCommand('keyspace.filterKeys', (node) => filterKeys(services, node)),
    registerCommand('keyspace.clearFilter', (node) => clearFilter(services, node)),
    registerCommand('keyspace.searchAsPattern', (node) => searchAsPattern(services, node)),
    registerCommand('keyspace.sortKeys', () => sortKeys()),
    registerCommand('keyspace.copyName', (node, selection) => copyName(node ?? explorer.selected(), selection ?? explorer.tree.selection)),
    onSettingChange(['keyspace.explorer.sortOrder'], () => explorer.changed(undefined)),
    onSettingChange(['keyspace.explorer.delimiter'], () => {
      // Names are grouped by it as they are found: every open database is scanned anew under its filter.
      for (const state of model.databases()) model.setFilter(state.ref, state.keyspace.filter);
      explorer.changed(undefined);
    }),
  );
}

async function copyName(node: Node | undefined, selection: readonly Node[]): Promise<void> {
  const rows = node !== undefined && selection.includes(node) ? selection : node === undefined ? [] : [node];
  const names = rows.map(nameOf).filter((name) => name !== undefined);
  if (names.length > 0) await vscode.env.clipboard.writeText(names.join('\n'));
}

/** The bytes themselves where they are text, else escaped. */
function asText(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : displayName(bytes);
}

/** The whole name of a row. */
function nameOf(node: Node): string | undefined {
  switch (node.kind) {
    case 'connection':
      return node.profile.name;
    case 'database':
      return String(node.ref.database);
    case 'namespace':
      return asText(node.prefix);
    case 'key':
      return asText(node.name);
    case 'member':
      switch (node.row.kind) {
        case 'field':
          return asText(node.row.field);
        case 'member':
        case 'scored':
          return asText(node.row.member);
        case 'item':
          return asText(node.row.value);
        case 'entry':
          return node.row.id;
      }
      return undefined;
    case 'range':
    case 'more':
    case 'notice':
      return undefined;
  }
}
