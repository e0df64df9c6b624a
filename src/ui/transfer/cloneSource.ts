import * as vscode from 'vscode';
import { Failure } from '../../core/failure.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import { escapeGlob } from '../../core/keyspace/glob.ts';
import type { CloneEnd, CloneRequest } from '../../core/transfer/clone.ts';
import { keyCount } from '../explorer/labels.ts';
import type { Node, NodeOf } from '../explorer/nodes.ts';

/** What is to be cloned. */
export interface CloneSource extends Pick<CloneRequest, 'source' | 'scope' | 'names'> {
  /** In words. */
  readonly title: string;
  /** What all names begin with. */
  readonly prefix: Buffer;
}

const NOTHING = Buffer.alloc(0);

/** From the rows that are meant: a database, a namespace, or keys of one database; undefined where none of these is. Throws Failure. */
export function cloneSourceOf(row: Node | undefined, rows: readonly Node[]): CloneSource | undefined {
  switch (row?.kind) {
    case 'key':
      return sourceOfKeys(rows.filter((one) => one.kind === 'key'), rows.length);
    case 'namespace':
      checkSingle(rows);
      return sourceOfDatabase(row.ref, row.prefix);
    case 'database':
      checkSingle(rows);
      return sourceOfDatabase(row.ref);
    default:
      return undefined;
  }
}

/** Of several, one would be cloned and the others silently not. */
function checkSingle(rows: readonly Node[]): void {
  if (rows.length > 1) throw mixed();
}

const mixed = (): Failure => new Failure('bad-input', vscode.l10n.t('Select keys of one database, or a single database or namespace.'));

function sourceOfKeys(keys: readonly NodeOf<'key'>[], selected: number): CloneSource {
  const [first] = keys;
  if (first === undefined || keys.length < selected || keys.some(({ ref }) => ref.profile.id !== first.ref.profile.id || ref.database !== first.ref.database)) throw mixed();
  const title = keys.length === 1 ? vscode.l10n.t('the key {0}', displayShort(first.name, 60)) : keyCount(keys.length);
  return { title, source: first.ref, scope: { pattern: undefined, types: undefined }, names: keys.map(({ name }) => name), prefix: NOTHING };
}

/** A whole database, or what begins with `prefix`. */
export function sourceOfDatabase(source: CloneEnd, prefix: Buffer = NOTHING): CloneSource {
  if (prefix.length === 0) return { title: nameOf(source), source, scope: { pattern: undefined, types: undefined }, prefix };
  const title = vscode.l10n.t('{0} of {1}', `${displayShort(prefix, 60)}*`, nameOf(source));
  return { title, source, scope: { pattern: Buffer.concat([escapeGlob(prefix), Buffer.from('*')]), types: undefined }, prefix };
}

/** A database in words. */
export function nameOf({ profile, database }: CloneEnd): string {
  return vscode.l10n.t('database {0} of “{1}”', database, profile.name);
}
