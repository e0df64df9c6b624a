import type { Duplex } from 'node:stream';
import type { ConnectionProfile } from './profile.ts';
import type { Failure } from '../failure.ts';

/** One argument of a command; a string is sent as UTF-8. */
export type Arg = string | Buffer;

/** A command with its name first. */
export type Command = readonly Arg[];

/**
 * A reply as RESP2 carries it: bulk and simple strings as bytes, integers as numbers (as strings beyond 2^53),
 * null, arrays. RESP2 is spoken on purpose: RESP3 would turn scores into JavaScript numbers and re-format them.
 */
export type Reply = Buffer | number | string | null | readonly Reply[];

/** What is known of the server behind a session since its last connect. */
export interface ServerFacts {
  /** INFO's run_id; where INFO is not allowed, a name that is new at every connect (so that no cursor outlives its server). */
  readonly runId: string;
  /** For example `7.0.15`; empty if unknown. */
  readonly version: string;
  readonly flavour: 'redis' | 'valkey' | 'unknown';
  readonly mode: 'standalone' | 'cluster' | 'sentinel';
  /** Number of databases, where CONFIG GET tells it. */
  readonly databases: number | undefined;
}

export interface SendOptions {
  readonly signal?: AbortSignal;
  /** Refuse with `server-changed` unless the server is still this process. For commands that carry a cursor. */
  readonly runId?: string;
}

/** Who asks for a raw channel; the guard allows each intent its own few commands. */
export type ChannelIntent = 'terminal' | 'monitor' | 'subscribe' | 'copy' | 'replicate';

export interface ChannelOptions {
  /** The user has agreed to the writes of a `copy` or `replicate` already: a connection that confirms writes does not ask again. */
  readonly confirmed?: boolean;
}

/** One authenticated socket to one database of one connection. Everything sent passes the door: guard, then log, then wire. */
export interface Session {
  readonly profile: ConnectionProfile;
  readonly database: number;
  /** Smallest round trip seen on this session, in ms; 0 before the first. */
  readonly smallestRoundTrip: number;
  /** Connects if need be. Throws Failure. */
  ready(signal?: AbortSignal): Promise<ServerFacts>;
  /** Sends one command, connecting first if need be. Throws Failure, also for an error reply. */
  send(command: Command, options?: SendOptions): Promise<Reply>;
  /** Sends one pipeline; an error reply stands in its place as a Failure. Throws Failure if the link fails. */
  sendAll(commands: readonly Command[], options?: SendOptions): Promise<readonly (Reply | Failure)[]>;
  /** Gives the session back; the last release closes the socket. */
  release(): void;
}

/** The sessions of all connections, one socket per (connection, database), lazy and ref-counted. */
export interface Sessions {
  acquire(profile: ConnectionProfile, database: number): Session;
  /** A raw, authenticated, database-selected stream outside the session's socket. Throws Failure. */
  openChannel(profile: ConnectionProfile, database: number, intent: ChannelIntent, options?: ChannelOptions): Promise<Duplex>;
  /** Closes every socket of the connection; the next send connects anew. */
  disconnect(profileId: string): Promise<void>;
  dispose(): Promise<void>;
}
