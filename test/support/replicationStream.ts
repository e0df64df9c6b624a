import { once } from 'node:events';
import { connect } from 'node:net';

/** What a master sends to its replicas. */
export interface ReplicationStream {
  /** The calls up to, not including, the one that `ends` recognises. Waits for it; rejects after some seconds. */
  until(ends: (call: readonly string[]) => boolean): Promise<string[][]>;
  close(): void;
}

const PATIENCE_MS = 8000;

/** Asks a server for its stream as an old replica does (SYNC), and reads past the snapshot. */
export async function attachToStream(port: number): Promise<ReplicationStream> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  let rest = '';
  let changed = (): void => undefined;
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    rest += text;
    changed();
  });
  const more = (): Promise<void> => new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing more in the stream: ${JSON.stringify(rest.slice(0, 200))}`)), PATIENCE_MS);
    changed = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  socket.write('SYNC\r\n');
  let header: RegExpExecArray | null;
  while ((header = /^\n*\$(\d+)\r\n/.exec(rest)) === null) await more();
  const end = header[0].length + Number(header[1]);
  while (rest.length < end) await more();
  rest = rest.slice(end);

  const next = (): string[] | undefined => {
    const count = /^\*(\d+)\r\n/.exec(rest);
    if (count === null) return undefined;
    let at = count[0].length;
    const call: string[] = [];
    for (let left = Number(count[1]); left > 0; left -= 1) {
      const size = /^\$(\d+)\r\n/.exec(rest.slice(at, at + 32));
      if (size === null) return undefined;
      at += size[0].length;
      call.push(rest.slice(at, at + Number(size[1])));
      at += Number(size[1]) + 2;
    }
    if (rest.length < at) return undefined;
    rest = rest.slice(at);
    return call;
  };
  return {
    async until(ends) {
      const calls: string[][] = [];
      for (;;) {
        const call = next();
        if (call === undefined) await more();
        else if (ends(call)) return calls;
        else calls.push(call);
      }
    },
    close: () => socket.destroy(),
  };
}
