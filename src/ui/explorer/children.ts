import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { displayName, displayShort } from '../../core/keyspace/display.ts';
import type { KeyRow, Level } from '../../core/keyspace/keyspace.ts';
import { exactName } from '../../core/keyspace/nameScan.ts';
import type { MemberRow, Members } from '../../core/value/members.ts';
import { assertNever, isFailure } from '../../core/failure.ts';
import { crashNotice, type FileNotice, fileNotices } from '../practice/fileText.ts';
import type { PracticeFacts } from '../practice/practice.ts';
import type { OpenFile } from '../practice/rdbFiles.ts';
import type { CommandId } from '../platform/contributions.ts';
import { type FailureRow, failureRow, isSilent } from '../platform/errors.ts';
import { readSetting } from '../platform/settings.ts';
import { describeFilter, isFiltered } from './labels.ts';
import type { ConnectionState, ExplorerModel, Pager } from './model.ts';
import {
  type ConnectionNode, type DatabaseNode, type DatabaseRef, isPaged, type KeyNode, type Node, type NodeTable, nodeId, type NoticeNode, type PagedNode,
} from './nodes.ts';

export interface Children {
  /** The rows under `node` (undefined: the connections), loading the first page if there is none. Never throws: failures are rows. */
  of(node: Node | undefined): Promise<readonly Node[]>;
  /** The rows under a node as they are known now, without loading. */
  known(node: PagedNode): readonly Node[];
  /** The next time that VS Code asks for a connection's rows, because its own is drawn anew, they are those that are known. */
  keep(node: ConnectionNode): void;
}

/** Characters of a name that a range row keeps. */
const maxTitle = 200;

const remedies: Readonly<Record<FailureRow['remedy'], CommandId | undefined>> = { edit: 'keyspace.editConnection', refresh: 'keyspace.refresh', retry: undefined };

/** Makes the rows: core is asked, and what it says is turned into nodes. */
/** Databases that are listed though they hold no key; a server may be set up to have millions. */
const maxEmptyDatabases = 256;

