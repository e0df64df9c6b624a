import type { Duplex } from 'node:stream';
import { createReplyWriter } from '../../protocol/resp/encode.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { RespError } from '../../protocol/resp/reply.ts';
import { createRequestDecoder, latin1Argument } from '../../protocol/resp/requestDecoder.ts';
import { monotonic } from '../clock.ts';
import { isOpen } from '../acl/acl.ts';
import { initialLogin } from '../acl/sessions.ts';
import { sendDeferred } from './afterReply.ts';
import { releaseWait, serveReady } from '../run/blocking.ts';
import { unwatch } from '../commands/transactions.ts';
import { evictClients } from './clientEviction.ts';
import { POSTPONED, execute } from '../run/execute.ts';
import { waitsForScript, whenScriptEnds } from '../lua/running.ts';
import { largeReply, writeSlice } from './largeReply.ts';
import type { LargeReply } from './largeReply.ts';
import { OWN_BUFFER, answersOn, exceedsOutputLimit, isBounded } from './outputLimit.ts';
import { longestString } from '../commands/support.ts';
import { createSubscriptions, unsubscribeAll } from './pubsub.ts';
import { createReplyBuffer, fillReplyBuffer } from './replyBuffer.ts';
import type { Context, ServerState, Session } from '../state.ts';
import { anyone } from '../acl/user.ts';
import type { MasterStream } from '../replication/state.ts';
import { dismiss } from '../replication/sync.ts';
import { cutsLink, delayOf } from '../trouble.ts';
import { stopTracking } from './tracking.ts';

/** Time after which the connections of a server let everything else on this thread have its turn, ms. */
const SLICE = 10;
/** Replies are handed on when this many bytes have come together. */
const FLUSH = 64 * 1024;

/** Where a connection comes from, as CLIENT LIST shows it. */
export interface Peer {
  readonly address: string;
  readonly localAddress: string;
}

/** CLIENT CACHING is for the next command that is not CLIENT, or for the transaction that it begins. */
function endCaching({ tracking, transaction, lastCommand }: Session): void {
  if (tracking !== undefined && transaction === undefined && !lastCommand.startsWith('client|')) tracking.caching = false;
}

