import { appendFileSync, writeSync } from 'node:fs';
import type { LogLevel } from '../outside.ts';

const levels: readonly LogLevel[] = ['debug', 'verbose', 'notice', 'warning'];
const marks = '.-*#';
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Who writes a line: `C` before the server is set up, `M` for a master, `S` for a replica. */
export type Role = 'C' | 'M' | 'S';

/** One line of the log as Redis writes it: `4711:M 21 Nov 2026 09:00:00.123 * Ready to accept connections`, in local time. */
export function logLine({ pid, role, at, level, text }: { readonly pid: number; readonly role: Role; readonly at: Date; readonly level: LogLevel; readonly text: string }): string {
  const two = (value: number): string => value.toString().padStart(2, '0');
  const day = `${two(at.getDate())} ${months[at.getMonth()] ?? ''} ${at.getFullYear()}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${at.getMilliseconds().toString().padStart(3, '0')}`;
  return `${pid}:${role} ${day} ${time} ${marks[levels.indexOf(level)] ?? '#'} ${text}\n`;
}

/** Where lines go: `file`, or the standard output where it is ''. */
export interface Log {
  (level: LogLevel, text: string): void;
  role: Role;
  level: LogLevel;
  file: string;
}

/** Makes a log to the standard output. Each line is written at once, and a file is opened anew for each, so that it can be moved away. */
export function createLog(now: () => number): Log {
  const start: { role: Role; level: LogLevel; file: string } = { role: 'C', level: 'notice', file: '' };
  const log: Log = Object.assign((level: LogLevel, text: string): void => {
    if (levels.indexOf(level) < levels.indexOf(log.level)) return;
    put(log.file, logLine({ pid: process.pid, role: log.role, at: new Date(now()), level, text }));
  }, start);
  return log;
}

/** Writes text; a log that cannot be written is no reason to end. */
export function put(file: string, text: string): void {
  try {
    if (file === '') writeSync(1, text);
    else appendFileSync(file, text);
  } catch {
    // The reader of the pipe has gone, or the disk is full.
  }
}

/** The level of a `loglevel` value. */
export function logLevel(value: string): LogLevel {
  return levels.find((level) => level === value) ?? 'notice';
}
