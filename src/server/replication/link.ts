import { monotonic } from '../clock.ts';
import type { ServerState } from '../state.ts';
import { greetMaster, type Welcome } from './greeting.ts';
import { createLineReader } from './lineReader.ts';
import { serveMaster } from './masterSession.ts';
import { createPayload, type Payload } from './payload.ts';
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
  const lines = createLineReader(socket, () => {
    link.heardAt = clock.now();
  });
  const follow = async (): Promise<void> => {
    await lines.connected;
    outside.log('notice', 'MASTER <-> REPLICA sync started');
    link.stage = 'handshake';
    const welcome = await greetMaster(server, link, lines);
    if (!isCurrent(server, link)) return;
    if (welcome.kind === 'continue') resume(server, welcome);
    else await takeSnapshot(server, link, welcome, lines);
    if (!isCurrent(server, link)) return;
    serveMaster(server, link, lines.release(), {
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
async function takeSnapshot(server: ServerState, link: MasterLink, welcome: Extract<Welcome, { kind: 'full' }>, lines: ReturnType<typeof createLineReader>): Promise<void> {
  const { outside } = server;
  link.stage = 'sync';
  link.transfer = { size: -1, read: 0, heardAt: server.clock.now() };
  const head = await lines.next();
  const counted = /^\$(\d+)$/.exec(head);
  const marked = /^\$EOF:(.{40})$/.exec(head);
  if (counted === null && marked === null) throw new Error(`MASTER sent ${JSON.stringify(head.slice(0, 100))} in place of its data`);
  const { transfer } = link;
  transfer.size = counted === null ? 0 : Number(counted[1]);
  outside.log('notice', `MASTER <-> REPLICA sync: receiving ${counted === null ? 'streamed RDB from master with EOF' : `${counted[1] ?? ''} bytes from master`}; the data of before stay until all of it is there`);
  const payload = createPayload(server, marked === null ? transfer.size : Buffer.from(marked[1] ?? '', 'latin1'));
  try {
    await lines.pour((chunk) => {
      transfer.heardAt = server.clock.now();
      const rest = payload.push(chunk);
      transfer.read = payload.read();
      return rest;
    });
    await payload.settled();
    if (isCurrent(server, link)) install(server, link, welcome, payload);
  } catch (error) {
    if (payload.refused()) postpone(server, link);
    throw error;
  } finally {
    link.transfer = undefined;
  }
  link.marked = marked !== null;
}

/** What cannot be read now cannot be read a moment later either. */
function postpone(server: ServerState, link: MasterLink): void {
  link.pause = Math.min(LONGEST_PAUSE, Math.max(1, link.pause * 2));
  link.notBefore = server.clock.now() + link.pause * 1000;
}

function install(server: ServerState, link: MasterLink, welcome: Extract<Welcome, { kind: 'full' }>, payload: Payload): void {
  const since = monotonic();
  const { keys, database } = payload.takeOver();
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
