import { Failure } from '../failure.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import { failureOfReply } from '../connection/failures.ts';
import { frameNumber, frameText, marks, notRedis, type Wire } from '../transfer/wire.ts';
import { l10n } from '../../l10n.ts';
import type { KeyId } from './plan.ts';

/** Thrown where what the target holds is not what was put there: the synchronisation has to begin anew. */
export const elsewhere = new Failure('closed', 'The target has lost what was put there.');

/** A place in a source's replication stream: what is up to `offset` under this ID is in the target. `database` is selected there. */
export interface Position {
  readonly id: string;
  readonly offset: number;
  readonly database: number;
}

/** What a bridge keeps at its target, in one hash, so that it changes together with the data. */
export interface Kept {
  readonly position: Position | undefined;
  /** The snapshot that is being put there, and the number of its last part. */
  readonly loading: string | undefined;
  /** Keys that may be ahead of the position. */
  readonly ahead: readonly KeyId[];
}

const KEY = 'key:';

export const fields = {
  position: 'position',
  /** Comes with the snapshot alone: a position without it was written after somebody had emptied the target. */
  whole: 'whole',
  loading: 'loading',
  /** In latin1, as the name is. */
  key: (id: KeyId): string => `${KEY}${id}`,
} as const;

export function positionText({ id, offset, database }: Position): string {
  return `${id} ${offset} ${database}`;
}

/** Reads what a bridge has kept, in the selected database. Rejects with Failure. */
export async function readKept(wire: Wire, key: Buffer): Promise<Kept> {
  const texts: string[] = [];
  let count = 0;
  await wire.send(encodeRequest(['HGETALL', key]));
  await wire.frames(1, (frame) => {
    if (frame.mark === marks.error) {
      const failure = failureOfReply(frameText(frame), ['HGETALL']);
      throw failure.kind === 'wrong-type' ? new Failure('exists', l10n.t('{0} has a key {1} that is no position of a bridge. Delete or rename it.', wire.where, key.toString())) : failure;
    }
    if (frame.mark !== marks.array) throw notRedis(wire.where);
    count = frameNumber(frame);
  });
  await wire.frames(count, (frame) => texts.push(frameText(frame)));
  const found = new Map<string, string>();
  for (let at = 0; at < texts.length; at += 2) found.set(texts[at] as string, texts[at + 1] as string);
  const [, id, offset, database] = /^([0-9a-f]{40}) (\d{1,15}) (\d{1,9})$/.exec(found.get(fields.position) ?? '') ?? [];
  return {
    position: id === undefined || !found.has(fields.whole) ? undefined : { id, offset: Number(offset), database: Number(database) },
    loading: found.get(fields.loading),
    ahead: [...found.keys()].filter((name) => name.startsWith(KEY)).map((name) => name.slice(KEY.length)),
  };
}
