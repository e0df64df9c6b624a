import { createLoader } from '../../src/server/persistence/loader.ts';
import { startSnapshot } from '../../src/server/persistence/snapshot.ts';
import type { PracticeServer } from '../../src/server/server.ts';

/** The file that a practice server would save, without functions. */
export function fileOf({ state }: PracticeServer): Buffer {
  const snapshot = startSnapshot(state, []);
  while (snapshot.step(() => false));
  return snapshot.take();
}

/** Takes a file into a practice server that has none of its keys, as at its start. Throws RdbError. */
export function loadInto({ state }: PracticeServer, file: Buffer): void {
  const loader = createLoader(state, () => undefined, undefined, undefined, file.length);
  loader.push(file);
  while (loader.step(1000));
  loader.finish();
  while (loader.step(1000));
}
