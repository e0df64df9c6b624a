import { failureOfReply } from '../connection/failures.ts';
import type { Requests } from '../transfer/requests.ts';
import { createRequests } from '../transfer/requests.ts';
import { frameText, marks, type Wire } from '../transfer/wire.ts';
import { putCall } from './outcomes.ts';
import { elsewhere, fields } from './position.ts';

/**
 * Lets transactions come through only while the position at the target is the one that this bridge put there: the key is watched (WATCH)
 * from before each look at it, so whoever else writes to it, or deletes it with all the rest, is noticed before anything is applied.
 */
export interface Fence {
  /** On a link of which nothing is known: what has to stand there. */
  set(position: string): void;
  /** Watches, unless it does, and looks. Rejects with Failure, `elsewhere` where something else stands there. */
  arm(wire: Wire): Promise<void>;
  /** Watches no more: what else is sent may be transactions of its own, or change the position. Rejects with Failure. */
  disarm(wire: Wire): Promise<void>;
  /** Appends what `hear` reads the replies of, behind a transaction. */
  put(out: Requests): void;
  /** Looks what stands there behind a transaction, which has put `next` there; undefined: nothing new. Rejects as `arm`. */
  hear(wire: Wire, next: string | undefined): Promise<void>;
}

/** The home database has to be selected whenever it is used. */
export function createFence(key: Buffer): Fence {
  const name = key.toString('latin1');
  let stands = '';
  /** The link that watches. */
  let armed: Wire | undefined;
  const send = async (wire: Wire, replies: number, put: (out: Requests) => void): Promise<string> => {
    const out = createRequests();
    put(out);
    await wire.send(out.take());
    return read(wire, replies);
  };
  const read = async (wire: Wire, replies: number): Promise<string> => {
    let text = '';
    await wire.frames(replies, (frame, index) => {
      if (frame.mark === marks.error) throw failureOfReply(frameText(frame), [index === replies - 1 ? 'HGET' : 'WATCH']);
      text = frame.absent ? '' : frameText(frame);
    });
    return text;
  };
  const watch = (out: Requests): void => {
    putCall(out, ['WATCH', name]);
    putCall(out, ['HGET', name, fields.position]);
  };
  const look = (wire: Wire, found: string): void => {
    armed = found === stands ? wire : undefined;
    if (armed === undefined) throw elsewhere;
  };
  return {
    set(position) {
      stands = position;
      armed = undefined;
    },
    async arm(wire) {
      if (armed === wire) return;
      look(wire, await send(wire, 3, (out) => {
        // A watch that has noticed something notices it for ever.
        putCall(out, ['UNWATCH']);
        watch(out);
      }));
    },
    async disarm(wire) {
      if (armed !== wire) return;
      armed = undefined;
      await send(wire, 1, (out) => putCall(out, ['UNWATCH']));
    },
    put: watch,
    async hear(wire, next) {
      armed = undefined;
      stands = next ?? stands;
      look(wire, await read(wire, 2));
    },
  };
}
