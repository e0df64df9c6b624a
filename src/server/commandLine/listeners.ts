import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { Outside } from '../outside.ts';
import { codeOf, systemError } from '../systemError.ts';

/** Errors after which Redis goes on without an address: the system does not know its protocol. */
const notSupported = new Set(['ENOPROTOOPT', 'EPROTONOSUPPORT', 'ESOCKTNOSUPPORT', 'EPFNOSUPPORT', 'EAFNOSUPPORT']);

/** An address of `bind` and what is listened to for it. */
interface Address {
  readonly shown: string;
  /** Undefined: it is none of this machine's own. */
  readonly host: string | undefined;
  /** It may be missing. */
  readonly optional: boolean;
}

/** The addresses of `bind`. Those that mean the whole network are narrowed to the machine itself; any other but its own is refused. */
export function addresses(bind: string): readonly Address[] {
  return bind.split(' ').filter((word) => word !== '').map((word) => {
    const optional = word.startsWith('-');
    const shown = optional ? word.slice(1) : word;
    if (shown === '*' || shown === '0.0.0.0' || shown === 'localhost') return { shown, host: '127.0.0.1', optional };
    // Not every machine has IPv6, so this one may be missing whether marked or not.
    if (shown === '::*' || shown === '::') return { shown, host: '::1', optional: true };
    return { shown, host: /^127\.\d+\.\d+\.\d+$/.test(shown) || shown === '::1' ? shown : undefined, optional };
  });
}

/** True if an address of `bind` was narrowed to this machine. */
export function isNarrowed(bind: string): boolean {
  return bind.split(' ').some((word) => /^-?(\*|0\.0\.0\.0|::\*?)$/.test(word));
}

/** The TCP listeners of a server. */
export interface Listeners {
  /** Listens on all of `bind`; those before go once these are there. False if it cannot, and then all is as it was; why is in the log. */
  open(where: { readonly bind: string; readonly port: number; readonly backlog: number }): Promise<boolean>;
  /** Listens on a path, which is removed first. Rejects with the system's error. */
  openPath(path: string, mode: number): Promise<void>;
  /** How many TCP addresses there are. */
  count(): number;
  close(): void;
}

/** Makes listeners that hand their connections to `accept`. */
export function createListeners(accept: (socket: Socket, path?: string) => void, log: Outside['log']): Listeners {
  let open: Server[] = [];
  const paths: Server[] = [];

  const listen = (options: { readonly host: string; readonly port: number; readonly backlog: number } | { readonly path: string }): Promise<Server> =>
    new Promise((resolve, reject) => {
      // Clients are shown with it, and what they are shown is bytes.
      const path = 'path' in options ? Buffer.from(options.path).toString('latin1') : undefined;
      const server = createServer({ allowHalfOpen: true }, (socket) => accept(socket, path));
      server.once('error', reject);
      server.listen(options, () => {
        server.off('error', reject);
        server.on('error', (error) => log('warning', `Accepting client connection: ${systemError(error)}`));
        resolve(server);
      });
    });

  return {
    async open({ bind, port, backlog }) {
      const made: Server[] = [];
      const hosts = new Set<string>();
      for (const { shown, host, optional } of port === 0 ? [] : addresses(bind)) {
        if (host !== undefined && hosts.has(host)) continue;
        try {
          if (host === undefined) throw Object.assign(new Error('this server only listens on addresses of this machine (127.0.0.1, ::1)'), { code: 'EADDRNOTAVAIL' });
          hosts.add(host);
          // What listens on this port already goes on.
          const there = open.find((server) => isAt(server, host, port));
          made.push(there ?? (await listen({ host, port, backlog })));
        } catch (error) {
          const code = codeOf(error);
          const reason = host === undefined ? (error as Error).message : `bind: ${systemError(error)}`;
          log('warning', `Warning: Could not create server TCP listening socket ${shown}:${port}: ${reason}`);
          if ((code === 'EADDRNOTAVAIL' && optional) || notSupported.has(code)) continue;
          for (const server of made) if (!open.includes(server)) server.close();
          return false;
        }
      }
      for (const server of open) if (!made.includes(server)) server.close();
      open = made;
      return true;
    },
    async openPath(path, mode) {
      rmSync(path, { force: true });
      paths.push(await listen({ path }));
      if (mode !== 0) chmodSync(path, mode);
    },
    count: () => open.length,
    close() {
      for (const server of [...open, ...paths]) server.close();
      open = [];
    },
  };
}

function isAt(server: Server, host: string, port: number): boolean {
  const address = server.address();
  return typeof address === 'object' && address?.address === host && address.port === port;
}
