import type { Duplex } from 'node:stream';
import { commandFact } from '../../protocol/commands/lookup.ts';
import { Failure, isFailure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { parseInfo, serverFacts } from './capabilities.ts';
import { createClient, ErrorReply, type Client } from './client.ts';
import { describeCommand } from './commandLog.ts';
import { dial, seconds } from './dial.ts';
import { cancelled, cut, errorCode, failureOfReply, failureOfSocket } from './failures.ts';
import type { CommandFacts } from './guard.ts';
import type { Clock, CommandLogEntry, PracticeHost } from './ports.ts';
import type { ConnectionProfile } from './profile.ts';
import { serverCommandFacts } from './serverCommands.ts';
import type { Command, Reply, ServerFacts } from './session.ts';
import { endpointLabel } from './url.ts';

/** What a link needs. */
export interface LinkDeps {
  readonly practice: Pick<PracticeHost, 'connect'>;
  readonly clock: Clock;
  readonly log: (entry: CommandLogEntry) => void;
  readonly timeouts: LinkTimeouts;
}

export interface LinkTimeouts {
  /** Ms for connecting, TLS included, and for each answer of the handshake. */
  readonly connect: number;
  /** Ms without a byte from the server while it owes a reply; then the link is cut. */
  readonly command: number;
}

/** One live socket: authenticated, in its database, its server known. */
export interface Link {
  readonly facts: ServerFacts;
  /** Set once the link is dead; a new one has to be made. */
  readonly dead: boolean;
  /** Smallest round trip seen, ms; 0 before the first. */
  readonly smallestRoundTrip: number;
  /** Sends the commands in one go. An error reply stands in its place as a Failure; rejects with Failure if the link ends. */
  run(commands: readonly Command[]): Promise<(Reply | Failure)[]>;
  /** Facts of the server's commands; asked once. */
  commandFacts(): Promise<CommandFacts>;
  /** Ends the link; what still waits for a reply is rejected with this. */
  close(reason: Failure): void;
}

export interface LinkTarget {
  readonly profile: ConnectionProfile;
  readonly database: number;
  readonly password: string | undefined;
  readonly signal?: AbortSignal;
  /** Stands for run_id where the server does not tell it. */
  readonly unknownRunId: string;
}

/** Connects, authenticates, selects the database and learns what the server is. Throws Failure. */
export async function openLink(deps: LinkDeps, target: LinkTarget): Promise<Link> {
  const { profile, database, signal } = target;
  const where = endpointLabel(profile);
  const stream = await dial(profile, { practice: deps.practice, timeout: deps.timeouts.connect, ...(signal === undefined ? {} : { signal }) });
  const secure = profile.endpoint.kind === 'tcp' && profile.endpoint.tls !== undefined;
  const wire = await openWire(deps, stream, { where, secure }, { connection: profile.name, database });
  const abort = (): void => wire.close(signal?.reason instanceof Failure ? signal.reason : cancelled());
  try {
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort);
    const facts = await handshake(wire, target, where);
    wire.patience(deps.timeouts.command);
    return withFacts(wire, facts);
  } catch (error) {
    wire.close(cut(where));
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

function withFacts(wire: Wire, facts: ServerFacts): Link {
  let commands: Promise<CommandFacts> | undefined;
  return {
    facts,
    get dead() {
      return wire.dead;
    },
    get smallestRoundTrip() {
      return wire.smallestRoundTrip;
    },
    run: wire.run,
    close: wire.close,
    commandFacts() {
      commands ??= wire.run([['COMMAND']]).then(([reply]) => (Array.isArray(reply) ? serverCommandFacts(reply as readonly Reply[]) : commandFact));
      return commands;
    },
  };
}

/** The commands that make a new socket ours: AUTH and SELECT, where the profile asks for them. */
export function openingCommands(target: Pick<LinkTarget, 'profile' | 'database' | 'password'>): Command[] {
  const { profile, database, password } = target;
  const commands: Command[] = [];
  if (profile.username !== undefined) commands.push(['AUTH', profile.username, password ?? '']);
  else if (password !== undefined && password !== '') commands.push(['AUTH', password]);
  // A new socket is in database 0; users and proxies without SELECT can stay there.
  if (database !== 0) commands.push(['SELECT', String(database)]);
  return commands;
}

/** The Failure of a refused AUTH or SELECT, with the database named. */
export function openingFailure(failure: Failure, database: number): Failure {
  if (failure.kind !== 'bad-input') return failure;
  return new Failure('bad-input', l10n.t('The server has no database {0}.', database));
}

async function handshake(wire: Wire, target: LinkTarget, where: string): Promise<ServerFacts> {
  for (const command of openingCommands(target)) {
    const [reply] = await wire.run([command]);
    // Going on in another database than the one asked for would show, and change, the wrong keys.
    if (reply instanceof Failure) throw openingFailure(reply, target.database);
  }
  const [info, databases] = await wire.run([['INFO'], ['CONFIG', 'GET', 'databases']]);
  if (info instanceof Failure && !mayGoOnWithoutInfo(info)) throw info;
  if (!(info instanceof Failure) && !Buffer.isBuffer(info)) throw new Failure('server', l10n.t('{0} does not answer as a Redis server does.', where));
  return serverFacts(Buffer.isBuffer(info) ? parseInfo(info.toString('latin1')) : undefined, databaseCount(databases), target.unknownRunId);
}

/** INFO may be closed to the user, or unknown to a proxy; any other refusal is one of the connection. */
function mayGoOnWithoutInfo(failure: Failure): boolean {
  return isFailure(failure, 'permission') || isFailure(failure, 'unsupported') || isFailure(failure, 'server');
}

function databaseCount(reply: Reply | Failure | undefined): number | undefined {
  const value = Array.isArray(reply) ? (reply as readonly Reply[])[1] : undefined;
  const count = Buffer.isBuffer(value) ? Number(value.toString('latin1')) : NaN;
  return Number.isSafeInteger(count) && count > 0 ? count : undefined;
}

interface Wire {
  readonly dead: boolean;
  readonly smallestRoundTrip: number;
  run(commands: readonly Command[]): Promise<(Reply | Failure)[]>;
  close(reason: Failure): void;
  /** Changes how long a reply may take, ms. */
  patience(ms: number): void;
}

/** The client with its log, its watchdog and its errors told apart. */
async function openWire(deps: LinkDeps, stream: Duplex, { where, secure }: { readonly where: string; readonly secure: boolean }, tag: Pick<CommandLogEntry, 'connection' | 'database'>): Promise<Wire> {
  const { clock, log } = deps;
  let limit = deps.timeouts.connect;
  let smallest = 0;
  let waiting = 0;
  let answered = false;
  let closedBy: Failure | undefined;
  let socketError: unknown;
  let timer: NodeJS.Timeout | undefined;

  stream.on('error', (error) => {
    socketError ??= error;
  });
  const client = await makeClient(stream, where, () => socketError);

  const close = (reason: Failure): void => {
    closedBy ??= reason;
    clearTimeout(timer);
    stream.destroy();
  };
  // One timer per link, pushed on by every byte: a slow reply that keeps coming is no dead link.
  const watch = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      close(new Failure('timeout', l10n.t('{0} sent no reply for {1}, so the connection was closed. The next command connects anew.', where, seconds(limit))));
    }, limit);
  };
  stream.on('data', () => {
    answered = true;
    timer?.refresh();
  });
  // A stream in memory may end without closing; nothing more comes either way.
  stream.on('end', () => stream.destroy());
  stream.on('close', () => clearTimeout(timer));

  const ending = (): Failure => {
    if (closedBy !== undefined) return new Failure(closedBy.kind, closedBy.message);
    if (client.protocolError !== undefined) return new Failure('server', l10n.t('{0} does not answer as a Redis server does. Check host and port, and whether it expects TLS (rediss://).', where));
    // To a server that expects TLS our first command is noise: it hangs up, or resets.
    const silent = !answered && !secure && failureOfSocket(socketError, where).kind === 'unreachable';
    if (socketError !== undefined && !silent) return failureOfSocket(socketError, where);
    if (silent) return new Failure('unreachable', l10n.t('{0} closed the connection before it answered. If it expects TLS, use rediss://', where));
    return cut(where);
  };

  const one = async (command: Command, started: number, time: number): Promise<Reply | Failure> => {
    try {
      const reply = await client.send(command);
      const duration = clock.elapsed() - started;
      if (smallest === 0 || duration < smallest) smallest = duration;
      log({ time, ...tag, text: describeCommand(command), duration, outcome: 'ok' });
      return reply;
    } catch (error) {
      if (error instanceof ErrorReply) {
        log({ time, ...tag, text: describeCommand(command), duration: clock.elapsed() - started, outcome: errorCode(error.message) });
        return failureOfReply(error.message, command);
      }
      const failure = error instanceof Failure ? error : ending();
      log({ time, ...tag, text: describeCommand(command), duration: undefined, outcome: failure.kind });
      throw failure;
    }
  };

  return {
    get dead() {
      return closedBy !== undefined || stream.destroyed || !stream.writable || stream.readableEnded;
    },
    get smallestRoundTrip() {
      return smallest;
    },
    close,
    patience(ms) {
      limit = ms;
    },
    async run(commands) {
      const started = clock.elapsed();
      const time = clock.now();
      if (waiting === 0) watch();
      waiting += 1;
      // One packet for the whole pipeline, not one per command.
      stream.cork();
      const replies = commands.map((command) => one(command, started, time));
      stream.uncork();
      try {
        return await Promise.all(replies);
      } finally {
        waiting -= 1;
        if (waiting === 0) clearTimeout(timer);
      }
    },
  };
}

async function makeClient(stream: Duplex, where: string, socketError: () => unknown): Promise<Client> {
  try {
    return await createClient(stream);
  } catch {
    stream.destroy();
    const error = socketError();
    throw error === undefined ? cut(where) : failureOfSocket(error, where);
  }
}
