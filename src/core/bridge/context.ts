import { endpointLabel } from '../connection/url.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { Sessions } from '../connection/session.ts';
import type { CommandFacts } from '../connection/guard.ts';
import type { Failure } from '../failure.ts';
import { createReader, type Reader } from '../transfer/reader.ts';
import { createWire, type Wire } from '../transfer/wire.ts';
import type { Fence } from './fence.ts';
import type { Lease } from './lease.ts';
import type { Mapping } from './mapping.ts';

/** What all parts of a running bridge share. */
export interface Bridging {
  readonly sessions: Sessions;
  readonly source: ConnectionProfile;
  readonly target: ConnectionProfile;
  readonly mapping: Mapping;
  /** The hash that holds the position, and the target's database that it lives in. */
  readonly key: Buffer;
  readonly home: number;
  readonly links: Links;
  readonly lease: Lease;
  /** Of what is applied by commands: values may be put twice. */
  readonly fence: Fence | undefined;
  readonly signal: AbortSignal;
  /** Bytes in memory above which a value is moved by pieces, where that is possible. */
  readonly largest: number;
  /** What source and target know of commands. */
  readonly facts: { readonly source: CommandFacts; readonly target: CommandFacts };
  /** Temporary keys that may be in databases of the target (`copyLarge`). */
  readonly leftovers: Map<number, Set<string>>;
  /** Keys that the target cannot have, by their names in latin1. */
  readonly lost: Map<string, Failure>;
  /** Waits where a link failed; rejects with Failure where it is no use to try again. */
  readonly again: (failure: unknown) => Promise<void>;
}

/** Links for commands, made when they are needed. */
export interface Links {
  /** To the target, its home database selected. `greet` is shown a link that is new, before anything else is sent. Rejects with Failure. */
  target(greet: (wire: Wire) => Promise<void>): Promise<Wire>;
  source(): Promise<Reader>;
  /** Databases that the target of this link is known to have. */
  readonly reached: Set<number>;
  /** Bytes of one argument that the target of this link takes, once that was asked. */
  taken: number | undefined;
  /** Forgets both: they are made anew. */
  drop(): void;
}

export function createLinks(sessions: Sessions, ends: { readonly source: ConnectionProfile; readonly target: ConnectionProfile; readonly home: number }, options: { readonly signal: AbortSignal; readonly patience: number }): Links {
  let toTarget: Wire | undefined;
  let toSource: Reader | undefined;
  const reached = new Set<number>();
  const open = async (profile: ConnectionProfile, database: number): Promise<Wire> =>
    createWire(await sessions.openChannel(profile, database, 'copy'), { where: endpointLabel(profile), ...options });
  const links: Links = {
    reached,
    taken: undefined,
    async target(greet) {
      if (toTarget !== undefined) return toTarget;
      const wire = await open(ends.target, ends.home);
      try {
        await greet(wire);
      } catch (error) {
        wire.close();
        throw error;
      }
      return (toTarget = wire);
    },
    source: async () => (toSource ??= await createReader(await open(ends.source, ends.source.database ?? 0))),
    drop() {
      toTarget?.close();
      toSource?.wire.close();
      toTarget = toSource = undefined;
      // It may be started again with fewer.
      reached.clear();
      links.taken = undefined;
    },
  };
  return links;
}

/** Repeats work until it comes through, each time with new links. Rejects with Failure where that is no use. */
export async function persist<T>({ links, again }: Pick<Bridging, 'links' | 'again'>, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      links.drop();
      await again(error);
    }
  }
}
