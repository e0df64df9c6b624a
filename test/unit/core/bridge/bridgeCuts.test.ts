import { run } from '../../../soak/bridge.ts';

describe('a bridge whose links are cut', () => {
  for (const seed of [3, 5]) {
    it(`holds the same at the end, and counts nothing twice (soak bridge, seed ${seed})`, async function () {
      this.timeout(60_000);
      await run({ seed, seconds: 30, rounds: 1, cuts: 12 });
    });
  }
});
