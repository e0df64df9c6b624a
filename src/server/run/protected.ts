import type { Command, Context } from '../state.ts';

/** The error of what writes where a file is looked at. */
export const FROZEN = 'READONLY This is a file that is looked at, and nothing is written to it.';

/** Commands that a setting has to allow. */
const guarded: Readonly<Record<string, 'debug' | 'module'>> = { debug: 'debug', 'module|load': 'module', 'module|loadex': 'module', 'module|unload': 'module' };

/** The error of DEBUG or MODULE LOAD where `enable-…-command` does not allow it: `yes` allows all, `local` clients of this machine. */
export function protectedError({ server, session }: Context, { name }: Command): string | undefined {
  const what = guarded[name];
  if (what === undefined) return undefined;
  const setting = `enable-${what}-command`;
  const allowed = server.config.get(setting);
  if (allowed === 'yes' || (allowed === 'local' && isLocal(session.address))) return undefined;
  return `ERR ${what.toUpperCase()} command not allowed. If the ${setting} option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.`;
}

/** True for a client on this machine: by TCP, by a Unix socket (whose clients are shown with its path and port 0), or within this process. */
export function isLocal(address: string): boolean {
  return /^(127\.0\.0\.1:|\[?::1\]?:|memory:|worker:)|:0$/.test(address);
}
