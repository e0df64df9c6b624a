import type { Bytes } from '../store/value.ts';

/** What was refused. */
export type LogReason = 'command' | 'key' | 'channel' | 'auth';
/** Where it was called. */
export type LogContext = 'toplevel' | 'multi' | 'lua' | 'module';

/** What is told of one refusal. */
export interface Refusal {
  readonly reason: LogReason;
  readonly context: LogContext;
  /** The command, the key or the channel; for `auth` the command that tried. */
  readonly object: Bytes;
  readonly username: Bytes;
  /** The client as CLIENT INFO shows it. */
  readonly clientInfo: Bytes;
  /** Ms since the epoch. */
  readonly time: number;
}

/** An entry of ACL LOG: the last of `count` refusals that are alike. */
export interface LogEntry extends Refusal {
  readonly count: number;
}

/** Refusals that are alike are one entry within this time, ms. */
const GROUPING = 60_000;
/** Only so many entries are looked at for one that is alike. */
const LOOK_BACK = 10;

/** The entries with one refusal more, latest first, at most `maxLength`. */
export function withRefusal(entries: readonly LogEntry[], refusal: Refusal, maxLength: number): LogEntry[] {
  const at = entries.slice(0, LOOK_BACK).findIndex((entry) => isAlike(entry, refusal));
  const known = entries[at];
  if (known !== undefined) return [{ ...refusal, count: known.count + 1 }, ...entries.slice(0, at), ...entries.slice(at + 1)];
  return [{ ...refusal, count: 1 }, ...entries].slice(0, maxLength);
}

function isAlike(entry: LogEntry, { reason, context, object, username, time }: Refusal): boolean {
  return entry.reason === reason && entry.context === context && entry.object === object && entry.username === username && Math.abs(entry.time - time) <= GROUPING;
}
