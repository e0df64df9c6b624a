import { cancelled, failureOfReply } from '../connection/failures.ts';
import type { Clock } from '../connection/ports.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { Sessions } from '../connection/session.ts';
import { endpointLabel } from '../connection/url.ts';
import { Failure, isFailure } from '../failure.ts';
import { holdersKey, positionKey } from '../keyspace/positionKey.ts';
import { createRequests } from '../transfer/requests.ts';
import { createWire, frameText, marks, notRedis, type Wire } from '../transfer/wire.ts';
import { displayShort } from '../keyspace/display.ts';
import { l10n } from '../../l10n.ts';
import { heldFailure, holderText, inTheWay, readHolders, type Claim, type Holder, type Reads } from './holders.ts';
import { createTransaction, putCall } from './outcomes.ts';
import { isPassing } from './passing.ts';
import { elsewhere } from './position.ts';
import { refusalOf, run } from './values.ts';

const TERM = 20_000;
const name = holdersKey.toString();

export interface LeaseDeps {
  readonly sessions: Sessions;
  readonly clock: Clock;
  /** Ms without a byte of a reply until the link is given up. */
  readonly patience: number;
  /** Waits so many ms. Rejects with Failure `cancelled` when aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly target: ConnectionProfile;
  readonly id: string;
  /** New for each start. */
  readonly token: string;
  readonly claim: Claim;
  readonly reads: Reads;
  /** This window, and the connection that is followed, for people. */
  readonly window: string;
  readonly source: string;
  /** Ms that the target is held for after it was last said so, and a quarter of it until it is said again; 20 s if absent. */
  readonly term?: number;
}

/** That this bridge alone writes to its target, which is written down there for others. */
export interface Lease {
  /** Why it holds the target no more. */
  readonly lost: Failure | undefined;
  /** Begins to hold the target. A bridge of the same ID gives way, as that was this one before its window was closed. Rejects with Failure, `exists` where another one holds it. */
  take(): Promise<void>;
  /** Sees to it that the target is held now. Rejects with Failure. */
  hold(): Promise<void>;
  /** Empties the target while it is held: neither of two can wipe what the other one puts there. `wire` is in database 0. Rejects with Failure. */
  empty(wire: Wire, functions: boolean): Promise<void>;
  /** Says again and again that it is held, until aborted. Resolves when it is lost. */
  keep(): Promise<void>;
  close(): void;
}

export function createLease(deps: LeaseDeps, signal: AbortSignal): Lease {
  const { sessions, clock, target, id, token, claim, reads, window, source, term = TERM } = deps;
  const where = endpointLabel(target);
  let wire: Wire | undefined;
  let taken = false;
  let lost: Failure | undefined;
  /** When the target last said that it is ours, by both clocks: one of them stands still while the machine sleeps, the other one can be set. */
  let confirmed = { now: -Infinity, elapsed: -Infinity };
  let running: Promise<void> = Promise.resolve();

  const attempt = async (): Promise<void> => {
    wire ??= createWire(await sessions.openChannel(target, 0, 'copy', { confirmed: true }), { where, signal, patience: deps.patience });
    const asked = { now: clock.now(), elapsed: clock.elapsed() };
    const { holders, now } = await watchHolders(wire);
    const own = holders.find((one) => one.id === id);
    if (taken && own !== undefined && own.token !== token) throw new Failure('exists', l10n.t('Another window ({0}) goes on with this replication.', displayShort(Buffer.from(own.window), 60)));
    const other = inTheWay(holders, id, claim, now);
    if (other !== undefined) throw heldFailure(where, other, now);
    const transaction = createTransaction();
    const until = now + term;
    transaction.add(['HSET', name, id, holderText({ id, token, until, window, source, reads, ...claim })]);
    const gone = holders.filter((one) => one.id !== id && one.until <= now);
    if (gone.length > 0) transaction.add(['HDEL', name, ...gone.map((one) => one.id)]);
    // Nobody is left to remove it once all windows are gone.
    transaction.add(['PEXPIREAT', name, String(Math.max(until, ...holders.map((one) => one.until)) + term)]);
    const ran = await transaction.run(wire);
    // A full target does not take it, from anybody: it may be the one that is to be emptied.
    if (ran.kind === 'refused' && !ran.error.startsWith('OOM')) throw refusalOf(ran.error, 'HSET');
    taken = true;
    confirmed = asked;
  };
  const take = async (): Promise<void> => {
    for (;;) {
      if (lost !== undefined) throw lost;
      try {
        return await attempt();
      } catch (error) {
        // Another one has written to it in between.
        if (error === elsewhere) continue;
        wire?.close();
        wire = undefined;
        if (signal.aborted) throw cancelled();
        if (isFailure(error) && !isPassing(error)) lost ??= error;
        throw error;
      }
    }
  };
  /** One after the other: they share a link. */
  const queue = (): Promise<void> => (running = running.then(take, take));

  return {
    get lost() {
      return lost;
    },
    take: queue,
    async hold() {
      if (lost !== undefined) throw lost;
      if (Math.max(clock.now() - confirmed.now, clock.elapsed() - confirmed.elapsed) > term / 2) await queue();
    },
    async empty(data, functions) {
      for (;;) {
        const { holders, now } = await watchHolders(data);
        const own = holders.find((one) => one.id === id);
        if (lost === undefined && own?.token !== token) await queue();
        if (lost !== undefined) throw lost;
        const other = inTheWay(holders, id, claim, now);
        if (other !== undefined) throw heldFailure(where, other, now);
        const transaction = createTransaction();
        transaction.add(['FLUSHALL']);
        if (functions) transaction.add(['FUNCTION', 'FLUSH']);
        try {
          const ran = await transaction.run(data);
          // A full server takes no transaction of anything, but this alone, and nobody else's name either.
          if (ran.kind === 'refused' && ran.error.startsWith('OOM')) for (const command of functions ? [['FLUSHALL'], ['FUNCTION', 'FLUSH']] : [['FLUSHALL']]) await run(data, command);
          else if (ran.kind === 'refused') throw refusalOf(ran.error, 'FLUSHALL');
        } catch (error) {
          if (error !== elsewhere) throw error;
          continue;
        }
        // That went with it.
        return queue();
      }
    },
    async keep() {
      while (lost === undefined && !signal.aborted) {
        try {
          await deps.pause(term / 4, signal);
          await queue();
        } catch {
          // What passes is tried again; of what does not, `lost` tells.
        }
      }
    },
    close() {
      wire?.close();
      wire = undefined;
    },
  };
}

