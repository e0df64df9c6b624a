import type { Duplex } from 'node:stream';
import type { Bytes } from './store/value.ts';
import { connectTo, type Address } from './outgoing.ts';

/** How much is said in the log; Redis marks the lines with `.`, `-`, `*` and `#`. */
export type LogLevel = 'debug' | 'verbose' | 'notice' | 'warning';

/** What SHUTDOWN asks for. */
export interface ShutdownOptions {
  /** `default`: as the save points say. */
  readonly save: 'default' | 'save' | 'nosave';
  readonly now: boolean;
  readonly force: boolean;
}

/**
 * What a server does beyond its connections: log, files, the process. One within the extension does none of it; one that
 * stands for a redis-server process has these filled in by `commandLine/`.
 */
export interface Outside {
  /** Writes a line to the log. */
  log(level: LogLevel, text: string): void;
  /** The path of the file that the server was started with, or ''. */
  readonly configFile: string;
  /** The path of the program, as INFO tells it. */
  readonly executable: string;
  /** Listens where `bind` and `port` now say, and no more where they said before. False if that is not possible: all is as it was. */
  readonly listenAgain: (() => Promise<boolean>) | undefined;
  /** Puts the parameters (`all`: also those at their default) and the lines of users into the configuration file. Answers the system's error text. */
  readonly rewriteConfig: ((users: readonly Bytes[], all: boolean) => string | undefined) | undefined;
  /** Where the data are saved. */
  readonly dataFile: (() => string) | undefined;
  /** Opens a connection to another server, which says so by `connect` (MIGRATE, REPLICAOF). Undefined where nothing may leave this machine, or this window. */
  readonly connect: ((address: Address) => Duplex) | undefined;
  /** Ends the server. False if the last save failed: it goes on, and nothing is lost. */
  readonly shutDown: ((options: ShutdownOptions) => boolean) | undefined;
}

/** A server that is within something else. */
export function withinAnother(): Outside {
  return { log: () => undefined, configFile: '', executable: process.execPath, listenAgain: undefined, rewriteConfig: undefined, dataFile: undefined, connect: connectTo, shutDown: undefined };
}

/** What SIGTERM and SIGINT ask for, by the value of `shutdown-on-sigterm` or `-sigint`. */
export function shutdownOptions(words: readonly string[]): ShutdownOptions {
  const has = (word: string): boolean => words.some((one) => one.toLowerCase() === word);
  return { save: has('save') ? 'save' : has('nosave') ? 'nosave' : 'default', now: has('now'), force: has('force') };
}
