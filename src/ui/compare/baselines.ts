import * as vscode from 'vscode';
import { createChanges, type Changes } from '../../core/compare/changes.ts';
import type { Comparison, CompareRequest } from '../../core/compare/compareDatabases.ts';
import type { Difference } from '../../core/compare/verify.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { createRenaming } from '../../core/transfer/renaming.ts';
import { startsWith } from '../../core/transfer/scope.ts';
import { sourceOfDatabase, type CloneSource } from '../transfer/cloneSource.ts';
import { requestOf } from './request.ts';

/** A database, or the part of it that begins with a prefix, as it is remembered. */
interface Place {
  readonly profileId: string;
  /** Of a file: it gets another id each time it is opened. */
  readonly file?: string;
  readonly database: number;
  /** Base64. */
  readonly prefix: string;
}

/** Which place is the original of which. */
interface Kept {
  readonly edited: Place;
  readonly original: Place;
}

/** An edited copy beside its original. */
export interface Baseline {
  readonly edited: CloneSource;
  readonly original: CloneSource;
  /** The original is the source. */
  readonly request: CompareRequest;
  /** What was found last; undefined: they were not compared yet. */
  readonly comparison: Comparison | undefined;
  /** Of the comparison. */
  readonly changes: Changes | undefined;
  /** More was written since, and it is not known what. */
  readonly stale: boolean;
}

/** Remembers originals, and what was found to be changed since. It asks no server. */
export interface Baselines extends vscode.Disposable {
  /** Those whose connections, or files, are open on both sides. */
  list(): readonly Baseline[];
  /** The one that a place is the edited copy of. */
  of(edited: CloneSource): Baseline | undefined;
  set(edited: CloneSource, original: CloneSource): Promise<Baseline>;
  clear(edited: CloneSource): Promise<void>;
  /** Notes the outcome of a whole comparison. */
  found(baseline: Baseline, comparison: Comparison): void;
  /** Notes in what these keys, by their names at the original, differ now. */
  update(baseline: Baseline, names: readonly Buffer[], now: readonly Difference[]): void;
  /** Notes that what was found is not the whole truth any more. */
  outdated(baseline: Baseline): void;
  /** Something of it should be drawn anew. */
  readonly onDidChange: vscode.Event<undefined>;
}

interface State {
  readonly comparison: Comparison;
  readonly changes: Changes;
  readonly stale: boolean;
}

const storageKey = 'keyspace.baselines';

/**
 * @param connections all of the tree, files included
 * @param connectionsChanged when there are others
 */
export function createBaselines(context: vscode.ExtensionContext, connections: () => readonly ConnectionProfile[], connectionsChanged: readonly vscode.Event<unknown>[]): Baselines {
  const changed = new vscode.EventEmitter<undefined>();
  const subscriptions = connectionsChanged.map((event) => event(() => changed.fire(undefined)));
  const states = new Map<string, State>();
  const kept = (): readonly Kept[] => context.globalState.get<readonly Kept[]>(storageKey, []);

  function resolve({ profileId, file, database, prefix }: Place): CloneSource | undefined {
    const profile = connections().find((one) => one.id === profileId) ?? (file === undefined ? undefined : connections().find((one) => fileOf(one) === file));
    return profile === undefined ? undefined : sourceOfDatabase({ profile, database }, Buffer.from(prefix, 'base64'));
  }
  function baselineOf({ edited: editedPlace, original: originalPlace }: Kept): Baseline | undefined {
    const [edited, original] = [resolve(editedPlace), resolve(originalPlace)];
    if (edited === undefined || original === undefined) return undefined;
    const state = states.get(idOf(edited, original));
    return { edited, original, request: requestOf(original, edited), comparison: state?.comparison, changes: state?.changes, stale: state?.stale ?? false };
  }
  function put({ edited, original, request }: Baseline, comparison: Comparison, stale: boolean): void {
    states.set(idOf(edited, original), { comparison, changes: createChanges(comparison.differences, createRenaming(request.scope, request.rewrite)), stale });
    changed.fire(undefined);
  }
  const list = (): readonly Baseline[] => kept().map(baselineOf).filter((one) => one !== undefined);
  const others = (edited: CloneSource): readonly Kept[] => kept().filter((one) => {
    const place = resolve(one.edited);
    return place === undefined || !isSamePlace(place, edited);
  });

  return {
    list,
    of: (edited) => list().find((one) => isSamePlace(one.edited, edited)),
    async set(edited, original) {
      const next: Kept = { edited: placeOf(edited), original: placeOf(original) };
      await context.globalState.update(storageKey, [...others(edited), next]);
      states.delete(idOf(edited, original));
      changed.fire(undefined);
      return { edited, original, request: requestOf(original, edited), comparison: undefined, changes: undefined, stale: false };
    },
    async clear(edited) {
      await context.globalState.update(storageKey, others(edited));
      changed.fire(undefined);
    },
    found: (baseline, comparison) => put(baseline, comparison, false),
    update(baseline, names, now) {
      const known = states.get(idOf(baseline.edited, baseline.original));
      if (known === undefined) return;
      const gone = new Set(names.map((name) => name.toString('latin1')));
      put(baseline, { compared: known.comparison.compared, differences: [...known.comparison.differences.filter(({ name }) => !gone.has(name.toString('latin1'))), ...now] }, known.stale);
    },
    outdated(baseline) {
      const known = states.get(idOf(baseline.edited, baseline.original));
      if (known === undefined || known.stale) return;
      states.set(idOf(baseline.edited, baseline.original), { ...known, stale: true });
      changed.fire(undefined);
    },
    onDidChange: changed.event,
    dispose() {
      for (const one of [changed, ...subscriptions]) one.dispose();
    },
  };
}

function fileOf({ endpoint }: ConnectionProfile): string | undefined {
  return endpoint.kind === 'practice' ? endpoint.file : undefined;
}

function placeOf({ source: { profile, database }, prefix }: CloneSource): Place {
  const file = fileOf(profile);
  return { profileId: profile.id, ...(file === undefined ? {} : { file }), database, prefix: prefix.toString('base64') };
}

function isSamePlace(left: CloneSource, right: CloneSource): boolean {
  return idOfPlace(left) === idOfPlace(right);
}

function idOfPlace({ source: { profile, database }, prefix }: CloneSource): string {
  return `${profile.id}/${String(database)}/${prefix.toString('hex')}`;
}

function idOf(edited: CloneSource, original: CloneSource): string {
  return `${idOfPlace(edited)} ${idOfPlace(original)}`;
}

/** True for a key of this place. */
export function holds({ source, prefix }: CloneSource, profileId: string, database: number, name: Buffer): boolean {
  return source.profile.id === profileId && source.database === database && startsWith(name, prefix);
}
