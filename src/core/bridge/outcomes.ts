import { failureOfReply } from '../connection/failures.ts';
import type { Failure } from '../failure.ts';
import { createRequests, type Requests } from '../transfer/requests.ts';
import type { Fence } from './fence.ts';
import { elsewhere } from './position.ts';
import { frameNumber, frameText, marks, notRedis, type Frame, type Wire } from '../transfer/wire.ts';

/** What came of a command: the text of an error, or the number that it answered (NaN where it was none). */
export interface Outcome {
  readonly error: string | undefined;
  readonly number: number;
}

/** What came of a transaction: outcomes in order, or the error of the command that was not even taken (-1: MULTI itself), and nothing was done. */
export type Ran =
  | { readonly kind: 'done'; readonly outcomes: readonly Outcome[] }
  | { readonly kind: 'refused'; readonly index: number; readonly error: string; readonly failure: Failure };

/** Appends a request of latin1 arguments. */
export function putCall(out: Requests, args: readonly string[]): void {
  let text = `*${args.length}\r\n`;
  for (const arg of args) text += `$${arg.length}\r\n${arg}\r\n`;
  out.put(Buffer.from(text, 'latin1'));
}

/** Reads that many replies, however deep they are. Rejects with Failure. */
export async function readOutcomes(wire: Wire, count: number): Promise<Outcome[]> {
  const found: Outcome[] = [];
  await visitReplies(wire, count, (frame) => found.push({ error: frame.mark === marks.error ? frameText(frame) : undefined, number: frame.mark === marks.integer ? frameNumber(frame) : NaN }));
  return found;
}

/** Shows that many replies, of those that are arrays only the head. Rejects with Failure. */
export async function visitReplies(wire: Wire, count: number, visit: (frame: Frame, index: number) => void): Promise<void> {
  let inner = 0;
  let index = 0;
  for (let left = count; left > 0;) {
    const frames = left;
    left = 0;
    await wire.frames(frames, (frame) => {
      const outer = inner === 0;
      if (!outer) inner -= 1;
      if (frame.mark === marks.array) {
        const items = Math.max(0, frameNumber(frame));
        inner += items;
        left += items;
      }
      if (outer) visit(frame, index++);
    });
  }
}

/** Commands that are done as one, or not at all. */
export interface Transaction {
  /** Adds a command of latin1 arguments; answers its place among the outcomes. */
  add(args: readonly string[]): number;
  /** Adds a command that is encoded. */
  addBytes(...bytes: readonly Uint8Array[]): number;
  readonly size: number;
  /**
   * Sends all of it within MULTI and EXEC. Rejects with Failure, `elsewhere` where a key that was watched has changed: nothing was done then.
   * @param fence what has to stand at the target for it to be done; `next`: what stands there behind it, where that is something else
   */
  run(wire: Wire, fence?: Fence, next?: string): Promise<Ran>;
}

export function createTransaction(): Transaction {
  const out = createRequests();
  const names: string[] = [];
  putCall(out, ['MULTI']);
  return {
    get size() {
      return out.size;
    },
    add(args) {
      putCall(out, args);
      return names.push(args[0] ?? '') - 1;
    },
    addBytes(...bytes) {
      for (const part of bytes) out.put(part);
      return names.push('RESTORE') - 1;
    },
    async run(wire, fence, next) {
      putCall(out, ['EXEC']);
      await fence?.arm(wire);
      // EXEC ends the watch. To begin the next one with it saves a way there and back.
      fence?.put(out);
      await wire.send(out.take());
      const queued = await readOutcomes(wire, names.length + 1);
      let count = NaN;
      let refusal = '';
      await wire.frames(1, (frame) => {
        if (frame.mark === marks.array) count = frameNumber(frame);
        else if (frame.absent) count = -1;
        else if (frame.mark === marks.error) refusal = frameText(frame);
        else throw notRedis(wire.where);
      });
      const first = queued.findIndex(({ error }) => error !== undefined);
      if (refusal !== '' || first >= 0) {
        const index = Math.max(0, first) - 1;
        const error = queued[first]?.error ?? refusal;
        await fence?.hear(wire, undefined);
        return { kind: 'refused', index, error, failure: failureOfReply(error, [names[index] ?? 'MULTI']) };
      }
      if (count === -1) throw elsewhere;
      if (count !== names.length) throw notRedis(wire.where);
      const outcomes = await readOutcomes(wire, count);
      await fence?.hear(wire, next);
      return { kind: 'done', outcomes };
    },
  };
}
