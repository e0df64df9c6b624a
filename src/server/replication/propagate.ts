import type { Reply } from '../../protocol/resp/reply.ts';
import type { Command, Context, ServerState } from '../state.ts';
import type { Database } from '../store/database.ts';
import type { Bytes } from '../store/value.ts';
import { rewritten } from './rewrite.ts';
import { feed } from './stream.ts';

/** Commands that are told whether or not they changed something. */
const always = new Set(['publish', 'spublish', 'flushall', 'flushdb']);

/** True while there is a stream of this server's own; a replica passes on that of its master, and nothing else. */
export function streams({ replication }: ServerState): boolean {
  return replication.backlog !== undefined && replication.link === undefined;
}

/** Adds a call to the unit that runs; for effects that are no command of a client. */
export function propagate(server: ServerState, database: number, args: readonly Bytes[]): void {
  if (streams(server)) server.replication.calls.push({ database, args });
}

/** Adds what a command that ran has changed, as Redis words it for replicas. `before`: `server.dirty` before it ran. */
export function propagateCall(context: Context, database: Database, command: Command, args: readonly Bytes[], reply: Reply, before: number): void {
  const { server } = context;
  if (server.scripting.running?.told === false) return;
  if (server.dirty <= before && !(always.has(command.name) && reply.kind !== 'error')) return;
  for (const call of rewritten({ server, database }, command.name, args, reply)) server.replication.calls.push({ database: database.index, args: call });
}

/** A key went because its time was over or memory was short. */
export function propagateGone(server: ServerState, database: Database, key: Bytes, why: 'expire' | 'eviction'): void {
  if (streams(server)) propagate(server, database.index, [server.config.get(`lazyfree-lazy-${why}`) === 'yes' ? 'UNLINK' : 'DEL', key]);
}

/** The end of what replicas see as one: a command, a script, a transaction. */
export function endUnit(server: ServerState): void {
  const { replication } = server;
  const { calls } = replication;
  if (calls.length === 0 || server.scripting.running !== undefined) return;
  replication.calls = [];
  const several = calls.length > 1;
  if (several) feed(server, calls[0]?.database ?? -1, ['MULTI']);
  for (const { database, args } of calls) feed(server, database, args);
  if (several) feed(server, -1, ['EXEC']);
}
