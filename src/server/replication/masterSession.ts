import type { Duplex } from 'node:stream';
import { serveConnection } from '../clients/connection.ts';
import type { ServerState } from '../state.ts';
import { wire } from './greeting.ts';
import type { Bytes } from '../store/value.ts';
import type { MasterLink } from './state.ts';
import { continueStream, relay } from './stream.ts';

/**
 * From now on what the master sends is obeyed: it is a client that gets no replies. `old`: it came to that by SYNC, and wants no
 * acknowledgements. `lost` is called when the connection ends and the server still follows that master.
 */
export function serveMaster(server: ServerState, link: MasterLink, socket: Duplex, { old, lost }: { readonly old: boolean; readonly lost: () => void }): void {
  const { clock, replication } = server;
  let chunks: Buffer[] = [];
  /** Bytes of the first chunk that were handed on, and of the stream that were applied. */
  let at = 0;
  let applied = 0;
  continueStream(server);
  link.stage = 'connected';
  link.downSince = 0;
  link.heardAt = clock.now();
  link.read = replication.offset;
  link.acknowledge = () => {
    if (!old) link.session?.sendBytes(Buffer.from(wire(['REPLCONF', 'ACK', String(replication.offset)])));
  };
  // The bytes go on to replicas of ours as they came: before the session gets them.
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    link.heardAt = clock.now();
    link.read += chunk.length;
    replication.counts.inputBytes += chunk.length;
  });
  const ran = (consumed: number): void => {
    let count = consumed - applied;
    applied = consumed;
    while (count > 0) {
      const chunk = chunks[0] as Buffer;
      const end = Math.min(chunk.length, at + count);
      relay(server, chunk.subarray(at, end));
      count -= end - at;
      at = end;
      if (at < chunk.length) continue;
      chunks.shift();
      at = 0;
    }
  };
  const failed = (args: readonly Bytes[], error: string): void => {
    replication.counts.errors += 1;
    server.outside.log('warning', `== CRITICAL == This replica is sending an error to its master: '${error}' after processing the command '${args[0]?.toLowerCase() ?? ''}'`);
  };
  const ended = (): void => {
    chunks = [];
    const { session } = link;
    link.session = undefined;
    link.socket = undefined;
    link.cached = { database: session?.database ?? 0 };
    link.stage = 'connect';
    link.downSince = clock.now();
    if (replication.link !== link) return;
    server.outside.log('warning', 'Connection with master lost.');
    lost();
  };
  const database = link.cached?.database ?? 0;
  link.session = serveConnection(server, socket, { address: `${link.host}:${link.port}`, localAddress: '' }, { database, ran, failed, ended });
  if (link.marked) link.acknowledge();
  link.marked = false;
  socket.resume();
}
