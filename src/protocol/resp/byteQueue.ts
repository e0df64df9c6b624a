/**
 * Bytes that have arrived and are not yet consumed. While a long piece is awaited (`expect`) chunks are only collected,
 * so a value that arrives in a thousand chunks is copied once.
 */
export interface ByteQueue {
  push(chunk: Buffer): void;
  /** False while an awaited piece is incomplete: nothing can be read. */
  ready(): boolean;
  /** The current window; valid until the next push. */
  buffer: Buffer;
  /** First unread byte of the window. */
  position: number;
  /** Unread bytes of the window. */
  available(): number;
  /** Waits until `size` unread bytes are here. */
  expect(size: number): void;
  /** Index of the next LF at or after `position`, or -1; remembers how far it looked. */
  findLineFeed(): number;
  /** Unread bytes held in all. */
  held(): number;
  /** Bytes consumed since the start. */
  consumed(): number;
}

const EMPTY = Buffer.alloc(0);

/** Makes an empty queue. */
export function createByteQueue(): ByteQueue {
  let pending: Buffer[] = [];
  let pendingSize = 0;
  let needed = 0;
  let searched = 0;
  let before = 0;
  const queue: ByteQueue = {
    buffer: EMPTY,
    position: 0,
    push(chunk) {
      if (chunk.length === 0) return;
      if (needed > 0) {
        pending.push(chunk);
        pendingSize += chunk.length;
        if (pendingSize < needed) return;
        before += queue.position;
        queue.buffer = Buffer.concat([queue.buffer.subarray(queue.position), ...pending]);
        pending = [];
        pendingSize = 0;
        needed = 0;
      } else {
        before += queue.position;
        const rest = queue.buffer.subarray(queue.position);
        queue.buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      }
      searched = Math.max(0, searched - queue.position);
      queue.position = 0;
    },
    ready: () => needed === 0,
    available: () => queue.buffer.length - queue.position,
    expect(size) {
      const here = queue.buffer.length - queue.position;
      // Only what is still missing is collected; `pendingSize` counts it.
      if (here < size) needed = size - here;
    },
    findLineFeed() {
      const index = queue.buffer.indexOf(10, Math.max(queue.position, searched));
      searched = index === -1 ? queue.buffer.length : index;
      return index;
    },
    held: () => queue.buffer.length - queue.position + pendingSize,
    consumed: () => before + queue.position,
  };
  return queue;
}
