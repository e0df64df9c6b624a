import { connect } from 'node:net';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { decodeReply, escapeBytes, replyTo, type Reply } from './respReply.ts';

/** An argument of a command: text is sent as UTF-8. */
export type Argument = string | Buffer;

/** A raw client: what it decodes is what was sent, with nothing of src between. */
export interface RespClient {
  /** Sends one command and resolves to its reply, error replies included. Rejects when the connection ends or no reply comes in time. */
  call(args: readonly Argument[]): Promise<Reply>;
  /** Sends these bytes as they are and resolves to the next `count` replies; a closed connection stands as a reply of kind `closed`. */
  raw(bytes: Buffer, count: number): Promise<readonly Reply[]>;
  /** Out-of-band messages (RESP3 `>`), oldest first. */
  readonly pushes: readonly Reply[];
  /** From now on out-of-band messages stand among the replies in the order of the wire, and what nobody waits for is kept for the next who does. */
  keepOrder(): void;
  /** Destroys the connection; safe to call twice. */
  close(): void;
}

interface Waiter {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** How long a reply may take, ms: a server that never answers fails its test and does not hang it. */
const PATIENCE_MS = 8000;

/** Speaks RESP over a stream that is open already. */
export function openRespClient(stream: Duplex, patienceMs = PATIENCE_MS): RespClient {
  const waiters: Waiter[] = [];
  const pushes: Reply[] = [];
  const unclaimed: Reply[] = [];
  let ordered = false;
  let rest: Buffer = Buffer.alloc(0);
  let parts: Buffer[] = [];
  let needed = 0;
  let held = 0;
  let ended: Error | undefined;

  const end = (error: Error): void => {
    ended ??= error;
    for (const waiter of waiters.splice(0)) waiter.reject(ended);
  };
  const read = (chunk: Buffer): void => {
    parts.push(chunk);
    held += chunk.length;
    if (held < needed) return;
    rest = parts.length === 1 ? chunk : Buffer.concat(parts);
    let at = 0;
    for (;;) {
      const decoded = decodeReply(rest, at);
      if (typeof decoded === 'number') {
        needed = decoded - at;
        break;
      }
      at = decoded.next;
      const { reply } = decoded;
      if (reply.kind === 'push' && !ordered) pushes.push(reply);
      else {
        const waiter = waiters.shift();
        if (waiter !== undefined) waiter.resolve(reply);
        else if (ordered) unclaimed.push(reply);
      }
    }
    rest = rest.subarray(at);
    parts = rest.length === 0 ? [] : [rest];
    held = rest.length;
  };
  stream.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)));
      stream.destroy();
    }
  });
  stream.on('error', end);
  stream.on('end', () => {
    end(new Error('the server closed the connection'));
  });
  stream.on('close', () => {
    end(new Error('the connection is closed'));
  });

  const next = (what: string): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const kept = unclaimed.shift();
      if (kept !== undefined) {
        resolve(kept);
        return;
      }
      if (ended !== undefined) {
        reject(ended);
        return;
      }
      const timer = setTimeout(() => {
        end(new Error(`no reply within ${String(patienceMs)} ms to ${what}`));
        stream.destroy();
      }, patienceMs);
      waiters.push({
        resolve: (reply) => {
          clearTimeout(timer);
          resolve(reply);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
    });

  return {
    pushes,
    call(args) {
      const reply = next(printArguments(args));
      stream.write(encodeCall(args));
      return reply;
    },
    raw(bytes, count) {
      const replies = Array.from({ length: count }, () =>
        next('raw bytes').catch((error: unknown): Reply => replyTo(error)),
      );
      if (bytes.length > 0) stream.write(bytes);
      return Promise.all(replies);
    },
    keepOrder() {
      ordered = true;
    },
    close() {
      stream.destroy();
    },
  };
}

/** Connects by TCP and speaks RESP2 until HELLO says otherwise. */
export async function connectResp(port: number, host = '127.0.0.1'): Promise<RespClient> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  return openRespClient(socket);
}

/** A command as RESP carries it: an array of bulk strings. */
export function encodeCall(args: readonly Argument[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${String(args.length)}\r\n`)];
  for (const arg of args) {
    const bytes = typeof arg === 'string' ? Buffer.from(arg) : arg;
    parts.push(Buffer.from(`$${String(bytes.length)}\r\n`), bytes, Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

/** A command for people: arguments quoted and escaped as redis-cli does it, long ones cut. */
export function printArguments(args: readonly Argument[], longest = 120): string {
  return args
    .map((arg) => {
      const bytes = typeof arg === 'string' ? Buffer.from(arg) : arg;
      const cut = bytes.length > longest ? `… (${String(bytes.length)} bytes)` : '';
      const text = escapeBytes(bytes.subarray(0, longest));
      return (/^[\w:*.+(\[-]+$/.test(text) ? text : `"${text}"`) + cut;
    })
    .join(' ');
}
