import type { ConnectionProfile } from '../../core/connection/profile.ts';
import type { Session, Sessions } from '../../core/connection/session.ts';

/** A session that is acquired when first used and can be rested: what was found is kept while the socket closes. */
export interface Lease extends Session {
  /** Gives the session back until the next use. */
  rest(): void;
}

export function leaseSession(sessions: Sessions, profile: ConnectionProfile, database: number): Lease {
  let held: Session | undefined;
  let roundTrip = 0;
  const session = (): Session => (held ??= sessions.acquire(profile, database));
  const rest = (): void => {
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
    ready: (signal) => session().ready(signal),
    send: (command, options) => session().send(command, options),
    sendAll: (commands, options) => session().sendAll(commands, options),
    release: rest,
    rest,
  };
}
