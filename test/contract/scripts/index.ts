import type { Script } from '../script.ts';
import { acl } from './acl.ts';
import { bitmaps } from './bitmaps.ts';
import { blocking } from './blocking.ts';
import { clients } from './clients.ts';
import { commands } from './commands.ts';
import { connection } from './connection.ts';
import { debug } from './debug.ts';
import { dumps } from './dumps.ts';
import { encodings } from './encodings.ts';
import { errors } from './errors.ts';
import { events } from './events.ts';
import { expiry } from './expiry.ts';
import { functions } from './functions.ts';
import { generic } from './generic.ts';
import { geo } from './geo.ts';
import { hashes } from './hashes.ts';
import { hyperLogLogs } from './hyperLogLogs.ts';
import { lists } from './lists.ts';
import { luaLanguage } from './luaLanguage.ts';
import { luaLibraries } from './luaLibraries.ts';
import { maxmemory } from './maxmemory.ts';
import { pubsub } from './pubsub.ts';
import { scans } from './scans.ts';
import { scripting } from './scripting.ts';
import { server } from './server.ts';
import { sets } from './sets.ts';
import { sortedSets } from './sortedSets.ts';
import { sorting } from './sorting.ts';
import { standalone } from './standalone.ts';
import { streamGroups } from './streamGroups.ts';
import { streams } from './streams.ts';
import { strings } from './strings.ts';
import { tracking } from './tracking.ts';
import { transactions } from './transactions.ts';

/** Every script, in the order in which they are played. */
export const scripts: readonly Script[] = [
  ...strings, ...hashes, ...lists, ...blocking, ...sets, ...sortedSets, ...bitmaps, ...geo, ...hyperLogLogs, ...sorting, ...streams, ...streamGroups, ...expiry, ...events, ...generic, ...dumps, ...scans, ...connection, ...clients, ...tracking, ...commands, ...pubsub, ...server, ...encodings, ...maxmemory, ...debug, ...standalone, ...transactions, ...scripting, ...luaLanguage, ...luaLibraries, ...functions, ...errors, ...acl,
];
