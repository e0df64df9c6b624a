import { createServer } from '../../src/server/server.ts';
import { connectResp, openRespClient, type RespClient } from '../support/respClient.ts';

/** A practice server of a test's own. */
export interface Practice {
  /** A client on a new in-process stream: no socket. */
  openStream(): RespClient;
  /** A client on a TCP connection; the port is opened at the first call. */
  openTcp(): Promise<RespClient>;
  /** Its port; opened at the first call. */
  port(): Promise<number>;
  /** One round of expiry and resizing, out of turn. */
  cron(): void;
  /** Ends every connection and the listener. */
  close(): Promise<void>;
}

/** Starts an empty practice server in this thread. */
export function startPractice(): Promise<Practice> {
  const server = createServer();
  let listening: Promise<{ port: number }> | undefined;
  const port = async (): Promise<number> => (await (listening ??= server.listen({ host: '127.0.0.1', port: 0 }))).port;
  return Promise.resolve({
    openStream: () => openRespClient(server.connect()),
    openTcp: async () => connectResp(await port()),
    port,
    cron: () => {
      server.cron();
    },
    close: () => server.close(),
  });
}
