import { block, endWait } from '../run/blocking.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context, ServerState } from '../state.ts';
import { feed } from './stream.ts';

/** Replicas that have applied the stream as far as an offset. */
function countAt({ replication }: ServerState, offset: number): number {
  let count = 0;
  for (const { replica } of replication.replicas) if (replica?.stage === 'online' && replica.acknowledged >= offset) count += 1;
  return count;
}

const integer = (value: number): Reply => ({ kind: 'integer', value });

/** WAIT: until `count` replicas have applied what the client has written, or the time is over. Answers how many have. */
export function waitForReplicas(context: Context, count: number, deadline: number): Reply {
  const { server, session } = context;
  const { replication } = server;
  const offset = session.wroteUntil;
  const reached = countAt(server, offset);
  if (reached >= count || !context.mayBlock) return integer(reached);
  const entry = { session, offset, count };
  replication.waits.add(entry);
  const reply = block(context, { keys: [], deadline, timedOut: () => integer(countAt(server, offset)), serve: () => undefined });
  if (replication.replicas.size > 0) feed(server, -1, ['REPLCONF', 'GETACK', '*']);
  return reply;
}

/** A replica has acknowledged: those who have waited long enough go on. */
export function serveWaits(server: ServerState): void {
  const { waits } = server.replication;
  for (const entry of waits) {
    const { wait } = entry.session;
    const reached = countAt(server, entry.offset);
    if (wait !== undefined && reached < entry.count) continue;
    waits.delete(entry);
    if (wait !== undefined) endWait(wait, integer(reached));
  }
}
