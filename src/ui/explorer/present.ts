import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { endpointLabel } from '../../core/connection/url.ts';
import type { ReplicationState } from '../../core/replicate/state.ts';
import { displayShort, shorten } from '../../core/keyspace/display.ts';
import { holdersKey, isPositionKey } from '../../core/keyspace/positionKey.ts';
import type { KeyType } from '../../core/keyspace/keyspace.ts';
import { assertNever } from '../../core/failure.ts';
import type { RowChanges } from '../compare/badges.ts';
import { commandOf } from '../platform/commands.ts';
import type { KeyLabel, RowAbility } from '../platform/contributions.ts';
import { readableItem } from '../platform/plainText.ts';
import { practiceAbilities, practiceNotes } from '../practice/practiceText.ts';
import type { PracticeFacts } from '../practice/practice.ts';
import { replicationNote } from '../replicate/stateText.ts';
import { describeCounts, describeFilter, formatCount, formatPercent, isFiltered, keyCount } from './labels.ts';
import { type ConnectionNode, type DatabaseNode, isCollection, type KeyNode, type MemberNode, type MoreNode, type NamespaceNode, type Node, type NoticeNode, type RangeNode } from './nodes.ts';

/** Longest label; a 10 kB name is cut here, its whole text is in the tooltip and under Copy Name. */
const maxLabel = 200;
const maxDescription = 120;

/** Icon and colour of each type; a module's type has the last. */
const typeIcons: Readonly<Record<string, readonly [icon: string, color: string]>> = {
  string: ['symbol-string', 'charts.blue'],
  hash: ['symbol-namespace', 'charts.green'],
  list: ['list-ordered', 'symbolIcon.classForeground'],
  set: ['symbol-enum', 'charts.purple'],
  zset: ['list-tree', 'charts.red'],
  stream: ['pulse', 'charts.yellow'],
  'ReJSON-RL': ['json', 'charts.blue'],
};

export interface PresentOptions {
  readonly keyLabel: KeyLabel;
  /** What is known of changes since an original. */
  readonly changes?: RowChanges | undefined;
  /** Whom a connection follows, if anybody. */
  readonly replication?: ReplicationState | undefined;
  /** What is known of a practice server. */
  readonly practice?: PracticeFacts | undefined;
}

/** A row as VS Code shows it. Pure: nothing is asked of a server, and TTL and size wait for the tooltip. */
export function present(node: Node, options: PresentOptions): vscode.TreeItem {
  const item = itemOf(node, options);
  item.id = node.id;
  if (options.changes !== undefined) addChanges(item, node, options.changes);
  return readableItem(item);
}

function addChanges(item: vscode.TreeItem, node: Node, { uri, text, short, whole }: RowChanges): void {
  item.resourceUri = uri;
  if (whole) item.contextValue = `${item.contextValue ?? ''} baseline` satisfies `${string}${RowAbility}`;
  if (text === '') return;
  if (node.kind !== 'key') item.description = [item.description, short].filter((part) => typeof part === 'string' && part !== '').join(' · ');
  const label = item.accessibilityInformation?.label;
  if (label !== undefined) item.accessibilityInformation = { label: `${label}, ${text}` };
}

function itemOf(node: Node, options: PresentOptions): vscode.TreeItem {
  switch (node.kind) {
    case 'connection':
      return connectionItem(node, options);
    case 'database':
      return databaseItem(node);
    case 'namespace':
      return namespaceItem(node);
    case 'key':
      return keyItem(node, options.keyLabel);
    case 'member':
      return memberItem(node);
    case 'range':
      return rangeItem(node);
    case 'more':
      return moreItem(node);
    case 'notice':
      return noticeItem(node);
    default:
      return assertNever(node);
  }
}

const context = (kind: Node['kind'], ...abilities: readonly (RowAbility | false)[]): string =>
  [kind, ...abilities.filter((ability) => ability !== false)].join(' ');

const icon = (name: string, color?: string): vscode.ThemeIcon =>
  new vscode.ThemeIcon(name, color === undefined ? undefined : new vscode.ThemeColor(color));

