import * as vscode from 'vscode';
import type { CloneEnd } from '../../core/transfer/clone.ts';
import { Failure } from '../../core/failure.ts';
import { mapAnswer, runSteps } from '../platform/steps.ts';
import type { Services } from '../services.ts';
import { sourceOfDatabase, type CloneSource } from '../transfer/cloneSource.ts';
import { askConnection, askDatabase } from '../transfer/databasePick.ts';
import { bytesStep } from '../values/textInput.ts';
import { isSameDatabase, ORIGINAL } from './request.ts';

interface Draft {
  readonly profile?: CloneEnd['profile'];
  readonly end?: CloneEnd;
  readonly prefix?: Buffer;
}

/** Asks what the original of an edited copy is; undefined if dismissed. Throws Failure. */
export async function askBaseline(services: Services, edited: CloneSource): Promise<CloneSource | undefined> {
  const within = ({ end }: Draft): boolean => end !== undefined && isSameDatabase(end, edited.source);
  const draft = await runSteps<Draft>(vscode.l10n.t('Set Baseline of {0}', edited.title), {}, [
    { ask: (known, frame) => mapAnswer(askConnection(services, frame, vscode.l10n.t('Which connection, or file, holds the original?'), 'any', edited.source.profile), (profile) => ({ ...known, profile })) },
    {
      decides: true,
      ask: (known, frame) => mapAnswer(askDatabase(services, frame, vscode.l10n.t('Which database is the original?'), known.profile ?? edited.source.profile), (end) => ({ ...known, end })),
    },
    {
      applies: (known) => within(known) || edited.prefix.length > 0,
      ask: (known, frame) => bytesStep(frame, vscode.l10n.t('What the names of the original begin with, in place of “{0}”', edited.prefix.toString()), within(known) ? ORIGINAL : edited.prefix, (prefix) => ({ ...known, prefix })),
    },
  ]);
  if (draft?.end === undefined) return undefined;
  const original = sourceOfDatabase(draft.end, draft.prefix);
  if (isSameDatabase(draft.end, edited.source) && original.prefix.equals(edited.prefix)) {
    throw new Failure('bad-input', vscode.l10n.t('The original cannot be the edited copy itself. Choose another database, or another prefix.'));
  }
  return original;
}
