import * as vscode from 'vscode';
import type { ReplicationPhase, ReplicationState, StopReason } from '../../core/replicate/state.ts';
import { assertNever } from '../../core/failure.ts';
import { formatBytes, formatCount } from '../explorer/labels.ts';

/** What the row of the target and the status bar say: whom it follows, and how that goes. */
export function replicationNote({ source, phase }: ReplicationState): string {
  return vscode.l10n.t('follows {0} · {1}', source.name, phaseNote(phase));
}

/** The phase in a word or two; it changes no more often than needs be. */
export function phaseNote(phase: ReplicationPhase): string {
  switch (phase.kind) {
    case 'connecting': return vscode.l10n.t('connecting');
    case 'transferring': return vscode.l10n.t('syncing {0}', partText(phase.bytes, phase.total));
    case 'loading': return vscode.l10n.t('loading {0}', partText(phase.bytes ?? 0, phase.total)).trim();
    case 'following': return phase.lagBytes === 0 ? vscode.l10n.t('following') : vscode.l10n.t('{0} behind', formatBytes(phase.lagBytes));
    case 'in-step': return vscode.l10n.t('in step');
    case 'reconnecting': return vscode.l10n.t('link down');
    case 'restarting': return vscode.l10n.t('sync keeps restarting ({0} times)', formatCount(phase.count));
    case 'stopped': return vscode.l10n.t('stopped');
    default: return assertNever(phase);
  }
}

function partText(bytes: number, total: number | undefined): string {
  return total === undefined ? formatBytes(bytes) : vscode.l10n.t('{0} %', Math.min(100, Math.floor((bytes / total) * 100)));
}

/** Lines for the tooltip: bytes, offset, lag, and what to do where it does not get on. */
export function replicationLines({ engine, source, phase }: ReplicationState, lost = 0): string[] {
  const how = engine === 'replicaof' ? vscode.l10n.t('Replica of {0} (REPLICAOF)', source.name) : vscode.l10n.t('Follows {0} by a live bridge', source.name);
  return [how, ...phaseLines(phase), ...(lost === 0 ? [] : [vscode.l10n.t('Keys that the target cannot take: {0}', formatCount(lost))])];
}

function phaseLines(phase: ReplicationPhase): string[] {
  switch (phase.kind) {
    case 'connecting': return [vscode.l10n.t('Waiting for the source.')];
    case 'transferring':
    case 'loading': return [sizeLine(phase.kind === 'loading' ? vscode.l10n.t('Put in place') : vscode.l10n.t('Received'), phase.bytes ?? 0, phase.total)];
    case 'following': return [
      vscode.l10n.t('Applied up to offset {0}', formatCount(phase.offset)),
      phase.lagSeconds === undefined
        ? vscode.l10n.t('Behind by {0}', formatBytes(phase.lagBytes))
        : vscode.l10n.t('Behind by {0}, {1} s', formatBytes(phase.lagBytes), phase.lagSeconds.toFixed(1)),
      ...(phase.why === undefined ? [] : [vscode.l10n.t('How far the source is is not known. {0}', phase.why)]),
    ];
    case 'in-step': return [vscode.l10n.t('In step: all is applied that the source had at offset {0}', formatCount(phase.offset))];
    case 'reconnecting': return [vscode.l10n.t('The link is down and is being made again.'), ...(phase.why === undefined ? [] : [phase.why])];
    case 'restarting': return [
      vscode.l10n.t('The synchronisation began {0} times without coming to its end.', formatCount(phase.count)),
      sizeLine(vscode.l10n.t('Received'), phase.bytes, phase.total),
      phase.why ?? vscode.l10n.t('Either the link breaks, or the source has more written than its buffer for a replica takes: raise client-output-buffer-limit replica there, or write less meanwhile. Or the target cannot read what it gets: see its log.'),
    ];
    case 'stopped': return [stopText(phase.reason)];
    default: return assertNever(phase);
  }
}

function sizeLine(what: string, bytes: number, total: number | undefined): string {
  return total === undefined ? vscode.l10n.t('{0}: {1}', what, formatBytes(bytes)) : vscode.l10n.t('{0}: {1} of {2}', what, formatBytes(bytes), formatBytes(total));
}

/** Why it follows no more. */
export function stopText(reason: StopReason): string {
  switch (reason.kind) {
    case 'liberated': return vscode.l10n.t('Liberated at offset {0}.', formatCount(reason.offset));
    case 'cut': return vscode.l10n.t('Cut, without proof that all had arrived.');
    case 'elsewhere': return reason.what === '' ? vscode.l10n.t('Somebody else has ended it, or the server was restarted.') : vscode.l10n.t('Somebody has made it follow {0}.', reason.what);
    case 'failed': return reason.failure.message;
    default: return assertNever(reason);
  }
}
