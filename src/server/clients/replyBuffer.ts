import { allocated } from '../memory/weights.ts';
import type { ServerState, Session } from '../state.ts';

/** What Redis gives a client for its replies before it begins a list of them: as much as was needed of late. Bytes. */
export interface ReplyBuffer {
  size: number;
  /** The most that was in it since `peakSince`. */
  peak: number;
  /** Ms since the epoch. */
  peakSince: number;
}

/** DEBUG REPLYBUFFER. */
export interface ReplyBufferRules {
  /** Ms for which a peak counts; negative: for ever. */
  peakTime: number;
  resizing: boolean;
}

const MOST = 16 * 1024;
const LEAST = 1024;
export const PEAK_TIME = 5000;

/** The buffer of a new client: as large as they come. */
export function createReplyBuffer(now: number): ReplyBuffer {
  return { size: MOST, peak: MOST, peakSince: now };
}

/** Keeps in mind that so many bytes went to the client at once. */
export function fillReplyBuffer(buffer: ReplyBuffer, bytes: number): void {
  buffer.peak = Math.max(buffer.peak, Math.min(bytes, buffer.size));
}

/** A round of the cron: a buffer that was not half full becomes smaller, one that was full becomes larger. */
export function resizeReplyBuffer({ replyBuffers, statistics }: ServerState, { replyBuffer: buffer, buffers }: Session, now: number): void {
  if (!replyBuffers.resizing) return;
  const { size, peak } = buffer;
  if (size / 2 >= LEAST && peak < size / 2) {
    buffer.size = allocated(Math.max(LEAST, peak + 1));
    statistics.replyBufferShrinks += 1;
  } else if (size < MOST && peak === size) {
    buffer.size = Math.min(MOST, size * 2);
    statistics.replyBufferExpands += 1;
  }
  if (replyBuffers.peakTime < 0 || now - buffer.peakSince <= replyBuffers.peakTime) return;
  buffer.peak = Math.min(buffers().output, buffer.size);
  buffer.peakSince = now;
}
