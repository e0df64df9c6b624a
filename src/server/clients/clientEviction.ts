import { memoryOf } from './clientInfo.ts';
import { isObeyed, isReplica } from '../replication/state.ts';
import type { ServerState, Session } from '../state.ts';

/** Redis holds clients to no less: nobody could set it right again. Bytes. */
const LEAST = 128 * 1024;

/** What clients may take together, maxmemory-clients; 0 for as much as they like. Bytes. */
function limitOf({ config }: ServerState): number {
  const text = config.get('maxmemory-clients');
  const limit = text.endsWith('%') ? (config.number('maxmemory') * Number(text.slice(0, -1))) / 100 : Number(text);
  return limit === 0 ? 0 : Math.max(limit, LEAST);
}

/** Ends the connections that take most until all clients together take no more than maxmemory-clients allows; CLIENT NO-EVICT keeps one out of it. */
export function evictClients(server: ServerState): void {
  const limit = limitOf(server);
  if (limit === 0) return;
  const now = server.clock.now();
  const clients = [...server.sessions.values()].filter((session) => !session.noEvict && !isReplica(session) && !isObeyed(session)).map((session): [Session, number] => [session, memoryOf(session, now, session === server.current).total]);
  let total = clients.reduce((sum, [, bytes]) => sum + bytes, 0);
  if (total <= limit) return;
  for (const [session, bytes] of clients.sort(([, a], [, b]) => b - a)) {
    if (total <= limit) return;
    total -= bytes;
    server.statistics.evictedClients += 1;
    session.disconnect();
  }
}
