/**
 * Bytes that have arrived and are not yet consumed. While a long piece is awaited (`expect`) chunks are only put together,
 * in a buffer that grows with them: a value that arrives in a thousand chunks costs little with each, and little at its end.
 */
export interface ByteQueue {
  push(chunk: Buffer): void;
  /** False while an awaited piece is incomplete: nothing can be read. */
  ready(): boolean;
  /** The current window; the next push makes another one, and leaves this one as it is. */
  buffer: Buffer;
  /** First unread byte of the window. */
  position: number;
  /** Unread bytes of the window. */
  available(): number;
  /** Waits until `size` unread bytes are here. */
  expect(size: number): void;
  /** Length of the piece that is awaited, bytes; 0 while none is. */
  awaited(): number;
  /** Index of the next LF at or after `position`, or -1; remembers how far it looked. */
  findLineFeed(): number;
  /** Unread bytes held in all. */
  held(): number;
  /** Bytes consumed since the start. */
  consumed(): number;
}

const EMPTY = Buffer.alloc(0);
/** Up to here a buffer is made for all that is awaited; beyond that an announced length is only believed as it arrives. */
const BELIEVED = 1024 * 1024;
/** Once so much of it is here all of it is believed, up to so much: to copy what is here again and again would hold the thread. */
const PROVEN = 4 * 1024 * 1024;
const BELIEVED_THEN = 1024 * 1024 * 1024;
/** Room for what comes in one chunk with the end of an awaited piece. */
const SLACK = 64 * 1024;

/** Makes an empty queue. */
export function createByteQueue(): ByteQueue {
  /** The awaited piece: what of it is here, from the window's unread bytes on, and how long it is; 0 while none is awaited. */
  let gathered = EMPTY;
  let filled = 0;
  let awaited = 0;
  let searched = 0;
  let before = 0;

  const gather = (chunk: Buffer): void => {
    const size = filled + chunk.length;
    if (size > gathered.length) {
      const believed = Math.max(2 * gathered.length, filled < PROVEN ? BELIEVED : BELIEVED_THEN);
      const larger = Buffer.allocUnsafeSlow(Math.max(size, Math.min(awaited + SLACK, believed)));
      gathered.copy(larger, 0, 0, filled);
      gathered = larger;
    }
    filled += chunk.copy(gathered, filled);
  };

  const queue: ByteQueue = {
    buffer: EMPTY,
    position: 0,
    push(chunk) {
      if (chunk.length === 0) return;
      const rest = queue.buffer.subarray(queue.position);
      const size = rest.length + chunk.length;
      if (filled === 0 && size >= awaited) queue.buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      else {
        if (filled === 0) gather(rest);
        gather(chunk);
        if (filled < awaited) return;
        queue.buffer = gathered.subarray(0, filled);
        gathered = EMPTY;
        filled = 0;
      }
      awaited = 0;
      before += queue.position;
      searched = Math.max(0, searched - queue.position);
      queue.position = 0;
    },
    ready: () => awaited === 0,
    available: () => queue.buffer.length - queue.position,
    expect(size) {
      if (queue.buffer.length - queue.position < size) awaited = size;
    },
    awaited: () => awaited,
    findLineFeed() {
      const index = queue.buffer.indexOf(10, Math.max(queue.position, searched));
      searched = index === -1 ? queue.buffer.length : index;
      return index;
    },
    held: () => Math.max(filled, queue.buffer.length - queue.position),
    consumed: () => before + queue.position,
  };
  return queue;
}
