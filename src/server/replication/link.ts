import { monotonic } from '../clock.ts';
import type { ServerState } from '../state.ts';
import { greetMaster, type Welcome } from './greeting.ts';
import { createMasterReader, type MasterReader } from './masterReader.ts';
import { serveMaster } from './masterSession.ts';
import { createReceived, type Received } from './received.ts';
import type { MasterLink } from './state.ts';
import { disconnectReplicas } from './sync.ts';

/** Longest pause before another try after a snapshot that could not be taken in, s: the master makes one for each. */
const LONGEST_PAUSE = 60;

const NEWLINE = Buffer.from('\n');

function isCurrent(server: ServerState, link: MasterLink): boolean {
  return server.replication.link === link;
}

/** Starts to connect to the master. Whatever goes wrong is told in the log, and tried again by `linkCron`. */
export function connectLink(server: ServerState, link: MasterLink): void {
  const { outside, clock } = server;
  if (outside.connect === undefined) return;
  link.stage = 'connecting';
  link.heardAt = clock.now();
  outside.log('notice', `Connecting to MASTER ${link.host}:${link.port}`);
  const socket = outside.connect({ host: link.host, port: link.port });
  link.socket = socket;
  const master = createMasterReader(socket, () => {
    link.heardAt = clock.now();
  });
  const follow = async (): Promise<void> => {
    await master.connected;
    outside.log('notice', 'MASTER <-> REPLICA sync started');
    link.stage = 'handshake';
    const welcome = await greetMaster(server, link, master);
    if (!isCurrent(server, link)) return;
    if (welcome.kind === 'continue') resume(server, welcome);
    else await takeSnapshot(server, link, welcome, master);
    if (!isCurrent(server, link)) return;
    serveMaster(server, link, master.release(), {
      old: welcome.kind === 'full' && welcome.old,
      // At once: what the backlog there holds is passed by with every second.
      lost: () => connectLink(server, link),
    });
  };
  follow().catch((error: unknown) => {
    socket.destroy();
    if (!isCurrent(server, link) || link.socket !== socket) return;
    outside.log('warning', error instanceof Error ? error.message : String(error));
    link.socket = undefined;
    link.transfer = undefined;
    link.stage = 'connect';
  });
}

/** +CONTINUE: what was cut goes on. A new ID of the same data: what is up to here is known under both. */
function resume(server: ServerState, { id }: { readonly id: string | undefined }): void {
  server.outside.log('notice', 'Successful partial resynchronization with master.');
  if (id === undefined || id === server.replicationId) return;
  server.replication.second = { id: server.replicationId, until: server.replication.offset + 1 };
  server.replicationId = id;
  server.outside.log('notice', `Master replication ID changed to ${id}`);
  // They are told of it when they come again.
  disconnectReplicas(server);
}

/** Reads the snapshot into a keyspace of its own; only once all of it is there it takes the place of the old one. */
async function takeSnapshot(server: ServerState, link: MasterLink, welcome: Extract<Welcome, { kind: 'full' }>, master: MasterReader): Promise<void> {
  const { outside, clock } = server;
  const transfer = (link.transfer = { size: -1, read: 0, heardAt: clock.now() });
  link.stage = 'sync';
  const head = await master.next();
  if (head.kind === 'reply') throw new Error(`MASTER aborted replication with an error: ${head.text}`);
  if (head.kind !== 'begin') return;
  const { size } = head;
  transfer.size = size ?? 0;
  outside.log('notice', `MASTER <-> REPLICA sync: receiving ${size === undefined ? 'streamed RDB from master with EOF' : `${String(size)} bytes from master`}; the data of before stay until all of it is there`);
  const received = createReceived(server);
  try {
    for (let event = await master.next(); event.kind === 'bytes'; event = await master.next()) {
      transfer.heardAt = clock.now();
      received.push(event.bytes);
      transfer.read += event.bytes.length;
    }
    received.finish();
    await received.settled();
    if (isCurrent(server, link)) install(server, link, welcome, received);
  } catch (error) {
    if (received.refused()) postpone(server, link);
    throw error;
  } finally {
    link.transfer = undefined;
  }
  link.marked = size === undefined;
}

/** What cannot be read now cannot be read a moment later either. */
function postpone(server: ServerState, link: MasterLink): void {
  link.pause = Math.min(LONGEST_PAUSE, Math.max(1, link.pause * 2));
  link.notBefore = server.clock.now() + link.pause * 1000;
}

function install(server: ServerState, link: MasterLink, welcome: Extract<Welcome, { kind: 'full' }>, received: Received): void {
  const since = monotonic();
  const { keys, database } = received.takeOver();
  link.pause = 0;
  link.cached = { database };
  server.outside.log('notice', `MASTER <-> REPLICA sync: Finished with success: ${keys} keys loaded, swapped in ${(monotonic() - since).toFixed(1)} ms`);
  const { replication } = server;
  // Their stream ends here: what comes is another one.
  disconnectReplicas(server);
  replication.second = undefined;
  replication.offset = Math.max(0, welcome.offset);
  replication.backlog = undefined;
  server.replicationId = welcome.id;
}

/** Once a second: gives up a master that is silent, tries again where there is no link, and says how far we are. */
export function linkCron(server: ServerState, link: MasterLink): void {
  const { clock, config, outside } = server;
  const now = clock.now();
  const silent = now - (link.transfer?.heardAt ?? link.heardAt) > config.number('repl-timeout') * 1000;
  switch (link.stage) {
    case 'connect':
      if (now >= link.notBefore) connectLink(server, link);
      return;
    case 'connecting':
    case 'handshake':
    case 'sync':
      if (silent) {
        outside.log('warning', link.stage === 'sync' ? "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' parameter in redis.conf to a larger value." : 'Timeout connecting to the MASTER...');
        link.socket?.destroy();
      } else if (link.stage === 'sync') link.socket?.write(NEWLINE);
      return;
    case 'connected':
      if (silent) {
        outside.log('warning', 'MASTER timeout: no data nor PING received...');
        link.session?.disconnect();
      } else link.acknowledge();
  }
}
