import * as vscode from 'vscode';
import type { Comparison, CompareRequest } from '../../core/compare/compareDatabases.ts';
import type { KeyDifference } from '../../core/compare/values.ts';
import type { Difference } from '../../core/compare/verify.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import { formatCount } from '../explorer/labels.ts';
import { commandOf, setContext } from '../platform/commands.ts';
import { viewIds } from '../platform/contributions.ts';
import { differenceText } from '../transfer/cloneText.ts';
import { nameOf } from '../transfer/cloneSource.ts';

/** How a difference looks from the original: what the other side has more, has less, or has otherwise. */
type Side = 'added' | 'changed' | 'removed';

interface GroupRow {
  readonly kind: 'group';
  readonly side: Side;
  readonly differences: readonly Difference[];
  shown: number;
}

/** A key that differs. */
export interface DifferenceRow {
  readonly kind: 'difference';
  readonly side: Side;
  readonly request: CompareRequest;
  readonly difference: Difference;
}

interface MoreRow {
  readonly kind: 'more';
  readonly group: GroupRow;
}

export type Row = GroupRow | DifferenceRow | MoreRow;

/** The Differences view. */
export interface DifferencesView extends vscode.Disposable {
  readonly request: CompareRequest | undefined;
  show(request: CompareRequest, comparison: Comparison): Promise<void>;
  loadMore(row: Row | undefined): void;
  clear(): void;
}

const PAGE = 500;
const TITLE = 120;

const look: Readonly<Record<Side, { readonly icon: string; readonly color: string }>> = {
  added: { icon: 'diff-added', color: 'gitDecoration.addedResourceForeground' },
  changed: { icon: 'diff-modified', color: 'gitDecoration.modifiedResourceForeground' },
  removed: { icon: 'diff-removed', color: 'gitDecoration.deletedResourceForeground' },
};

/** Makes the view, hidden until something is compared. */
export function createDifferencesView(): DifferencesView {
  const changed = new vscode.EventEmitter<undefined>();
  let request: CompareRequest | undefined;
  let groups: readonly GroupRow[] = [];
  const rows = new Map<Difference, DifferenceRow>();

  const rowOf = (side: Side, difference: Difference, of: CompareRequest): DifferenceRow => {
    const row = rows.get(difference) ?? { kind: 'difference', side, request: of, difference };
    rows.set(difference, row);
    return row;
  };
  const childrenOf = (row: Row | undefined): Row[] => {
    if (row === undefined) return groups.filter(({ differences }) => differences.length > 0);
    if (row.kind !== 'group' || request === undefined) return [];
    const of = request;
    const shown: Row[] = row.differences.slice(0, row.shown).map((difference) => rowOf(row.side, difference, of));
    return row.differences.length > row.shown ? [...shown, { kind: 'more', group: row }] : shown;
  };
  const tree = vscode.window.createTreeView<Row>(viewIds.differences, {
    treeDataProvider: { onDidChangeTreeData: changed.event, getChildren: childrenOf, getTreeItem: present },
    showCollapseAll: true,
  });

  return {
    get request() {
      return request;
    },
    async show(next, { compared, differences }) {
      request = next;
      rows.clear();
      const found = new Map<Side, Difference[]>([['added', []], ['changed', []], ['removed', []]]);
      for (const one of differences.toSorted((a, b) => a.name.compare(b.name))) found.get(sideOf(one.kind))?.push(one);
      groups = [...found].map(([side, list]) => ({ kind: 'group', side, differences: list, shown: PAGE }));
      tree.description = `${nameOf(next.source)} ↔ ${nameOf(next.target)}`;
      tree.message = differences.length === 0
        ? vscode.l10n.t('Identical: {0} keys were compared.', formatCount(compared))
        : vscode.l10n.t('{0} keys were compared, {1} differ.', formatCount(compared), formatCount(differences.length));
      setContext('keyspace.compared', true);
      changed.fire(undefined);
      await vscode.commands.executeCommand(`${viewIds.differences}.focus`);
    },
    loadMore(row) {
      if (row?.kind !== 'more') return;
      row.group.shown += PAGE;
      changed.fire(undefined);
    },
    clear() {
      request = undefined;
      groups = [];
      rows.clear();
      setContext('keyspace.compared', false);
      changed.fire(undefined);
    },
    dispose() {
      tree.dispose();
      changed.dispose();
    },
  };
}

function sideOf(kind: KeyDifference): Side {
  return kind === 'missing' ? 'removed' : kind === 'extra' ? 'added' : 'changed';
}

function present(row: Row): vscode.TreeItem {
  switch (row.kind) {
    case 'group': {
      const item = new vscode.TreeItem(titleOf(row.side), vscode.TreeItemCollapsibleState.Expanded);
      item.id = row.side;
      item.description = formatCount(row.differences.length);
      item.iconPath = iconOf(row.side);
      return item;
    }
    case 'difference': {
      const item = new vscode.TreeItem(displayShort(row.difference.name, TITLE));
      item.id = `${row.side}/${row.difference.name.toString('hex')}`;
      item.iconPath = iconOf(row.side);
      if (row.side === 'changed') item.description = differenceText(row.difference);
      item.contextValue = `difference ${row.side}`;
      item.command = commandOf('keyspace.openDifference', vscode.l10n.t('Open Difference'), row);
      return item;
    }
    case 'more': {
      const item = new vscode.TreeItem(vscode.l10n.t('Load More'));
      item.description = vscode.l10n.t('{0} of {1} shown', formatCount(row.group.shown), formatCount(row.group.differences.length));
      item.iconPath = new vscode.ThemeIcon('ellipsis');
      item.command = commandOf('keyspace.openDifference', vscode.l10n.t('Load More'), row);
      return item;
    }
  }
}

function iconOf(side: Side): vscode.ThemeIcon {
  return new vscode.ThemeIcon(look[side].icon, new vscode.ThemeColor(look[side].color));
}

function titleOf(side: Side): string {
  switch (side) {
    case 'added': return vscode.l10n.t('Only on the Other Side');
    case 'changed': return vscode.l10n.t('Different');
    case 'removed': return vscode.l10n.t('Only in the Original');
  }
}
