import assert from 'node:assert/strict';
import type { ScanPages, ScanStart } from '../../../../src/core/transfer/namePages.ts';
import { argument, createRequests } from '../../../../src/core/transfer/requests.ts';
import { trackPages } from '../../../../src/core/transfer/trackedPages.ts';
import type { Wire } from '../../../../src/core/transfer/wire.ts';

/** Two pages, from cursor 0 and from cursor 7. */
function twoPages(pages: readonly (readonly Buffer[])[]): ScanPages {
  const starts: readonly (ScanStart | undefined)[] = [{ cursor: '0', type: 0 }, { cursor: '7', type: 0 }, undefined];
  let at = 0;
  return {
    get next() {
      return starts[at];
    },
    put: () => at < pages.length,
    take: () => Promise.resolve(pages[at++] as readonly Buffer[]),
  };
}

describe('pages that are tracked', () => {
  it('go on from the first page of which a name is left, in whatever order names are dealt with', async () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => argument(name)) as [Buffer, Buffer, Buffer, Buffer];
    const tracked = trackPages(twoPages([[a, b], [c, d]]));
    const out = createRequests();
    const take = async (): Promise<void> => {
      tracked.put(out);
      await tracked.take({} as Wire);
    };
    await take();
    await take();
    const seen: (string | undefined)[] = [];
    for (const names of [[d], [b], [a], [c]]) {
      tracked.settle(names);
      seen.push(tracked.position?.cursor);
    }
    assert.deepEqual(seen, ['0', '0', '7', undefined]);
  });
});
