import type { Duplex } from 'node:stream';
import { createSyncReader, type SyncEvent, type SyncReader } from '../../protocol/psync/payload.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import { cancelled, cut, failureOfReply, failureOfSocket } from '../connection/failures.ts';
import type { Command } from '../connection/session.ts';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { isPassing } from './passing.ts';
import type { Position } from './position.ts';
import type { Spool } from './spool.ts';

/** What comes of one synchronisation: a snapshot or none, then the stream of commands without end. */
export interface Feed {
  /** The data of one moment; undefined: the stream goes on where it was cut. */
  readonly snapshot: Spool | undefined;
  /** Bytes of the snapshot; undefined where the source does not tell. */
  size: number | undefined;
  /** The stream, from this offset on. */
  readonly from: number;
  readonly stream: Spool;
  /** The ID of the stream's history. It gets another one when the source is replaced by its replica; offsets go on. */
  id: string;
  /** The offset up to which everything has come. */
  received: number;
}

export interface SourceLinkDeps {
  readonly open: () => Promise<Duplex>;
  readonly createSpool: () => Promise<Spool>;
  /** Waits before the link is made again for the `failures`th time. Rejects with Failure `cancelled`. */
  readonly pause: (failures: number) => Promise<void>;
  /** The server in words. */
  readonly where: string;
  /** Ms without a byte until the link is given up: the source sends PING every 10 s by default. */
  readonly patience: number;
  /** Ms between two acknowledgements. */
  readonly acknowledgeEvery: number;
  readonly signal: AbortSignal;
}

export interface SourceLinkEvents {
  /** A new synchronisation: whatever came before is void. */
  fed(feed: Feed): void;
  /** Bytes came. */
  grew(): void;
  /** The link is down; it is being made again. */
  lost(failure: Failure): void;
}

/** How many times oftener than else is acknowledged at the start of a stream. */
const EAGER = 50;
const GETACK = Buffer.from('REPLCONF\r\n$6\r\nGETACK\r\n');

/**
 * Follows a source as a replica does, for as long as it is not aborted: asks for its stream from `start` on, or for a snapshot, spools
 * what comes as fast as it comes, acknowledges what is spooled, and makes the link anew where it is cut. Rejects with Failure:
 * `cancelled`, or what does not pass by itself; the spool is closed then.
 */
