import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import type { Arg, Command } from './session.ts';

/** Commands that change what the socket is. It is shared by everybody who works with this database, so they need a channel. */
const unshareable = new Set([
  'AUTH', 'HELLO', 'SELECT', 'RESET', 'QUIT', 'MONITOR', 'SYNC', 'PSYNC', 'REPLCONF', 'WATCH',
  'SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'UNSUBSCRIBE', 'PUNSUBSCRIBE', 'SUNSUBSCRIBE',
]);

function upper(arg: Arg | undefined): string {
  return arg === undefined || arg.length > 64 ? '' : (typeof arg === 'string' ? arg : arg.toString('latin1')).toUpperCase();
}

/**
 * Holds the commands of one send to what a shared socket bears. MULTI has to come with its EXEC or DISCARD in the same
 * pipeline, or other people's commands would fall into the transaction. Throws Failure `bad-input` or `unsupported`.
 */
export function checkShareable(commands: readonly Command[]): void {
  let open = false;
  for (const command of commands) {
    const name = upper(command[0]);
    if (!/^[\x21-\x7e]+$/.test(name)) throw new Failure('bad-input', l10n.t('That is not the name of a command.'));
    if (unshareable.has(name) || (name === 'CLIENT' && ['REPLY', 'TRACKING', 'CACHING'].includes(upper(command[1])))) {
      throw new Failure('unsupported', l10n.t('{0} would change the connection for everything else that uses it. Use the terminal.', name));
    }
    if (name === 'MULTI') {
      if (open) throw new Failure('bad-input', l10n.t('MULTI cannot stand inside MULTI.'));
      open = true;
    } else if (name === 'EXEC' || name === 'DISCARD') {
      if (!open) throw new Failure('bad-input', l10n.t('{0} has to follow MULTI in the same pipeline.', name));
      open = false;
    }
  }
  if (open) throw new Failure('bad-input', l10n.t('MULTI has to be sent with its EXEC in one pipeline.'));
}
