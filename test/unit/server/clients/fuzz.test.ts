import assert from 'node:assert/strict';
import { run } from '../../../soak/fuzz.ts';

describe('the practice server under rubbish', () => {
  it('answers, stays up and serves others, for a slice of `npm run soak -- fuzz`', async () => {
    const { checks } = await run({ seed: 20_260, seconds: 1.5 });
    assert.ok(checks > 50, `only ${String(checks)} checks`);
  }).timeout(20_000);
});
