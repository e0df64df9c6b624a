/** What a master sends up to the end of a full synchronisation, in its order. */
export type SyncEvent =
  /** A line that answers what the replica asked: `+FULLRESYNC …`, `+OK`, `-NOPERM …`. */
  | { readonly kind: 'reply'; readonly text: string }
  /** The dump begins; `size` in bytes where the master knows it (`$<size>`), undefined where it tells the end by a mark (`$EOF:<mark>`). */
  | { readonly kind: 'begin'; readonly size: number | undefined }
  /** A part of the dump; a view on what was pushed. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'end' };

/** Reads a master's side of the handshake and the dump behind it, split in any way. */
export interface SyncReader {
  push(chunk: Buffer): void;
  /** The next event, or undefined until more bytes come (and for good after `end`). Throws Error for what is none of them. */
  next(): SyncEvent | undefined;
  /** Bytes behind the end of the dump: the stream of commands. */
  rest(): Buffer;
}

const LINE_FEED = 10;
const MARK = 40;
/** Longest line that a master may send; an error reply repeats part of the command at most. */
const MAX_LINE = 64 * 1024;
const EMPTY = Buffer.alloc(0);

/** Makes a reader. Bare line feeds between lines, by which a master that prepares the dump says that it lives, are left out. */
export function createSyncReader(): SyncReader {
  let bytes: Buffer = EMPTY;
  let state: 'lines' | 'counted' | 'marked' | 'ended' = 'lines';
  let left = 0;
  let mark: Buffer = EMPTY;

  const nextLine = (): SyncEvent | undefined => {
    for (;;) {
      const end = bytes.indexOf(LINE_FEED);
      if (end < 0) {
        if (bytes.length > MAX_LINE) throw new Error('a line without an end');
        return undefined;
      }
      const text = bytes.toString('latin1', 0, end).replace(/\r$/, '');
      bytes = bytes.subarray(end + 1);
      if (text !== '') return line(text);
    }
  };
  const line = (text: string): SyncEvent => {
    if (text.startsWith('+') || text.startsWith('-')) return { kind: 'reply', text };
    const size = /^\$(\d{1,15})$/.exec(text)?.[1];
    if (size !== undefined) {
      state = 'counted';
      left = Number(size);
      return { kind: 'begin', size: left };
    }
    if (!text.startsWith('$EOF:') || text.length !== 5 + MARK) throw new Error(`neither a reply nor a dump, but ${JSON.stringify(text.slice(0, 100))}`);
    state = 'marked';
    mark = Buffer.from(text.slice(5), 'latin1');
    return { kind: 'begin', size: undefined };
  };
  const part = (size: number): SyncEvent => {
    const taken = bytes.subarray(0, size);
    bytes = bytes.subarray(size);
    return { kind: 'bytes', bytes: taken };
  };
  const end = (): SyncEvent => {
    state = 'ended';
    return { kind: 'end' };
  };
  const nextMarked = (): SyncEvent | undefined => {
    const at = bytes.indexOf(mark);
    if (at === 0) {
      bytes = bytes.subarray(MARK);
      return end();
    }
    // The last bytes may be the beginning of the mark.
    const sure = at > 0 ? at : bytes.length - MARK + 1;
    return sure > 0 ? part(sure) : undefined;
  };

  return {
    push(chunk) {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    },
    next() {
      switch (state) {
        case 'lines': return nextLine();
        case 'counted': {
          if (left === 0) return end();
          if (bytes.length === 0) return undefined;
          const size = Math.min(left, bytes.length);
          left -= size;
          return part(size);
        }
        case 'marked': return nextMarked();
        case 'ended': return undefined;
      }
    },
    rest() {
      const taken = bytes;
      bytes = EMPTY;
      return taken;
    },
  };
}
