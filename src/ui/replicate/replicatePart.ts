import * as vscode from 'vscode';
import { refuseLoop } from '../../core/bridge/mapping.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import { listDatabases } from '../../core/keyspace/databases.ts';
import type { CloneEnd } from '../../core/transfer/clone.ts';
import { isSameData } from '../../core/transfer/sameData.ts';
import { keyCount } from '../explorer/labels.ts';
import type { NodeOf } from '../explorer/nodes.ts';
import { mapAnswer, runSteps } from '../platform/steps.ts';
import type { Services } from '../services.ts';
import { nameOf, sourceOfDatabase } from '../transfer/cloneSource.ts';
import { askConnection, askDatabase } from '../transfer/databasePick.ts';
import { bytesStep } from '../values/textInput.ts';
import { scopeOf, type Part } from './parts.ts';

interface Draft {
  readonly to?: ConnectionProfile;
  readonly target?: CloneEnd;
  readonly prefix?: Buffer;
}

/** Has a database follow one of the source's, or what begins with a prefix there: by a live bridge, as REPLICAOF takes all or nothing. Throws Failure. */
export async function replicatePart(services: Services, row: NodeOf<'database' | 'namespace'>): Promise<void> {
  const source: CloneEnd = row.ref;
  const from = row.kind === 'namespace' ? row.prefix : Buffer.alloc(0);
  const title = sourceOfDatabase(source, from).title;
  const draft = await runSteps<Draft>(vscode.l10n.t('Replicate {0}', title), {}, [
    { ask: (known, frame) => mapAnswer(askConnection(services, frame, vscode.l10n.t('Which connection is to follow?'), 'writable'), (to) => ({ ...known, to })) },
    {
      ask: (known, frame) => mapAnswer(
        askDatabase(services, frame, vscode.l10n.t('Which database is to follow?'), known.to ?? source.profile, from.length === 0 ? source : undefined),
        (target) => ({ ...known, target }),
      ),
    },
    {
      applies: () => from.length > 0,
      ask: (known, frame) => bytesStep(frame, vscode.l10n.t('What the names begin with there, in place of “{0}”', displayShort(from, 60)), from, (prefix) => ({ ...known, prefix })),
    },
  ]);
  if (draft?.target === undefined) return;
  const { target, prefix = from } = draft;
  const part: Part = { database: source.database, to: target.database, ...(from.length === 0 ? {} : { from: from.toString('hex'), prefix: prefix.toString('hex') }) };
  const never = new AbortController().signal;
  if (await isSameData(services.sessions, { ...source, database: 0 }, { ...target, database: 0 }, never)) refuseLoop(scopeOf(part));
  if (await confirm(services, title, target, prefix)) services.replications.bridge(source.profile, target.profile, part);
}

async function confirm({ sessions }: Services, title: string, target: CloneEnd, prefix: Buffer): Promise<boolean> {
  const session = sessions.acquire(target.profile, target.database);
  const { databases } = await listDatabases(session).finally(() => session.release());
  const keys = databases.find(({ index }) => index === target.database)?.keys ?? 0;
  const go = vscode.l10n.t('Replicate');
  const where = prefix.length === 0 ? nameOf(target) : vscode.l10n.t('{0} of {1}', `${displayShort(prefix, 60)}*`, nameOf(target));
  const detail = [
    vscode.l10n.t('{0} holds {1} now. Of {2}, keys that {3} does not have are deleted, and others are replaced.', nameOf(target), keyCount(keys), where, title),
    vscode.l10n.t('Keyspace reads every key that is written at the source anew and puts it there, as long as this window is open, and goes on when it is opened again.'),
  ].join('\n\n');
  if (await vscode.window.showWarningMessage(vscode.l10n.t('Have {0} follow {1}?', where, title), { modal: true, detail }, go) !== go) return false;
  if (keys === 0) return true;
  const expected = `${target.profile.name}/${String(target.database)}`;
  const prompt = vscode.l10n.t('Type {0} to have keys there deleted and replaced.', expected);
  return await vscode.window.showInputBox({ title: vscode.l10n.t('Replicate {0}', title), prompt, ignoreFocusOut: true, validateInput: (text) => (text === expected ? undefined : prompt) }) === expected;
}