export function createChildren(deps: {
  readonly model: ExplorerModel;
  readonly nodes: NodeTable;
  readonly profiles: () => readonly ConnectionProfile[];
  /** True where a row leads to the walkthrough. */
  readonly offersStart: () => boolean;
  /** What is known of a connection that is an RDB file. */
  readonly fileOf: (profileId: string) => OpenFile | undefined;
  /** What is known of a connection that is a practice server. */
  readonly practiceOf: (profileId: string) => PracticeFacts | undefined;
  /** Told of what is not a Failure: a defect, not a condition. */
  readonly onUnexpected: (error: unknown) => void;
  /** Told when a connection's row should look different: it is connected now, or no longer. */
  readonly onConnectedChange: (node: ConnectionNode) => void;
  /** Told when a connection was asked for its databases, whatever came of it. */
  readonly onListed: (node: ConnectionNode) => void;
  /** Told when the first page of a database has come. */
  readonly onFirstPage: (node: DatabaseNode) => void;
}): Children {
  const { model, nodes } = deps;
  /** Connections whose row is being drawn anew, so that VS Code asks for children which are known. */
  const justListed = new Set<string>();

  function setConnected(node: ConnectionNode, connected: boolean): void {
    if (node.connected === connected) return;
    node.connected = connected;
    justListed.add(node.id);
    deps.onConnectedChange(node);
  }

  /** `model.run` has kept the failure, and the row is made from there. */
  function noteUnexpected(error: unknown): void {
    if (!isFailure(error)) deps.onUnexpected(error);
  }

  function notice(parent: Node | undefined, which: string, fields: Pick<NoticeNode, 'severity' | 'label' | 'detail' | 'command'>): NoticeNode {
    return nodes.intern<NoticeNode>({ kind: 'notice', id: nodeId.notice(parent, which), parent, ...fields });
  }

  function failureNotice(parent: Node, error: unknown): NoticeNode {
    const row = failureRow(error);
    return notice(parent, 'failure', {
      severity: 'error',
      label: row.label,
      detail: row.advice,
      command: remedies[row.remedy] ?? (isPaged(parent) ? 'keyspace.loadMore' : 'keyspace.reconnect'),
    });
  }

  function connections(): readonly Node[] {
    const rows = deps.profiles().map((profile) =>
      nodes.intern<ConnectionNode>({
        kind: 'connection', id: nodeId.connection(profile.id), parent: undefined, profile, connected: model.isConnected(profile.id),
      }),
    );
    // Where there is no row at all, the view's welcome leads there.
    return rows.length > 0 && deps.offersStart() ? [...rows, startNotice()] : rows;
  }

  const startNotice = (): NoticeNode => notice(undefined, 'start', {
    severity: 'start', label: vscode.l10n.t('Get Started'), detail: vscode.l10n.t('walkthrough, lessons'), command: 'keyspace.getStarted',
  });

  async function databasesOf(node: ConnectionNode): Promise<readonly Node[]> {
    if (deps.practiceOf(node.profile.id)?.stopped === true) {
      setConnected(node, false);
      return [notice(node, 'stopped', { severity: 'info', label: vscode.l10n.t('Stopped'), detail: vscode.l10n.t('Click to start.'), command: 'keyspace.startPracticeServer' })];
    }
    const isKnown = justListed.delete(node.id) && (model.isConnected(node.profile.id) ? !model.connection(node.profile).stale : model.failureOf(node) !== undefined);
    if (!isKnown && !model.isDisconnected(node.profile.id)) {
      await model.run(node, (signal) => model.listDatabases(node.profile, signal)).catch(noteUnexpected);
    }
    setConnected(node, model.isConnected(node.profile.id));
    if (!isKnown) deps.onListed(node);
    const failure = model.failureOf(node);
    if (failure !== undefined && !isSilent(failure)) return [failureNotice(node, failure)];
    const crash = crashOf(node);
    if (crash !== undefined) return [crash];
    if (!node.connected) return [notice(node, 'disconnected', { severity: 'info', label: vscode.l10n.t('Not connected'), detail: vscode.l10n.t('Click to connect.'), command: 'keyspace.reconnect' })];
    const state = model.connection(node.profile);
    return [...kindNotices(node, state), ...noticesOfFile(node), ...databaseRows(node, state)];
  }

  const fileRow = (node: ConnectionNode, { which, ...fields }: FileNotice): NoticeNode => notice(node, which, fields);

  function crashOf(node: ConnectionNode): NoticeNode | undefined {
    const file = model.isConnected(node.profile.id) ? undefined : deps.fileOf(node.profile.id);
    const row = file === undefined ? undefined : crashNotice(file);
    return row === undefined ? undefined : fileRow(node, row);
  }

  function noticesOfFile(node: ConnectionNode): NoticeNode[] {
    const file = deps.fileOf(node.profile.id);
    return file === undefined ? [] : fileNotices(file).map((row) => fileRow(node, row));
  }

  function kindNotices(node: ConnectionNode, { facts, list }: ConnectionState): Node[] {
    const rows: Node[] = [];
    if (facts?.mode === 'cluster') {
      rows.push(notice(node, 'cluster', {
        severity: 'info', command: undefined,
        label: vscode.l10n.t('Cluster node: only the keys of this node are shown'),
        detail: vscode.l10n.t('Keyspace lists the slots that this node serves. Keys that live on other primaries are not listed, and opening one that has moved says so.'),
      }));
    }
    if (facts?.mode === 'sentinel') {
      rows.push(notice(node, 'sentinel', {
        severity: 'info', command: 'keyspace.editConnection',
        label: vscode.l10n.t('Sentinel: it holds no keys'),
        detail: vscode.l10n.t('A sentinel watches primaries and has no databases. Click to enter the address of the primary instead.'),
      }));
    }
    if (list?.partial !== undefined && facts?.mode !== 'sentinel') {
      rows.push(notice(node, 'partial', { severity: 'info', label: vscode.l10n.t('Not all databases may be listed'), detail: list.partial, command: undefined }));
    }
    return rows;
  }

  function databaseRows(node: ConnectionNode, { facts, list }: ConnectionState): Node[] {
    if (facts?.mode === 'sentinel' || list === undefined) return [];
    const counted = new Map(list.databases.map((one) => [one.index, one.keys]));
    const shown = new Set([...counted.keys(), node.profile.database ?? 0]);
    if (readSetting('keyspace.explorer.showEmptyDatabases')) {
      for (let index = 0; index < Math.min(list.count ?? 16, maxEmptyDatabases); index++) shown.add(index);
    }
    // What was opened stays in sight when its last key goes.
    for (const state of model.databases()) if (state.ref.profile.id === node.profile.id) shown.add(state.ref.database);
    // Where the server told its databases, one it did not name is empty; else its count is not known.
    const unnamed = list.partial === undefined ? 0 : undefined;
    return [...shown].sort((a, b) => a - b).map((index) => databaseNode(node, { profile: node.profile, database: index }, counted.has(index) ? counted.get(index) : unnamed));
  }

  function databaseNode(parent: ConnectionNode, ref: DatabaseRef, keys: number | undefined): DatabaseNode {
    // Looked at only: listing a database does not open it.
    const keyspace = model.opened(ref)?.keyspace;
    const counts = keyspace === undefined || (keyspace.counts.end === undefined && keyspace.counts.found === 0) ? undefined : keyspace.counts;
    return nodes.intern<DatabaseNode>({ kind: 'database', id: nodeId.database(ref), parent, ref, keys, counts, filter: keyspace?.filter ?? {} });
  }

  function keyRow(parent: Node, ref: DatabaseRef, row: KeyRow): Node {
    switch (row.kind) {
      case 'namespace':
        return nodes.intern<Node>({ kind: 'namespace', id: nodeId.namespace(ref, row.prefix), parent, ref, prefix: row.prefix, segment: row.segment, count: row.count, total: row.total });
      case 'key':
        return nodes.intern<Node>({ kind: 'key', id: nodeId.key(ref, row.name), parent, ref, name: row.name, segment: row.segment, type: row.type });
      case 'range': {
        const node: Node = nodes.intern<Node>({
          kind: 'range', id: nodeId.range(parent, row.id), parent, first: displayShort(row.first, maxTitle), last: displayShort(row.last, maxTitle), size: row.size,
          children: (): Node[] => row.rows.map((child) => keyRow(node, ref, child)),
        });
        return node;
      }
    }
  }

  function memberRow(parent: Node, key: KeyNode, row: MemberRow): Node {
    if (row.kind === 'range') {
      const node: Node = nodes.intern<Node>({
        kind: 'range', id: nodeId.range(parent, row.id), parent, first: row.first, last: row.last, size: row.size,
        children: (): Node[] => row.rows.map((child) => memberRow(node, key, child)),
      });
      return node;
    }
    return nodes.intern<Node>({ kind: 'member', id: nodeId.member(key.ref, key.name, row), parent, ref: key.ref, key: key.name, type: key.type ?? 'string', row });
  }

  function rowsOf(node: PagedNode, pager: Pager): Node[] {
    if (node.kind === 'key') return (pager as Members).rows.map((row) => memberRow(node, node, row));
    return (pager as Level).rows.map((row) => keyRow(node, node.ref, row));
  }

  function trailingRows(node: PagedNode, pager: Pager, rows: number): Node[] {
    const failure = model.failureOf(node);
    if (failure !== undefined && !isSilent(failure)) return [failureNotice(node, failure)];
    if (pager.hasMore) {
      return [nodes.intern<Node>({ kind: 'more', id: nodeId.more(node), parent: node, counts: pager.counts, length: node.kind === 'key' ? (pager as Members).length : undefined, loading: model.isRunning(node) })];
    }
    return rows === 0 ? [emptyNotice(node)] : [];
  }

  function emptyNotice(node: PagedNode): NoticeNode {
    const empty = (label: string, detail: string, command: NoticeNode['command']): NoticeNode => notice(node, 'empty', { severity: 'info', label, detail, command });
    // A stream may be empty; any other collection that is has gone.
    if (node.kind === 'key' && node.type === 'stream') return empty(vscode.l10n.t('No entries'), '', undefined);
    if (node.kind === 'key') return empty(vscode.l10n.t('No members'), vscode.l10n.t('The key has expired or was deleted.'), 'keyspace.refresh');
    const { filter } = model.database(node.ref).keyspace;
    if (node.kind === 'namespace' || !isFiltered(filter)) return empty(vscode.l10n.t('No keys'), '', undefined);
    const name = exactName(filter);
    if (name === undefined) return empty(vscode.l10n.t('No key matches {0}', describeFilter(filter)), vscode.l10n.t('Click to clear the filter.'), 'keyspace.clearFilter');
    const label = filter.type === undefined ? vscode.l10n.t('No key is named {0}', displayName(name)) : vscode.l10n.t('No {0} is named {1}', filter.type, displayName(name));
    return empty(label, vscode.l10n.t('Click to look for keys that contain it.'), 'keyspace.searchAsPattern');
  }

  function known(node: PagedNode): readonly Node[] {
    const pager = model.pager(node);
    if (node.kind === 'database') node.counts = pager.counts;
    const rows = rowsOf(node, pager);
    return [...rows, ...trailingRows(node, pager, rows.length)];
  }

  async function pagedChildren(node: PagedNode): Promise<readonly Node[]> {
    const pager = model.pager(node);
    const untouched = pager.counts.end === undefined && model.failureOf(node) === undefined && !pager.loading;
    if (untouched) {
      await model.run(node, (signal) => pager.loadMore(signal)).catch(noteUnexpected);
      // The database's own row says how far the scan got, and was drawn before.
      if (node.kind === 'database') deps.onFirstPage(node);
    }
    return known(node);
  }

  async function of(node: Node | undefined): Promise<readonly Node[]> {
    if (node === undefined) return connections();
    switch (node.kind) {
      case 'connection':
        return databasesOf(node);
      case 'database':
      case 'namespace':
      case 'key':
        return pagedChildren(node);
      case 'range':
        return node.children();
      case 'member':
      case 'more':
      case 'notice':
        return [];
      default:
        return assertNever(node);
    }
  }

  return {
    keep(node) {
      if (node.connected) justListed.add(node.id);
    },
    async of(node) {
      const rows = await of(node);
      nodes.setChildren(node, rows);
      return rows;
    },
    known(node) {
      const rows = known(node);
      nodes.setChildren(node, rows);
      return rows;
    },
  };
}
