import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { Failure } from '../../core/failure.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import type { CloneEnd, CloneRequest, Conflict } from '../../core/transfer/clone.ts';
import { askPick, mapAnswer, runSteps, type Step } from '../platform/steps.ts';
import type { Services } from '../services.ts';
import { bytesStep } from '../values/textInput.ts';
import { askCloneOptions, type CloneOptions } from './cloneOptions.ts';
import { isWhole, nameOf, sourceOfDatabase, type CloneSource } from './cloneSource.ts';
import { askDatabaseMap, databasesText, defaultMap, type DatabaseMap } from './databaseMap.ts';
import { askConnection, askDatabase } from './databasePick.ts';

/** That a practice server has. */
export const PRACTICE_DATABASES = 16;

/** The ways to clone that people know by these names; a file is written by Save as dump.rdb, and a replica made by Replicate Database. */
type Way = 'databases' | 'prefix' | 'instances' | 'fresh' | 'file' | 'replica';

interface Draft {
  /** What the source is a database of. */
  readonly profile?: ConnectionProfile;
  readonly source?: CloneSource;
  readonly way?: Way;
  readonly to?: CloneEnd['profile'];
  readonly target?: CloneEnd;
  /** Where several are cloned. */
  readonly map?: DatabaseMap;
  readonly prefix?: Buffer;
  readonly conflict?: Conflict;
  readonly options?: CloneOptions;
}

/** What was answered: a clone, the same onto a practice server that is to be opened for it, or that a file or a replica is wanted. */
export type CloneAnswer =
  | { readonly kind: 'clone'; readonly source: CloneSource; readonly request: CloneRequest }
  | { readonly kind: 'fresh'; readonly source: CloneSource; readonly request: Omit<CloneRequest, 'target'> }
  | { readonly kind: 'file'; readonly source: CloneSource }
  | { readonly kind: 'replica'; readonly source: CloneSource };

/** Where a copy was dropped: on a database, or on a connection of which one has to be chosen. */
export interface CloneTarget {
  readonly profile: CloneEnd['profile'];
  readonly database: number | undefined;
}

/** Asks what (`given` may be a connection, of which a database is chosen), where to and how, as far as it is not known; undefined if dismissed. Throws Failure. */
export async function askClone(services: Services, given: CloneSource | ConnectionProfile | undefined, to: CloneTarget | undefined): Promise<CloneAnswer | undefined> {
  if (to !== undefined) checkWritable(to.profile);
  const first: Draft = given === undefined || 'endpoint' in given ? { ...(given === undefined ? {} : { profile: given }) } : { source: given, ...(to === undefined ? {} : known(given, to)) };
  const title = first.source === undefined ? vscode.l10n.t('Clone Database') : vscode.l10n.t('Clone {0}', first.source.title);
  const draft = await runSteps(title, first, steps(services));
  if (draft?.source === undefined || draft.way === undefined) return undefined;
  const { source, way, prefix, map, conflict = 'stop', options = {} } = draft;
  if (way === 'file' || way === 'replica') return { kind: way, source };
  const { types, engine, rate } = options;
  const request: Omit<CloneRequest, 'target'> = {
    source: source.source, scope: { ...source.scope, types }, conflict, verify: true,
    ...(source.names === undefined ? {} : { names: source.names }),
    ...(prefix === undefined ? {} : { rewrite: { from: source.prefix, to: prefix } }),
    ...(engine === undefined ? {} : { engine }),
    ...(rate === undefined ? {} : { rate }),
  };
  const { more } = source;
  const taken = way === 'fresh' && more !== undefined ? defaultMap([source.source.database, ...more.map((one) => one.source)], false, PRACTICE_DATABASES) : map;
  const further = more === undefined ? {} : { more: more.map((one) => ({ ...one, scope: { ...one.scope, types }, target: taken?.get(one.source) ?? one.source })) };
  if (way === 'fresh') return { kind: 'fresh', source, request: { ...request, ...further } };
  if (more !== undefined && way !== 'prefix' && map !== undefined) {
    const profile = way === 'databases' ? source.source.profile : draft.to;
    if (profile === undefined) return undefined;
    return { kind: 'clone', source, request: { ...request, ...further, target: { profile, database: map.get(source.source.database) ?? source.source.database } } };
  }
  const target = way === 'prefix' ? source.source : draft.target;
  return target === undefined ? undefined : { kind: 'clone', source, request: { ...request, ...further, target } };
}

