import type { Asked } from './oracle.ts';
import { sampleTypes, sampleValue } from './rdbSamples.ts';
import { seededRandom } from './random.ts';

/** A library of functions. */
const LIBRARY = "#!lua name=mylib\nredis.register_function('answer', function() return 42 end)";

/** Fills a server with every type in every encoding, binary names, times to live, three databases and a library of functions; it is in database 9 then. */
export async function fillWithEverything(client: Asked, seed = 7, rounds = 8): Promise<void> {
  const random = seededRandom(seed);
  for (const database of [0, 1, 9]) {
    await client.call(['SELECT', String(database)]);
    for (let round = 0; round < rounds; round += 1) {
      for (const type of sampleTypes) {
        const key = `${type}:${database}:${round}`;
        for (const command of sampleValue(random, type, key)) await client.call(command);
        if (random.oneIn(3)) await client.call(['PEXPIRE', key, String(3_600_000 + random.below(1_000_000))]);
      }
    }
    await client.call(['SET', Buffer.from([0, 255, 13, 10, 195, 40]), 'binary name']);
    await client.call(['SET', '', 'empty name']);
    await client.call(['SET', '12345', 'a name that is a number']);
  }
  await client.call(['FUNCTION', 'LOAD', LIBRARY]);
}