/** Serves one client on a byte stream until either side ends it; as `master` it is obeyed and gets no replies. */
export function serveConnection(server: ServerState, stream: Duplex, peer: Peer, master?: MasterStream): Session {
  const now = server.clock.now();
  const session: Session = {
    id: server.nextSessionId,
    address: peer.address,
    localAddress: peer.localAddress,
    name: '',
    libraryName: '',
    libraryVersion: '',
    database: master?.database ?? 0,
    version: 2,
    ...(master === undefined ? initialLogin(server) : { user: anyone(), authenticated: true }),
    noEvict: false,
    noTouch: false,
    monitoring: false,
    tracking: undefined,
    transaction: undefined,
    watch: { dirty: false },
    subscriptions: createSubscriptions(),
    wait: undefined,
    watched: [],
    createdAt: now,
    lastUsed: now,
    lastCommand: '',
    inputBytes: 0,
    outputBytes: 0,
    closing: false,
    replica: undefined,
    master,
    wroteUntil: 0,
    replies: master === undefined ? 'on' : 'off',
    overSoftLimitSince: undefined,
    replyBuffer: createReplyBuffer(now),
    buffers: () => ({
      query: decoder.held(),
      awaited: decoder.awaited(),
      partial: decoder.decoded(),
      output: pending(),
      args: executing || session.wait !== undefined ? running : [],
    }),
    deliver: () => undefined,
    sendBytes: (bytes) => sendBytes(bytes),
    end: () => finish(),
    disconnect: () => {
      leave();
      stream.destroy();
    },
  };
  server.nextSessionId += 1;
  const context: Context = { server, session, database: server.databases[session.database] as Context['database'], now: Math.floor(now), mayBlock: true };
  const decoder = createRequestDecoder(latin1Argument);
  const writer = createReplyWriter();
  /** The request that runs or waits, or the last one. */
  let running: readonly string[] = [];
  let executing = false;
  /** CLIENT PAUSE, or slow motion, held the request up. */
  let postponed = false;
  /** Ms that the request is to wait still. */
  let held = 0;
  /** A large reply on its way out. */
  let unfinished: LargeReply | undefined;
  /** What came out of turn while a large reply was on its way. */
  let outbox: Reply[] = [];
  let called = false;
  /** True while something else (a timer, a drain) will call `pump`. */
  let waiting = false;
  let inputEnded = false;

  const later = (schedule: (callback: () => void) => void): void => {
    waiting = true;
    stream.pause();
    schedule(() => {
      waiting = false;
      pump();
    });
  };

  /** Hands the encoded replies on; false if the client does not read them fast enough. */
  const flush = (): boolean => {
    const { size } = writer;
    if (size === 0) return true;
    session.outputBytes += size;
    fillReplyBuffer(session.replyBuffer, size);
    server.statistics.outputBytes += size;
    server.statistics.writes += 1;
    const chunks = writer.take();
    if (chunks.length === 1) return stream.write(chunks[0]);
    // All of them in one call to the system.
    stream.cork();
    let room = true;
    for (const chunk of chunks) room = stream.write(chunk);
    stream.uncork();
    return room;
  };

  /** From now on the client is none to the server, whatever is still on its way to it. */
  const leave = (): void => {
    if (!server.sessions.has(session.id)) return;
    unwatch(context);
    releaseWait(session, server);
    unsubscribeAll(server, session);
    stopTracking(server, session);
    server.monitors.delete(session);
    dismiss(server, session);
    server.sessions.delete(session.id);
    master?.ended();
    server.memory.clientsChanged = true;
  };

  const finish = (): void => {
    leave();
    flush();
    session.closing = true;
    stream.end();
    stream.resume();
    // A client that never ends its side is cut off.
    const cut = setTimeout(() => stream.destroy(), 1000);
    cut.unref();
    stream.once('close', () => clearTimeout(cut));
  };

  const answer = (reply: Reply): void => {
    // Messages of channels and what confirms a subscription are no replies.
    if (session.replies !== 'on' && reply.kind !== 'push' && reply.kind !== 'sequence') return;
    unfinished = largeReply(reply);
    if (unfinished === undefined) writer.write(reply, session.version);
  };

  /** One unit of work: a slice of a large reply, or a request. False when there is nothing to do. */
  const step = (): boolean => {
    if (unfinished !== undefined) {
      if (writeSlice(unfinished, writer, session.version)) {
        unfinished = undefined;
        for (const message of outbox) writer.write(message, session.version);
        outbox = [];
      }
      return true;
    }
    if (session.wait !== undefined) return false;
    if (!postponed) {
      decoder.limits.unauthenticated = !session.authenticated && !isOpen(server.acl);
      const request = decoder.next();
      if (request === undefined) return false;
      running = request;
      if (session.replies === 'skip') session.replies = 'skipping';
      if (cutsLink(server, session)) {
        session.disconnect();
        return true;
      }
      held = delayOf(server, session);
      if (held > 0) {
        postponed = true;
        return false;
      }
    }
    executing = true;
    const reply = execute(context, running);
    executing = false;
    if (master !== undefined && reply.kind === 'error') master.failed(running, reply.text);
    postponed = reply === POSTPONED;
    if (postponed) return false;
    // What a transaction does is done at its end.
    if (master !== undefined && session.transaction === undefined) master.ran(decoder.consumed());
    answer(reply);
    if (session.replies === 'skipping') session.replies = 'on';
    if (server.deferred.length > 0) sendDeferred(server, session);
    if (session.tracking !== undefined) endCaching(session);
    return true;
  };

  /** Bytes that the client has not taken. */
  const pending = (): number => writer.size + stream.writableLength;

  /** Where a client holds much the memory of all clients is weighed anew before the next command, and is held to its limit. */
  const holdsMuch = (): void => {
    server.memory.clientsChanged = true;
    evictClients(server);
  };

  /** Ends the connection of a client that does not take what it asked for, or listens to. */
  const holdToOutputLimit = (): void => {
    const untaken = pending() + (session.replica?.held ?? []).reduce((sum, { length }) => sum + length, 0);
    if (!session.closing && exceedsOutputLimit(server, session, untaken)) session.disconnect();
    else if (untaken > OWN_BUFFER) holdsMuch();
  };

  /** What the clock shows; where a command has just ended it was read then. */
  const lastReading = (): number => {
    const { ranUntil } = server;
    server.ranUntil = 0;
    return ranUntil > 0 ? ranUntil : monotonic();
  };

  const pump = (): void => {
    if (waiting || stream.destroyed || session.closing) return;
    if (server.turnStartedAt === 0) {
      server.turnStartedAt = monotonic();
      setImmediate(() => {
        server.turnStartedAt = 0;
      });
    }
    decoder.limits.maxBulk = longestString(server);
    try {
      for (;;) {
        if (server.asleepUntil > 0) {
          const asleep = server.asleepUntil - server.clock.now();
          if (asleep > 0) return later((callback) => setTimeout(callback, asleep));
          server.asleepUntil = 0;
          serveReady(server);
        }
        if (server.scripting.running !== undefined && unfinished === undefined && waitsForScript(server, session)) {
          flush();
          return later((callback) => whenScriptEnds(server, callback));
        }
        if (!step()) {
          if (held === 0) break;
          flush();
          return later((callback) => {
            server.after(held, callback);
            held = 0;
          });
        }
        if (session.closing && unfinished === undefined) return finish();
        if (writer.size > OWN_BUFFER) holdToOutputLimit();
        if (stream.destroyed) return;
        if (writer.size >= FLUSH && !isBounded(server, session, pending()) && !flush() && !answersOn(server, session, pending())) return later((callback) => stream.once('drain', callback));
        if (lastReading() - server.turnStartedAt > SLICE) {
          if (!flush() && !answersOn(server, session, pending())) return later((callback) => stream.once('drain', callback));
          return later((callback) => setImmediate(callback));
        }
      }
    } catch (error) {
      // A reply that cannot be encoded harms this client only, as everything that it does.
      if (!(error instanceof RespError)) return void stream.destroy();
      writer.write({ kind: 'error', text: `ERR ${error.message}` }, session.version);
      return finish();
    }
    // As in Redis only a limit ends what a client may ask for without reading; without any it has to read before it asks on.
    if (!flush() && !answersOn(server, session, pending())) return later((callback) => stream.once('drain', callback));
    if (inputEnded) return finish();
    stream.resume();
  };

  const sendBytes = (bytes?: Buffer): void => {
    if (session.closing || stream.destroyed) return;
    if (bytes !== undefined) {
      flush();
      session.outputBytes += bytes.length;
      stream.write(bytes);
    }
    // What Redis sends of a snapshot does not wait in the client's buffer.
    if (session.replica?.stage !== 'sending') holdToOutputLimit();
  };

  session.deliver = (reply) => {
    if (session.closing || stream.destroyed) return;
    if (unfinished === undefined) answer(reply);
    else outbox.push(reply);
    holdToOutputLimit();
    if (called) return;
    called = true;
    const send = (): void => {
      called = false;
      pump();
    };
    // Not at once: the one who causes it finishes its own commands first.
    const together = session.monitoring ? server.monitorSpan : 0;
    queueMicrotask(together > 0 ? pump : send);
    if (together > 0) server.after(together, send);
  };

  stream.on('data', (chunk: Buffer) => {
    if (session.closing) return;
    session.inputBytes += chunk.length;
    server.statistics.inputBytes += chunk.length;
    server.statistics.reads += 1;
    decoder.push(chunk);
    if (decoder.held() > server.config.number('client-query-buffer-limit')) return void stream.destroy();
    if (decoder.held() + decoder.decoded() > OWN_BUFFER) holdsMuch();
    pump();
    if (decoder.awaited() > OWN_BUFFER) holdsMuch();
  });
  stream.on('end', () => {
    inputEnded = true;
    if (!session.closing) pump();
  });
  stream.on('error', () => stream.destroy());
  stream.on('close', leave);

  if (master === undefined && server.sessions.size >= server.config.number('maxclients')) {
    server.statistics.rejectedConnections += 1;
    writer.write({ kind: 'error', text: 'ERR max number of clients reached' }, 2);
    finish();
  } else {
    server.statistics.connections += 1;
    server.sessions.set(session.id, session);
  }
  return session;
}
