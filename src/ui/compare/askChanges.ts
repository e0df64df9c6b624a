import * as vscode from 'vscode';
import type { Side } from '../../core/compare/carry.ts';
import type { CompareRequest } from '../../core/compare/compareDatabases.ts';
import type { Difference } from '../../core/compare/verify.ts';
import { Failure } from '../../core/failure.ts';
import { formatCount } from '../explorer/labels.ts';
import { askPick, mapAnswer, runSteps } from '../platform/steps.ts';
import { sideName } from './request.ts';

/** Which changes are to be made, and to which side. */
export interface Changes {
  readonly side: Side;
  readonly differences: readonly Difference[];
}

interface Draft {
  readonly side?: Side;
  readonly deletes?: boolean;
}

/** Asks to which side all changes go, and what becomes of keys that only it has; undefined if dismissed. Throws Failure. */
export async function askChanges(request: CompareRequest, differences: readonly Difference[]): Promise<Changes | undefined> {
  if (differences.length === 0) throw new Failure('bad-input', vscode.l10n.t('Both sides are identical: there is nothing to be copied.'));
  const sides = (['target', 'source'] as const).filter((side) => request[side].profile.access !== 'read-only');
  if (sides.length === 0) throw new Failure('guarded', vscode.l10n.t('Both sides are read-only: nothing can be copied.'));
  const lacked = (side: Side): number => differences.filter((one) => isLacking(one, side)).length;
  const draft = await runSteps<Draft>(vscode.l10n.t('Copy All Changes'), {}, [
    {
      decides: true,
      ask: (known, frame) => mapAnswer(askPick(frame, {
        placeholder: vscode.l10n.t('Which side is to become what the other one is?'),
        items: sides.map((side) => ({
          label: side === 'target' ? vscode.l10n.t('The Other Side') : vscode.l10n.t('The Original'),
          description: sideName(request, side),
          detail: vscode.l10n.t('Keys to be copied: {0}. Keys that only it has: {1}.', formatCount(differences.length - lacked(side)), formatCount(lacked(side))),
          side,
        })),
      }), ({ side }) => ({ ...known, side })),
    },
    {
      applies: ({ side }) => side !== undefined && lacked(side) > 0,
      ask: (known, frame) => mapAnswer(askPick(frame, {
        placeholder: vscode.l10n.t('Keys that only it has: {0}. What about them?', formatCount(known.side === undefined ? 0 : lacked(known.side))),
        items: [
          { label: vscode.l10n.t('Keep Them'), detail: vscode.l10n.t('They stay as differences.'), deletes: false },
          { label: vscode.l10n.t('Delete Them'), detail: vscode.l10n.t('So that both sides are identical.'), deletes: true },
        ],
      }), ({ deletes }) => ({ ...known, deletes })),
    },
  ]);
  const side = draft?.side;
  if (side === undefined) return undefined;
  const chosen = draft?.deletes === true ? differences : differences.filter((one) => !isLacking(one, side));
  if (chosen.length === 0) throw new Failure('bad-input', vscode.l10n.t('There is nothing to be copied: the other side only lacks keys.'));
  return { side, differences: chosen };
}

/** True if only `side` has it. */
function isLacking({ kind }: Difference, side: Side): boolean {
  return kind === (side === 'target' ? 'extra' : 'missing');
}
