import type * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import type { StatementResult } from '../../core/terminal/runScript.ts';
import { createWrites, type Written } from '../../core/terminal/writes.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import type { Services } from '../services.ts';
import { catchUp, type NamedKeys } from './loading.ts';
import { nodeId } from './nodes.ts';

/** Brings the tree, open values and badges up to date with what a terminal, a script or a lesson writes. */
export interface Follower extends vscode.Disposable {
  /** Follows a connection that stands in `database`: to be told of each command and its reply. */
  follow(profile: ConnectionProfile, database: number): (command: readonly Buffer[], reply: Reply) => void;
  /** The same of a script. */
  followScript(profile: ConnectionProfile): (result: StatementResult) => void;
}

/** Ms without a further write until the tree is brought up to date. */
const QUIET = 300;
/** Keys of a database that are asked for one by one. */
const MOST_KEYS = 500;

/** Asks for nothing before the first write. */
export function createFollower(services: Services): Follower {
  const { explorer, written } = services;
  const waiting = new Map<string, { readonly timer: NodeJS.Timeout; readonly keys: NamedKeys }>();

  const wrote = (profile: ConnectionProfile, writes: readonly Written[]): void => {
    if (writes.length === 0) return;
    const before = waiting.get(profile.id);
    clearTimeout(before?.timer);
    const keys: NamedKeys = before?.keys ?? new Map<number, Map<string, Buffer> | undefined>();
    for (const one of writes) add(keys, one);
    waiting.set(profile.id, {
      keys,
      timer: setTimeout(() => {
        waiting.delete(profile.id);
        const row = explorer.nodes.get(nodeId.connection(profile.id));
        if (row?.kind === 'connection') void catchUp(services, row, keys);
        for (const [database, names] of keys) {
          if (names?.size !== 0) written.fire({ connectionId: profile.id, database, keys: names && [...names.values()] });
        }
      }, QUIET),
    });
  };
  const follow: Follower['follow'] = (profile, database) => {
    const after = createWrites(database);
    return (command, reply) => wrote(profile, after(command, reply));
  };
  return {
    follow,
    followScript(profile) {
      const ran = follow(profile, profile.database ?? 0);
      return ({ statement, reply }) => {
        if (reply !== undefined) ran(statement.line.words.map(({ bytes }) => bytes), reply);
      };
    },
    dispose() {
      for (const { timer } of waiting.values()) clearTimeout(timer);
    },
  };
}

function add(all: NamedKeys, { database, keys }: Written): void {
  const known = all.has(database) ? all.get(database) : new Map<string, Buffer>();
  if (keys !== undefined) for (const key of keys) known?.set(key.toString('latin1'), key);
  all.set(database, keys === undefined || (known?.size ?? 0) > MOST_KEYS ? undefined : known);
}
