import assert from 'node:assert/strict';
import { holdState, wholeEnd, type ReplicationState } from '../../../../src/core/replicate/state.ts';

describe('state of a replication', () => {
  const end = (id: string): ReplicationState['source'] => wholeEnd({ id, name: id, endpoint: { kind: 'practice', instance: id }, access: 'read-write' });
  const hold = (): ReturnType<typeof holdState> => holdState({ engine: 'replicaof', source: end('one'), target: end('two') });

  it('begins with connecting, and tells of each change once', () => {
    const holder = hold();
    assert.deepEqual(holder.current, { engine: 'replicaof', source: end('one'), target: end('two'), phase: { kind: 'connecting' } });
    const heard: ReplicationState[] = [];
    const unlisten = holder.onDidChange((state) => heard.push(state));
    holder.enter({ kind: 'connecting' });
    holder.enter({ kind: 'transferring', bytes: 1, total: undefined });
    holder.enter({ kind: 'transferring', bytes: 1, total: undefined });
    holder.enter({ kind: 'transferring', bytes: 2, total: 4 });
    unlisten();
    holder.enter({ kind: 'in-step', offset: 4 });
    assert.deepEqual(heard.map(({ phase }) => phase), [{ kind: 'transferring', bytes: 1, total: undefined }, { kind: 'transferring', bytes: 2, total: 4 }]);
    assert.deepEqual(holder.current.phase, { kind: 'in-step', offset: 4 });
  });

  it('stays stopped', () => {
    const holder = hold();
    holder.enter({ kind: 'stopped', reason: { kind: 'cut' } });
    holder.enter({ kind: 'connecting' });
    assert.deepEqual(holder.current.phase, { kind: 'stopped', reason: { kind: 'cut' } });
  });
});
