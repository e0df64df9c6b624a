import type { Duplex } from 'node:stream';
import { createSyncReader, type SyncEvent } from '../../protocol/psync/payload.ts';
import type { RdbSummary } from '../../protocol/rdb/skimmer.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import { cancelled, cut, failureOfReply } from '../connection/failures.ts';
import type { Command } from '../connection/session.ts';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { lookThrough } from './lookThrough.ts';
import type { TargetFile } from './target.ts';

/** How far a pull is. */
export interface PullProgress {
  readonly keys: number;
  readonly bytes: number;
  /** Bytes there will be, where the server tells. */
  readonly size: number | undefined;
}

export interface PullOptions {
  /** The server in words, for errors. */
  readonly where: string;
  readonly signal: AbortSignal;
  /** Called once when the dump begins, then with every part of it. */
  readonly onProgress: (progress: PullProgress) => void;
  /** Ms without a byte until the server is given up: before the dump, and in the middle of it. */
  readonly patience: { readonly before: number; readonly within: number };
}

/** How a pull ended: the dump is in the file, or the server gives none and nothing was written. */
export type PullOutcome =
  | { readonly kind: 'pulled'; readonly summary: RdbSummary; /** Why its content was not looked through, if so. */ readonly unread: string | undefined }
  | { readonly kind: 'refused'; readonly why: Failure };

/**
 * Asks for the data of one moment as a replica does (REPLCONF, PSYNC ? -1, else SYNC), over a channel of the intent `copy`, and
 * writes it as it comes; the channel is closed then. A server that ends the link before the dump begins has refused as well.
 * Memory: a chunk. Throws Failure: `cancelled`, `timeout` or `unreachable` in the middle of the dump, `server` for a damaged one, `file`.
 */
export async function pullDump(channel: Duplex, file: Pick<TargetFile, 'write'>, options: PullOptions): Promise<PullOutcome> {
  const { where, signal, patience } = options;
  const reader = createSyncReader();
  const chunks = channel[Symbol.asyncIterator]() as AsyncIterator<Buffer, unknown>;
  let limit = patience.before;
  let begun = false;
  const silent = (): void => void channel.destroy(new Failure('timeout', begun
    ? l10n.t('{0} has sent nothing for {1} s, in the middle of its data. Nothing was saved.', where, Math.round(limit / 1000))
    : l10n.t('{0} has sent nothing for {1} s.', where, Math.round(limit / 1000))));
  let timer = setTimeout(silent, limit);
  const abort = (): void => void channel.destroy(cancelled());
  signal.addEventListener('abort', abort);

  const next = async (): Promise<SyncEvent> => {
    for (;;) {
      const event = reader.next();
      if (event !== undefined) return event;
      const { done, value } = await chunks.next();
      if (done === true) throw cut(where);
      timer.refresh();
      reader.push(value);
    }
  };
  const ask = async (...command: Command): Promise<SyncEvent> => {
    channel.write(encodeRequest(command));
    return next();
  };

  try {
    if (signal.aborted) throw cancelled();
    // Of what a server does not know it says so, and goes on without. `rdb-only`: it keeps no stream of commands for us.
    await ask('REPLCONF', 'capa', 'eof');
    await ask('REPLCONF', 'rdb-only', '1');
    let event = await ask('PSYNC', '?', '-1');
    if (event.kind === 'reply' && /^-ERR unknown command/i.test(event.text)) event = await ask('SYNC');
    if (event.kind === 'reply' && event.text.startsWith('+FULLRESYNC')) event = await next();
    if (event.kind === 'reply') return { kind: 'refused', why: failureOfReply(event.text.slice(1), ['PSYNC']) };
    if (event.kind !== 'begin') throw cut(where);
    begun = true;
    clearTimeout(timer);
    limit = patience.within;
    timer = setTimeout(silent, limit);
    return await receive(event.size, next, file, options);
  } catch (error) {
    if (signal.aborted) throw cancelled();
    const failure = asFailure(error, where);
    if (begun) throw failure.kind === 'unreachable' ? new Failure('unreachable', l10n.t('The connection to {0} was cut in the middle of its data. Nothing was saved.', where)) : failure;
    return { kind: 'refused', why: failure };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    channel.destroy();
  }
}

function asFailure(error: unknown, where: string): Failure {
  if (error instanceof Failure) return error;
  return error instanceof Error && 'code' in error ? cut(where) : new Failure('server', l10n.t('{0} does not answer as a Redis server does.', where));
}

async function receive(size: number | undefined, next: () => Promise<SyncEvent>, file: Pick<TargetFile, 'write'>, { where, onProgress }: PullOptions): Promise<PullOutcome> {
  const look = lookThrough(l10n.t('What {0} sent', where));
  let bytes = 0;
  onProgress({ keys: 0, bytes, size });
  for (let event = await next(); event.kind === 'bytes'; event = await next()) {
    look.push(event.bytes);
    bytes += event.bytes.length;
    await file.write(event.bytes);
    onProgress({ keys: look.summary.keys, bytes, size });
  }
  look.finish();
  onProgress({ keys: look.summary.keys, bytes, size });
  return { kind: 'pulled', summary: look.summary, unread: look.unread };
}