/** Before anything is asked, not after the plan. */
function checkWritable({ name, access, endpoint }: ConnectionProfile): void {
  if (access !== 'read-only') return;
  throw new Failure('guarded', endpoint.kind === 'practice'
    ? vscode.l10n.t('“{0}” is a file that is only read. Open it as a scratch copy to clone into it.', name)
    : vscode.l10n.t('“{0}” is read-only. Edit the connection to allow writes, or choose another target.', name));
}

function known(source: CloneSource, { profile, database }: CloneTarget): Draft {
  if (source.more !== undefined && database !== undefined) throw new Failure('bad-input', vscode.l10n.t('Several databases cannot go into one. Drop them on a connection.'));
  if (database === undefined) return { way: source.more !== undefined && source.source.profile.id === profile.id ? 'databases' : 'instances', to: profile };
  // On its own database a copy can but have other names.
  if (source.source.profile.id === profile.id && source.source.database === database) return { way: 'prefix' };
  return { way: 'instances', to: profile, target: { profile, database } };
}

function steps(services: Services): readonly Step<Draft>[] {
  return [
    {
      applies: ({ source, profile }) => source === undefined && profile === undefined,
      ask: (draft, frame) => mapAnswer(askConnection(services, frame, vscode.l10n.t('Which connection is the database of?'), 'any'), (profile) => ({ ...draft, profile })),
    },
    {
      applies: ({ source }) => source === undefined,
      ask: (draft, frame) => mapAnswer(askDatabase(services, frame, vscode.l10n.t('Which database of “{0}” is to be cloned?', (draft.profile ?? services.practice.profile).name), draft.profile ?? services.practice.profile), (end) => ({ ...draft, source: sourceOfDatabase(end) })),
    },
    {
      applies: ({ way }) => way === undefined,
      decides: true,
      ask: (draft, frame) => mapAnswer(askPick(frame, { placeholder: vscode.l10n.t('What kind of copy?'), items: ways(draft.source) }), ({ way }) => ({ ...draft, way })),
    },
    {
      applies: ({ way, to }) => way === 'instances' && to === undefined,
      ask: (draft, frame) => mapAnswer(askConnection(services, frame, vscode.l10n.t('Which connection takes the copy?'), { targetOf: draft.source?.source.profile }, another(services, draft)), (to) => ({ ...draft, to })),
    },
    {
      applies: ({ way, source }) => (way === 'databases' || way === 'instances') && source?.more !== undefined,
      ask: (draft, frame) => {
        const { source, more = [] } = { source: sourceEnd(draft), more: draft.source?.more };
        const to = draft.to ?? source.profile;
        const prompt = vscode.l10n.t('Which database of “{0}” takes which? source>target for each', to.name);
        return mapAnswer(askDatabaseMap(services, frame, prompt, to, [source.database, ...more.map((one) => one.source)], to.id === source.profile.id, true), (map) => ({ ...draft, map }));
      },
    },
    {
      applies: ({ way, target, source }) => (way === 'databases' || way === 'instances') && source?.more === undefined && target === undefined,
      ask: (draft, frame) => mapAnswer(
        askDatabase(services, frame, vscode.l10n.t('Which database takes the copy?'), draft.to ?? sourceEnd(draft).profile, sourceEnd(draft)),
        (target) => ({ ...draft, target }),
      ),
    },
    {
      applies: ({ way }) => way === 'prefix',
      ask: (draft, frame) => bytesStep(frame, prefixPrompt(draft), Buffer.from(draft.source?.prefix.toString() === 'original:' ? 'edited:' : 'copy:'), (prefix) => ({ ...draft, prefix })),
    },
    {
      applies: ({ way }) => way !== 'file' && way !== 'replica' && way !== 'fresh',
      ask: (draft, frame) => mapAnswer(askPick(frame, { placeholder: vscode.l10n.t('What about keys that are there already?'), items: conflicts(draft) }), ({ conflict }) => ({ ...draft, conflict })),
    },
    {
      applies: ({ way }) => way !== 'file' && way !== 'replica',
      ask: (draft, frame) => mapAnswer(askCloneOptions(frame, draft.options ?? {}, draft.source?.names === undefined || draft.source.more !== undefined), (options) => ({ ...draft, options })),
    },
  ];
}

