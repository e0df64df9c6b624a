import * as vscode from 'vscode';
import { courseOf, refuseCircle } from '../../core/bridge/circle.ts';
import { refuseTarget } from '../../core/bridge/holders.ts';
import { refuseLoop } from '../../core/bridge/mapping.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import { listDatabases } from '../../core/keyspace/databases.ts';
import type { CloneEnd } from '../../core/transfer/clone.ts';
import { isSameData } from '../../core/transfer/sameData.ts';
import { keyCount } from '../explorer/labels.ts';
import type { NodeOf } from '../explorer/nodes.ts';
import { mapAnswer, runSteps, type Step } from '../platform/steps.ts';
import type { Services } from '../services.ts';
import { nameOf, sourceOfDatabase } from '../transfer/cloneSource.ts';
import { askDatabaseMap, mapText, type DatabaseMap } from '../transfer/databaseMap.ts';
import { askConnection, askDatabase } from '../transfer/databasePick.ts';
import { bytesStep } from '../values/textInput.ts';
import { scopeOf, type Part } from './parts.ts';

interface Draft {
  readonly to?: ConnectionProfile;
  readonly pattern?: Buffer;
  readonly map?: DatabaseMap;
  readonly prefix?: Buffer;
}

/** What of a database's server is followed: the database (or the namespace of the row), those of its keys that match a pattern, or several databases. */
export type PartKind = 'row' | 'pattern' | 'databases';

/** Has databases follow, or parts of them: by a live bridge, as REPLICAOF takes all or nothing. Throws Failure. */
export async function replicatePart(services: Services, row: NodeOf<'database' | 'namespace'>, kind: PartKind): Promise<void> {
  const source: CloneEnd = row.ref;
  const from = row.kind === 'namespace' ? row.prefix : Buffer.alloc(0);
  const whole = kind === 'databases' ? source.profile.name : sourceOfDatabase(source, from).title;
  const draft = await runSteps<Draft>(vscode.l10n.t('Replicate {0}', whole), {}, steps(services, source, from, kind));
  if (draft?.to === undefined || draft.map === undefined) return;
  const { to, map, pattern, prefix = from } = draft;
  const part: Part = {
    databases: [...map],
    ...(pattern === undefined ? {} : { pattern: pattern.toString('hex') }),
    ...(from.length === 0 ? {} : { from: from.toString('hex'), prefix: prefix.toString('hex') }),
  };
  const never = new AbortController().signal;
  if (await isSameData(services.sessions, { ...source, database: 0 }, { profile: to, database: 0 }, never)) refuseLoop(scopeOf(part));
  const course = await courseOf(services.sessions, source.profile, to, scopeOf(part), never);
  await refuseTarget(services.sessions, to, '', course.writes, never);
  await refuseCircle(services.sessions, course, '', never);
  const title = kind === 'databases'
    ? vscode.l10n.t('databases {0} of “{1}”', [...map.keys()].join(', '), source.profile.name)
    : pattern === undefined ? whole : vscode.l10n.t('{0} of {1}', displayShort(pattern, 60), whole);
  if (await confirm(services, title, to, map, pattern ?? (prefix.length === 0 ? undefined : Buffer.concat([prefix, Buffer.from('*')])))) {
    services.replications.bridge(source.profile, to, part);
    services.walkthrough.did('replicate');
  }
}

function steps(services: Services, source: CloneEnd, from: Buffer, kind: PartKind): readonly Step<Draft>[] {
  return [
    {
      applies: () => kind === 'pattern',
      ask: (known, frame) => bytesStep(frame, vscode.l10n.t('Which keys are to be followed? A pattern, as in user:*'), Buffer.from('*'), (pattern) => ({ ...known, pattern })),
    },
    { ask: (known, frame) => mapAnswer(askConnection(services, frame, vscode.l10n.t('Which connection is to follow?'), { targetOf: source.profile }), (to) => ({ ...known, to })) },
    {
      applies: () => kind === 'databases',
      async ask(known, frame) {
        const to = known.to ?? source.profile;
        const session = services.sessions.acquire(source.profile, source.database);
        const { databases } = await listDatabases(session).finally(() => session.release());
        const held = databases.filter(({ keys }) => keys > 0).map(({ index }) => index);
        const prompt = vscode.l10n.t('Which database of “{0}” follows which of “{1}”? source>target for each', to.name, source.profile.name);
        return mapAnswer(askDatabaseMap(services, frame, prompt, to, held.length === 0 ? [source.database] : held, to.id === source.profile.id, false), (map) => ({ ...known, map }));
      },
    },
    {
      applies: () => kind !== 'databases',
      ask: (known, frame) => mapAnswer(
        askDatabase(services, frame, vscode.l10n.t('Which database is to follow?'), known.to ?? source.profile, from.length === 0 ? source : undefined),
        ({ database }) => ({ ...known, map: new Map([[source.database, database]]) }),
      ),
    },
    {
      applies: () => from.length > 0,
      ask: (known, frame) => bytesStep(frame, vscode.l10n.t('What the names begin with there, in place of “{0}”', displayShort(from, 60)), from, (prefix) => ({ ...known, prefix })),
    },
  ];
}

/** @param names what the names at the target match; undefined: all */
async function confirm({ sessions }: Services, title: string, target: ConnectionProfile, map: DatabaseMap, names: Buffer | undefined): Promise<boolean> {
  const taken = [...map.values()];
  const session = sessions.acquire(target, taken[0] ?? 0);
  const { databases } = await listDatabases(session).finally(() => session.release());
  const keys = databases.reduce((sum, one) => (taken.includes(one.index) ? sum + one.keys : sum), 0);
  const [only] = taken;
  const place = taken.length === 1 && only !== undefined ? nameOf({ profile: target, database: only }) : vscode.l10n.t('databases {0} of “{1}”', taken.join(', '), target.name);
  const go = vscode.l10n.t('Replicate');
  const where = names === undefined ? place : vscode.l10n.t('{0} of {1}', displayShort(names, 60), place);
  const detail = [
    vscode.l10n.t('{0} holds {1} now. Of {2}, keys that {3} does not have are deleted, and others are replaced.', place, keyCount(keys), where, title),
    ...(taken.length === 1 ? [] : [vscode.l10n.t('Which goes into which: {0}', mapText(map))]),
    vscode.l10n.t('Keyspace reads every key that is written at the source anew and puts it there, as long as this window is open, and goes on when it is opened again.'),
  ].join('\n\n');
  if (await vscode.window.showWarningMessage(vscode.l10n.t('Have {0} follow {1}?', where, title), { modal: true, detail }, go) !== go) return false;
  if (keys === 0) return true;
  const expected = `${target.name}/${taken.join(',')}`;
  const prompt = vscode.l10n.t('Type {0} to have keys there deleted and replaced.', expected);
  return await vscode.window.showInputBox({ title: vscode.l10n.t('Replicate {0}', title), prompt, ignoreFocusOut: true, validateInput: (text) => (text === expected ? undefined : prompt) }) === expected;
}
