import type { CommandFact, CommandFlag } from '../../protocol/commands/fact.ts';
import { commandFact, isContainer } from '../../protocol/commands/lookup.ts';
import type { CommandFacts } from './guard.ts';
import type { Reply } from './session.ts';

/**
 * The facts of a server's own COMMAND reply, subcommands included (Redis 7 and newer list them; for older servers the
 * subcommands of known containers are those of our table). Entries of an unknown shape are left out: unknown is refused.
 */
export function serverCommandFacts(reply: readonly Reply[]): CommandFacts {
  const known = new Map<string, CommandFact>();
  const listed = new Set<string>();
  const read = (entry: Reply, parent?: string): void => {
    if (!Array.isArray(entry)) return;
    const [name, arity, flags, first, last, step, , , , subcommands] = entry as readonly Reply[];
    if (!Buffer.isBuffer(name) || typeof arity !== 'number' || !Array.isArray(flags)) return;
    const text = name.toString('latin1').toLowerCase();
    // Redis 7 gives `config|get`; be ready for a server that gives `get` there.
    const full = parent !== undefined && !text.startsWith(`${parent}|`) ? `${parent}|${text}` : text;
    const container = Array.isArray(subcommands) && subcommands.length > 0;
    known.set(full, {
      name: full,
      arity,
      // A container by itself does nothing; its flags must not speak for a subcommand that the server did not list.
      flags: new Set(container ? [] : (flags as readonly Reply[]).map((flag) => String(flag).toLowerCase() as CommandFlag)),
      keys: { first: number(first), last: number(last), step: number(step) },
      group: commandFact(full)?.group ?? 'generic',
      since: commandFact(full)?.since ?? '',
    });
    if (container) {
      listed.add(full);
      for (const subcommand of subcommands as readonly Reply[]) read(subcommand, full);
    }
  };
  for (const entry of reply) read(entry);

  return (name) => {
    const bar = name.indexOf('|');
    if (bar < 0) return known.get(name);
    const container = name.slice(0, bar);
    if (listed.has(container)) return known.get(name);
    return known.has(container) && isContainer(container) ? commandFact(name) : undefined;
  };
}

function number(reply: Reply | undefined): number {
  return typeof reply === 'number' ? reply : 0;
}
