import { commandFact, isContainer } from '../../protocol/commands/lookup.ts';
import type { Command, Handlers } from '../state.ts';
import { aclSubcommands } from './acl.ts';
import { bitfieldCommands } from './bitfield.ts';
import { bitmapCommands } from './bitmap.ts';
import { blockingCommands } from './blocking.ts';
import { clientCommands } from './client.ts';
import { clusterCommands } from './cluster.ts';
import { connectionCommands } from './connection.ts';
import { debugCommands } from './debug.ts';
import { dumpCommands } from './dump.ts';
import { functionCommands } from './functions.ts';
import { genericCommands } from './generic.ts';
import { geoCommands } from './geo.ts';
import { geoSearchCommands } from './geoSearch.ts';
import { hashCommands } from './hash.ts';
import { hashExpiryCommands } from './hashExpiry.ts';
import { helpCommands } from './help.ts';
import { hyperLogLogCommands } from './hyperLogLog.ts';
import { latencyCommands } from './latency.ts';
import { lcsCommands } from './lcs.ts';
import { listCommands } from './list.ts';
import { migrateCommands } from './migrate.ts';
import { moduleCommands } from './module.ts';
import { persistenceCommands } from './persistence.ts';
import { pubsubCommands } from './pubsub.ts';
import { replicationCommands } from './replication.ts';
import { scriptingCommands } from './scripting.ts';
import { serverCommands } from './server.ts';
import { setCommands } from './set.ts';
import { slowlogCommands } from './slowlog.ts';
import { sortCommands } from './sort.ts';
import { streamCommands } from './stream.ts';
import { stringCommands } from './string.ts';
import { transactionCommands } from './transactions.ts';
import { zsetCommands } from './zset.ts';

const groups: readonly Handlers[] = [
  aclSubcommands, bitfieldCommands, bitmapCommands, geoCommands, geoSearchCommands, debugCommands, latencyCommands, slowlogCommands, helpCommands, hyperLogLogCommands, lcsCommands, sortCommands,
  blockingCommands, clientCommands, connectionCommands, dumpCommands, pubsubCommands, genericCommands, hashCommands, hashExpiryCommands, listCommands, serverCommands, setCommands, streamCommands, stringCommands, transactionCommands,
  zsetCommands, functionCommands, scriptingCommands, clusterCommands, migrateCommands, moduleCommands, persistenceCommands, replicationCommands,
];

/** Every command this server has: the handlers of all groups joined to the facts of the table. */
export function commandMap(): Map<string, Command> {
  const commands = new Map<string, Command>();
  for (const [name, handler] of groups.flatMap((group) => Object.entries(group))) {
    const fact = commandFact(name);
    if (fact === undefined) throw new Error(`the command table has no row for ${name}`);
    commands.set(name, { name, arity: fact.arity, flags: fact.flags, handler });
  }
  return commands;
}

/** Commands without subcommands by their names in lower and in upper case. */
export function spellings(commands: ReadonlyMap<string, Command>): Map<string, Command> {
  const found = new Map<string, Command>();
  for (const [name, command] of commands) if (!name.includes('|') && !isContainer(name)) found.set(name, command).set(name.toUpperCase(), command);
  return found;
}
