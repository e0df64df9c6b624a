import { Duplex } from 'node:stream';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import { createReplyDecoder } from '../../protocol/resp/replyDecoder.ts';
import { bufferArgument, createRequestDecoder } from '../../protocol/resp/requestDecoder.ts';
import type { Reply as WireReply } from '../../protocol/resp/reply.ts';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { describeCommand } from './commandLog.ts';
import { dial, seconds } from './dial.ts';
import { cut, errorCode, failureOfReply, failureOfSocket } from './failures.ts';
import { judge, type CommandFacts } from './guard.ts';
import { openingCommands, openingFailure, type LinkDeps } from './link.ts';
import type { ConnectionProfile } from './profile.ts';
import type { ChannelIntent, Command } from './session.ts';
import { endpointLabel } from './url.ts';

/** What a channel needs. */
export interface ChannelDeps extends LinkDeps {
  /** Asks or refuses, for commands that the guard did not let through. Throws Failure. */
  readonly confirm: (held: readonly Command[]) => Promise<void>;
}

export interface ChannelTarget {
  readonly profile: ConnectionProfile;
  readonly database: number;
  readonly password: string | undefined;
  readonly intent: ChannelIntent;
  /** The user has agreed to its writes. */
  readonly confirmed: boolean;
  readonly commandFacts: () => Promise<CommandFacts>;
}

/**
 * Opens a raw stream of its own: authenticated, its database selected. With an access below read-write, and for the
 * terminal always, what is written passes the guard command by command; a refused one destroys the channel with its Failure.
 * Throws Failure.
 */
export async function openGuardedChannel(deps: ChannelDeps, target: ChannelTarget): Promise<Duplex> {
  const { profile, database, intent } = target;
  const stream = await dial(profile, { practice: deps.practice, timeout: deps.timeouts.connect });
  try {
    for (const command of openingCommands(target)) {
      const failure = await ask(deps, stream, target, command);
      if (failure !== undefined) throw openingFailure(failure, database);
    }
    note(deps, target, l10n.t('(channel opened: {0})', intent), undefined, 'ok');
    if ((profile.access === 'read-write' && intent !== 'terminal') || isAgreed(target)) return stream;
    const facts = profile.access === 'read-write' ? (): undefined => undefined : await target.commandFacts();
    return guarded(stream, endpointLabel(profile), createCheck(deps, target, facts));
  } catch (error) {
    stream.destroy();
    throw failureOfSocket(error, endpointLabel(profile));
  }
}

/** Only what is one decision as a whole can be agreed to beforehand, and what is read-only stays so. */
function isAgreed({ profile, intent, confirmed }: ChannelTarget): boolean {
  return confirmed && profile.access === 'confirm-writes' && (intent === 'copy' || intent === 'replicate');
}

function note(deps: ChannelDeps, target: ChannelTarget, text: string, duration: number | undefined, outcome: string): void {
  deps.log({ time: deps.clock.now(), connection: target.profile.name, database: target.database, text, duration, outcome });
}

/** Judges what a channel is about to send. */
function createCheck(deps: ChannelDeps, target: ChannelTarget, facts: CommandFacts): (commands: readonly Command[]) => Promise<void> {
  const { profile, intent } = target;
  let confirmed = false;
  return async (commands) => {
    const held = commands.filter((command) => judge(command, profile.access, facts, intent) !== 'pass');
    if (held.length > 0 && !confirmed) {
      await deps.confirm(held);
      // A copy is confirmed once and not key by key.
      confirmed = intent === 'copy' || intent === 'replicate';
    }
    if (intent === 'copy' || intent === 'replicate') return;
    for (const command of commands) note(deps, target, describeCommand(command), undefined, 'ok');
  };
}

/** One command and its reply on a stream that nobody else reads yet. Returns the error reply as a Failure. */
async function ask(deps: ChannelDeps, stream: Duplex, target: ChannelTarget, command: Command): Promise<Failure | undefined> {
  const started = deps.clock.elapsed();
  const reply = await exchange(stream, encodeRequest(command), deps.timeouts.connect, endpointLabel(target.profile));
  const failed = reply.kind === 'error' ? reply.text : undefined;
  note(deps, target, describeCommand(command), deps.clock.elapsed() - started, failed === undefined ? 'ok' : errorCode(failed));
  return failed === undefined ? undefined : failureOfReply(failed, command);
}

async function exchange(stream: Duplex, request: Buffer, timeout: number, where: string): Promise<WireReply> {
  const decoder = createReplyDecoder();
  return new Promise((resolve, reject) => {
    const done = (settle: () => void): void => {
      clearTimeout(timer);
      stream.off('readable', read);
      stream.off('error', fail);
      stream.off('close', end);
      settle();
    };
    const fail = (error: unknown): void => done(() => reject(failureOfSocket(error, where)));
    const end = (): void => done(() => reject(cut(where)));
    // Not `data`: pausing again after it would leave the stream paused for whoever gets it.
    const read = (): void => {
      try {
        for (let chunk = readChunk(stream); chunk !== undefined; chunk = readChunk(stream)) {
          decoder.push(chunk);
          const reply = decoder.next();
          if (reply === undefined) continue;
          done(() => resolve(reply));
          return;
        }
      } catch {
        done(() => reject(new Failure('server', l10n.t('{0} does not answer as a Redis server does.', where))));
      }
    };
    const timer = setTimeout(() => done(() => reject(new Failure('timeout', l10n.t('{0} sent no reply for {1}.', where, seconds(timeout))))), timeout);
    stream.on('readable', read);
    stream.on('error', fail);
    stream.on('close', end);
    stream.write(request);
  });
}

function readChunk(stream: Duplex): Buffer | undefined {
  const chunk: unknown = stream.read();
  return Buffer.isBuffer(chunk) ? chunk : undefined;
}

/**
 * The stream with a guard on its writing side. Requests are decoded and encoded anew, so what was judged is exactly what the
 * server gets, inline commands included.
 */
function guarded(raw: Duplex, where: string, check: (commands: readonly Command[]) => Promise<void>): Duplex {
  const decoder = createRequestDecoder(bufferArgument);
  const channel = new Duplex({
    read() {
      raw.resume();
    },
    write(chunk: Buffer, _encoding, done) {
      pass(chunk).then(() => done(), (error: unknown) => done(error instanceof Failure ? error : new Failure('bad-input', l10n.t('That is no command.'))));
    },
    final(done) {
      raw.end(() => done());
    },
    destroy(error, done) {
      raw.destroy();
      done(error);
    },
  });
  const pass = async (chunk: Buffer): Promise<void> => {
    decoder.push(chunk);
    const commands: Buffer[][] = [];
    for (let command = decoder.next(); command !== undefined; command = decoder.next()) commands.push(command);
    if (commands.length === 0) return;
    await check(commands);
    if (channel.destroyed || raw.destroyed) return;
    if (!raw.write(Buffer.concat(commands.map((command) => encodeRequest(command))))) await drained(raw);
  };
  raw.on('data', (chunk: Buffer) => {
    if (!channel.push(chunk)) raw.pause();
  });
  raw.on('end', () => channel.push(null));
  raw.on('error', (error) => channel.destroy(failureOfSocket(error, where)));
  // What was read stays to be taken after a proper end; then the channel closes by itself.
  raw.on('close', () => {
    if (raw.readableEnded) channel.end();
    else channel.destroy();
  });
  return channel;
}

async function drained(stream: Duplex): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
