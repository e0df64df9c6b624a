import type { Context, ServerState, Session } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { isOpen } from './acl.ts';
import { allowsChannel } from './check.ts';
import { noteRefusal } from './refuse.ts';
import { isPassword } from './user.ts';
import type { User, UserDefaults } from './user.ts';

/** What new users are made with under this server's configuration. */
export function userDefaults({ config }: ServerState): UserDefaults {
  return { allChannels: config.get('acl-pubsub-default') === 'allchannels' };
}

/** The user of a client that has not logged in (a new one, or one after RESET). */
export function initialLogin({ acl }: ServerState): Pick<Session, 'user' | 'authenticated'> {
  return { user: acl.defaultUser, authenticated: isOpen(acl) };
}

/** Logs a client in. False, and an entry in ACL LOG, if there is no such user, he is off, or it is not his password. */
export function logIn(context: Context, name: Bytes, password: Bytes, command: Bytes): boolean {
  const { server, session } = context;
  const user = server.acl.users.get(name);
  if (user === undefined || !isPassword(user, password)) {
    noteRefusal(context, 'auth', session.transaction === undefined ? 'toplevel' : 'multi', command, name);
    return false;
  }
  session.user = user;
  session.authenticated = true;
  return true;
}

/** Ends the connections of users who are no more. */
export function dropClients(context: Context, users: ReadonlySet<User>): void {
  for (const session of context.server.sessions.values()) {
    if (!users.has(session.user)) continue;
    session.user = context.server.acl.defaultUser;
    session.authenticated = false;
    drop(context, session);
  }
}

/** Ends the connections of a user's clients that listen to what he may not listen to after a change. */
export function dropSubscribers(context: Context, before: User, after: User): void {
  if (after.selectors.some(({ allChannels }) => allChannels)) return;
  const allowed = after.selectors.flatMap(({ channels }) => channels);
  const lost = ({ user, subscriptions: { patterns, channels, shards } }: Session): boolean =>
    user === before &&
    ([...patterns].some((name) => !allowsChannel(allowed, name, true)) || [...channels, ...shards].some((name) => !allowsChannel(allowed, name, false)));
  for (const session of context.server.sessions.values()) if (lost(session)) drop(context, session);
}

function drop(context: Context, session: Session): void {
  // The client that asked for it gets its reply.
  if (session === context.session) session.closing = true;
  else session.disconnect();
}
