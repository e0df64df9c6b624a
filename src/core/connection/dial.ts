import { readFile } from 'node:fs/promises';
import { connect as connectTcp, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { cancelled, failureOfSocket } from './failures.ts';
import type { PracticeHost } from './ports.ts';
import type { ConnectionProfile, Endpoint, TlsOptions } from './profile.ts';
import { endpointLabel } from './url.ts';

/** How to reach what a profile names. */
export interface DialOptions {
  readonly practice: Pick<PracticeHost, 'connect'>;
  /** Ms until a server that does not answer is given up. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

/** First probe of an idle link after this many ms, so that firewalls keep it and a dead peer is noticed. */
const KEEP_ALIVE = 30_000;

/**
 * Opens a byte stream to the server of a profile: connected and, with TLS, verified; nothing is sent yet.
 * An `error` listener stays on it, so an error that nobody waits for ends no process. Throws Failure.
 */
export async function dial(profile: ConnectionProfile, options: DialOptions): Promise<Duplex> {
  const { endpoint } = profile;
  const where = endpointLabel(profile);
  try {
    checkAborted(options.signal);
    if (endpoint.kind === 'practice') {
      const stream = await dialPractice(options.practice, endpoint.instance);
      stream.on('error', ignore);
      if (options.signal?.aborted === true) stream.destroy();
      checkAborted(options.signal);
      return stream;
    }
    return await dialTcp(endpoint, where, options);
  } catch (error) {
    throw failureOfSocket(error, where);
  }
}

function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw cancelled();
}

function ignore(): void {
  // Whoever uses the stream hears of the error through `close` or a listener of its own.
}

async function dialPractice(practice: DialOptions['practice'], instance: string): Promise<Duplex> {
  try {
    return await practice.connect(instance);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('closed', l10n.t('The practice server could not be started. See the log, then try again.'));
  }
}

async function dialTcp(endpoint: Extract<Endpoint, { kind: 'tcp' }>, where: string, options: DialOptions): Promise<Socket> {
  const { host, port, tls } = endpoint;
  const secure = tls === undefined ? undefined : await tlsOptions(tls);
  checkAborted(options.signal);
  const socket = openSocket(host, port, secure);
  socket.on('error', ignore);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        const within = seconds(options.timeout);
        reject(new Failure('timeout', tls === undefined
          ? l10n.t('{0} did not answer within {1}. Check host and port, and whether a firewall is in the way.', where, within)
          : l10n.t('{0} did not answer within {1}. Check host and port, and whether it speaks TLS (if not, use redis://).', where, within)));
      }, options.timeout);
      const abort = (): void => reject(cancelled());
      const done = (settle: () => void) => (): void => {
        clearTimeout(timer);
        options.signal?.removeEventListener('abort', abort);
        settle();
      };
      options.signal?.addEventListener('abort', abort);
      socket.once(tls === undefined ? 'connect' : 'secureConnect', done(resolve));
      socket.once('error', (error) => done(() => reject(error))());
      socket.once('close', done(() => reject(new Failure('unreachable', l10n.t('{0} closed the connection at once.', where)))));
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE);
  return socket;
}

function openSocket(host: string, port: number, secure: ConnectionOptions | undefined): Socket {
  if (secure === undefined) return connectTcp({ host, port });
  try {
    return connectTls({ host, port, ...secure });
  } catch {
    // Node reads PEM here; its error may quote what it read.
    throw new Failure('tls', l10n.t('The CA file, certificate or key of the connection cannot be used. Each has to be a PEM file, the key without a passphrase.'));
  }
}

/** A duration of `ms` in words. */
export function seconds(ms: number): string {
  return ms < 1000 ? l10n.t('{0} ms', ms) : l10n.t('{0} s', Math.round(ms / 100) / 10);
}

async function tlsOptions(tls: TlsOptions): Promise<ConnectionOptions> {
  const ca = await pem(tls.caFile, l10n.t('CA file'));
  const cert = await pem(tls.certFile, l10n.t('certificate file'));
  // One PEM file may hold both.
  const key = (await pem(tls.keyFile, l10n.t('key file'))) ?? cert;
  return {
    rejectUnauthorized: tls.verify,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert, key }),
  };
}

async function pem(file: string | undefined, what: string): Promise<Buffer | undefined> {
  if (file === undefined || file === '') return undefined;
  try {
    return await readFile(file);
  } catch {
    throw new Failure('tls', l10n.t('The {0} of the connection cannot be read: {1}', what, file));
  }
}
