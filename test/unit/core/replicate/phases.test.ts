import assert from 'node:assert/strict';
import { Failure } from '../../../../src/core/failure.ts';
import type { Info } from '../../../../src/core/replicate/infoAsker.ts';
import { createPhaseReader, type PhaseReader } from '../../../../src/core/replicate/phases.ts';

const master = (offset: number, syncs = 1, history = 'a'): Info => new Map(Object.entries({ role: 'master', master_replid: history, master_repl_offset: String(offset), sync_full: String(syncs) }));
const replica = (fields: Readonly<Record<string, string | number>>): Info =>
  new Map(Object.entries({ role: 'slave', master_host: 'host', master_port: 1, master_link_status: 'down', master_replid: 'a', slave_repl_offset: 0, ...fields }).map(([name, value]) => [name, String(value)]));
const up = (applied: number, history = 'a'): Info => replica({ master_link_status: 'up', slave_repl_offset: applied, master_replid: history });
const syncing = (read: number, total = 100): Info => replica({ master_sync_in_progress: 1, master_sync_total_bytes: total, master_sync_read_bytes: read });

describe('phases of a replication', () => {
  const reader = (syncs = 0): PhaseReader => createPhaseReader({ host: 'HOST', port: 1, syncs });

  it('follow from what both sides say', () => {
    const { step } = reader();
    assert.deepEqual(step(0, master(0, 0), replica({})), { kind: 'connecting' });
    assert.deepEqual(step(1, master(0, 1), syncing(0, -1)), { kind: 'transferring', bytes: 0, total: undefined });
    assert.deepEqual(step(2, master(0, 1), syncing(40)), { kind: 'transferring', bytes: 40, total: 100 });
    const loading = new Map([...syncing(100), ['loading', '1'], ['loading_loaded_bytes', '7'], ['loading_total_bytes', '100']]);
    assert.deepEqual(step(3, master(0, 1), loading), { kind: 'loading', bytes: 7, total: 100 });
    assert.deepEqual(step(4, master(50), up(50)), { kind: 'in-step', offset: 50 });
    assert.deepEqual(step(1004, master(90), up(60)), { kind: 'following', offset: 60, lagBytes: 30, lagSeconds: 1 });
    assert.deepEqual(step(3004, master(90), up(80)), { kind: 'following', offset: 80, lagBytes: 10, lagSeconds: 3 });
    assert.deepEqual(step(4004, master(90), up(104)), { kind: 'in-step', offset: 90 });
    assert.deepEqual(step(5004, master(120), replica({})), { kind: 'reconnecting', why: undefined });
    assert.deepEqual(step(6004, master(120), up(120)), { kind: 'in-step', offset: 120 });
  });

  it('tell a synchronisation that begins again from one that goes on', () => {
    const seen = reader();
    for (const [at, read] of [10, 60, 20, 90].entries()) {
      const { kind } = seen.step(at, undefined, syncing(read));
      assert.equal(kind, at < 2 ? 'transferring' : 'restarting');
    }
    assert.deepEqual(seen.step(9, undefined, replica({})), { kind: 'restarting', count: 2, bytes: 0, total: undefined, why: undefined });
    // Those that nobody saw are known from the source.
    const told = reader(3);
    assert.equal(told.step(0, master(0, 4), syncing(10)).kind, 'transferring');
    assert.deepEqual(told.step(1, master(0, 9), syncing(20)), { kind: 'restarting', count: 6, bytes: 20, total: 100, why: undefined });
    assert.equal(told.step(2, master(0, 9), up(0)).kind, 'in-step');
    assert.equal(told.step(3, master(0, 10), syncing(20)).kind, 'transferring');
    // A source that was started anew counts from nothing.
    assert.equal(told.step(4, master(0, 0, 'b'), replica({})).kind, 'reconnecting');
    assert.equal(told.step(5, master(0, 1, 'b'), syncing(5)).kind, 'restarting');
  });

  it('say what is the matter where there never was a link', () => {
    const { step } = reader();
    assert.equal(step(0, master(0), replica({})).kind, 'connecting');
    const late = step(8000, master(0), replica({}));
    assert.ok(late.kind === 'reconnecting' && late.why?.includes('HOST:1') === true);
  });

  it('end where the target follows nobody, or somebody else', () => {
    assert.deepEqual(reader().step(0, master(0), master(0)), { kind: 'stopped', reason: { kind: 'elsewhere', what: '' } });
    assert.deepEqual(reader().step(0, master(0), replica({ master_port: 2 })), { kind: 'stopped', reason: { kind: 'elsewhere', what: 'host:2' } });
    const { step } = reader();
    assert.equal(step(0, master(5), up(5, 'other')).kind, 'following');
    assert.equal(step(9000, master(5), up(5, 'other')).kind, 'following');
    const { kind } = step(10_000, master(5), up(5, 'other'));
    assert.equal(kind, 'stopped');
  });

  it('say who cannot be asked', () => {
    const failure = new Failure('refused', 'Nobody there.');
    const { step } = reader();
    assert.deepEqual(step(0, master(0), failure), { kind: 'reconnecting', why: 'Nobody there.' });
    step(1, master(10), up(10));
    assert.deepEqual(step(2, failure, up(12)), { kind: 'following', offset: 12, lagBytes: 0, lagSeconds: undefined, why: 'Nobody there.' });
  });
});
