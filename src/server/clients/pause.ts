import { shebangOf } from '../lua/shebang.ts';
import type { ScriptFlags } from '../lua/state.ts';
import type { Command, Context, ServerState } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { isReplica } from '../replication/state.ts';

/** What CLIENT PAUSE holds up: commands that write, or all. */
export interface Pause {
  readonly all: boolean;
  /** Ms since the epoch. */
  readonly until: number;
  timer: NodeJS.Timeout | undefined;
}

/** Commands that do not write and yet may have to be told to replicas. COMMAND does not tell. */
const mayReplicate = new Set(['eval', 'evalsha', 'fcall', 'pfcount', 'publish', 'spublish']);

/** True while clients are paused: the data stand still, nothing expires and nothing is evicted. */
export function isPaused({ pause, clock }: ServerState): boolean {
  return pause !== undefined && pause.until >= clock.now();
}

/** True for a command that has to wait for the end of a pause; those of a replica's master wait too. */
export function isHeldUp({ server, session }: Context, command: Command, args: readonly Bytes[]): boolean {
  if (server.pause === undefined || session.monitoring || isReplica(session) || !isPaused(server)) return false;
  if (server.pause.all || replicates(server, command, args)) return true;
  return command.name === 'exec' && session.transaction?.queue.some((queued) => replicates(server, queued.command, queued.args)) === true;
}

/** True for a call that writes, or whose effect may go to replicas. A script that says what it does is taken at its word. */
export function replicates(server: ServerState, { name, flags }: Command, args: readonly Bytes[]): boolean {
  const declared = declaredFlags(server, name, args);
  return declared === undefined ? flags.has('write') || mayReplicate.has(name) : !declared.has('no-writes');
}

/** What a script or function says of itself; undefined for all else, and where there is no such script. */
export function declaredFlags({ scripting }: ServerState, name: string, args: readonly Bytes[]): ScriptFlags | undefined {
  const which = args[1] ?? '';
  switch (name) {
    case 'eval':
    case 'eval_ro':
      return scripting.bodies.get(which)?.flags ?? shebangFlags(which);
    case 'evalsha':
    case 'evalsha_ro':
      return scripting.scripts.get(which.toLowerCase())?.flags;
    case 'fcall':
    case 'fcall_ro':
      return scripting.named.get(which.toLowerCase())?.flags;
    default:
      return undefined;
  }
}

/** The flags of a script that may be none. */
function shebangFlags(body: Bytes): ScriptFlags | undefined {
  try {
    return shebangOf(body);
  } catch {
    return undefined;
  }
}
