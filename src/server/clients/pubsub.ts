import type { Reply } from '../../protocol/resp/reply.ts';
import type { ServerState, Session } from '../state.ts';
import { globMatch } from '../store/glob.ts';
import type { Bytes } from '../store/value.ts';

/** What can be subscribed to: channels, patterns of channels, and channels of a shard, which know nothing of each other. */
export type Kind = 'channels' | 'patterns' | 'shards';

/** Who listens to what; each name's clients in the order in which they came. */
export type Listeners = Readonly<Record<Kind, Map<Bytes, Set<Session>>>>;

/** What one client listens to. */
export type Subscriptions = Readonly<Record<Kind, Set<Bytes>>>;

export function createListeners(): Listeners {
  return { channels: new Map(), patterns: new Map(), shards: new Map() };
}

export function createSubscriptions(): Subscriptions {
  return { channels: new Set(), patterns: new Set(), shards: new Set() };
}

/** True for a client that listens to anything. */
export function isSubscriber({ subscriptions }: Session): boolean {
  return subscriptions.channels.size + subscriptions.patterns.size + subscriptions.shards.size > 0;
}

export function subscribe(server: ServerState, session: Session, kind: Kind, name: Bytes): void {
  session.subscriptions[kind].add(name);
  const listeners = server.listeners[kind].get(name) ?? new Set();
  listeners.add(session);
  server.listeners[kind].set(name, listeners);
}

export function unsubscribe(server: ServerState, session: Session, kind: Kind, name: Bytes): void {
  session.subscriptions[kind].delete(name);
  const listeners = server.listeners[kind].get(name);
  listeners?.delete(session);
  if (listeners?.size === 0) server.listeners[kind].delete(name);
}

/** Ends every subscription of a client (RESET, the end of its connection). */
export function unsubscribeAll(server: ServerState, session: Session): void {
  for (const kind of ['channels', 'patterns', 'shards'] as const) for (const name of session.subscriptions[kind]) unsubscribe(server, session, kind, name);
}

/** Sends a message to those who listen; how many times it was sent. */
export function publish(server: ServerState, kind: 'channels' | 'shards', channel: Bytes, message: Bytes): number {
  let sent = 0;
  const send = (session: Session, words: readonly Bytes[]): void => {
    session.deliver({ kind: 'push', items: words.map((value): Reply => ({ kind: 'latin1', value })) });
    sent += 1;
  };
  for (const session of server.listeners[kind].get(channel) ?? []) send(session, [kind === 'shards' ? 'smessage' : 'message', channel, message]);
  if (kind === 'shards') return sent;
  for (const [pattern, sessions] of server.listeners.patterns) {
    if (!globMatch(pattern, channel)) continue;
    for (const session of sessions) send(session, ['pmessage', pattern, channel, message]);
  }
  return sent;
}
