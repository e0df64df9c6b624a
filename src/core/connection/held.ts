import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { describeCommand } from './commandLog.ts';
import type { Clock, CommandLogEntry, WriteRequest } from './ports.ts';
import type { ConnectionProfile } from './profile.ts';
import type { Command } from './session.ts';

export interface HeldDeps {
  readonly clock: Clock;
  readonly log: (entry: CommandLogEntry) => void;
  readonly confirmWrite: (request: WriteRequest) => Promise<boolean>;
}

/** Refuses or asks, for commands that the guard did not let through. Throws Failure `guarded` or `declined`. */
export async function settleHeld(
  deps: HeldDeps,
  profile: ConnectionProfile,
  database: number,
  held: readonly Command[],
): Promise<void> {
  const note = (outcome: string): void => {
    for (const command of held) {
      deps.log({ time: deps.clock.now(), connection: profile.name, database, text: describeCommand(command), duration: undefined, outcome });
    }
  };
  if (profile.access === 'confirm-writes') {
    if (await deps.confirmWrite({ profile, database, summary: summarise(held) })) return;
    note('declined');
    throw new Failure('declined', l10n.t('Not sent: the write was not confirmed.'));
  }
  note('refused');
  const name = (held[0]?.[0] ?? '').toString().slice(0, 32).toUpperCase();
  throw new Failure('guarded', l10n.t('The connection “{0}” is read-only, so {1} was not sent. Edit the connection to allow writes.', profile.name, name));
}

const MAX_SUMMARY = 10;

function summarise(commands: readonly Command[]): string {
  const lines = commands.slice(0, MAX_SUMMARY).map(describeCommand);
  if (commands.length > MAX_SUMMARY) lines.push(l10n.t('… and {0} more', commands.length - MAX_SUMMARY));
  return lines.join('\n');
}
