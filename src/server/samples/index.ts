import { monotonic } from '../clock.ts';
import type { ServerState } from '../state.ts';
import { putValue } from '../store/database.ts';
import type { Bytes, Value } from '../store/value.ts';
import { shopSample } from './shop.ts';

/** Sample data sets there are. */
export type SampleName = 'shop';

/** Names of the sample data sets, for a person to choose from. */
export const sampleNames: readonly SampleName[] = ['shop'];

/** A key to be made; values are made one at a time so that loading can pause between them. */
export type SampleEntry = readonly [key: Bytes, value: Value];

/** Longest time between two pauses, ms. */
const SLICE = 8;

/**
 * Puts a sample into database 0 and lets other work in between. The same seed (`random` of the server) gives the same data.
 */
export async function loadSample(server: ServerState, name: SampleName): Promise<void> {
  const db = server.databases[0];
  if (db === undefined) return;
  let started = monotonic();
  for (const entry of samples[name](server)) {
    if (entry !== undefined) {
      entry[1].accessed = Math.floor(server.clock.now() / 1000);
      putValue(db, entry[0], entry[1]);
    }
    if (monotonic() - started < SLICE) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    started = monotonic();
  }
}

/** Generators of entries; they yield undefined where a long value may pause. */
const samples: Readonly<Record<SampleName, (server: ServerState) => Generator<SampleEntry | undefined>>> = { shop: shopSample };
