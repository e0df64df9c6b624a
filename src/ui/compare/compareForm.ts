import * as vscode from 'vscode';
import type { CompareRequest } from '../../core/compare/compareDatabases.ts';
import type { CloneEnd } from '../../core/transfer/clone.ts';
import { askPick, mapAnswer, runSteps, type Step } from '../platform/steps.ts';
import type { Services } from '../services.ts';
import { sourceOfDatabase, type CloneSource } from '../transfer/cloneSource.ts';
import { askConnection, askDatabase } from '../transfer/databasePick.ts';
import { bytesStep } from '../values/textInput.ts';
import { isSameDatabase, ORIGINAL, requestOf } from './request.ts';

interface Draft {
  readonly profile?: CloneEnd['profile'];
  readonly source?: CloneSource;
  readonly other?: CloneEnd['profile'];
  readonly target?: CloneEnd;
  readonly keys?: 'all' | 'prefix';
  readonly prefix?: Buffer;
}

/** What names begin with that are marked as those of an edited copy. */
const EDITED = Buffer.from('edited:');

/** Asks for what is not given of both sides; undefined if dismissed. Throws Failure. */
export async function askCompare(services: Services, given: CloneSource | CloneEnd['profile'] | undefined): Promise<CompareRequest | undefined> {
  const first: Draft = given === undefined ? {} : 'endpoint' in given ? { profile: given } : { source: given };
  const title = first.source === undefined ? vscode.l10n.t('Compare Databases') : vscode.l10n.t('Compare {0}', first.source.title);
  const draft = await runSteps<Draft>(title, first, steps(services));
  if (draft?.source === undefined || draft.target === undefined) return undefined;
  const { source, target, prefix = source.prefix } = draft;
  return requestOf(source, sourceOfDatabase(target, prefix));
}

function steps(services: Services): readonly Step<Draft>[] {
  return [
    {
      applies: ({ source, profile }) => source === undefined && profile === undefined,
      ask: (known, frame) => mapAnswer(askConnection(services, frame, vscode.l10n.t('Which connection, or file, holds the original?'), 'any'), (profile) => ({ ...known, profile })),
    },
    {
      applies: ({ source }) => source === undefined,
      ask: (known, frame) => mapAnswer(askDatabase(services, frame, vscode.l10n.t('Which database is the original?'), known.profile ?? services.practice.profile), (end) => ({ ...known, source: sourceOfDatabase(end) })),
    },
    { ask: (known, frame) => mapAnswer(askConnection(services, frame, vscode.l10n.t('Which connection, or file, holds the other side?'), 'any', known.source?.source.profile), (other) => ({ ...known, other })) },
    {
      decides: true,
      ask: (known, frame) => mapAnswer(askDatabase(services, frame, vscode.l10n.t('Which database is the other side?'), known.other ?? services.practice.profile), (target) => ({ ...known, target })),
    },
    {
      // The same database has to have other names there; a namespace has its names.
      applies: (known) => isWhole(known) && !isWithin(known),
      decides: true,
      ask: (known, frame) => mapAnswer(askPick(frame, { placeholder: vscode.l10n.t('Which keys are compared?'), items: choices() }), ({ keys }) => ({ ...known, keys })),
    },
    {
      applies: (known) => isWhole(known) && (isWithin(known) || known.keys === 'prefix'),
      ask: (known, frame) => bytesStep(frame, vscode.l10n.t('What the names of the original begin with; empty: all of them'), isWithin(known) ? ORIGINAL : NOTHING,
        (prefix) => ({ ...known, ...(known.source === undefined ? {} : { source: sourceOfDatabase(known.source.source, prefix) }) })),
    },
    {
      applies: (known) => known.keys === 'prefix' || isWithin(known) || (known.source?.prefix.length ?? 0) > 0,
      ask: (known, frame) => bytesStep(frame, vscode.l10n.t('What the names of the other side begin with, in place of “{0}”', known.source?.prefix.toString() ?? ''), isWithin(known) ? EDITED : known.source?.prefix ?? NOTHING,
        (prefix) => ({ ...known, prefix })),
    },
  ];
}

const NOTHING = Buffer.alloc(0);

function choices(): readonly (vscode.QuickPickItem & { readonly keys: 'all' | 'prefix' })[] {
  return [
    { keys: 'all', label: vscode.l10n.t('All Keys') },
    { keys: 'prefix', label: vscode.l10n.t('Keys of a Prefix…'), detail: vscode.l10n.t('Such as original: on one side and edited: on the other.') },
  ];
}

function isWhole({ source }: Draft): boolean {
  return source !== undefined && source.names === undefined && source.prefix.length === 0;
}

function isWithin({ source, target }: Draft): boolean {
  return source !== undefined && target !== undefined && isSameDatabase(source.source, target);
}
