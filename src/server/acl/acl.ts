import type { Bytes } from '../store/value.ts';
import { describeUser } from './describe.ts';
import type { LogEntry } from './log.ts';
import { applyRule, createDefaultUser } from './user.ts';
import type { User } from './user.ts';

/** The users of a server and what they were refused. */
export interface Acl {
  /** By name; `default` is always among them. */
  users: Map<Bytes, User>;
  /** The user of a client that has not said who it is. Stays the same object. */
  readonly defaultUser: User;
  /** Latest first. */
  log: readonly LogEntry[];
}

export function createAcl(): Acl {
  const defaultUser = createDefaultUser();
  return { users: new Map([[defaultUser.name, defaultUser]]), defaultUser, log: [] };
}

/** `requirepass`: the one password of the default user, or none if it is empty. */
export function setDefaultPassword({ defaultUser }: Acl, password: Bytes): undefined {
  for (const rule of ['resetpass', password === '' ? 'nopass' : `>${password}`]) applyRule(defaultUser, rule, { allChannels: true });
  return undefined;
}

/** True if a client that has not logged in may work all the same. */
export function isOpen({ defaultUser }: Acl): boolean {
  return defaultUser.noPassword && defaultUser.enabled;
}

/** Every user as ACL LIST and files show him (`user name rules`), by name. */
export function userLines({ users }: Acl): Bytes[] {
  return sortedUsers(users).map((user) => `user ${user.name} ${describeUser(user)}`);
}

/** The users by name, byte by byte. */
export function sortedUsers(users: ReadonlyMap<Bytes, User>): User[] {
  return [...users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
