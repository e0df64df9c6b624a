import * as vscode from 'vscode';
import { displayName } from '../../core/keyspace/display.ts';
import { registerCommand } from '../platform/commands.ts';
import { createDisposables } from '../platform/disposables.ts';
import { onSettingChange } from '../platform/settings.ts';
import type { Services } from '../services.ts';
import { clearFilter, filterKeys, searchAsPattern, sortKeys } from './filtering.ts';
import { loadMore, refresh, scanEverything } from './loading.ts';
import type { Node } from './nodes.ts';
import { registerRowCommand } from './rowCommands.ts';

/** Registers what the tree can do. */
export function register(services: Services): vscode.Disposable {
  const { model, explorer } = services;
  return createDisposables(
    registerRowCommand(explorer, 'keyspace.loadMore', (node) => loadMore(services, node)),
    registerRowCommand(explorer, 'keyspace.stopLoading', (node) => {
      if (node?.kind === 'more') model.stop(node.parent);
    }),
    registerRowCommand(explorer, 'keyspace.scanEverything', (node) => scanEverything(services, node)),
    registerRowCommand(explorer, 'keyspace.refresh', (node) => refresh(services, node)),
    registerRowCommand(explorer, 'keyspace.filterKeys', (node) => filterKeys(services, node)),
    registerRowCommand(explorer, 'keyspace.clearFilter', (node) => clearFilter(services, node)),
    registerRowCommand(explorer, 'keyspace.searchAsPattern', (node) => searchAsPattern(services, node)),
    registerCommand('keyspace.sortKeys', () => sortKeys()),
    registerRowCommand(explorer, 'keyspace.copyName', (_node, rows) => copyName(rows)),
    onSettingChange(['keyspace.explorer.sortOrder'], () => explorer.changed(undefined)),
    onSettingChange(['keyspace.explorer.delimiter'], () => {
      // Names are grouped by it as they are found: every open database is scanned anew under its filter.
      for (const state of model.databases()) model.setFilter(state.ref, state.keyspace.filter);
      explorer.changed(undefined);
    }),
  );
}

async function copyName(rows: readonly Node[]): Promise<void> {
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
