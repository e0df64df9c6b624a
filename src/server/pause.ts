import type { Command, Context, ServerState } from './state.ts';
import type { Bytes } from './store/value.ts';

/** What CLIENT PAUSE holds up: commands that write, or all. */
export interface Pause {
  readonly all: boolean;
  /** Ms since the epoch. */
  readonly until: number;
  timer: NodeJS.Timeout | undefined;
}

/** Commands that do not write and yet may have to be told to replicas: they wait as writes do. */
const mayReplicate = new Set(['eval', 'evalsha', 'fcall', 'pfcount', 'publish', 'spublish']);

/** True while clients are paused: the data stand still, nothing expires and nothing is evicted. */
export function isPaused({ pause, clock }: ServerState): boolean {
  return pause !== undefined && pause.until >= clock.now();
}

/** True for a command that has to wait for the end of a pause. */
export function isHeldUp({ server, session }: Context, command: Command, flags: ReadonlySet<string>): boolean {
  if (server.pause === undefined || session.monitoring || !isPaused(server)) return false;
  return server.pause.all || replicates(command.name, flags) || (command.name === 'exec' && session.transaction?.queue.some((queued) => replicates(queued.command.name, queued.command.flags)) === true);
}

/** True for a command that writes, or whose effect may go to replicas. */
export function replicates(name: Bytes, flags: ReadonlySet<string>): boolean {
  return flags.has('write') || mayReplicate.has(name);
}
