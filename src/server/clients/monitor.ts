import { quoteInline } from '../../protocol/resp/inline.ts';
import { sendAfterReply } from './afterReply.ts';
import type { Command, Context } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { redact } from './redact.ts';

/** Tells those who watch the server (MONITOR) of a command; administrative ones are not shown. `source` is an address, or `lua`. */
export function tellMonitors({ server, database }: Context, command: Command, args: readonly Bytes[], source: string): void {
  if (command.flags.has('skip_monitor') || command.flags.has('admin')) return;
  showMonitors({ server, database }, redact(command.name, args), source);
}

/** As `tellMonitors`, whatever the command's flags. */
export function showMonitors({ server, database }: Pick<Context, 'server' | 'database'>, args: readonly Bytes[], source: string): void {
  const microseconds = Math.floor(server.clock.now() * 1000);
  const time = `${Math.floor(microseconds / 1e6)}.${(microseconds % 1e6).toString().padStart(6, '0')}`;
  const text = `${time} [${database.index} ${source}] ${args.map(quoteInline).join(' ')}`;
  for (const session of server.monitors) sendAfterReply(server, session, () => session.deliver({ kind: 'simple', text }));
}
