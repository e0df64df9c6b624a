// COUNT over a distant server, and on one that needs 20 µs for a key.
import type { Session } from '../../src/core/connection/session.ts';
import { createKeyspace } from '../../src/core/keyspace/createKeyspace.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { benchClock, benchOptions, benchSession } from '../support/bench/keyspace.ts';
import { median } from '../support/bench/case.ts';
import { latency, resp, type Script, startScriptedServer } from '../support/scriptedServer.ts';

const calls = 5;
const scanned = (command: readonly Buffer[]): boolean => command[0]?.toString('latin1').toUpperCase() === 'SCAN';

/** Every SCAN is answered without names and with a cursor that never ends. */
const endless: Script = (command) => (scanned(command) ? resp.scan(String(Number(command[1]) + 1), []) : undefined);

/** Holds the server as long as a key costs: real servers do not answer anybody meanwhile. */
const slow: Script = (command) => {
  if (!scanned(command)) return undefined;
  const until = performance.now() + Number(command[command.length - 1]) * 0.02;
  while (performance.now() < until);
  return resp.scan(String(Number(command[1]) + 1), []);
};

async function countsOf(session: Session, received: readonly (readonly string[])[], budget: number): Promise<number[]> {
  const before = received.length;
  await createKeyspace(session, {}, { ...benchOptions, budget }, benchClock).level(Buffer.alloc(0)).loadMore();
  return received.slice(before).filter(([name]) => name?.toUpperCase() === 'SCAN').map((command) => Number(command.at(-1)));
}

export async function cases(scope: BenchScope): Promise<readonly BenchCase[]> {
  const distant = await startScriptedServer(endless, { deliver: latency(80) });
  scope.defer(() => distant.stop());
  const busy = await startScriptedServer(slow);
  scope.defer(() => busy.stop());
  const distantSession = await benchSession(scope, distant);
  const busySession = await benchSession(scope, busy);
  return [
    {
      name: `COUNT of call ${calls}, 80 ms away`, unit: 'COUNT', better: 'higher', goal: 1, peer: 1000,
      async ours() {
        const counts = await countsOf(distantSession, distant.received, 80 * (calls + 2));
        return counts[calls - 1] ?? 0;
      },
    },
    {
      name: 'where COUNT settles, at 20 µs a key (÷ 100)', unit: 'COUNT', better: 'lower', goal: 2, peer: 100,
      ours: async () => median((await countsOf(busySession, busy.received, 500)).slice(10)),
    },
    {
      name: 'the same, not below half of 100', unit: 'COUNT', better: 'higher', goal: 0.5, peer: 100,
      ours: async () => median((await countsOf(busySession, busy.received, 500)).slice(10)),
    },
  ];
}
