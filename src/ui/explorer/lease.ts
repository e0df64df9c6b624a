import type { ConnectionProfile } from '../../core/connection/profile.ts';
import type { Session, Sessions } from '../../core/connection/session.ts';
import { Failure } from '../../core/failure.ts';
import { l10n } from '../../l10n.ts';

/** A session that is acquired when first used and can be rested: what was found is kept while the socket closes. */
export interface Lease extends Session {
  /** Gives the session back. Until `wake` it sends nothing: a load that was stopped must not connect anew. */
  rest(): void;
  wake(): void;
}

/** A lease of the session of `database`; nothing is acquired before it is used. */
export function leaseSession(sessions: Sessions, profile: ConnectionProfile, database: number): Lease {
  let held: Session | undefined;
  let roundTrip = 0;
  let resting = false;
  const session = (): Session => {
    if (resting) throw new Failure('closed', l10n.t('The connection was closed.'));
    return (held ??= sessions.acquire(profile, database));
  };
  const rest = (): void => {
    resting = true;
    roundTrip = held?.smallestRoundTrip ?? roundTrip;
    held?.release();
    held = undefined;
  };
  return {
    profile,
    database,
    get smallestRoundTrip() {
      return held?.smallestRoundTrip ?? roundTrip;
    },
    ready: async (signal) => session().ready(signal),
    send: async (command, options) => session().send(command, options),
    sendAll: async (commands, options) => session().sendAll(commands, options),
    release: rest,
    rest,
    wake() {
      resting = false;
    },
  };
}
