import assert from 'node:assert/strict';
import { run } from '../soak/framing.ts';

describe('broken requests', () => {
  it('are answered as redis-server answers them, for a slice of `npm run soak -- framing`', async () => {
    const { checks } = await run({ seed: 7, seconds: 1.5 });
    assert.ok(checks > 50, `only ${String(checks)} checks`);
  }).timeout(30_000);
});
