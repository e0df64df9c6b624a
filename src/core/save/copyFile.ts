import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { cancelled } from '../connection/failures.ts';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { lookThrough } from './lookThrough.ts';
import type { PullOutcome, PullProgress } from './pull.ts';
import type { TargetFile } from './target.ts';

const PART = 256 * 1024;

/** Copies an RDB file byte by byte, looking through it. Throws Failure: `cancelled`, `server` for a damaged one, `file`. */
export async function copyFile(
  source: string, file: Pick<TargetFile, 'write'>, { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: PullProgress) => void },
): Promise<Extract<PullOutcome, { kind: 'pulled' }>> {
  const look = lookThrough(source);
  let bytes = 0;
  try {
    const { size } = await stat(source);
    for await (const chunk of createReadStream(source, { highWaterMark: PART, signal }) as AsyncIterable<Buffer>) {
      look.push(chunk);
      bytes += chunk.length;
      await file.write(chunk);
      onProgress({ keys: look.summary.keys, bytes, size });
    }
  } catch (error) {
    if (signal.aborted) throw cancelled();
    if (error instanceof Failure) throw error;
    throw new Failure('file', l10n.t('{0} could not be read{1}. Nothing was saved.', source, error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''));
  }
  look.finish();
  return { kind: 'pulled', summary: look.summary, unread: look.unread };
}