function connectionItem({ profile, connected }: ConnectionNode, { replication, practice: facts }: PresentOptions): vscode.TreeItem {
  const item = new vscode.TreeItem(profile.name, vscode.TreeItemCollapsibleState.Collapsed);
  const file = profile.endpoint.kind === 'practice' && profile.endpoint.file !== undefined;
  const practice = profile.endpoint.kind === 'practice' && !file;
  const abilities = facts === undefined ? [] : practiceAbilities(facts);
  item.iconPath = icon(file ? 'file-binary' : practice ? 'mortar-board' : 'server-environment', abilities.includes('troubled') ? 'charts.orange' : connected ? 'charts.green' : undefined);
  const notes = [
    replication === undefined ? '' : replicationNote(replication),
    ...(facts === undefined ? [placeNote(profile, file)] : practiceNotes(facts)),
    profile.access === 'read-only' ? vscode.l10n.t('read-only') : '',
    profile.access === 'confirm-writes' ? vscode.l10n.t('confirms writes') : '',
    profile.endpoint.kind === 'tcp' && profile.endpoint.tls?.verify === false ? vscode.l10n.t('certificate not verified') : '',
  ].filter((note) => note !== '');
  item.description = notes.join(' · ');
  item.contextValue = context('connection', ...(file ? ['file' as const] : practice ? abilities : ['saved' as const]), replication !== undefined && 'replica');
  item.accessibilityInformation = { label: [profile.name, connected ? vscode.l10n.t('connected') : vscode.l10n.t('not connected'), ...notes].join(', ') };
  return item;
}

/** Where its data are, in words. */
function placeNote(profile: ConnectionProfile, file: boolean): string {
  if (file) return profile.access === 'read-only' ? vscode.l10n.t('RDB file') : vscode.l10n.t('scratch copy · changes are not saved');
  // Of a lesson; others say more of themselves.
  if (profile.endpoint.kind === 'practice') return vscode.l10n.t('in memory only');
  return endpointLabel(profile) === profile.name ? '' : endpointLabel(profile);
}

function databaseItem({ ref, keys, counts, filter }: DatabaseNode): vscode.TreeItem {
  const name = vscode.l10n.t('Database {0}', ref.database);
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed);
  item.iconPath = icon('database');
  const notes: string[] = [];
  if (keys !== undefined) notes.push(keyCount(keys));
  if (counts !== undefined && isFiltered(filter)) notes.push(vscode.l10n.t('{0} found', formatCount(counts.found)));
  if (counts?.scanned !== undefined && !counts.complete) notes.push(vscode.l10n.t('{0}% scanned', formatPercent(counts.scanned)));
  if (isFiltered(filter)) notes.push(vscode.l10n.t('filter: {0}', describeFilter(filter)));
  item.description = notes.join(' · ');
  item.contextValue = context('database', 'paged', 'scannable', isFiltered(filter) && 'filtered', writable(ref.profile.access));
  item.accessibilityInformation = { label: [name, ...notes].join(', ') };
  return item;
}

const writable = (access: string): RowAbility | false => access !== 'read-only' && 'writable';

/** A segment as a label; an empty one (`a::b`, `:x`, `x:`) is named, or nothing would be seen. */
function segmentLabel(segment: Buffer): string {
  return segment.length === 0 ? vscode.l10n.t('(empty)') : displayShort(segment, maxLabel);
}

function namespaceItem({ ref, segment, count, total }: NamespaceNode): vscode.TreeItem {
  const label = segmentLabel(segment);
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
  // As `folder` it would be the file icon theme's once the row has a URI, and some have none.
  item.iconPath = icon('symbol-folder');
  item.description = `${formatCount(count)}${total ? '' : '+'}`;
  item.contextValue = context('namespace', 'paged', 'named', writable(ref.profile.access));
  item.accessibilityInformation = {
    label: total ? vscode.l10n.t('namespace {0}, keys: {1}', label, formatCount(count)) : vscode.l10n.t('namespace {0}, keys: at least {1}', label, formatCount(count)),
  };
  return item;
}

function keyItem(node: KeyNode, keyLabel: KeyLabel): vscode.TreeItem {
  const label = keyLabel === 'name' ? segmentLabel(node.name) : segmentLabel(node.segment);
  const collection = isCollection(node);
  const item = new vscode.TreeItem(label, collection ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None);
  item.iconPath = typeIcon(node.type);
  const note = positionNote(node.name);
  item.description = [node.type ?? '', note].filter((text) => text !== '').join(' · ');
  item.contextValue = context(
    'key', 'named', 'openable', collection && 'collection', collection && 'paged', node.type === 'string' && 'editable', writable(node.ref.profile.access),
  );
  item.accessibilityInformation = { label: [vscode.l10n.t('{0}, {1} key', label, node.type ?? vscode.l10n.t('unknown type')), note].filter((text) => text !== '').join(', ') };
  if (!collection) item.command = commandOf('keyspace.previewValue', vscode.l10n.t('Open Value'), node);
  return item;
}

