import type { ConnectionProfile } from '../../src/core/connection/profile.ts';
import { startBridge, type Bridge, type BridgeRequest } from '../../src/core/bridge/bridge.ts';
import type { ReplicationPhase } from '../../src/core/replicate/state.ts';
import type { Sessions } from '../../src/core/connection/session.ts';
import { until } from './replicationPlay.ts';
import { seededRandom } from './random.ts';
import type { Argument, RespClient } from './respClient.ts';
import { replyItems, replyText } from './respReply.ts';

/* What tests of the bridge share. */

/** Starts a bridge that waits for next to nothing before it tries again. */
export function startTestBridge(ends: { readonly sessions: Sessions; readonly folder: string; readonly source: ConnectionProfile; readonly target: ConnectionProfile }, more: Partial<BridgeRequest> = {}): Bridge {
  const { sessions, folder, source, target } = ends;
  return startBridge({
    sessions, folder, patience: 10_000, clock: { now: () => Date.now(), elapsed: () => performance.now() }, largest: 512 * 1024,
    pause: async (_, signal) => {
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  }, { id: 'test', source, target, ...more });
}

/** Waits until a bridge is there; rejects with the reason if it ends before. */
export async function reaches(bridge: Bridge, what: (phase: ReplicationPhase) => boolean): Promise<void> {
  await until(async () => {
    const { phase } = bridge.state;
    if (what(phase)) return true;
    if (phase.kind === 'stopped') throw phase.reason.kind === 'failed' ? phase.reason.failure : new Error(`it is ${phase.reason.kind}`);
    return false;
  });
}

/** Somebody who does what may be done once only: counts, appends, pushes and pops, in transactions or not, on keys that may end meanwhile. */
export async function count(client: RespClient, seed: number, rounds: number): Promise<void> {
  const random = seededRandom(seed);
  for (let round = 0; round < rounds; round += 1) {
    const key = `once:${random.below(30)}`;
    const calls: Argument[][] = [];
    for (let step = random.below(8); step >= 0; step -= 1) {
      switch (random.below(9)) {
        case 0: calls.push(['INCR', `${key}:n`]); break;
        case 1: calls.push(['APPEND', `${key}:text`, String(round)]); break;
        case 2: calls.push(['RPUSH', `${key}:list`, String(round), 'x']); break;
        case 3: calls.push(['LPOP', `${key}:list`]); break;
        case 4: calls.push(['HINCRBY', `${key}:hash`, 'n', '3'], ['SETBIT', `${key}:bits`, String(random.below(300)), '1']); break;
        case 5: calls.push(['INCR', `${key}:limit`], ['PEXPIRE', `${key}:limit`, random.pick(['2', '15', '60'])]); break;
        case 6: calls.push(['RPUSH', `${key}:ends`, 'y'], ['PEXPIRE', `${key}:ends`, random.pick(['1', '25', '90000'])], ['PERSIST', `${key}:ends`]); break;
        case 7: calls.push(['SPOP', `${key}:set`], ['SADD', `${key}:set`, ...Array.from({ length: 5 }, () => String(random.below(50)))]); break;
        default: calls.push(['SUNIONSTORE', `${key}:union`, `${key}:set`, `once:${random.below(30)}:set`], ['COPY', `${key}:limit`, `${key}:copy`, 'REPLACE']);
      }
    }
    const all = random.oneIn(2) ? [['MULTI'], ...calls, ['EXEC']] : calls;
    await Promise.all(all.map((call) => client.call(call)));
  }
}

/** Puts into `expected` what a bridge should have made of the source: each key under the name and in the database that `place` answers. */
export async function expect(source: RespClient, expected: RespClient, place: (database: number, name: Buffer) => { readonly database: number; readonly name: Buffer } | undefined): Promise<void> {
  await expected.call(['FLUSHALL']);
  for (let database = 0; database < 16; database += 1) {
    await source.call(['SELECT', String(database)]);
    const [, names] = replyItems(await source.call(['SCAN', '0', 'COUNT', '1000000']));
    for (const item of replyItems(names)) {
      const name = Buffer.from(replyText(item) ?? '', 'latin1');
      const to = place(database, name);
      if (to === undefined) continue;
      const [end, dump] = await Promise.all([source.call(['PEXPIRETIME', name]), source.call(['DUMP', name])]);
      const expireAt = replyText(end) ?? '-1';
      if (dump.kind !== 'bulk') continue;
      await expected.call(['SELECT', String(to.database)]);
      await expected.call(['RESTORE', to.name, expireAt === '-1' ? '0' : expireAt, dump.bytes, 'ABSTTL']);
    }
  }
  await source.call(['SELECT', '0']);
  await expected.call(['SELECT', '0']);
}
