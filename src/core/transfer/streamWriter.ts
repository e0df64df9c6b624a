import type { RdbStreamEntry, RdbStreamId } from '../../protocol/rdb/value.ts';
import type { KeyAt } from '../compare/large.ts';
import type { Command } from '../connection/session.ts';
import { addEntry, compareIds, finishStream, idText, placeholder } from './native.ts';
import { readStreamShape } from './streamShape.ts';

/** Elements in one command. */
const PER_COMMAND = 500;

/** Makes a stream anew page by page, then its groups and what is pending in them. */
export interface StreamWriter {
  /** The commands that add these entries, which come after those before. */
  add(entries: readonly RdbStreamEntry<Buffer>[]): readonly Command[];
  /** The commands that are left when all entries are there. */
  finish(): readonly Command[];
}

/** Rejects with Failure. Memory: what is pending. */
export async function createStreamWriter({ session, key }: KeyAt, targetKey: Buffer, signal: AbortSignal): Promise<StreamWriter> {
  const shape = await readStreamShape(session, key, (bytes) => bytes, signal);
  const pending = new Map(shape.groups.flatMap((group) => group.pending.map(({ id }) => [idText(id), id] as const)));
  /** What is pending and not met yet, in order. */
  const waiting = [...pending.values()].sort(compareIds);
  const deleted: RdbStreamId[] = [];
  let at = 0;
  let live = 0;
  let top: RdbStreamId | undefined;
  const put = (entry: RdbStreamEntry<Buffer>): Command => {
    top = entry.id;
    return addEntry(targetKey, entry);
  };
  const makeUp = (id: RdbStreamId): Command => {
    deleted.push(id);
    return put({ id, fields: placeholder });
  };
  return {
    add(entries) {
      const commands: Command[] = [];
      for (const entry of entries) {
        for (; at < waiting.length && compareIds(waiting[at] as RdbStreamId, entry.id) < 0; at += 1) commands.push(makeUp(waiting[at] as RdbStreamId));
        if (at < waiting.length && compareIds(waiting[at] as RdbStreamId, entry.id) === 0) at += 1;
        commands.push(put(entry));
        live += 1;
      }
      return commands;
    },
    finish() {
      const commands: Command[] = [];
      for (; at < waiting.length; at += 1) commands.push(makeUp(waiting[at] as RdbStreamId));
      return [...commands, ...finishStream(targetKey, shape, { top, deleted, live }, PER_COMMAND)];
    },
  };
}