/** What live replications keep among the data of their target, which nobody has put there himself. */
function positionNote(name: Buffer): string {
  if (!isPositionKey(name)) return '';
  return name.equals(holdersKey) ? vscode.l10n.t('which live replications write here') : vscode.l10n.t('position of a live replication');
}

function typeIcon(type: KeyType | undefined): vscode.ThemeIcon {
  const [name, color] = (type !== undefined && Object.hasOwn(typeIcons, type) ? typeIcons[type] : undefined) ?? ['symbol-misc', undefined];
  return icon(name, color);
}

const line = (bytes: Buffer): string => displayShort(bytes, maxDescription);

function memberItem(node: MemberNode): vscode.TreeItem {
  const { row } = node;
  const item = new vscode.TreeItem('', vscode.TreeItemCollapsibleState.None);
  switch (row.kind) {
    case 'field':
      item.label = segmentLabel(row.field);
      item.description = line(row.value);
      item.iconPath = icon('symbol-field');
      break;
    case 'member':
      item.label = segmentLabel(row.member);
      item.iconPath = icon('symbol-enum-member');
      break;
    case 'scored':
      item.label = segmentLabel(row.member);
      item.description = row.score;
      item.iconPath = icon('symbol-number');
      break;
    case 'item':
      item.label = formatCount(row.index);
      item.description = line(row.value);
      item.iconPath = icon('symbol-array');
      break;
    case 'entry':
      item.label = row.id;
      item.description = shorten(row.fields.map(([field, value]) => `${line(field)}: ${line(value)}`).join(', '), maxDescription);
      item.iconPath = icon('symbol-event');
      break;
    default:
      return assertNever(row);
  }
  const editable = row.kind === 'field' || row.kind === 'scored' || row.kind === 'item';
  item.contextValue = context('member', 'named', 'openable', editable && 'editable', writable(node.ref.profile.access));
  item.command = commandOf('keyspace.previewValue', vscode.l10n.t('Open Value'), node);
  item.accessibilityInformation = { label: [item.label, item.description].filter(Boolean).join(', ') };
  return item;
}

function rangeItem({ first, last, size }: RangeNode): vscode.TreeItem {
  const item = new vscode.TreeItem(`${shorten(first, 60)} … ${shorten(last, 60)}`, vscode.TreeItemCollapsibleState.Collapsed);
  item.iconPath = icon('fold');
  item.description = vscode.l10n.t('{0} rows, folded', formatCount(size));
  item.contextValue = context('range');
  return item;
}

function moreItem(node: MoreNode): vscode.TreeItem {
  const { counts, length, loading } = node;
  const label = loading ? vscode.l10n.t('Loading…') : vscode.l10n.t('Load More');
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.None);
  item.iconPath = icon(loading ? 'loading~spin' : 'chevron-down');
  item.description = describeCounts(counts, length);
  item.contextValue = context('more', loading && 'loading');
  item.command = commandOf(loading ? 'keyspace.stopLoading' : 'keyspace.loadMore', label, node);
  item.tooltip = loading ? vscode.l10n.t('Click to stop.') : item.description;
  item.accessibilityInformation = { label: `${label}, ${item.description}` };
  return item;
}

function noticeItem(node: NoticeNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.label, vscode.TreeItemCollapsibleState.None);
  item.iconPath = node.severity === 'error' ? icon('error', 'list.errorForeground') : icon(node.severity === 'start' ? 'rocket' : 'info');
  item.description = node.command === undefined ? '' : node.detail;
  item.tooltip = [node.label, node.detail].filter((text) => text !== '').join('\n');
  item.contextValue = context('notice', node.severity === 'start' && 'dismissible');
  if (node.command !== undefined) item.command = { command: node.command, title: node.label, arguments: [node] };
  item.accessibilityInformation = { label: [node.label, node.detail].filter((text) => text !== '').join(node.label.endsWith('.') ? ' ' : '. ') };
  return item;
}
