import assert from 'node:assert/strict';
import type { ConnectionProfile } from '../../../../src/core/connection/profile.ts';
import { isFailure } from '../../../../src/core/failure.ts';
import { openLocalPort, type LocalPort } from '../../../../src/core/connection/localPort.ts';
import { startReplica, watchReplica } from '../../../../src/core/replicate/replica.ts';
import { wholeEnd, type Replication, type ReplicationPhase } from '../../../../src/core/replicate/state.ts';
import { createServer, type PracticeServer } from '../../../../src/server/server.ts';
import { fillWithEverything } from '../../../support/dataset.ts';
import { differences, untilEqual } from '../../../support/oracle.ts';
import { startRedisServer, type RedisServer } from '../../../support/redisServer.ts';
import { createTestVault, replicaDeps, untilState } from '../../../support/replicaPlay.ts';
import { startWire, until, write } from '../../../support/replicationPlay.ts';
import { connectResp, type RespClient } from '../../../support/respClient.ts';
import { createTestSessions, testProfile, type TestSessions } from '../../../support/testSessions.ts';

const never = new AbortController().signal;
const prompt = ['--repl-diskless-sync-delay', '0'];

/** A server of either kind. */
interface Side {
  readonly profile: ConnectionProfile;
  readonly port: number;
  readonly client: RespClient;
  stop(): Promise<void>;
}

