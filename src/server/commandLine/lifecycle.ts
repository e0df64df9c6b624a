import { rmSync, writeFileSync } from 'node:fs';
import type { Outside, ShutdownOptions } from '../outside.ts';
import { shutdownOptions } from '../outside.ts';
import { save, stopBackgroundSave } from '../persistence/save.ts';
import type { PracticeServer } from '../server.ts';
import type { Listeners } from './listeners.ts';
import { put } from './log.ts';
import type { Log } from './log.ts';

/** The number of the process in a file; empty where there is to be none. A file that cannot be written is no reason not to start, as in Redis. */
export function writePidFile(path: string): void {
  if (path === '') return;
  try {
    writeFileSync(path, `${process.pid}\n`);
  } catch {
    // Redis says nothing either.
  }
}

/** How a server process ends. */
export interface Lifecycle {
  /** False: the last save failed, and the server goes on. */
  shutDown(options: ShutdownOptions): boolean;
}

/** Ends a server on SHUTDOWN, SIGTERM and SIGINT: it says so, removes its files, closes its connections and leaves with code 0. */
export function createLifecycle({ server, listeners, log, pidFile }: { readonly server: PracticeServer; readonly listeners: Listeners; readonly log: Log; readonly pidFile: string }): Lifecycle {
  let ending = false;
  const { config } = server.state;

  const shutDown = ({ save: wanted, force }: ShutdownOptions): boolean => {
    log('warning', 'User requested shutdown...');
    stopBackgroundSave(server.state);
    const saves = wanted === 'save' || (wanted === 'default' && config.get('save') !== '');
    if (saves && !saveAtEnd(server, log) && !force) {
      log('warning', "Error trying to save the DB, can't exit.");
      return false;
    }
    ending = true;
    if (pidFile !== '') {
      log('notice', 'Removing the pid file.');
      rmSync(pidFile, { force: true });
    }
    listeners.close();
    const path = Buffer.from(config.get('unixsocket'), 'latin1').toString();
    if (path !== '') {
      log('notice', 'Removing the unix socket file.');
      rmSync(path, { force: true });
    }
    log('warning', 'Redis is now ready to exit, bye bye...');
    // What is on its way out is sent before the connections are cut.
    setImmediate(() => void server.close().then(() => process.exit(0)));
    return true;
  };

  const onSignal = (signal: 'SIGTERM' | 'SIGINT'): void => {
    const line = (text: string): void => put(log.file, `${process.pid}:signal-handler (${Math.floor(server.state.clock.now() / 1000)}) ${text}\n`);
    if (ending && signal === 'SIGINT') {
      line('You insist... exiting now.');
      if (pidFile !== '') rmSync(pidFile, { force: true });
      process.exit(1);
    }
    line(`Received ${signal} scheduling shutdown...`);
    if (ending || shutDown(shutdownOptions(config.get(`shutdown-on-${signal.toLowerCase()}`).split(' ')))) return;
    log('warning', 'Errors trying to shut down the server. Check the logs for more information.');
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => onSignal(signal));
  process.on('SIGHUP', () => undefined);
  return { shutDown };
}

/** The last snapshot. */
function saveAtEnd({ state }: PracticeServer, log: Outside['log']): boolean {
  log('notice', 'Saving the final RDB snapshot before exiting.');
  const { dataFile } = state.outside;
  return dataFile !== undefined && save(state, dataFile());
}
