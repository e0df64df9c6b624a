import * as vscode from 'vscode';
import type { Difference } from '../../core/compare/verify.ts';
import { assertNever } from '../../core/failure.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import type { CloneReport, CloneRequest } from '../../core/transfer/clone.ts';
import type { EngineChoice } from '../../core/transfer/engine.ts';
import type { Loss } from '../../core/transfer/losses.ts';
import type { ClonePlan, PlannedEnd, PlanWarning } from '../../core/transfer/plan.ts';
import { formatBytes, formatCount, keyCount } from '../explorer/labels.ts';
import { joinSentences } from '../platform/sentences.ts';
import { nameOf } from './cloneSource.ts';

/** Lines of differences in a report. */
const MOST_LISTED = 10_000;

/** Where a clone goes to, in words. */
export function targetText(request: Pick<CloneRequest, 'target' | 'more'>): string {
  const { target, more } = request;
  return more === undefined ? nameOf(target) : vscode.l10n.t('databases {0} of “{1}”', [target.database, ...more.map((one) => one.target)].join(', '), target.profile.name);
}

/** What a clone is going to do, for a dialogue. */
export function planText({ request, source, target, keys, conflicts, warnings, losses, engine, parts = [] }: ClonePlan): string {
  return [
    vscode.l10n.t('From: {0}', endText(parts.length === 0 ? nameOf(request.source) : request.source.profile.name, source)),
    vscode.l10n.t('To: {0}', copiesText(endText(parts.length === 0 ? nameOf(request.target) : request.target.profile.name, target), request.rewrite)),
    ...parts.map((part) => vscode.l10n.t('Database {0} to database {1}: {2}, of which the target has {3} already', part.request.source.database, part.request.target.database, keyCount(part.keys), formatCount(part.conflicts))),
    vscode.l10n.t('Keys to copy: {0}. Of these the target has {1} already.', formatCount(keys), formatCount(conflicts)),
    ...(request.scope.types === undefined ? [] : [vscode.l10n.t('Only keys of these types: {0}', request.scope.types.join(', '))]),
    engineText(engine),
    ...(request.rate?.keysPerSecond === undefined ? [] : [vscode.l10n.t('Rate: at most {0} keys/s', formatCount(request.rate.keysPerSecond))]),
    ...source.forbidden.map((command) => forbiddenText(request.source, command)),
    ...target.forbidden.map((command) => forbiddenText(request.target, command)),
    ...[[request.source, source.untold] as const, [request.target, target.untold] as const].filter(([, untold]) => untold.length > 0)
      .map(([{ profile }, untold]) => vscode.l10n.t('Not known, as “{0}” does not tell it: whether its user may run {1}.', profile.name, untold.join(', '))),
    ...losses.map(lossText),
    ...warnings.map(warningText),
  ].join('\n');
}

function forbiddenText({ profile }: CloneRequest['source'], command: string): string {
  return command === 'RESTORE'
    ? vscode.l10n.t('⚠ The user of “{0}” may not run RESTORE: values are made by commands instead, which is slower.', profile.name)
    : vscode.l10n.t('⚠ The user of “{0}” may not run {1}: keys will be left out, or nothing can be copied.', profile.name, command);
}

/** The same as a document, of a dry run. */
export function planDocument(title: string, plan: ClonePlan): string {
  return [vscode.l10n.t('Plan: clone of {0} to {1}', title, copiesText(targetText(plan.request), plan.request.rewrite)), vscode.l10n.t('Nothing was written.'), '', planText(plan), ''].join('\n');
}

function engineText({ engine, why }: EngineChoice): string {
  switch (engine) {
    case 'copy': return vscode.l10n.t('How: COPY within the server, key by key: no value leaves it. Both sides are compared afterwards.');
    case 'commands': return vscode.l10n.t('How: by the commands that make each value. Both sides are compared afterwards.');
    case 'dump': return why === 'no-copy'
      ? vscode.l10n.t('How: DUMP and RESTORE, key by key, with exact times to live, as the server has no COPY for this user. Both sides are compared afterwards.')
      : vscode.l10n.t('How: DUMP and RESTORE, key by key, with exact times to live. Both sides are compared afterwards.');
    default: return assertNever(engine);
  }
}

