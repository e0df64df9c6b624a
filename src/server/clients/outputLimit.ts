import { typeOf } from './clientInfo.ts';
import type { ServerState, Session } from '../state.ts';

/** The limits of one type of clients: bytes that may wait for ever at most, bytes that may wait for `seconds`; 0 for none. */
interface OutputLimit {
  readonly hard: number;
  readonly soft: number;
  readonly seconds: number;
}

type Limits = Readonly<Record<string, OutputLimit>>;

let parsed: { readonly text: string; readonly limits: Limits } = { text: '', limits: {} };

/** client-output-buffer-limit as CONFIG GET answers it: `normal 0 0 0 slave ... pubsub ...`. */
function limitsOf(text: string): Limits {
  if (text !== parsed.text) {
    const words = text.split(' ');
    const limits: Record<string, OutputLimit> = {};
    for (let index = 0; index + 3 < words.length; index += 4) {
      const [hard = 0, soft = 0, seconds = 0] = words.slice(index + 1, index + 4).map(Number);
      const name = words[index] ?? '';
      limits[name === 'slave' ? 'replica' : name] = { hard, soft, seconds };
    }
    parsed = { text, limits };
  }
  return parsed.limits;
}

/** Replies that fit into the buffer that a client has of its own do not count, bytes. */
export const OWN_BUFFER = 16 * 1024;

/** What may wait for all clients together without any limit set, bytes: a client may send all of a long pipeline before it reads. */
const UNREAD = 256 * 1024 * 1024;

/**
 * True if what waits for a client is bounded by a limit of its type or of all clients, for which its connection will end, or
 * makes keys give way, up to maxmemory: its replies are collected, as Redis does. `waiting` in bytes.
 */
export function isBounded({ config }: ServerState, session: Session, waiting: number): boolean {
  const limit = limitsOf(config.get('client-output-buffer-limit'))[typeOf(session)];
  if (limit !== undefined && (limit.hard > 0 || limit.soft > 0)) return true;
  return (config.get('maxmemory-clients') !== '0' && !session.noEvict) || (waiting < config.hot.maxMemory && config.get('maxmemory-policy') !== 'noeviction');
}

/** True if a client that reads nothing is answered nevertheless: what waits for it is bounded, or for all of them not much yet. */
export function answersOn(server: ServerState, session: Session, waiting: number): boolean {
  if (isBounded(server, session, waiting)) return true;
  let unread = 0;
  for (const { buffers } of server.sessions.values()) unread += buffers().output;
  return unread < UNREAD;
}

/** True if a client lets more wait for it than client-output-buffer-limit allows: its connection has to end. `waiting` in bytes. */
export function exceedsOutputLimit(server: ServerState, session: Session, waiting: number): boolean {
  if (waiting <= OWN_BUFFER) {
    session.overSoftLimitSince = undefined;
    return false;
  }
  const limit = limitsOf(server.config.get('client-output-buffer-limit'))[typeOf(session)];
  if (limit === undefined) return false;
  if (limit.hard > 0 && waiting >= limit.hard) return true;
  if (limit.soft === 0 || waiting < limit.soft) {
    session.overSoftLimitSince = undefined;
    return false;
  }
  const now = server.clock.now();
  session.overSoftLimitSince ??= now;
  return now - session.overSoftLimitSince > limit.seconds * 1000;
}
