import * as vscode from 'vscode';
import { Failure } from '../../core/failure.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import { escapeGlob } from '../../core/keyspace/glob.ts';
import type { CloneEnd, CloneRequest } from '../../core/transfer/clone.ts';
import type { FurtherDatabase } from '../../core/transfer/parts.ts';
import { scopeOfChosen, type Scope } from '../../core/transfer/scope.ts';
import { keyCount } from '../explorer/labels.ts';
import type { Node, NodeOf } from '../explorer/nodes.ts';

/** What is to be cloned. */
export interface CloneSource extends Pick<CloneRequest, 'source' | 'scope' | 'names'> {
  /** In words. */
  readonly title: string;
  /** What all names begin with. */
  readonly prefix: Buffer;
  /** Further databases of the connection; which ones take them is to be asked. */
  readonly more?: readonly Omit<FurtherDatabase, 'target'>[];
}

const NOTHING = Buffer.alloc(0);
const ALL: Scope = { pattern: undefined, types: undefined };

/** From the rows that are meant: databases, namespaces and keys of one connection; undefined where there is none of these. Throws Failure. */
export function cloneSourceOf(row: Node | undefined, rows: readonly Node[]): CloneSource | undefined {
  if (row === undefined || !isData(row)) return undefined;
  const all = rows.filter(isData);
  if (all.length < rows.length || all.some(({ ref }) => ref.profile.id !== row.ref.profile.id)) throw new Failure('bad-input', vscode.l10n.t('Select databases, namespaces and keys of one connection.'));
  const byDatabase = new Map<number, DataRow[]>();
  for (const one of all) byDatabase.set(one.ref.database, [...(byDatabase.get(one.ref.database) ?? []), one]);
  const [first, ...others] = [...byDatabase].sort(([a], [b]) => a - b).map(([database, chosen]) => sourceOfRows({ profile: row.ref.profile, database }, chosen));
  if (first === undefined || others.length === 0) return first;
  const sources = [first, ...others];
  const numbers = sources.map(({ source }) => source.database).join(', ');
  const title = sources.every(isWhole)
    ? vscode.l10n.t('databases {0} of “{1}”', numbers, row.ref.profile.name)
    : vscode.l10n.t('parts of the databases {0} of “{1}”', numbers, row.ref.profile.name);
  return {
    ...first, title, prefix: NOTHING,
    more: others.map(({ source, scope, names }) => ({ source: source.database, scope, ...(names === undefined ? {} : { names }) })),
  };
}

type DataRow = NodeOf<'database' | 'namespace' | 'key'>;

function isData(row: Node): row is DataRow {
  return row.kind === 'database' || row.kind === 'namespace' || row.kind === 'key';
}

/** True if all keys of its databases are meant. */
export function isWhole({ scope, names, more = [] }: Pick<CloneSource, 'scope' | 'names' | 'more'>): boolean {
  return names === undefined && scope.pattern === undefined && scope.only === undefined && more.every(isWhole);
}

/** Of one database: all of it, some namespaces, some keys, or some of both. */
function sourceOfRows(source: CloneEnd, rows: readonly DataRow[]): CloneSource {
  if (rows.some(({ kind }) => kind === 'database')) return sourceOfDatabase(source);
  const prefixes = rows.flatMap((one) => (one.kind === 'namespace' ? [one.prefix] : []));
  const names = rows.flatMap((one) => (one.kind === 'key' ? [one.name] : []));
  const [prefix] = prefixes;
  if (prefix === undefined) {
    const title = names.length === 1 ? vscode.l10n.t('the key {0}', displayShort(names[0] as Buffer, 60)) : keyCount(names.length);
    return { title, source, scope: ALL, names, prefix: NOTHING };
  }
  if (rows.length === 1) return sourceOfDatabase(source, prefix);
  const spaces = prefixes.map((one) => `${displayShort(one, 30)}*`).join(', ');
  const parts = names.length === 0 ? spaces : vscode.l10n.t('{0} and {1}', spaces, keyCount(names.length));
  return { title: vscode.l10n.t('{0} of {1}', parts, nameOf(source)), source, scope: scopeOfChosen({ prefixes, names }), prefix: NOTHING };
}

/** A whole database, or what begins with `prefix`. */
export function sourceOfDatabase(source: CloneEnd, prefix: Buffer = NOTHING): CloneSource {
  if (prefix.length === 0) return { title: nameOf(source), source, scope: ALL, prefix };
  const title = vscode.l10n.t('{0} of {1}', `${displayShort(prefix, 60)}*`, nameOf(source));
  return { title, source, scope: { pattern: Buffer.concat([escapeGlob(prefix), Buffer.from('*')]), types: undefined }, prefix };
}

/** A database in words. */
export function nameOf({ profile, database }: CloneEnd): string {
  return vscode.l10n.t('database {0} of “{1}”', database, profile.name);
}
