import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';

const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) kill(child, 'SIGKILL');
});

/**
 * Starts a process that ends with this one, together with everything that it starts itself (it leads a process group
 * of its own; Windows has none, there only the process ends).
 */
export function spawnOwned(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' });
  running.add(child);
  child.once('exit', () => {
    // What it left behind: its group may outlive it.
    kill(child, 'SIGKILL');
    running.delete(child);
  });
  child.once('error', () => running.delete(child));
  return child;
}

/** Ends the process and its group; resolves when it is gone. After `patience` ms it is not asked any more. */
export async function stopOwned(child: ChildProcess, patience = 3000): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  kill(child, 'SIGTERM');
  const timer = setTimeout(() => kill(child, 'SIGKILL'), patience);
  await gone;
  clearTimeout(timer);
}

/** Ends every process that `spawnOwned` started; for Ctrl+C. */
export async function stopAllOwned(): Promise<void> {
  await Promise.all([...running].map(child => stopOwned(child)));
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Gone already.
  }
}