/** Another server than the source's: that is what this way is for. */
function another(services: Services, draft: Draft): ConnectionProfile | undefined {
  const { profile } = sourceEnd(draft);
  const others = services.targets(profile).filter(({ id }) => id !== profile.id);
  // In a lesson the other server of the lesson is meant.
  const lesson = services.lessonServers.lessonOf(profile.id);
  return others.find(({ id }) => services.lessonServers.lessonOf(id) === lesson) ?? others[0];
}

function sourceEnd({ source }: Draft): CloneEnd {
  if (source === undefined) throw new Error('the source was asked first');
  return source.source;
}

function prefixPrompt({ source }: Draft): string {
  return source === undefined || source.prefix.length === 0
    ? vscode.l10n.t('What is put before the names of the copies')
    : vscode.l10n.t('What the names of the copies begin with, in place of “{0}”', displayShort(source.prefix, 60));
}

function ways(source: CloneSource | undefined): readonly (vscode.QuickPickItem & { readonly way: Way })[] {
  // What is only read takes no copies.
  const within = source?.source.profile.access !== 'read-only';
  const whole = source !== undefined && isWhole(source) && source.more === undefined;
  return [
    ...(within
      ? [
          { way: 'databases' as const, label: vscode.l10n.t('Several Databases in One Instance'), description: vscode.l10n.t('another database of this server'), detail: vscode.l10n.t('To have original and copy side by side, and to exchange them by SWAPDB.') },
          { way: 'prefix' as const, label: vscode.l10n.t('Marked Keys'), description: vscode.l10n.t('the same database, under another prefix'), detail: vscode.l10n.t('To see both at once, such as original: and edited:, or with one database only.') },
        ]
      : []),
    { way: 'instances', label: vscode.l10n.t('One Instance per Database'), description: vscode.l10n.t('a database of another connection'), detail: vscode.l10n.t('To give the copy a server and memory of its own, of another version too.') },
    { way: 'fresh', label: vscode.l10n.t('One Instance per Database: Fresh Practice Server'), description: vscode.l10n.t('in memory, here'), detail: vscode.l10n.t('To try something out: needs no server, and is gone with the window.') },
    // A file holds databases, not some keys of one, and so does a replica.
    ...(whole
      ? [{ way: 'file' as const, label: vscode.l10n.t('Dump and Reload'), description: vscode.l10n.t('a dump.rdb file'), detail: vscode.l10n.t('To keep the copy, to open it here, or to start a server on it.') }]
      : []),
    ...(whole && source.source.profile.access !== 'read-only'
      ? [{ way: 'replica' as const, label: vscode.l10n.t('Enslave and Liberate'), description: vscode.l10n.t('a replica, until it is set free'), detail: vscode.l10n.t('To have all of a busy server, as of the moment when you liberate the copy.') }]
      : []),
  ];
}

function conflicts({ way, source, target, map }: Draft): readonly (vscode.QuickPickItem & { readonly conflict: Conflict })[] {
  return [
    { conflict: 'stop', label: vscode.l10n.t('Stop'), detail: vscode.l10n.t('Overwrite nothing: the plan tells which are there, and you are asked again.') },
    { conflict: 'skip', label: vscode.l10n.t('Skip'), detail: vscode.l10n.t('Leave keys that are there as they are, and copy the others.') },
    { conflict: 'replace', label: vscode.l10n.t('Replace'), detail: vscode.l10n.t('Overwrite keys of the same name; others stay.') },
    ...(way !== 'prefix' && (target !== undefined || map !== undefined) && source !== undefined && isWhole(source)
      ? [{ conflict: 'empty' as const, label: vscode.l10n.t('Empty It First'), detail: vscode.l10n.t('Delete all keys of {0}, so that it is an exact copy afterwards.', target === undefined ? databasesText([...(map ?? new Map<number, number>()).values()]) : nameOf(target)) }]
      : []),
  ];
}
