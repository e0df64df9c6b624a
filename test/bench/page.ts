// The first page: as fast on five million keys as on ten thousand, and never by a large COUNT.
import type { Session } from '../../src/core/connection/session.ts';
import { createKeyspace } from '../../src/core/keyspace/createKeyspace.ts';
import type { ScanOptions } from '../../src/core/keyspace/keyspace.ts';
import type { BenchCase, BenchScope } from '../support/bench/case.ts';
import { benchClock, benchOptions, benchSession } from '../support/bench/keyspace.ts';
import { elapsed, filledServer } from '../support/bench/measure.ts';

const empty = Buffer.alloc(0);
/** First pages per measurement: one alone is a few ms. */
const repeats = 20;

/** A session that notes the largest COUNT that is sent. */
function watching(session: Session): { readonly session: Session; largest: number } {
  const watched = {
    largest: 0,
    session: {
      ...session,
      get smallestRoundTrip() {
        return session.smallestRoundTrip;
      },
      send: ((command, options) => {
        const at = command.indexOf('COUNT');
        if (at >= 0) watched.largest = Math.max(watched.largest, Number(command[at + 1]));
        return session.send(command, options);
      }) satisfies Session['send'],
    },
  };
  return watched;
}

/** Ms of a first page of 500 flat keys, types included. */
async function firstPage(session: Session, options: ScanOptions): Promise<number> {
  return (await elapsed(async () => {
    for (let at = 0; at < repeats; at++) {
      const rows = await createKeyspace(session, {}, options, benchClock).level(empty).loadMore();
      if (rows.length !== options.pageSize) throw new Error(`${rows.length} rows`);
    }
  })) / repeats;
}

export async function cases(scope: BenchScope): Promise<readonly BenchCase[]> {
  const small = await filledServer(10_000);
  scope.defer(() => small.stop());
  const large = await filledServer(5_000_000);
  scope.defer(() => large.stop());
  const smallSession = await benchSession(scope, small);
  const watched = watching(await benchSession(scope, large));
  // One namespace would be one row, and the page then ends by its budget: the keys are shown flat.
  const flat: ScanOptions = { ...benchOptions, delimiter: empty };
  await firstPage(smallSession, flat);
  return [
    { name: 'first page of 5,000,000 keys, of 10,000 keys', unit: 'ms', better: 'lower', goal: 1.5, ours: () => firstPage(watched.session, flat), peer: () => firstPage(smallSession, flat) },
    {
      name: 'largest COUNT while scanning for a second', unit: 'keys', better: 'lower', goal: 1, peer: 10_000, rounds: 1,
      async ours() {
        await createKeyspace(watched.session, {}, benchOptions, benchClock).level(empty).loadMore();
        return watched.largest;
      },
    },
  ];
}
