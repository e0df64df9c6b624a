import { createHash } from 'node:crypto';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import type { KeyFilter, KeyType, ScanCounts } from '../../core/keyspace/keyspace.ts';
import type { MemberRow } from '../../core/value/members.ts';
import type { CommandId } from '../platform/contributions.ts';

/** One database of one connection. */
export interface DatabaseRef {
  readonly profile: ConnectionProfile;
  readonly database: number;
}

/** A row of the tree. `id` is a path of encoded bytes with the kind of each segment; `parent` is for reveal. */
export type Node = ConnectionNode | DatabaseNode | NamespaceNode | KeyNode | MemberNode | RangeNode | MoreNode | NoticeNode;
export type NodeOf<Kind extends Node['kind']> = Extract<Node, { kind: Kind }>;

interface Row {
  readonly id: string;
  parent: Node | undefined;
}

export interface ConnectionNode extends Row {
  readonly kind: 'connection';
  profile: ConnectionProfile;
  connected: boolean;
}

export interface DatabaseNode extends Row {
  readonly kind: 'database';
  readonly ref: DatabaseRef;
  /** From INFO keyspace; undefined where the server does not tell. */
  keys: number | undefined;
  /** Where a scan stands; undefined before the first page. */
  counts: ScanCounts | undefined;
  filter: KeyFilter;
}

export interface NamespaceNode extends Row {
  readonly kind: 'namespace';
  readonly ref: DatabaseRef;
  readonly prefix: Buffer;
  readonly segment: Buffer;
  count: number;
  total: boolean;
}

export interface KeyNode extends Row {
  readonly kind: 'key';
  readonly ref: DatabaseRef;
  readonly name: Buffer;
  readonly segment: Buffer;
  type: KeyType | undefined;
}

export interface MemberNode extends Row {
  readonly kind: 'member';
  readonly ref: DatabaseRef;
  readonly key: Buffer;
  readonly type: KeyType;
  row: Exclude<MemberRow, { kind: 'range' }>;
}

/** Earlier rows, folded. */
export interface RangeNode extends Row {
  readonly kind: 'range';
  first: string;
  last: string;
  size: number;
  children: () => Node[];
}

/** The Load More row. It names its parent; the cursor lives in the parent's pager. */
export interface MoreNode extends Row {
  readonly kind: 'more';
  parent: PagedNode;
  counts: ScanCounts;
  /** Members of a collection as the server counts them; undefined under a database or namespace. */
  length: number | undefined;
  loading: boolean;
}

/** A row that says something: an error and what to do, or what is not shown. */
export interface NoticeNode extends Row {
  readonly kind: 'notice';
  /** `start`: it leads somewhere, and may be hidden. */
  severity: 'error' | 'info' | 'start';
  label: string;
  detail: string;
  command: CommandId | undefined;
}

/** Rows whose children come by pages. */
export type PagedNode = DatabaseNode | NamespaceNode | KeyNode;

/** Key types whose members the tree shows. */
export const collectionTypes: ReadonlySet<KeyType> = new Set(['hash', 'list', 'set', 'zset', 'stream']);

/** True for a key row that can be expanded. */
export function isCollection(node: Node): node is KeyNode {
  return node.kind === 'key' && node.type !== undefined && collectionTypes.has(node.type);
}

/** True for rows that may have a pager. */
export function isPaged(node: Node | undefined): node is PagedNode {
  return node !== undefined && (node.kind === 'database' || node.kind === 'namespace' || isCollection(node));
}

/** Hex of short names, a digest of long ones: an id of a 10 kB name would be 20 kB for each row. */
function encode(bytes: Buffer): string {
  return bytes.length <= 64 ? bytes.toString('hex') : `#${createHash('sha1').update(bytes).digest('hex')}`;
}

/** Ids: a path whose segments carry their kind, so that key `a` and namespace `a` both exist. */
export const nodeId = {
  connection: (profileId: string): string => `c:${profileId}`,
  database: (ref: DatabaseRef): string => `c:${ref.profile.id}/d:${ref.database}`,
  namespace: (ref: DatabaseRef, prefix: Buffer): string => `${nodeId.database(ref)}/n:${encode(prefix)}`,
  key: (ref: DatabaseRef, name: Buffer): string => `${nodeId.database(ref)}/k:${encode(name)}`,
  member: (ref: DatabaseRef, key: Buffer, row: Exclude<MemberRow, { kind: 'range' }>): string =>
    `${nodeId.key(ref, key)}/${memberSegment(row)}`,
  range: (parent: Node, id: number): string => `${parent.id}/r:${id}`,
  more: (parent: Node): string => `${parent.id}/more`,
  notice: (parent: Node | undefined, which: string): string => `${parent?.id ?? ''}/!${which}`,
};

function memberSegment(row: Exclude<MemberRow, { kind: 'range' }>): string {
  switch (row.kind) {
    case 'field':
      return `f:${encode(row.field)}`;
    case 'member':
    case 'scored':
      return `m:${encode(row.member)}`;
    case 'item':
      return `i:${row.index}`;
    case 'entry':
      return `e:${row.id}`;
  }
}

/** The rows that are shown, by id: VS Code finds elements by object identity, so the same id must stay the same object. */
export interface NodeTable {
  /** The object for `node.id`: the one that is shown already, brought up to date, or `node` itself. */
  intern<N extends Node>(node: N): N;
  get(id: string): Node | undefined;
  /** Notes what stands under `parent` now and forgets what no longer does, with all below it. */
  setChildren(parent: Node | undefined, children: readonly Node[]): void;
  childrenOf(parent: Node | undefined): readonly Node[] | undefined;
}

export function createNodeTable(): NodeTable {
  const shown = new Map<string, Node>();
  const children = new Map<string, readonly Node[]>();
  const keyOf = (parent: Node | undefined): string => parent?.id ?? '';

  function forget(node: Node): void {
    if (shown.get(node.id) === node) shown.delete(node.id);
    const below = children.get(node.id);
    children.delete(node.id);
    for (const child of below ?? []) if (child.parent === node) forget(child);
  }

  return {
    intern(node) {
      const known = shown.get(node.id);
      if (known === undefined) {
        shown.set(node.id, node);
        return node;
      }
      return Object.assign<Node, typeof node>(known, node);
    },
    get: (id) => shown.get(id),
    setChildren(parent, next) {
      const stays = new Set(next);
      for (const old of children.get(keyOf(parent)) ?? []) if (!stays.has(old) && old.parent === parent) forget(old);
      children.set(keyOf(parent), next);
    },
    childrenOf: (parent) => children.get(keyOf(parent)),
  };
}
