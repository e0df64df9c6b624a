import type { Duplex } from 'node:stream';
import type { ConnectionProfile } from './profile.ts';

/** Injected time; ms. `now` is wall-clock time, `elapsed` never goes back. */
export interface Clock {
  now(): number;
  elapsed(): number;
}

/** Where passwords live; SecretStorage in VS Code. */
export interface Secrets {
  /** The password of a connection, or undefined if it has none. */
  password(profileId: string): Promise<string | undefined>;
}

/** What core asks of whoever runs practice servers; `ui/practice` implements it. */
export interface PracticeHost {
  open(options: { readonly name: string; readonly sample?: 'shop' }): Promise<ConnectionProfile>;
  /** A byte stream to the practice server `instance`. Throws Failure `closed` if it does not run. */
  connect(instance: string): Promise<Duplex>;
  close(id: string): Promise<void>;
}

/** A write that a confirm-writes connection is about to send. */
export interface WriteRequest {
  readonly profile: ConnectionProfile;
  readonly database: number;
  /** The commands in words, values cut short; safe to show. */
  readonly summary: string;
}

/** One line of the Command Log. */
export interface CommandLogEntry {
  readonly time: number;
  readonly connection: string;
  readonly database: number;
  /** The command, escaped, cut short, secrets replaced. */
  readonly text: string;
  /** Ms until the reply; undefined when none came. */
  readonly duration: number | undefined;
  /** `ok`, or the error's code (`WRONGTYPE`), or `refused` by the guard. */
  readonly outcome: string;
}
