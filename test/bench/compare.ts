// Comparing two databases that are the same, beside the copy that made them so.
import { compareAll } from '../../src/core/compare/verify.ts';
import { createScanPages } from '../../src/core/transfer/namePages.ts';
import { createReader, type Reader } from '../../src/core/transfer/reader.ts';
import { createWire } from '../../src/core/transfer/wire.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { allowedMemory, contents, everything, filledPair, peakMemory } from '../support/bench/filledPair.ts';
import { elapsed } from '../support/bench/measure.ts';

export async function cases(scope: BenchScope): Promise<readonly BenchCase[]> {
  const all: BenchCase[] = [];
  for (const content of contents) {
    const { keys, sessions, deps, ends, copy } = await filledPair(scope, content);
    await copy();
    const compare = async (): Promise<number> => {
      const wires = await Promise.all(ends.map(async ({ profile, database }) =>
        createWire(await sessions.openChannel(profile, database, 'copy'), { where: profile.name, signal: new AbortController().signal, patience: 60_000 })));
      try {
        const [from, to] = await Promise.all(wires.map((wire) => createReader(wire))) as [Reader, Reader];
        return await elapsed(async () => {
          const { compared, differences } = await compareAll(from, to, createScanPages(everything, 1000), createScanPages(everything, 1000), {
            rename: (key) => key, original: (key) => key, largest: 1e9, large: () => Promise.resolve(undefined), whole: true, seeds: deps.seeds, onProgress: () => undefined,
          });
          if (compared !== keys || differences.length > 0) throw new Error(`${compared} compared, ${differences.length} differ`);
        });
      } finally {
        for (const wire of wires) wire.close();
      }
    };
    all.push(
      { name: `compare, ${content.name}, beside the copy`, unit: 'ms', better: 'lower', goal: 1.2, rounds: 3, ours: compare, peer: copy },
      { name: `memory of comparing, ${content.name}`, unit: 'MB', better: 'lower', goal: 1, rounds: 1, ours: () => peakMemory(compare), peer: allowedMemory(keys) },
    );
  }
  return all;
}
