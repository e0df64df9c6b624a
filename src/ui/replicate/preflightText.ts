import * as vscode from 'vscode';
import type { Caution, End, Preflight, Refusal } from '../../core/replicate/preflight.ts';
import { assertNever } from '../../core/failure.ts';
import { formatBytes, formatCount, keyCount } from '../explorer/labels.ts';
import { joinSentences } from '../platform/sentences.ts';

/** Names of both ends. */
export interface EndNames {
  readonly source: string;
  readonly target: string;
}

/** Why it is not done, and what to do. */
export function refusalText(refusal: Refusal, names: EndNames): string {
  const { source, target } = names;
  switch (refusal.kind) {
    case 'same-server': return vscode.l10n.t('Both are the same server. Choose another target.');
    case 'loop': return vscode.l10n.t('“{0}” follows “{1}” itself, directly or over others. Liberate “{0}” first.', source, target);
    case 'mode': return vscode.l10n.t('“{0}” is a {1}, which REPLICAOF is not for. Clone its databases instead.', names[refusal.end], refusal.mode);
    case 'file': return vscode.l10n.t('“{0}” is a file, which neither follows nor changes. Clone its databases instead.', names[refusal.end]);
    case 'read-only': return vscode.l10n.t('“{0}” is read-only. Edit the connection to allow writes, or choose another target.', target);
    case 'format': return formatText(refusal, names);
    case 'not-allowed': return permissionText(refusal.end, refusal.command, refusal.missing, names);
    case 'source-cut-off': return vscode.l10n.t('“{0}” is a replica itself and has no link to its primary, so it hands out nothing. Follow the primary, or wait for the link.', source);
    case 'tls': return refusal.wanted
      ? vscode.l10n.t('“{0}” speaks TLS, and “{1}” is not set up to replicate over it. Set tls-replication to yes there (with certificates), or give an address of the source that does without.', source, target)
      : vscode.l10n.t('“{1}” replicates over TLS only (tls-replication), and “{0}” does not speak it. Give the address of a TLS port of the source, or set tls-replication to no.', source, target);
    case 'databases': return vscode.l10n.t('“{0}” has keys in database {1}, but “{2}” has {3} databases only: a replica ends itself over that. Raise “databases” in its configuration.', source, refusal.highest, target, formatCount(refusal.count));
    case 'practice-elsewhere': return vscode.l10n.t('A practice server can be reached from this machine only, and “{0}” is on another one.', target);
    case 'bridged': return refusal.failure.message;
    default: return assertNever(refusal);
  }
}

function formatText({ source: written, target: read, family }: Extract<Refusal, { kind: 'format' }>, { source, target }: EndNames): string {
  if (family) return vscode.l10n.t('“{0}” sends its data in RDB version {1}, which “{2}” does not read: Redis and Valkey have gone different ways.', source, written, target);
  return read === undefined || read >= written
    ? vscode.l10n.t('“{0}” sends its data in RDB version {1}, which “{2}” does not read. It would be emptied for nothing, again and again.', source, written, target)
    : vscode.l10n.t('“{0}” sends its data in RDB version {1}, and “{2}” reads up to {3}: it is older. It would be emptied for nothing, again and again.', source, written, target, read);
}

function permissionText(end: End, command: string, missing: boolean, names: EndNames): string {
  const why = missing
    ? vscode.l10n.t('“{0}” has no command {1}: managed services take it away, or it was renamed.', names[end], command)
    : vscode.l10n.t('The user of “{0}” may not run {1}. Have it allowed (ACL SETUSER … +{2}), or connect as another user.', names[end], command, command.toLowerCase());
  // A target that is no replica can be served otherwise; a source that serves none cannot.
  return end === 'target' ? why : joinSentences([why, vscode.l10n.t('Or clone its databases.')]);
}

/** What there is to know, a line for each. */
export function cautionText(caution: Caution, { source, target }: EndNames): string {
  switch (caution.kind) {
    case 'already': return vscode.l10n.t('“{0}” follows “{1}” already: nothing is thrown away.', target, source);
    case 'follows': return vscode.l10n.t('“{0}” follows {1}:{2} now, and will not any more.', target, caution.host, caution.port);
    case 'replicas': return vscode.l10n.t('“{0}” has {1} replicas of its own: they will hold the data of “{2}” as well.', target, formatCount(caution.count), source);
    case 'format-unknown': return vscode.l10n.t('It is not known whether “{0}” reads what “{1}” sends: one of them does not tell its version. If it does not, it is emptied for nothing.', target, source);
    case 'auth-not-settable': return vscode.l10n.t('“{0}” may not be told the password of “{1}” (CONFIG SET masterauth is not allowed): it gets on only if its administrator has set it.', target, source);
    case 'loopback': return vscode.l10n.t('To “{0}”, {1} is its own machine. If the source is not there, give the address under which it is known there.', target, caution.host);
    case 'memory': return vscode.l10n.t('“{0}” uses {1}, and “{2}” may use {3} (maxmemory).', source, formatBytes(caution.needed), target, formatBytes(caution.limit));
    case 'forks': return caution.machine === undefined
      ? vscode.l10n.t('“{0}” forks to send its data; it uses {1}, and at worst as much again while it is written to.', source, formatBytes(caution.used))
      : vscode.l10n.t('“{0}” forks to send its data; it uses {1} of {2} of memory, and at worst as much again while it is written to.', source, formatBytes(caution.used), formatBytes(caution.machine));
    case 'delay': return vscode.l10n.t('“{0}” waits {1} s for more replicas before it sends (repl-diskless-sync-delay).', source, formatCount(caution.seconds));
    default: return assertNever(caution);
  }
}

/** What is thrown away at the target, a line for each; none where it is empty. */
export function lossLines({ losses: { databases, libraries } }: Preflight): string[] {
  return [
    ...databases.map(({ index, keys }) => vscode.l10n.t('Database {0}: {1}', index, keyCount(keys))),
    ...(libraries === 0 ? [] : [vscode.l10n.t('Libraries of functions: {0}', formatCount(libraries))]),
  ];
}
