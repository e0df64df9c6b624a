import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A port that passes bytes on to another one, until it does not. */
export interface Relay {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Connections so far. */
  readonly connections: number;
  close(): Promise<void>;
}

export interface RelayOptions {
  /** Cuts a connection when so many bytes have come from the server on it, by its number from 1 on; absent: never. */
  readonly cutAfter?: number | ((connection: number) => number);
  /** Passes nothing more on from the server instead, and keeps the connection. */
  readonly stall?: boolean;
}

/** Starts a relay to a port of this machine. */
export async function startRelay(target: number, { cutAfter = Infinity, stall = false }: RelayOptions): Promise<Relay> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    const limit = typeof cutAfter === 'number' ? cutAfter : cutAfter(connections);
    const upstream = connect(target, '127.0.0.1');
    const both = [client, upstream];
    const end = (): void => both.forEach((socket) => socket.destroy());
    for (const socket of both) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    let passed = 0;
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      const part = chunk.subarray(0, Math.max(0, limit - passed));
      passed += chunk.length;
      client.write(part, () => {
        if (passed >= limit && !stall) end();
      });
      if (passed >= limit && stall) upstream.pause();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
