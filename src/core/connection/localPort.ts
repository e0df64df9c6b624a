import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';

/** A port of this machine behind which somebody else serves. */
export interface LocalPort {
  readonly host: string;
  readonly port: number;
  /** Ends its connections and closes it. */
  close(): void;
}

/** Opens a port on 127.0.0.1 and passes each connection on to a stream of its own: a replica can so follow a server that has no port. Rejects with the system's error. */
export async function openLocalPort(connect: () => Promise<Duplex>): Promise<LocalPort> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    connect().then(
      (stream) => {
        // Whichever ends, or fails, ends the other.
        const end = (): void => {
          socket.destroy();
          stream.destroy();
        };
        pipeline(socket, stream, end);
        pipeline(stream, socket, end);
      },
      () => socket.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
