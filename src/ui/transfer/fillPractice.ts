import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { Failure } from '../../core/failure.ts';
import type { CloneEnd } from '../../core/transfer/clone.ts';
import { mapAnswer, runSteps } from '../platform/steps.ts';
import type { Services } from '../services.ts';
import { cloneInto } from './cloneDatabase.ts';
import { PRACTICE_DATABASES } from './cloneForm.ts';
import { sourceOfDatabase } from './cloneSource.ts';
import { askConnection, askDatabase } from './databasePick.ts';

interface Draft {
  readonly from?: ConnectionProfile;
  readonly source?: CloneEnd;
}

/** Asks for a database, and clones it into the one of a practice server that has its number. Throws Failure. */
export async function fillPractice(services: Services, target: ConnectionProfile): Promise<void> {
  const draft = await runSteps<Draft>(vscode.l10n.t('Fill “{0}” from a Connection', target.name), {}, [
    { ask: (known, frame) => mapAnswer(askConnection(services, frame, vscode.l10n.t('Which connection are the data of?'), 'any'), (from) => ({ ...known, from })) },
    { ask: (known, frame) => mapAnswer(askDatabase(services, frame, vscode.l10n.t('Which database?'), known.from ?? target), (source) => ({ ...known, source })) },
  ]);
  if (draft?.source === undefined) return;
  if (draft.source.profile.id === target.id) throw new Failure('bad-input', vscode.l10n.t('“{0}” cannot be filled from itself. “Clone Database…” copies within it.', target.name));
  const { database } = draft.source;
  await cloneInto(services, sourceOfDatabase(draft.source), { profile: target, database: database < PRACTICE_DATABASES ? database : undefined });
}
