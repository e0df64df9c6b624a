import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import type { RowChanges } from '../compare/badges.ts';
import type { ReplicationState } from '../../core/replicate/state.ts';
import type { PracticeFacts } from '../practice/practice.ts';
import type { OpenFile } from '../practice/rdbFiles.ts';
import { setContext } from '../platform/commands.ts';
import { viewIds } from '../platform/contributions.ts';
import { createDisposables } from '../platform/disposables.ts';
import { onSettingChange, readSetting } from '../platform/settings.ts';
import { type Children, createChildren } from './children.ts';
import { describeFilter, isFiltered } from './labels.ts';
import type { ExplorerModel } from './model.ts';
import { type ConnectionNode, createNodeTable, type Node, nodeId, type NodeTable, type PagedNode } from './nodes.ts';
import { present } from './present.ts';
import { tooltipOf } from './tooltip.ts';

/** The Keyspace view: the tree, what is selected in it, and how it is told that something changed. */
export interface ExplorerView extends vscode.Disposable {
  readonly tree: vscode.TreeView<Node>;
  readonly nodes: NodeTable;
  readonly children: Children;
  /** Draws `node` and what stands under it anew (undefined: everything), from what is known. */
  changed(node?: Node): void;
  /** The row that has the keyboard's focus, while the tree has it. */
  focused(): Promise<Node | undefined>;
  /** Draws the row of a connection anew and leaves what stands under it. */
  redraw(profileId: string): void;
  /** A connection was asked for its databases, or is to rest. */
  readonly onDidList: vscode.Event<ConnectionNode>;
  /** Shows the filters in the view's message and sets the context key. */
  filtersChanged(): void;
  /** Brings the row in sight and gives it the focus. */
  focus(node: Node): Promise<void>;
  /** Rows of a paged node as they are now, in the tree's own objects. */
  rows(node: PagedNode): readonly Node[];
}

/** Makes the view and its provider. */
export function createExplorerView(deps: {
  readonly model: ExplorerModel;
  readonly profiles: () => readonly ConnectionProfile[];
  /** True while there is nothing but practice servers and files, and nobody has hidden the row that leads to the walkthrough. */
  readonly offersStart: () => boolean;
  /** What is known of a connection that is an RDB file. */
  readonly fileOf: (profileId: string) => OpenFile | undefined;
  /** Whom a connection follows, if anybody. */
  readonly replicationOf: (profileId: string) => ReplicationState | undefined;
  /** What is known of a connection that is a practice server. */
  readonly practiceOf: (profileId: string) => PracticeFacts | undefined;
  readonly onUnexpected: (error: unknown) => void;
  /** What is known of changes since an original, of a row. */
  readonly changesOf: (node: Node) => RowChanges | undefined;
  readonly drop: vscode.TreeDragAndDropController<Node>;
}): ExplorerView {
  const { model } = deps;
  const nodes = createNodeTable();
  const change = new vscode.EventEmitter<Node | undefined>();
  // Kept: asking VS Code for a setting takes about a millisecond, and there are thousands of rows.
  let keyLabel = readSetting('keyspace.explorer.keyLabel');
  const listed = new vscode.EventEmitter<ConnectionNode>();
  const children = createChildren({ ...deps, nodes, onConnectedChange: changed, onFirstPage: changed, onListed: (node) => listed.fire(node) });

  function changed(node?: Node): void {
    // VS Code asks for the row before its children: what the row says of them has to be known by then.
    if (node?.kind === 'database') node.counts = model.pager(node).counts;
    change.fire(node);
  }

  const practiceOf = (node: Node): PracticeFacts | undefined => (node.kind === 'connection' ? deps.practiceOf(node.profile.id) : undefined);
  const replicationOf = (node: Node): ReplicationState | undefined => (node.kind === 'connection' ? deps.replicationOf(node.profile.id) : undefined);
  const provider: vscode.TreeDataProvider<Node> = {
    onDidChangeTreeData: change.event,
    getChildren: async (node) => [...(await children.of(node))],
    getTreeItem: (node) => present(node, { keyLabel, changes: deps.changesOf(node), replication: replicationOf(node), practice: practiceOf(node) }),
    getParent: ({ parent }: Node) => parent,
    async resolveTreeItem(item, node) {
      item.tooltip ??= await tooltipOf(node, model, deps.fileOf, { changes: deps.changesOf(node), replication: replicationOf(node), practice: practiceOf(node) });
      return item;
    },
  };
  const tree = vscode.window.createTreeView(viewIds.explorer, { treeDataProvider: provider, canSelectMany: true, showCollapseAll: true, dragAndDropController: deps.drop });

  function filtersChanged(): void {
    const filtered = [...model.databases()].filter((state) => isFiltered(state.keyspace.filter));
    tree.message = filtered.length === 0
      ? undefined
      : vscode.l10n.t('Filtered: {0}', filtered.map((state) => `${state.ref.profile.name} db${state.ref.database} (${describeFilter(state.keyspace.filter)})`).join(', '));
    setContext('keyspace.filtered', filtered.length > 0);
  }

  /**
   * VS Code tells extensions the selection, not the focus that the arrow keys move. But it has a command that adds the focused
   * row to the selection, or takes it out: what changes is the focused row, and a second time undoes it.
   */
  async function focused(): Promise<Node | undefined> {
    const before = tree.selection;
    await vscode.commands.executeCommand('list.toggleSelection');
    const after = tree.selection;
    await vscode.commands.executeCommand('list.toggleSelection');
    return after.find((row) => !before.includes(row)) ?? before.find((row) => !after.includes(row));
  }

  const disposables = createDisposables(
    change,
    listed,
    tree,
    // Closing the last view of a connection closes its socket; what was found stays.
    tree.onDidCollapseElement(({ element }) => {
      if (element.kind !== 'connection') return;
      model.rest(element.profile.id);
      element.connected = false;
      change.fire(element);
      listed.fire(element);
    }),
    onSettingChange(['keyspace.explorer.showEmptyDatabases', 'keyspace.explorer.keyLabel', 'keyspace.practice.show'], () => {
      keyLabel = readSetting('keyspace.explorer.keyLabel');
      change.fire(undefined);
    }),
  );

  return {
    tree,
    nodes,
    children,
    changed,
    focused,
    redraw(profileId) {
      const node = nodes.get(nodeId.connection(profileId));
      if (node?.kind !== 'connection') return;
      children.keep(node);
      change.fire(node);
    },
    onDidList: listed.event,
    filtersChanged,
    async focus(node) {
      await tree.reveal(node, { select: true, focus: true });
    },
    rows: (node) => children.known(node),
    dispose() {
      disposables.dispose();
    },
  };
}
