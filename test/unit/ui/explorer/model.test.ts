import assert from 'node:assert/strict';
import type { ConnectionProfile } from '../../../../src/core/connection/profile.ts';
import type { Reply, Sessions } from '../../../../src/core/connection/session.ts';
import { Failure, isFailure } from '../../../../src/core/failure.ts';
import { createExplorerModel, type ExplorerModel } from '../../../../src/ui/explorer/model.ts';
import { type ConnectionNode, type DatabaseNode, nodeId } from '../../../../src/ui/explorer/nodes.ts';
import { createFakeClock, createFakeSession, type FakeSession, scanReply } from '../../../support/fakeSession.ts';

const profile: ConnectionProfile = { id: 'one', name: 'One', endpoint: { kind: 'tcp', host: 'h', port: 1 }, access: 'read-write' };
const connection: ConnectionNode = { kind: 'connection', id: nodeId.connection('one'), parent: undefined, profile, connected: false };
const ref = { profile, database: 0 };
const database: DatabaseNode = { kind: 'database', id: nodeId.database(ref), parent: connection, ref, keys: undefined, counts: undefined, filter: {} };

/** A model over fake sessions, and how many of those are held. */
function modelOver(answer: Parameters<typeof createFakeSession>[0]): { model: ExplorerModel; held: () => number; session: FakeSession } {
  let held = 0;
  const session = createFakeSession(answer);
  const sessions: Sessions = {
    acquire() {
      held++;
      return { ...session, release: () => void held-- };
    },
    openChannel: () => Promise.reject(new Failure('unsupported', 'none')),
    disconnect: async () => undefined,
    dispose: async () => undefined,
  };
  const scanOptions = { pageSize: 10, budget: 1000, maxCount: 10, delimiter: Buffer.from(':'), maxRows: 100 };
  return { model: createExplorerModel({ sessions, scanOptions: () => scanOptions, clock: createFakeClock() }), held: () => held, session };
}

const answers = ([name]: readonly string[]): Reply => (name === 'SCAN' ? scanReply('0', ['a']) : name === 'INFO' ? Buffer.from('db0:keys=1\r\n') : Buffer.from('string'));

describe('the explorer\'s model', () => {
  it('acquires sessions when they are used, and gives all of them back when the connection rests', async () => {
    const { model, held } = modelOver(answers);
    model.database(ref);
    assert.equal(held(), 0);
    await model.run(connection, (signal) => model.listDatabases(profile, signal));
    await model.run(database, (signal) => model.pager(database).loadMore(signal));
    assert.equal(held(), 2);
    model.rest('one');
    assert.equal(held(), 0);
    assert.equal(model.isConnected('one'), false);
    assert.equal(model.pager(database).counts.found, 1, 'what was found stays');
  });

  it('does not connect anew for a load that was under way when the connection was closed', async () => {
    const { model, held } = modelOver(answers);
    const stopped = Promise.withResolvers<undefined>();
    const { session } = model.database(ref);
    const load = model.run(database, async () => {
      await stopped.promise;
      return session.send(['SCAN', '0']);
    });
    model.rest('one');
    stopped.resolve(undefined);
    await assert.rejects(load, (error) => isFailure(error, 'closed'));
    assert.equal(held(), 0);
    assert.equal(model.failureOf(database), undefined, 'the user closed it: no error row');
    await model.run(database, () => session.send(['SCAN', '0']));
    assert.equal(held(), 1, 'the next load connects');
  });

  it('remembers nothing of a load that was replaced, or that ran under another filter', async () => {
    const { model } = modelOver(answers);
    const failing = (when: Promise<void>) => async (): Promise<void> => {
      await when;
      throw new Failure('server', 'too late');
    };
    const first = Promise.withResolvers<void>();
    const replaced = model.run(database, failing(first.promise));
    await model.run(database, async () => undefined);
    first.resolve();
    await assert.rejects(replaced);
    assert.equal(model.failureOf(database), undefined);
    const second = Promise.withResolvers<void>();
    const filtered = model.run(database, failing(second.promise));
    model.setFilter(ref, { type: 'hash' });
    assert.equal(model.isRunning(database), false);
    second.resolve();
    await assert.rejects(filtered);
    assert.equal(model.failureOf(database), undefined);
  });

  it('keeps the list of databases while a new one is asked for, and drops it when that fails', async () => {
    let fails = false;
    const { model } = modelOver((words) => {
      if (fails) throw new Failure('loading', 'The server is loading.');
      return answers(words);
    });
    await model.listDatabases(profile);
    const again = model.listDatabases(profile);
    assert.equal(model.isConnected('one'), true);
    await again;
    fails = true;
    await assert.rejects(model.listDatabases(profile));
    assert.equal(model.isConnected('one'), false);
  });

  it('forgets failures when the user connects anew', async () => {
    const { model } = modelOver(answers);
    await assert.rejects(model.run(database, () => Promise.reject(new Failure('refused', 'nothing listens'))));
    assert.ok(isFailure(model.failureOf(database), 'refused'));
    model.reconnect('one');
    assert.equal(model.failureOf(database), undefined);
  });

  it('opens no database by looking at it', () => {
    const { model } = modelOver(answers);
    assert.equal(model.opened(ref), undefined);
    assert.deepEqual([...model.databases()], []);
    model.database(ref);
    assert.equal(model.opened(ref)?.ref, ref);
  });
});
