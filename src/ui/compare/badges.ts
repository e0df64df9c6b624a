import * as vscode from 'vscode';
import type { Change, ChangeCounts } from '../../core/compare/changes.ts';
import { startsWith } from '../../core/transfer/scope.ts';
import { formatCount } from '../explorer/labels.ts';
import type { DatabaseRef, Node } from '../explorer/nodes.ts';
import { holds, type Baseline, type Baselines } from './baselines.ts';

/** What a row of the tree says of changes since the original. */
export interface RowChanges {
  /** What the badge is asked for. */
  readonly uri: vscode.Uri;
  /** In words, to be read aloud; empty: nothing. */
  readonly text: string;
  /** Beside the label, where there is little room. */
  readonly short: string;
  /** For the tooltip. */
  readonly original: string;
  /** It is the edited copy itself, not something in it. */
  readonly whole: boolean;
}

/** The scheme of rows that have badges; nothing opens it. */
const scheme = 'keyspace-row';
/** Above it a badge, of two characters at most, says so. */
const MOST = 99;

interface Look {
  readonly badge: string;
  readonly color: string;
}

const looks: Readonly<Record<Change, Look>> = {
  added: { badge: 'A', color: 'gitDecoration.addedResourceForeground' },
  modified: { badge: 'M', color: 'gitDecoration.modifiedResourceForeground' },
  deleted: { badge: 'D', color: 'gitDecoration.deletedResourceForeground' },
};

const kinds = ['added', 'modified', 'deleted'] as const satisfies readonly Change[];

/** Badges on keys (A, M) and counts on databases and namespaces. */
export interface Badges extends vscode.Disposable {
  /** What a row says; undefined where no original is known of what it shows. */
  of(node: Node): RowChanges | undefined;
}

export function createBadges(baselines: Baselines): Badges {
  // Asked for each row that is drawn: of those that were set, there are few.
  let known = baselines.list();
  const subscription = baselines.onDidChange(() => {
    known = baselines.list();
  });
  // What a badge shows is in the URI: a row that is drawn anew has another one.
  const provider = vscode.window.registerFileDecorationProvider({ provideFileDecoration: (uri) => (uri.scheme === scheme ? decorationOf(uri.query) : undefined) });

  return {
    of(node) {
      switch (node.kind) {
        case 'key': {
          const baseline = nearest(known, node.ref, node.name);
          if (baseline === undefined) return undefined;
          const change = baseline.changes?.of(node.name);
          return rowChanges(node, baseline.original.title, change === undefined ? undefined : { badge: looks[change].badge, text: changeText(change), color: looks[change].color }, false);
        }
        case 'namespace':
          return countsOf(node, node.ref, node.prefix);
        case 'database':
          return countsOf(node, node.ref, Buffer.alloc(0));
        default:
          return undefined;
      }
    },
    dispose() {
      provider.dispose();
      subscription.dispose();
    },
  };

  function countsOf(node: Node, ref: DatabaseRef, prefix: Buffer): RowChanges | undefined {
    // Its own, or the one that it is a part of; else all that are parts of it.
    const own = nearest(known, ref, prefix);
    const shown = own === undefined ? known.filter(({ edited }) => isAt(edited, ref) && startsWith(edited.prefix, prefix)) : [own];
    if (shown.length === 0) return undefined;
    const original = shown.map((one) => one.original.title).join(', ');
    const whole = own?.edited.prefix.equals(prefix) === true;
    const compared = shown.map(({ changes }) => changes?.under(prefix)).filter((counts) => counts !== undefined);
    if (compared.length === 0) return rowChanges(node, original, whole ? { badge: '', text: vscode.l10n.t('changes not known yet'), color: '' } : undefined, whole);
    const counts: ChangeCounts = { added: sum(compared, 'added'), modified: sum(compared, 'modified'), deleted: sum(compared, 'deleted') };
    const all = counts.added + counts.modified + counts.deleted;
    const stale = own?.stale === true;
    const worded = (told: string): string => [all > 0 ? told : whole ? vscode.l10n.t('no changes') : '', whole && stale ? vscode.l10n.t('to be refreshed') : ''].filter((part) => part !== '').join(', ');
    const [text, short] = [worded(countsText(counts)), worded(shortText(counts))];
    if (all === 0) return rowChanges(node, original, { badge: '', text, color: '' }, whole);
    const kind = counts.added === all ? 'added' : counts.deleted === all ? 'deleted' : 'modified';
    return rowChanges(node, original, { badge: all > MOST ? '++' : String(all), text, color: looks[kind].color }, whole, short);
  }
}

function sum(counts: readonly ChangeCounts[], change: Change): number {
  return counts.reduce((all, one) => all + one[change], 0);
}

function isAt({ source }: Baseline['edited'], { profile, database }: DatabaseRef): boolean {
  return source.profile.id === profile.id && source.database === database;
}

/** Of the copies that a name belongs to, the innermost. */
function nearest(known: readonly Baseline[], ref: DatabaseRef, name: Buffer): Baseline | undefined {
  let found: Baseline | undefined;
  for (const one of known) {
    if (holds(one.edited, ref.profile.id, ref.database, name) && one.edited.prefix.length >= (found?.edited.prefix.length ?? 0)) found = one;
  }
  return found;
}

function rowChanges(node: Node, original: string, look: (Look & { readonly text: string }) | undefined, whole: boolean, short?: string): RowChanges {
  const { badge = '', text = '', color = '' } = look ?? {};
  return { uri: vscode.Uri.from({ scheme, path: `/${node.id}`, query: JSON.stringify({ badge, text, color }) }), text, short: short ?? text, original, whole };
}

function decorationOf(query: string): vscode.FileDecoration | undefined {
  const { badge, text, color } = JSON.parse(query) as Look & { readonly text: string };
  if (badge === '') return undefined;
  const decoration = new vscode.FileDecoration(badge, text, new vscode.ThemeColor(color));
  decoration.propagate = false;
  return decoration;
}

function changeText(change: Change): string {
  switch (change) {
    case 'added': return vscode.l10n.t('added since the original');
    case 'modified': return vscode.l10n.t('modified since the original');
    case 'deleted': return vscode.l10n.t('deleted since the original');
  }
}

/** "A3 D1": the letters of the badges. */
function shortText(counts: ChangeCounts): string {
  return kinds.filter((kind) => counts[kind] > 0).map((kind) => `${looks[kind].badge}${formatCount(counts[kind])}`).join(' ');
}

/** "3 added, 1 deleted". */
export function countsText({ added, modified, deleted }: ChangeCounts): string {
  return [
    ...(added > 0 ? [vscode.l10n.t('{0} added', formatCount(added))] : []),
    ...(modified > 0 ? [vscode.l10n.t('{0} modified', formatCount(modified))] : []),
    ...(deleted > 0 ? [vscode.l10n.t('{0} deleted', formatCount(deleted))] : []),
  ].join(', ');
}
