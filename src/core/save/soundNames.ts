import { createNameStore } from '../keyspace/nameStore.ts';
import { argumentValue } from '../transfer/requests.ts';
import { putNothing, takeNothing, type NamePages } from '../transfer/namePages.ts';

/** Names each of which comes once, and once more for each time that it is given back. */
export interface SoundNames extends NamePages {
  /** Has a name come again, unless that was so too often already. Answers whether it will. */
  again(name: Buffer): boolean;
}

/** Then a key that is written anew all the time is taken as it comes. */
const MOST = 5;

/** Leaves out what SCAN tells twice, as a file may not. Memory: the names, some 13 bytes more for each. */
export function createSoundNames(pages: NamePages): SoundNames {
  const known = createNameStore();
  const tries = new Map<string, number>();
  let waiting: Buffer[] = [];
  let scanning = false;
  return {
    put(out) {
      scanning = pages.put(out);
      return scanning || (waiting.length > 0 && putNothing(out));
    },
    async take(wire) {
      const repeated = waiting;
      waiting = [];
      if (!scanning) {
        await takeNothing(wire);
        return repeated;
      }
      const fresh = (await pages.take(wire)).filter((name) => {
        const before = known.size;
        known.add(argumentValue(name));
        return known.size > before;
      });
      return [...repeated, ...fresh];
    },
    again(name) {
      const key = name.toString('latin1');
      const tried = (tries.get(key) ?? 1) + 1;
      tries.set(key, tried);
      if (tried > MOST) return false;
      waiting.push(name);
      return true;
    },
  };
}
