import { releaseWait } from '../run/blocking.ts';
import { NO_REPLY } from '../commands/support.ts';
import { isPaused, type Pause } from './pause.ts';
import type { ServerState } from '../state.ts';

/** Longest delay of a timer, ms. */
const LONGEST = 2 ** 31 - 1;

/** CLIENT PAUSE until a time, ms since the epoch. A pause that lasts already is never made shorter or milder. */
export function pauseClients(server: ServerState, all: boolean, until: number): void {
  const before = isPaused(server) ? server.pause : undefined;
  clearTimeout(server.pause?.timer);
  server.pause = { all: all || before?.all === true, until: Math.max(until, before?.until ?? 0), timer: undefined };
  if (server.timers) arm(server, server.pause);
}

function arm(server: ServerState, pause: Pause): void {
  const left = Math.max(1, Math.ceil(pause.until - server.clock.now()) + 1);
  pause.timer = setTimeout(() => {
    endPause(server);
    if (server.pause === pause) arm(server, pause);
  }, Math.min(left, LONGEST));
  pause.timer.unref();
}

/** Ends a pause whose time is over. */
export function endPause(server: ServerState): void {
  if (!isPaused(server)) unpauseClients(server);
}

/** CLIENT UNPAUSE: those who were held up go on, first come, first served. */
export function unpauseClients(server: ServerState): void {
  if (server.pause === undefined) return;
  clearTimeout(server.pause.timer);
  server.pause = undefined;
  for (const { context, postponed } of [...server.waits]) {
    if (postponed !== true) continue;
    releaseWait(context.session, server);
    // Whatever is delivered has the connection look at its requests.
    context.session.deliver(NO_REPLY);
  }
}
