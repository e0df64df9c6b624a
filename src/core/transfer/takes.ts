import { encodeRequest } from '../../protocol/resp/encode.ts';
import { frameNumber, frameText, marks, type Wire } from './wire.ts';

const PARAMETER = 'proto-max-bulk-len';
/** What Redis takes where nobody changed it (`proto-max-bulk-len`), in bytes; the practice server takes a few fewer. */
const DEFAULT = 512 * 1024 * 1024 - 24;

/** Bytes of one argument, and so of one payload, that a server takes at most: above it, it cuts the link. Rejects with Failure for that of the link. */
export async function largestTakenBy(wire: Wire): Promise<number> {
  let length = 0;
  const found: string[] = [];
  await wire.send(encodeRequest(['CONFIG', 'GET', PARAMETER]));
  await wire.frames(1, (frame) => {
    // Not everyone may ask, and not every server knows the parameter.
    if (frame.mark === marks.array) length = frameNumber(frame);
  });
  await wire.frames(length, (frame) => found.push(frameText(frame)));
  const bytes = found[0] === PARAMETER ? Number(found[1]) : NaN;
  return bytes > 0 ? Math.min(bytes, DEFAULT) : DEFAULT;
}