/** Watches the holders (in the selected database) and reads them, and the server's clock. Rejects with Failure. */
async function watchHolders(wire: Wire): Promise<{ readonly holders: readonly Holder[]; readonly now: number }> {
  const out = createRequests();
  // A watch that has noticed something notices it for ever.
  for (const call of [['UNWATCH'], ['WATCH', name], ['HGETALL', name], ['TIME']]) putCall(out, call);
  await wire.send(out.take());
  const refuse = (error: string, command: string): never => {
    const failure = failureOfReply(error, [command]);
    throw failure.kind === 'wrong-type' ? new Failure('exists', l10n.t('{0} has a key {1} that is not of a bridge. Delete or rename it.', wire.where, name)) : failure;
  };
  const read = async (count: number, command: string): Promise<string[]> => {
    const texts: string[] = [];
    await wire.frames(count, (frame) => void texts.push(frame.mark === marks.error ? refuse(frameText(frame), command) : frameText(frame)));
    return texts;
  };
  await read(2, 'WATCH');
  const [count] = await read(1, 'HGETALL');
  const fields = await read(Number(count), 'HGETALL');
  const [, seconds, micros] = await read(3, 'TIME');
  const now = Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  if (!Number.isFinite(now)) throw notRedis(wire.where);
  return { holders: readHolders(fields), now };
}

/** Lets go of a target, unless it is another's by now; `forget`: and of the position there, in this database. Rejects with Failure. */
export async function letGo({ sessions, target, id, token, patience }: Pick<LeaseDeps, 'sessions' | 'target' | 'id' | 'token' | 'patience'>, forget: { readonly home: number } | undefined): Promise<void> {
  const wire = createWire(await sessions.openChannel(target, 0, 'copy', { confirmed: true }), { where: endpointLabel(target), signal: new AbortController().signal, patience });
  try {
    for (;;) {
      const { holders } = await watchHolders(wire);
      const own = holders.find((one) => one.id === id);
      if (own !== undefined && own.token !== token) return;
      const transaction = createTransaction();
      transaction.add(['HDEL', name, id]);
      if (forget !== undefined) {
        transaction.add(['SELECT', String(forget.home)]);
        transaction.add(['DEL', positionKey(id).toString('latin1')]);
        transaction.add(['SELECT', '0']);
      }
      try {
        const ran = await transaction.run(wire);
        if (ran.kind === 'refused') throw refusalOf(ran.error, 'DEL');
        return;
      } catch (error) {
        if (error !== elsewhere) throw error;
      }
    }
  } finally {
    wire.close();
  }
}
