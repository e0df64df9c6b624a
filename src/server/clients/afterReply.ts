import type { ServerState, Session } from '../state.ts';

/** Something for a client that is to come after a reply to it. */
export interface Deferred {
  readonly session: Session;
  readonly send: () => void;
}

/** Sends at once; to a client whose command runs, or that is just unblocked, after the reply. */
export function sendAfterReply(server: ServerState, session: Session, send: () => void): void {
  if (session === server.current || session === server.serving) server.deferred.push({ session, send });
  else send();
}

/** Sends what waited for a reply to a client that has it now, in order. The client is neither current nor served any more. */
export function sendDeferred(server: ServerState, session: Session): void {
  const due = server.deferred.filter((one) => one.session === session);
  server.deferred = server.deferred.filter((one) => one.session !== session);
  for (const { send } of due) send();
}
