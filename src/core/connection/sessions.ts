import type { Duplex } from 'node:stream';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { openGuardedChannel } from './channel.ts';
import { judge } from './guard.ts';
import { settleHeld } from './held.ts';
import { openLink, type Link, type LinkDeps, type LinkTimeouts } from './link.ts';
import type { Clock, CommandLogEntry, PracticeHost, Secrets, WriteRequest } from './ports.ts';
import type { Access, ConnectionProfile } from './profile.ts';
import type { Command, Reply, SendOptions, ServerFacts, Session, Sessions } from './session.ts';
import { checkShareable } from './shareable.ts';
import { abortable, sleep } from './waiting.ts';

/** What `createSessions` is given. */
export interface SessionsDeps {
  readonly secrets: Secrets;
  readonly practice: Pick<PracticeHost, 'connect'>;
  readonly clock: Clock;
  readonly log: (entry: CommandLogEntry) => void;
  /** Asks the user; true to send. */
  readonly confirmWrite: (request: WriteRequest) => Promise<boolean>;
  readonly timeouts?: Partial<Timeouts>;
  /** The saved version of a connection, where it is saved: a row or an open dialogue may hold one from before an edit. */
  readonly saved?: (profileId: string) => ConnectionProfile | undefined;
}

/** All in ms. */
export interface Timeouts extends LinkTimeouts {
  /** How long to wait before the next attempt after so many failed ones in a row. */
  readonly backoff: (failures: number) => number;
}

export const defaultTimeouts: Timeouts = {
  connect: 10_000,
  command: 20_000,
  // The first retry is the user's and waits for nothing.
  backoff: (failures) => (failures <= 1 ? 0 : Math.min(2000, 100 * 2 ** (failures - 2))),
};

/** What the sessions of one (connection, database) share. */
interface Slot {
  readonly key: string;
  readonly profileId: string;
  readonly database: number;
  refs: number;
  link: Link | undefined;
  connecting: { readonly promise: Promise<Link>; readonly abort: AbortController } | undefined;
  failures: number;
  /** Of the last failed attempt, on the clock's `elapsed`. */
  failedAt: number;
  smallestRoundTrip: number;
}

