import { encodeRequest } from '../../protocol/resp/encode.ts';
import { parseInfo } from '../connection/capabilities.ts';
import { frameText, marks, type Wire } from '../transfer/wire.ts';
import type { Difference } from './verify.ts';

/* What a comparison that goes on by other links needs. */

/** Differences that are looked at again, or copied again, between two points from which it goes on. */
const PART = 10_000;

/** Differences that are dealt with part by part. */
export interface Todo {
  readonly all: readonly Difference[];
  at: number;
}

/** Deals with what is left; of a part that fails, all of it is left. @param size of a part, at most */
export async function byParts(todo: Todo, deal: (part: readonly Difference[]) => Promise<void>, size = PART): Promise<void> {
  while (todo.at < todo.all.length) {
    const part = todo.all.slice(todo.at, todo.at + size);
    await deal(part);
    todo.at += part.length;
  }
}

/** Which processes both servers are (their run_id): another one may have lost what was compared, and does not know the cursors. Undefined where one does not tell. */
export async function processesOf(source: Wire, target: Wire): Promise<string | undefined> {
  const [from, to] = await Promise.all([source, target].map(runIdOf));
  return from === undefined || to === undefined ? undefined : `${from} ${to}`;
}

async function runIdOf(wire: Wire): Promise<string | undefined> {
  let runId: string | undefined;
  await wire.send(encodeRequest(['INFO', 'server']));
  await wire.frames(1, (frame) => {
    if (frame.mark === marks.bulk) runId = parseInfo(frameText(frame)).get('run_id');
  });
  return runId;
}
