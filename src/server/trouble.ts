import { usedMemory } from './memory/used.ts';
import type { ServerState, Session } from './state.ts';

/** What is made to go wrong, to be tried out; it must survive a structured clone. */
export interface Trouble {
  /** Each command of a client waits so long before it runs, ms. */
  readonly delay: number;
  /** `next`: the link of whoever sends the next command is cut, and the command is not run; `all`: those that are there, and at every command. */
  readonly links: 'kept' | 'next' | 'all';
  /** maxmemory is what is used now, and nothing is evicted. */
  readonly memoryFull: boolean;
}

/** Nothing goes wrong. */
export const noTrouble: Trouble = { delay: 0, links: 'kept', memoryFull: false };

/** The trouble that a server is in. */
export interface TroubleState {
  now: Trouble;
  /** The parameters as they were before the memory was full. */
  before: readonly (readonly [name: string, value: string])[];
  /** Told when `next` has happened. */
  onChange: ((now: Trouble) => void) | undefined;
}

export function createTroubleState(): TroubleState {
  return { now: noTrouble, before: [], onChange: undefined };
}

const LIMITS = ['maxmemory', 'maxmemory-policy'];

/** Puts a server into trouble, or out of it. */
export function setTrouble(server: ServerState, next: Trouble): void {
  const { trouble, config } = server;
  if (next.memoryFull && !trouble.now.memoryFull) {
    trouble.before = LIMITS.map((name) => [name, config.get(name)] as const);
    // Without what clients take: that comes and goes, and full it is to be at once.
    config.set([['maxmemory', String(Math.max(1, usedMemory(server) - server.memory.clients - 1))], ['maxmemory-policy', 'noeviction']]);
  } else if (!next.memoryFull && trouble.now.memoryFull) {
    config.set(trouble.before);
  }
  trouble.now = next;
  if (next.links === 'all') for (const session of [...server.sessions.values()]) session.disconnect();
}

/** Whether the link of a client is to be cut in place of running its command. Links between servers are cut by `all` only. */
export function cutsLink({ trouble }: ServerState, session: Session): boolean {
  if (trouble.now.links === 'kept' || (trouble.now.links === 'next' && isServer(session))) return false;
  if (trouble.now.links === 'next') {
    trouble.now = { ...trouble.now, links: 'kept' };
    trouble.onChange?.(trouble.now);
  }
  return true;
}

/** Ms that the command of a client waits. */
export function delayOf({ trouble }: ServerState, session: Session): number {
  return isServer(session) ? 0 : trouble.now.delay;
}

function isServer({ master, replica }: Session): boolean {
  return master !== undefined || replica !== undefined;
}
