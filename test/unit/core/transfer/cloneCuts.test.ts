import assert from 'node:assert/strict';
import { run } from '../../../soak/clone.ts';

describe('a clone through links that are cut at any byte', () => {
  for (const seed of [1, 5]) {
    it(`ends equal after 200 cuts on either side (seed ${seed})`, async () => {
      assert.ok((await run({ seed, seconds: 0.1 })).checks > 1);
    }).timeout(60_000);
  }
  for (const seed of [1, 3]) {
    it(`ends equal within one server too (seed ${seed})`, async () => {
      assert.ok((await run({ seed, seconds: 0.1, within: true })).checks > 1);
    }).timeout(60_000);
  }
});
