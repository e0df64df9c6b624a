import * as vscode from 'vscode';
import type { Comparison, CompareRequest } from '../../core/compare/compareDatabases.ts';
import type { KeyDifference } from '../../core/compare/values.ts';
import type { Difference } from '../../core/compare/verify.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import { createRenaming } from '../../core/transfer/renaming.ts';
import { formatCount, keyCount } from '../explorer/labels.ts';
import { commandOf, setContext } from '../platform/commands.ts';
import { type differenceWords, viewIds } from '../platform/contributions.ts';
import { readableItem } from '../platform/plainText.ts';
import { joinSentences } from '../platform/sentences.ts';
import { differenceText } from '../transfer/cloneText.ts';
import { sideName } from './request.ts';

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
  /** All that is listed, shown yet or not. */
  readonly differences: readonly Difference[];
  show(request: CompareRequest, comparison: Comparison): Promise<void>;
  /** Puts what these keys differ in now in place of what is listed of them. */
  update(names: readonly Buffer[], now: readonly Difference[]): void;
  /** The differences that a command means: those of the row and its selection, or of the selection where there is no row. */
  meant(row: Row | undefined, selection: readonly Row[] | undefined): readonly Difference[];
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
  let comparison: Comparison = { compared: 0, differences: [] };
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
    treeDataProvider: { onDidChangeTreeData: changed.event, getChildren: childrenOf, getTreeItem: (row) => readableItem(present(row, request)) },
    showCollapseAll: true,
    canSelectMany: true,
  });
  const draw = (of: CompareRequest, next: Comparison, shown: (side: Side) => number): void => {
    request = of;
    comparison = { compared: next.compared, differences: next.differences.toSorted((a, b) => a.name.compare(b.name)) };
    const lists = new Map<Side, Difference[]>([['added', []], ['changed', []], ['removed', []]]);
    for (const one of comparison.differences) lists.get(sideOf(one.kind))?.push(one);
    groups = [...lists].map(([side, list]) => ({ kind: 'group', side, differences: list, shown: shown(side) }));
    tree.description = `${sideName(of, 'source')} ↔ ${sideName(of, 'target')}`;
    const { compared, differences } = comparison;
    const found = differences.length === 0
      ? vscode.l10n.t('{0} compared: identical.', keyCount(compared))
      : vscode.l10n.t('{0} compared, {1} different.', keyCount(compared), formatCount(differences.length));
    // Beside the title there is no room for both.
    tree.message = joinSentences([found, vscode.l10n.t('Original: {0}.', sideName(of, 'source')), vscode.l10n.t('Other side: {0}.', sideName(of, 'target'))]);
    changed.fire(undefined);
  };

  return {
    get request() {
      return request;
    },
    get differences() {
      return comparison.differences;
    },
    async show(next, result) {
      rows.clear();
      draw(next, result, () => PAGE);
      setContext('keyspace.compared', true);
      await vscode.commands.executeCommand(`${viewIds.differences}.focus`);
    },
    update(names, now) {
      if (request === undefined) return;
      const gone = new Set(names.map((name) => name.toString('latin1')));
      const kept = comparison.differences.filter(({ name }) => !gone.has(name.toString('latin1')));
      const pages = new Map(groups.map(({ side, shown }) => [side, shown]));
      draw(request, { compared: comparison.compared, differences: [...kept, ...now] }, (side) => pages.get(side) ?? PAGE);
      const listed = new Set(comparison.differences);
      for (const one of rows.keys()) if (!listed.has(one)) rows.delete(one);
    },
    meant(row, selection) {
      const chosen = selection !== undefined && (row === undefined || selection.includes(row)) ? selection : row === undefined ? tree.selection : [row];
      const found = new Set<Difference>();
      for (const one of chosen) {
        if (one.kind === 'difference') found.add(one.difference);
        else if (one.kind === 'group') for (const difference of one.differences) found.add(difference);
      }
      return [...found];
    },
    loadMore(row) {
      if (row?.kind !== 'more') return;
      row.group.shown += PAGE;
      changed.fire(undefined);
    },
    clear() {
      request = undefined;
      comparison = { compared: 0, differences: [] };
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

/** The kind of a row and which sides may be written. */
function contextOf(kind: 'group' | 'difference', request: CompareRequest | undefined): string {
  const words: (typeof differenceWords)[number][] = [kind];
  if (request !== undefined && request.source.profile.access !== 'read-only') words.push('original');
  if (request !== undefined && request.target.profile.access !== 'read-only') words.push('other');
  return words.join(' ');
}

function present(row: Row, request: CompareRequest | undefined): vscode.TreeItem {
  switch (row.kind) {
    case 'group': {
      const item = new vscode.TreeItem(titleOf(row.side), vscode.TreeItemCollapsibleState.Expanded);
      item.id = row.side;
      item.description = formatCount(row.differences.length);
      item.contextValue = contextOf('group', request);
      item.iconPath = iconOf(row.side);
      return item;
    }
    case 'difference': {
      // A key that only the other side has is called as it is there.
      const name = displayShort(row.side === 'added' ? otherName(row) : row.difference.name, TITLE);
      const item = new vscode.TreeItem(name);
      item.id = `${row.side}/${row.difference.name.toString('hex')}`;
      item.iconPath = iconOf(row.side);
      if (row.side === 'changed') item.description = differenceText(row.difference);
      item.contextValue = contextOf('difference', request);
      item.accessibilityInformation = { label: [name, row.side === 'changed' ? differenceText(row.difference) : titleOf(row.side)].join(', ') };
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

/** What a key is called on the other side. */
export function otherName({ request: { scope, rewrite }, difference }: Pick<DifferenceRow, 'request' | 'difference'>): Buffer {
  return createRenaming(scope, rewrite).rename(difference.name);
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
