import assert from 'node:assert/strict';
import { run } from '../../../soak/bridge.ts';

describe('a bridge whose links are cut', function () {
  this.timeout(120_000);

  it('holds the same at the end, and counts nothing twice (soak bridge, seed 3)', async () => {
    await run({ seed: 3, seconds: 30, rounds: 1, cuts: 12 });
  });
  it('does so after 200 cuts, on either side', async () => {
    const { cuts: [source, target] } = await run({ seed: 5, seconds: 30, rounds: 1, cuts: 200, both: true });
    assert.ok(source + target >= 200 && source > 20 && target > 20, `${String(source)} to the source, ${String(target)} to the target`);
  });
});
