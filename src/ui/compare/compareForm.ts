import * as vscode from 'vscode';
import type { CompareRequest } from '../../core/compare/compareDatabases.ts';
import type { CloneEnd } from '../../core/transfer/clone.ts';
import { mapAnswer, runSteps } from '../platform/steps.ts';
import type { Services } from '../services.ts';
import { sourceOfDatabase, type CloneSource } from '../transfer/cloneSource.ts';
import { askConnection, askDatabase } from '../transfer/databasePick.ts';
import { bytesStep } from '../values/textInput.ts';

interface Draft {
  readonly profile?: CloneEnd['profile'];
  readonly source?: CloneSource;
  readonly other?: CloneEnd['profile'];
  readonly target?: CloneEnd;
  readonly prefix?: Buffer;
}

/** Asks for both sides; undefined if dismissed. */
export async function askCompare(services: Services, given: CloneSource | undefined): Promise<CompareRequest | undefined> {
  const draft = await runSteps<Draft>(vscode.l10n.t('Compare Databases'), given === undefined ? {} : { source: given }, [
    {
      applies: ({ source }) => source === undefined,
      ask: (known, frame) => mapAnswer(askConnection(services, frame, vscode.l10n.t('Which connection is the original of?'), false), (profile) => ({ ...known, profile })),
    },
    {
      applies: ({ source }) => source === undefined,
      ask: (known, frame) => mapAnswer(askDatabase(services, frame, vscode.l10n.t('Which database is the original?'), known.profile ?? services.practice.profile), (end) => ({ ...known, source: sourceOfDatabase(end) })),
    },
    { ask: (known, frame) => mapAnswer(askConnection(services, frame, vscode.l10n.t('Which connection is the other side of?'), false), (other) => ({ ...known, other })) },
    { ask: (known, frame) => mapAnswer(askDatabase(services, frame, vscode.l10n.t('Which database is the other side?'), known.other ?? services.practice.profile), (target) => ({ ...known, target })) },
    {
      // The same database, or a part of one: the other side may have other names.
      applies: ({ source, target }) => source !== undefined && target !== undefined && (source.prefix.length > 0 || isSame(source.source, target)),
      ask: (known, frame) => bytesStep(frame, vscode.l10n.t('What the names of the other side begin with, in place of “{0}”', known.source?.prefix.toString() ?? ''), known.source?.prefix ?? Buffer.alloc(0), (prefix) => ({ ...known, prefix })),
    },
  ]);
  if (draft?.source === undefined || draft.target === undefined) return undefined;
  const { source, target, prefix } = draft;
  return {
    source: source.source, target, scope: source.scope,
    ...(source.names === undefined ? {} : { names: source.names }),
    ...(prefix === undefined || prefix.equals(source.prefix) ? {} : { rewrite: { from: source.prefix, to: prefix } }),
  };
}

function isSame(left: CloneEnd, right: CloneEnd): boolean {
  return left.profile.id === right.profile.id && left.database === right.database;
}
