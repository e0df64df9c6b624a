import { hasKeys, keysOf } from '../../protocol/commands/keys.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { commandPath, isReading } from '../connection/guard.ts';
import { tableOfCommands } from '../language/command.ts';

/** What a command has written. */
export interface Written {
  readonly database: number;
  /** Undefined: many, or there is no telling which. Empty: something else than data was changed, as far as one can tell (PUBLISH, CONFIG SET). */
  readonly keys: readonly Buffer[] | undefined;
}

type Call = readonly Buffer[];

/**
 * Follows the commands of one connection, which stands in `database`: call it with each and its reply. Answers what was written by it,
 * as far as the commands name it; of a transaction when it has run.
 */
export function createWrites(database: number): (command: Call, reply: Reply) => readonly Written[] {
  let queue: Call[] = [];
  const run = (command: Call): readonly Written[] => {
    const [name = '', second = ''] = command.slice(0, 2).map((arg) => arg.toString('latin1').toLowerCase());
    if (name === 'select') database = Number(second);
    else if (name === 'reset') database = 0;
    return writtenBy(command, database);
  };
  return (command, reply) => {
    if (reply.kind === 'error') return [];
    if (reply.kind === 'simple' && reply.text === 'QUEUED') {
      queue.push(command);
      return [];
    }
    const ended = queue;
    queue = [];
    // A null: a watched key was changed, and nothing was run.
    if (command[0]?.toString('latin1').toLowerCase() === 'exec') return reply.kind === 'array' ? ended.flatMap(run) : [];
    return run(command);
  };
}

function writtenBy(command: Call, database: number): readonly Written[] {
  if (isReading(command, tableOfCommands.fact)) return [];
  const fact = tableOfCommands.fact(commandPath(command, tableOfCommands.fact));
  const args = command.map((arg) => arg.toString('latin1'));
  // Where Redis knows nothing of what is done to a key it may be written.
  const uses = fact && keysOf(fact, args)?.filter(({ flags }) => flags.size === 0 || !flags.has('RO'));
  const keys = uses?.map(({ index }) => command[index] ?? Buffer.alloc(0));
  if (keys === undefined || keys.length === 0) return [{ database, keys: fact === undefined || fact.flags.has('write') || hasKeys(fact) ? undefined : [] }];
  const other = otherDatabase(fact?.name, args);
  return [{ database, keys }, ...(other === undefined ? [] : [{ database: other, keys }])];
}

/** The database that a command puts its key into beside its own. */
function otherDatabase(name: string | undefined, args: readonly string[]): number | undefined {
  if (name === 'move') return Number(args[2]);
  const at = name === 'copy' ? args.findIndex((arg, index) => index > 2 && arg.toLowerCase() === 'db') : -1;
  return at < 0 ? undefined : Number(args[at + 1]);
}