function copiesText(target: string, rewrite: CloneRequest['rewrite']): string {
  return rewrite === undefined ? target : vscode.l10n.t('{0}, names beginning with “{1}”', target, displayShort(rewrite.to, 60));
}

function endText(name: string, { facts, keys, usedMemory, maxMemory, machineMemory }: PlannedEnd): string {
  const parts = [
    name,
    facts.version === '' ? vscode.l10n.t('version unknown') : `${facts.flavour === 'valkey' ? 'Valkey' : 'Redis'} ${facts.version}`,
    keyCount(keys),
    ...(usedMemory === undefined ? [] : [maxMemory === undefined
      ? machineMemory === undefined
        ? vscode.l10n.t('its server has {0} of memory in use', formatBytes(usedMemory))
        : vscode.l10n.t('its server has {0} of memory in use, its machine {1} in all (no maxmemory)', formatBytes(usedMemory), formatBytes(machineMemory))
      : vscode.l10n.t('its server has {0} of memory in use and {1} free (maxmemory)', formatBytes(usedMemory), formatBytes(Math.max(0, maxMemory - usedMemory)))]),
  ];
  return parts.join(', ');
}

function lossText(loss: Loss): string {
  switch (loss) {
    case 'stream-counters': return vscode.l10n.t('⚠ The target cannot be told how many entries streams have seen and their groups have read: that is lost. Entries, groups and pending entries are copied.');
    case 'last-seen': return vscode.l10n.t('⚠ When consumers of streams were last seen is lost: no command sets it.');
    case 'field-times': return vscode.l10n.t('⚠ Hashes with fields that expire are not copied: the target has no such fields (Redis 7.4).');
    default: return assertNever(loss);
  }
}

function warningText(warning: PlanWarning): string {
  switch (warning.kind) {
    case 'older-target': return vscode.l10n.t('⚠ The target is older than the source: values that it does not know in this form are written anew for it.');
    case 'other-flavour': return vscode.l10n.t('⚠ One is Redis, the other Valkey: values that mean something else there are written anew, or not at all.');
    case 'memory': return vscode.l10n.t('⚠ The copy needs about {0}, and the target has {1} left (maxmemory).', formatBytes(warning.needed), formatBytes(warning.free));
    case 'overwrites': return vscode.l10n.t('⚠ Keys of the target that will be overwritten: {0}.', formatCount(warning.keys));
    case 'empties': return vscode.l10n.t('⚠ Keys of the target that will be deleted first: {0}.', formatCount(warning.keys));
    case 'stops': return vscode.l10n.t('⚠ Keys that the target has already: {0}. Skip or replace them, or choose another target.', formatCount(warning.keys));
    case 'skips': return vscode.l10n.t('⚠ Keys that will not be copied, since the target has them: {0}.', formatCount(warning.keys));
    default: return assertNever(warning);
  }
}

/** True if all was copied and found identical. */
export function isPerfect({ notCopied, verification }: CloneReport): boolean {
  return notCopied.length === 0 && verification?.differences.length === 0;
}

/** True if all was copied and found so, whatever else the target has. */
export function isFine({ notCopied, verification }: CloneReport): boolean {
  return notCopied.length === 0 && verification?.differences.every(({ kind }) => kind === 'extra') === true;
}

/** What became of a clone, in a few sentences. */
export function summaryText(report: CloneReport): string {
  const { copied, skipped, notCopied, verification, anew } = report;
  const parts = [vscode.l10n.t('{0} copied.', keyCount(copied))];
  if (anew) parts.push(vscode.l10n.t('It began anew: the target lacked what had been copied before, or a server is another one at the same address.'));
  if (skipped > 0) parts.push(vscode.l10n.t('{0} skipped.', formatCount(skipped)));
  if (notCopied.length > 0) parts.push(vscode.l10n.t('{0} could not be copied.', formatCount(notCopied.length)));
  if (verification !== undefined) {
    const extra = verification.differences.filter(({ kind }) => kind === 'extra').length;
    const others = verification.differences.length - extra;
    parts.push(others > 0
      ? vscode.l10n.t('Compared with the source, these keys differ: {0}.', formatCount(others))
      : extra > 0
        ? vscode.l10n.t('Compared with the source key by key: what was copied is identical.')
        : vscode.l10n.t('Compared with the source key by key: identical.'));
    const moving = verification.differences.filter((one) => one.moving === true && one.kind !== 'extra').length;
    if (moving > 0) parts.push(vscode.l10n.t('Of these, still being written: {0}.', formatCount(moving)));
    if (extra > 0) parts.push(vscode.l10n.t('Keys that only the target has: {0}.', formatCount(extra)));
  }
  return joinSentences(parts);
}