export async function followSource(deps: SourceLinkDeps, start: Position | undefined, events: SourceLinkEvents): Promise<never> {
  let feed: Feed | undefined;
  /** What the stream can be asked for from; undefined: only a snapshot is of use. */
  let known = start === undefined ? undefined : { id: start.id, offset: start.offset };
  let failures = 0;
  for (;;) {
    try {
      await connect();
    } catch (error) {
      const failure = deps.signal.aborted ? cancelled() : failureOfSocket(error, deps.where);
      if (!isPassing(failure)) {
        await closeFeed(feed);
        throw failure;
      }
      failures += 1;
      events.lost(failure);
      await deps.pause(failures);
    }
  }

  async function connect(): Promise<never> {
    const channel = await deps.open();
    const { signal, where } = deps;
    const timer = setTimeout(() => void channel.destroy(new Failure('timeout', l10n.t('{0} has sent nothing for {1} s.', where, Math.round(deps.patience / 1000)))), deps.patience);
    const abort = (): void => void channel.destroy(cancelled());
    signal.addEventListener('abort', abort);
    let ticks = 0;
    let eager = false;
    const ticker = setInterval(() => {
      ticks += 1;
      // A source that told the end by a mark begins its stream at an acknowledgement, but only once it knows itself that it has ended.
      if (ticks % EAGER === 0 || (eager && ticks < 2 * EAGER)) acknowledge(channel);
    }, deps.acknowledgeEvery / EAGER);
    // What destroys it is told by its end.
    channel.on('error', () => undefined);
    try {
      if (signal.aborted) throw cancelled();
      const reader = createSyncReader();
      const chunks = arrivals(channel, where, timer);
      const current = await synchronise(channel, reader, chunks);
      const take = async (bytes: Buffer): Promise<void> => {
        if (bytes.length === 0) return;
        await current.stream.append(bytes);
        current.received += bytes.length;
        known = { id: current.id, offset: current.received };
        failures = 0;
        eager = false;
        // An acknowledgement too many harms nobody, and one too few comes with the next second.
        if (bytes.includes(GETACK)) acknowledge(channel);
        events.grew();
      };
      ticks = 0;
      eager = current.snapshot !== undefined && current.received === current.from;
      acknowledge(channel);
      await take(reader.rest());
      for (;;) await take(await chunks());
    } finally {
      clearTimeout(timer);
      clearInterval(ticker);
      signal.removeEventListener('abort', abort);
      channel.destroy();
    }
  }

  function acknowledge(channel: Duplex): void {
    if (known === undefined || channel.destroyed) return;
    channel.write(encodeRequest(['REPLCONF', 'ACK', String(known.offset)]));
  }

  /** The handshake, and the snapshot if there has to be one. */
  async function synchronise(channel: Duplex, reader: SyncReader, chunks: () => Promise<Buffer>): Promise<Feed> {
    const next = async (): Promise<SyncEvent> => {
      for (;;) {
        let event: SyncEvent | undefined;
        try {
          event = reader.next();
        } catch {
          throw new Failure('server', l10n.t('{0} does not answer as a Redis server does.', deps.where));
        }
        if (event !== undefined) return event;
        reader.push(await chunks());
      }
    };
    const ask = async (...command: Command): Promise<string> => {
      channel.write(encodeRequest(command));
      const event = await next();
      if (event.kind !== 'reply') throw new Failure('server', l10n.t('{0} does not answer as a Redis server does.', deps.where));
      return event.text;
    };
    // What it does not know it says so, and goes on without.
    await ask('REPLCONF', 'capa', 'eof', 'capa', 'psync2');
    const reply = await ask('PSYNC', known?.id ?? '?', known === undefined ? '-1' : String(known.offset + 1));
    const [word = '', id, offset] = reply.split(' ');
    if (word === '+CONTINUE' && known !== undefined) {
      if (feed === undefined) {
        feed = { snapshot: undefined, size: undefined, from: known.offset, stream: await deps.createSpool(), id: known.id, received: known.offset };
        events.fed(feed);
      }
      if (id !== undefined && /^[0-9a-f]{40}$/.test(id)) feed.id = id;
      return feed;
    }
    if (word !== '+FULLRESYNC' || id === undefined || !/^\d{1,15}$/.test(offset ?? '')) throw refusal(reply);
    known = undefined;
    await closeFeed(feed);
    const snapshot = await deps.createSpool();
    const fresh: Feed = feed = { snapshot, size: undefined, from: Number(offset), stream: await deps.createSpool(), id, received: Number(offset) };
    events.fed(fresh);
    for (let event = await next(); event.kind !== 'end'; event = await next()) {
      if (event.kind === 'begin') {
        fresh.size = event.size;
        if (event.size !== undefined) await snapshot.expect(event.size);
      } else if (event.kind === 'bytes') {
        await snapshot.append(event.bytes);
        events.grew();
      } else throw refusal(event.text);
    }
    snapshot.end();
    known = { id, offset: fresh.from };
    return fresh;
  }

  function refusal(reply: string): Failure {
    const text = reply.replace(/^[-+]/, '');
    // It is a replica that has no link itself just now, or it saves for somebody else.
    if (/^(NOMASTERLINK|LOADING|MASTERDOWN)|in progress/.test(text)) return new Failure('loading', l10n.t('{0} cannot serve its stream just now: {1}', deps.where, text));
    return failureOfReply(text, ['PSYNC']);
  }
}

/** Ends a synchronisation: whoever reads it gets no more. */
export async function closeFeed(feed: Feed | undefined): Promise<void> {
  await feed?.snapshot?.close();
  await feed?.stream.close();
}

/** Chunks as they come. */
function arrivals(channel: Duplex, where: string, timer: NodeJS.Timeout): () => Promise<Buffer> {
  const chunks = channel[Symbol.asyncIterator]() as AsyncIterator<Buffer, unknown>;
  return async () => {
    const { done, value } = await chunks.next();
    if (done === true) throw cut(where);
    timer.refresh();
    return value;
  };
}
