import { sendAfterReply } from './afterReply.ts';
import type { Command, Context } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { redact } from './redact.ts';

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\x07': '\\a', '\b': '\\b' };

/** Bytes in double quotes as Redis shows them to people: what is not printable ASCII is escaped. */
export function quoted(text: Bytes): string {
  return `"${text.replace(/["\\]|[^ -~]/g, (char) => escapes[char] ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}

/** Tells those who watch the server (MONITOR) of a command; administrative ones are not shown. `source` is an address, or `lua`. */
export function tellMonitors({ server, database }: Context, command: Command, args: readonly Bytes[], source: string): void {
  if (command.flags.has('skip_monitor') || command.flags.has('admin')) return;
  showMonitors({ server, database }, redact(command.name, args), source);
}

/** As `tellMonitors`, whatever the command's flags. */
export function showMonitors({ server, database }: Pick<Context, 'server' | 'database'>, args: readonly Bytes[], source: string): void {
  const microseconds = Math.floor(server.clock.now() * 1000);
  const time = `${Math.floor(microseconds / 1e6)}.${(microseconds % 1e6).toString().padStart(6, '0')}`;
  const text = `${time} [${database.index} ${source}] ${args.map(quoted).join(' ')}`;
  for (const session of server.monitors) sendAfterReply(server, session, () => session.deliver({ kind: 'simple', text }));
}
