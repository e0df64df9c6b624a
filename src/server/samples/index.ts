import { monotonic } from '../clock.ts';
import type { ServerState } from '../state.ts';
import { putValue } from '../store/database.ts';
import type { Bytes, Value } from '../store/value.ts';
import { eventsSample } from './events.ts';
import { leaderboardSample } from './leaderboard.ts';
import { MILLION, millionSample } from './million.ts';
import { sessionsSample } from './sessions.ts';
import { shopSample } from './shop.ts';

/** Sample data sets there are. */
export type SampleName = 'shop' | 'sessions' | 'leaderboard' | 'events' | 'million' | 'empty';

/** Names of the sample data sets, for a person to choose from. */
export const sampleNames: readonly SampleName[] = ['shop', 'sessions', 'leaderboard', 'events', 'million', 'empty'];

/** A key to be made; values are made one at a time so that loading can pause between them. */
export type SampleEntry = readonly [key: Bytes, value: Value];

/** How far a sample is loaded: keys so far, of about so many. */
export interface SampleProgress {
  readonly keys: number;
  readonly of: number;
}

/** How a sample is loaded. What was loaded before `signal` was aborted stays. */
export interface SampleOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SampleProgress) => void;
}

/** Longest time between two pauses, ms. */
const SLICE = 8;
/** Ms between two tellings of how far it is. */
const TELL = 100;

/**
 * Puts a sample into database 0 and lets other work in between. The same seed (`random` of the server) gives the same data.
 */
export async function loadSample(server: ServerState, name: SampleName, { signal, onProgress }: SampleOptions = {}): Promise<void> {
  const db = server.databases[0];
  if (db === undefined) return;
  const { size, entries } = samples[name];
  let [keys, since] = [0, monotonic()];
  let told = since;
  for (const entry of entries(server)) {
    if (entry !== undefined) {
      entry[1].accessed = Math.floor(server.clock.now() / 1000);
      putValue(db, entry[0], entry[1]);
      keys += 1;
    }
    if (monotonic() - since < SLICE) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (signal?.aborted === true) return;
    since = monotonic();
    if (since - told < TELL) continue;
    told = since;
    onProgress?.({ keys, of: Math.max(size, keys) });
  }
}

/** About how many keys each has, and the generators; those yield undefined where a long value may pause. */
const samples: Readonly<Record<SampleName, { readonly size: number; readonly entries: (server: ServerState) => Iterable<SampleEntry | undefined> }>> = {
  shop: { size: 6000, entries: shopSample },
  sessions: { size: 6400, entries: sessionsSample },
  leaderboard: { size: 2040, entries: leaderboardSample },
  events: { size: 16, entries: eventsSample },
  million: { size: MILLION, entries: millionSample },
  empty: { size: 0, entries: () => [] },
};
