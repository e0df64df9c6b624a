import { redact } from '../clients/redact.ts';
import type { Command, Context, SlowlogEntry } from '../state.ts';
import type { Bytes } from '../store/value.ts';

/** Most arguments of an entry, and the longest argument, bytes. */
const ARGUMENTS = 32;
const LENGTH = 128;

/** The arguments of a call as the slow log keeps them: passwords, what is too long and what is too much is left out. */
function trimmed(name: string, args: readonly Bytes[]): Bytes[] {
  const shown = redact(name, args)
    .slice(0, args.length > ARGUMENTS ? ARGUMENTS - 1 : ARGUMENTS)
    .map((text) => (text.length > LENGTH ? `${text.slice(0, LENGTH)}... (${text.length - LENGTH} more bytes)` : text));
  if (args.length > ARGUMENTS) shown.push(`... (${args.length - ARGUMENTS + 1} more arguments)`);
  return shown;
}

/** Puts a call into the slow log. */
export function noteSlow({ server, session, now }: Context, command: Command, args: readonly Bytes[], microseconds: number): void {
  if (command.flags.has('skip_slowlog')) return;
  // Calls of a script come from a client of its own, which is nowhere and has no name.
  const { address, name } = session.address === 'lua' ? { address: '?:0', name: '' } : session;
  const entry: SlowlogEntry = { id: server.nextSlowlogId, time: Math.floor(now / 1000), microseconds, args: trimmed(command.name, args), address, name };
  server.slowlog.unshift(entry);
  server.nextSlowlogId += 1;
  trimSlowlog(server);
}

/** Keeps the slow log within slowlog-max-len. */
export function trimSlowlog({ slowlog, config }: Pick<Context['server'], 'slowlog' | 'config'>): void {
  const most = config.number('slowlog-max-len');
  if (slowlog.length > most) slowlog.length = most;
}