/** All that is known of a clone, as a document. */
export function reportText(title: string, request: CloneRequest, report: CloneReport): string {
  const { copied, vanished, skipped, bytes, forms, verification, parts } = report;
  const lines = [
    vscode.l10n.t('Clone of {0} to {1}', title, copiesText(targetText(request), request.rewrite)),
    '',
    summaryText(report),
    '',
    // COPY has no payload.
    bytes === 0 ? vscode.l10n.t('Copied: {0}', keyCount(copied)) : vscode.l10n.t('Copied: {0}, {1} of payloads', keyCount(copied), formatBytes(bytes)),
    vscode.l10n.t('Gone at the source before they could be read: {0}', formatCount(vanished)),
    vscode.l10n.t('Skipped, since the target had them: {0}', formatCount(skipped)),
    ...Object.entries(forms).map(([form, count]) => vscode.l10n.t('Written in another form for the target ({0}): {1}', form, formatCount(count))),
  ];
  if (verification !== undefined) {
    const { compared, rounds, repaired } = verification;
    lines.push('', vscode.l10n.t('Compared: {0}, rounds: {1}; copied again since they had changed meanwhile: {2}', keyCount(compared), rounds, formatCount(repaired)));
  }
  if (parts === undefined) lines.push(...detailLines(report));
  else for (const part of parts) lines.push('', vscode.l10n.t('Database {0} to database {1}: {2}', part.source, part.target, summaryText(part.report)), ...detailLines(part.report));
  return `${lines.join('\n')}\n`;
}

/** Keys that differ, and those that could not be copied. */
function detailLines({ notCopied, verification }: CloneReport): string[] {
  const differences = verification?.differences ?? [];
  return [
    ...(differences.length === 0 ? [] : ['', vscode.l10n.t('Differences:'), ...listed(differences, (one) => `${displayShort(one.name, 200)}\t${differenceText(one)}`)]),
    ...(notCopied.length === 0 ? [] : ['', vscode.l10n.t('Not copied:'), ...listed(notCopied, ({ name, failure }) => `${displayShort(name, 200)}\t${failure.message}`)]),
  ];
}

function listed<T>(items: readonly T[], text: (item: T) => string): string[] {
  const lines = items.slice(0, MOST_LISTED).map((item) => `  ${text(item)}`);
  return items.length > MOST_LISTED ? [...lines, vscode.l10n.t('  … and {0} more', formatCount(items.length - MOST_LISTED))] : lines;
}

/** A difference in words. */
export function differenceText({ kind, moving }: Difference): string {
  return moving === true ? vscode.l10n.t('{0}; still being written', kindText(kind)) : kindText(kind);
}

function kindText(kind: Difference['kind']): string {
  switch (kind) {
    case 'missing': return vscode.l10n.t('missing at the target');
    case 'extra': return vscode.l10n.t('only at the target');
    case 'expiry': return vscode.l10n.t('another time to live');
    case 'type': return vscode.l10n.t('another type');
    case 'value': return vscode.l10n.t('another value');
    case 'field-expiry': return vscode.l10n.t('another time to live of a field');
    case 'stream': return vscode.l10n.t('another state of the stream (last ID, entries added or deleted)');
    case 'groups': return vscode.l10n.t('other consumer groups');
    case 'too-large': return vscode.l10n.t('too large to be compared as one');
    case 'refused': return vscode.l10n.t('not compared: this user may not read it');
    case 'unreadable': return vscode.l10n.t('not the same bytes, and of a format that cannot be read');
    default: return assertNever(kind);
  }
}