/** Makes the sessions of all connections. Opens nothing yet. */
export function createSessions(deps: SessionsDeps): Sessions {
  const timeouts: Timeouts = { ...defaultTimeouts, ...deps.timeouts };
  const linkDeps: LinkDeps = { practice: deps.practice, clock: deps.clock, log: deps.log, timeouts };
  const slots = new Map<string, Slot>();
  /** The newest version of each connection: an edit to read-only binds sessions that were acquired before it. */
  const profiles = new Map<string, ConnectionProfile>();
  const channels = new Map<Duplex, string>();
  let disposed = false;
  let unknownServers = 0;

  const closed = (): Failure => new Failure('closed', l10n.t('The connection was closed.'));

  const newest = (profile: ConnectionProfile): ConnectionProfile => deps.saved?.(profile.id) ?? profile;
  const useProfile = (profile: ConnectionProfile): void => {
    const old = profiles.get(profile.id);
    profiles.set(profile.id, profile);
    if (old !== undefined && !sameServer(old, profile)) drop(profile.id);
  };
  const current = (slot: Slot): ConnectionProfile => {
    const profile = profiles.get(slot.profileId);
    if (profile === undefined) throw closed();
    return profile;
  };

  const shut = (slot: Slot): void => {
    slot.connecting?.abort.abort(closed());
    slot.connecting = undefined;
    slot.link?.close(closed());
    slot.link = undefined;
    slot.failures = 0;
  };
  const drop = (profileId: string): void => {
    for (const slot of slots.values()) if (slot.profileId === profileId) shut(slot);
    for (const [channel, owner] of channels) if (owner === profileId) channel.destroy(closed());
  };

  const password = async (profile: ConnectionProfile): Promise<string | undefined> => {
    if (profile.endpoint.kind === 'practice') return undefined;
    try {
      return await deps.secrets.password(profile.id);
    } catch {
      throw new Failure('auth', l10n.t('The password could not be read from the secret storage. Edit the connection and enter it again.'));
    }
  };

  const connect = async (slot: Slot, signal: AbortSignal): Promise<Link> => {
    try {
      const wait = slot.failures === 0 ? 0 : slot.failedAt + timeouts.backoff(slot.failures) - deps.clock.elapsed();
      if (wait > 0) await sleep(wait, signal);
      const profile = current(slot);
      const secret = await password(profile);
      signal.throwIfAborted();
      unknownServers += 1;
      const unknownRunId = `unknown-${unknownServers}`;
      const link = await openLink(linkDeps, { profile, database: slot.database, password: secret, signal, unknownRunId });
      if (signal.aborted) link.close(closed());
      signal.throwIfAborted();
      slot.failures = 0;
      return link;
    } catch (error) {
      if (signal.aborted) throw closed();
      slot.failures += 1;
      slot.failedAt = deps.clock.elapsed();
      throw error;
    }
  };

  const linkOf = (slot: Slot): Promise<Link> | Link => {
    // A slot that was released while a command of it waited for the user must not connect again: nobody would end that link.
    if (disposed || slots.get(slot.key) !== slot) throw closed();
    if (slot.link !== undefined && !slot.link.dead) return slot.link;
    if (slot.connecting === undefined) {
      const abort = new AbortController();
      const promise = connect(slot, abort.signal).then(
        (link) => {
          if (slot.connecting?.promise !== promise) {
            link.close(closed());
            throw closed();
          }
          slot.connecting = undefined;
          slot.link = link;
          // A new link may take another way; what the old one measured says nothing of it.
          slot.smallestRoundTrip = link.smallestRoundTrip;
          return link;
        },
        (error: unknown) => {
          if (slot.connecting?.promise === promise) slot.connecting = undefined;
          throw error;
        },
      );
      slot.connecting = { promise, abort };
    }
    return slot.connecting.promise;
  };

  /** Judges all commands before any is sent; asks the user where need be. Throws Failure `guarded` or `declined`. */
  const guard = async (slot: Slot, link: Link, commands: readonly Command[]): Promise<void> => {
    const profile = current(slot);
    if (profile.access === 'read-write') return;
    const facts = await link.commandFacts();
    const held = commands.filter((command) => judge(command, profile.access, facts) !== 'pass');
    if (held.length === 0) return;
    await settleHeld(deps, profile, slot.database, held);
  };

  /** The path of every command: link, server check, guard, wire. */
  const run = async (slot: Slot, commands: readonly Command[], options: SendOptions): Promise<(Reply | Failure)[]> => {
    options.signal?.throwIfAborted();
    let link = await linkOf(slot);
    checkServer(link, options.runId);
    for (let judged: Access = 'read-write'; current(slot).access !== judged; ) {
      judged = current(slot).access;
      await guard(slot, link, commands);
      // The user may have thought about it for a while, and made the connection read-only meanwhile.
      link = await linkOf(slot);
      checkServer(link, options.runId);
    }
    options.signal?.throwIfAborted();
    const replies = await link.run(commands);
    slot.smallestRoundTrip = link.smallestRoundTrip;
    return replies;
  };

  const handle = (slot: Slot, profile: ConnectionProfile): Session => {
    let released = false;
    const check = (): void => {
      if (released || disposed) throw closed();
    };
    return {
      profile,
      database: slot.database,
      get smallestRoundTrip() {
        return slot.smallestRoundTrip;
      },
      async ready(signal): Promise<ServerFacts> {
        check();
        return (await abortable(async () => linkOf(slot), signal)).facts;
      },
      async send(command, options = {}) {
        check();
        checkShareable([command]);
        const [reply] = await abortable(() => run(slot, [command], options), options.signal);
        if (reply instanceof Failure) throw reply;
        return reply ?? null;
      },
      async sendAll(commands, options = {}) {
        check();
        if (commands.length === 0) return [];
        checkShareable(commands);
        return abortable(() => run(slot, commands, options), options.signal);
      },
      release() {
        if (released) return;
        released = true;
        slot.refs -= 1;
        if (slot.refs > 0) return;
        slots.delete(slot.key);
        shut(slot);
        if (![...slots.values()].some((other) => other.profileId === slot.profileId)) profiles.delete(slot.profileId);
      },
    };
  };

  return {
    acquire(given, database) {
      if (disposed) throw closed();
      const profile = newest(given);
      useProfile(profile);
      const key = `${database} ${profile.id}`;
      let slot = slots.get(key);
      if (slot === undefined) {
        slot = { key, profileId: profile.id, database, refs: 0, link: undefined, connecting: undefined, failures: 0, failedAt: 0, smallestRoundTrip: 0 };
        slots.set(key, slot);
      }
      slot.refs += 1;
      return handle(slot, profile);
    },
    async openChannel(given, database, intent, { confirmed = false } = {}) {
      if (disposed) throw closed();
      const profile = newest(given);
      const channel = await openGuardedChannel({ ...linkDeps, confirm: (held) => settleHeld(deps, profile, database, held) }, {
        profile,
        database,
        password: await password(profile),
        intent,
        confirmed,
        // For the guard; a channel that only copies needs no answer of its own to be read.
        commandFacts: async () => {
          const session = this.acquire(profile, database);
          try {
            const slot = slots.get(`${database} ${profile.id}`);
            if (slot === undefined) throw closed();
            return await (await linkOf(slot)).commandFacts();
          } finally {
            session.release();
          }
        },
      });
      if (disposed) {
        channel.destroy();
        throw closed();
      }
      channels.set(channel, profile.id);
      channel.once('close', () => channels.delete(channel));
      return channel;
    },
    async disconnect(profileId) {
      drop(profileId);
    },
    async dispose() {
      disposed = true;
      for (const profileId of new Set([...slots.values()].map((slot) => slot.profileId))) drop(profileId);
      for (const channel of channels.keys()) channel.destroy(closed());
      slots.clear();
      profiles.clear();
    },
  };
}

function sameServer(a: ConnectionProfile, b: ConnectionProfile): boolean {
  return a.username === b.username && JSON.stringify(a.endpoint) === JSON.stringify(b.endpoint);
}

function checkServer(link: Link, runId: string | undefined): void {
  if (runId === undefined || runId === link.facts.runId) return;
  throw new Failure('server-changed', l10n.t('The server was restarted or another one took its place; the listing starts again.'));
}