describe('replication by REPLICAOF', () => {
  let sessions: TestSessions;
  let vault: ReturnType<typeof createTestVault>;
  const practice = new Map<string, PracticeServer>();
  const running: Replication[] = [];
  const sides: { stop(): Promise<void> | void }[] = [];

  beforeEach(() => {
    vault = createTestVault();
    sessions = createTestSessions({ practice: { connect: async (instance) => (practice.get(instance) as PracticeServer).connect() } });
  });
  afterEach(async () => {
    for (const replication of running.splice(0)) replication.dispose();
    await sessions.dispose();
    for (const side of sides.splice(0)) await side.stop();
    practice.clear();
  });

  const real = async (args: readonly string[] = []): Promise<Side & { readonly server: RedisServer }> => {
    const server = await startRedisServer([...prompt, ...args]);
    const client = await connectResp(server.port);
    const stop = async (): Promise<void> => {
      client.close();
      await server.stop();
    };
    sides.push({ stop });
    return { profile: testProfile(server), port: server.port, client, server, stop };
  };
  /** As in a window: it has no port, but for one that is opened where a real server is to follow it. */
  const inProcess = async (): Promise<Side> => {
    const id = `practice-${practice.size}`;
    const server = createServer({ config: { 'repl-diskless-sync-delay': '0' } });
    practice.set(id, server);
    const door: LocalPort = await openLocalPort(async () => server.connect());
    const client = await connectResp(door.port);
    const stop = async (): Promise<void> => {
      client.close();
      door.close();
      await server.close();
    };
    sides.push({ stop });
    return { profile: { id, name: id, endpoint: { kind: 'practice', instance: id }, access: 'read-write' }, port: door.port, client, stop };
  };
  const start = async (source: Side, target: Side, port = source.port): Promise<Replication> => {
    const replication = await startReplica(replicaDeps(sessions, vault), { id: 'one', source: source.profile, target: target.profile, host: '127.0.0.1', port });
    running.push(replication);
    return replication;
  };
  const kind = (wanted: ReplicationPhase['kind']) => ({ phase }: { readonly phase: ReplicationPhase }): boolean => phase.kind === wanted;

  for (const [from, to] of [['real', 'real'], ['real', 'inProcess'], ['inProcess', 'real'], ['inProcess', 'inProcess']] as const) {
    it(`goes on while others write, and ends with all of it there: ${from} to ${to}`, async () => {
      const make = { real, inProcess };
      const [source, target] = [await make[from](), await make[to]()];
      await fillWithEverything(source.client, 7, 1);
      await target.client.call(['SET', 'of before', 'x']);
      const replication = await start(source, target);
      await untilState(replication, kind('in-step'));
      await write(() => connectResp(source.port), 5, 20);
      const { fence, reached } = await replication.liberate(never);
      assert.ok(reached >= fence && fence > 0, `${reached} ${fence}`);
      assert.deepEqual(replication.state.phase, { kind: 'stopped', reason: { kind: 'liberated', offset: reached } });
      await untilEqual(source.client, target.client, { streamed: true });
      assert.deepEqual(await target.client.call(['SET', 'of its own', 'x']), { kind: 'simple', text: 'OK' });
      assert.deepEqual(await target.client.call(['EXISTS', 'of before']), { kind: 'integer', text: '0' });
    });
  }

  it('is not liberated before what the source has at that moment is there', async () => {
    const [source, target] = [await real(), await real()];
    const wire = await startWire(source.port);
    sides.push({ stop: () => wire.close() });
    const replication = await start(source, target, wire.port);
    await untilState(replication, kind('in-step'));
    wire.hold(true);
    await source.client.call(['SET', 'the last', 'x']);
    await untilState(replication, ({ phase }) => phase.kind === 'following' && phase.lagBytes > 0 && (phase.lagSeconds ?? 0) > 0.1);
    const liberated = replication.liberate(never);
    await Promise.race([liberated, new Promise((resolve) => setTimeout(resolve, 200))]);
    assert.match(await target.server.cli('INFO', 'replication'), /role:slave/);
    wire.hold(false);
    await liberated;
    assert.equal(await target.server.cli('GET', 'the last'), 'x');
  });

  it('tells how far the data have come', async () => {
    const [source, target] = [await real(), await real()];
    await source.server.cli('DEBUG', 'POPULATE', '300000', 'key', '100');
    const replication = await start(source, target);
    const phases: ReplicationPhase[] = [];
    replication.onDidChange(({ phase }) => phases.push(phase));
    await untilState(replication, kind('in-step'));
    const transferred = phases.filter((phase) => phase.kind === 'transferring' || phase.kind === 'loading');
    assert.ok(transferred.some(({ bytes = 0 }) => bytes > 0), JSON.stringify(phases));
    assert.ok(!phases.some((phase) => phase.kind === 'restarting' || phase.kind === 'reconnecting'), JSON.stringify(phases));
  });

  for (const [who, args, passwords] of [
    ['a password', ['--requirepass', 'top secret'], { password: 'top secret', username: undefined }],
    ['a user of its own', [], { password: 'other secret', username: 'copier' }],
  ] as const) {
    it(`presents ${who} to the source, and puts back what the target had before`, async () => {
      const source = await startRedisServer([...prompt, ...args]);
      sides.push(source);
      const target = await real(['--masterauth', 'of before', '--masteruser', 'before']);
      if (passwords.username !== undefined) await source.cli('ACL', 'SETUSER', 'copier', 'on', '>other secret', '+@all', '~*', '&*');
      const profile = testProfile(source, passwords.username === undefined ? {} : { username: passwords.username });
      sessions.passwords.set(profile.id, passwords.password);
      const replication = await startReplica(replicaDeps(sessions, vault), { id: 'one', source: profile, target: target.profile, host: '127.0.0.1', port: source.port });
      running.push(replication);
      await untilState(replication, kind('in-step'));
      assert.equal(await target.server.cli('CONFIG', 'GET', 'masterauth'), `masterauth\n${passwords.password}`);
      assert.equal(vault.texts.size, 1);
      await replication.liberate(never);
      assert.equal(await target.server.cli('CONFIG', 'GET', 'masterauth'), 'masterauth\nof before');
      assert.equal(await target.server.cli('CONFIG', 'GET', 'masteruser'), 'masteruser\nbefore');
      assert.equal(vault.texts.size, 0);
      assert.ok(!JSON.stringify([sessions.log, sessions.asked, replication.state]).includes('secret'));
    });
  }

  it('puts back what the target had before where REPLICAOF is refused', async () => {
    const source = await startRedisServer([...prompt, '--requirepass', 'secret']);
    sides.push(source);
    const target = await real(['--masterauth', 'of before']);
    await target.server.cli('ACL', 'SETUSER', 'weak', 'on', '>w', '~*', '&*', '+@all', '-replicaof', '-slaveof');
    const weak = testProfile(target.server, { id: 'weak', username: 'weak' });
    sessions.passwords.set('weak', 'w');
    sessions.passwords.set(testProfile(source).id, 'secret');
    await assert.rejects(
      startReplica(replicaDeps(sessions, vault), { id: 'one', source: testProfile(source), target: weak, host: '127.0.0.1', port: source.port }),
      (error) => isFailure(error, 'permission') && error.message.includes('REPLICAOF'),
    );
    assert.equal(await target.server.cli('CONFIG', 'GET', 'masterauth'), 'masterauth\nof before');
    assert.equal(vault.texts.size, 0);
  });

  it('says that it is started over and over where the link breaks within the data', async () => {
    const [source, target] = [await real(), await real()];
    await source.server.cli('DEBUG', 'POPULATE', '20000', 'key', '100');
    const wire = await startWire(source.port);
    sides.push({ stop: () => wire.close() });
    wire.cutAfter(() => 500_000);
    const replication = await start(source, target, wire.port);
    const { phase } = await untilState(replication, ({ phase: now }) => now.kind === 'restarting' && now.count >= 3);
    assert.ok(phase.kind === 'restarting');
    await assert.rejects(
      replication.liberate(AbortSignal.timeout(500)),
      (error) => isFailure(error, 'cancelled') || isFailure(error, 'unreachable'),
    );
    assert.match(await target.server.cli('INFO', 'replication'), /role:slave/);
    wire.cutAfter(() => undefined);
    await untilState(replication, kind('in-step'));
    await replication.liberate(never);
    assert.deepEqual(await differences(source.client, target.client, { streamed: true }), []);
  });

  it('says that the link is cut, and goes on when it is back', async () => {
    const [source, target] = [await real(), await real()];
    const wire = await startWire(source.port);
    const replication = await start(source, target, wire.port);
    await untilState(replication, kind('in-step'));
    wire.close();
    await untilState(replication, kind('reconnecting'));
    await assert.rejects(replication.liberate(AbortSignal.timeout(300)), (error) => isFailure(error, 'cancelled'));
    await replication.stop();
    assert.deepEqual(replication.state.phase, { kind: 'stopped', reason: { kind: 'cut' } });
    assert.match(await target.server.cli('INFO', 'replication'), /role:master/);
  });

  it('is taken up again by somebody who did not start it, and ends when somebody else ends it', async () => {
    const [source, target] = [await real(), await real()];
    await target.server.cli('REPLICAOF', '127.0.0.1', String(source.port));
    const record = { id: 'one', source: wholeEnd(source.profile), target: wholeEnd(target.profile), host: '127.0.0.1', port: source.port };
    const replication = watchReplica(replicaDeps(sessions, vault), record, { source: source.profile, target: target.profile });
    running.push(replication);
    await untilState(replication, kind('in-step'));
    const blind = watchReplica(replicaDeps(sessions, vault), record, { source: undefined, target: target.profile });
    running.push(blind);
    await untilState(blind, kind('following'));
    await assert.rejects(blind.liberate(never), (error) => isFailure(error, 'unsupported'));
    await target.server.cli('REPLICAOF', 'NO', 'ONE');
    const { phase } = await untilState(replication, kind('stopped'));
    assert.deepEqual(phase, { kind: 'stopped', reason: { kind: 'elsewhere', what: '' } });
  });

  it('proves nothing while the source hangs, and is cancelled', async () => {
    const [source, target] = [await real(), await real()];
    const replication = await start(source, target);
    await untilState(replication, kind('in-step'));
    process.kill(source.server.pid, 'SIGSTOP');
    try {
      await assert.rejects(replication.liberate(AbortSignal.timeout(200)), (error) => isFailure(error, 'cancelled'));
    } finally {
      process.kill(source.server.pid, 'SIGCONT');
    }
    await until(async () => (await target.server.cli('INFO', 'replication')).includes('role:slave'));
  });
});
