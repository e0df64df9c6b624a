import assert from 'node:assert/strict';
import { withRefusal, type LogEntry, type Refusal } from '../../../../src/server/acl/log.ts';

const refusal = (change: Partial<Refusal> = {}): Refusal => ({ reason: 'key', context: 'toplevel', object: 'k', username: 'u', clientInfo: 'id=1', time: 0, ...change });
const after = (...refusals: readonly Refusal[]): readonly LogEntry[] => refusals.reduce<readonly LogEntry[]>((entries, one) => withRefusal(entries, one, 128), []);

describe('ACL LOG', () => {
  it('counts refusals that are alike as one, with the latest time and client, on top', () => {
    const entries = after(refusal(), refusal({ object: 'other', time: 1 }), refusal({ time: 60_000, clientInfo: 'id=2' }));
    assert.deepEqual(entries.map(({ object, count, time, clientInfo }) => [object, count, time, clientInfo]), [['k', 2, 60_000, 'id=2'], ['other', 1, 1, 'id=1']]);
  });

  it('begins anew after a minute, and for each reason, context, object and user', () => {
    assert.equal(after(refusal(), refusal({ time: 60_001 })).length, 2);
    assert.equal(after(refusal(), refusal({ time: 60_000 }), refusal({ time: 120_000 })).length, 1);
    for (const change of [{ reason: 'command' }, { context: 'multi' }, { object: 'l' }, { username: 'v' }] as const) assert.equal(after(refusal(), refusal(change)).length, 2);
  });

  it('looks at the last ten for one that is alike', () => {
    const others = (count: number): Refusal[] => Array.from({ length: count }, (_, i) => refusal({ object: `o${String(i)}` }));
    assert.equal(after(refusal(), ...others(9), refusal()).length, 10);
    assert.equal(after(refusal(), ...others(10), refusal()).length, 12);
  });

  it('forgets the oldest beyond the limit', () => {
    const entries = [1, 2, 3].reduce<readonly LogEntry[]>((all, time) => withRefusal(all, refusal({ object: String(time), time }), 2), []);
    assert.deepEqual(entries.map(({ object }) => object), ['3', '2']);
    assert.deepEqual(withRefusal(entries, refusal(), 0), []);
  });
});
