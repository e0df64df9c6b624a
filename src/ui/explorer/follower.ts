import type * as vscode from 'vscode';
import { isReading } from '../../core/connection/guard.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { tableOfCommands } from '../../core/language/command.ts';
import type { Services } from '../services.ts';
import { catchUp } from './loading.ts';
import { nodeId } from './nodes.ts';

/** Brings the tree up to date with what a terminal, a script or a lesson writes. */
export interface Follower extends vscode.Disposable {
  /** A command was answered. */
  ran(profile: ConnectionProfile, command: readonly Buffer[]): void;
}

/** Ms without a further write until the tree is brought up to date. */
const QUIET = 300;

/** Asks for nothing before the first write. */
export function createFollower(services: Services): Follower {
  const { explorer } = services;
  const waiting = new Map<string, NodeJS.Timeout>();
  return {
    ran(profile, command) {
      // EXEC itself is harmless: what it runs need not be.
      if (isReading(command, tableOfCommands.fact) && command[0]?.toString('latin1').toLowerCase() !== 'exec') return;
      clearTimeout(waiting.get(profile.id));
      waiting.set(profile.id, setTimeout(() => {
        waiting.delete(profile.id);
        const row = explorer.nodes.get(nodeId.connection(profile.id));
        if (row?.kind === 'connection') void catchUp(services, row);
      }, QUIET));
    },
    dispose() {
      for (const timer of waiting.values()) clearTimeout(timer);
    },
  };
}
