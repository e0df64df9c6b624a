import { publish } from './clients/pubsub.ts';
import type { Context } from './state.ts';
import type { Bytes } from './store/value.ts';

/** Classes of keyspace events, with the letters by which notify-keyspace-events names them. */
const classes = {
  generic: { letter: 'g', bit: 1 },
  string: { letter: '$', bit: 2 },
  list: { letter: 'l', bit: 4 },
  set: { letter: 's', bit: 8 },
  hash: { letter: 'h', bit: 16 },
  zset: { letter: 'z', bit: 32 },
  expired: { letter: 'x', bit: 64 },
  evicted: { letter: 'e', bit: 128 },
  stream: { letter: 't', bit: 256 },
  module: { letter: 'd', bit: 512 },
  new: { letter: 'n', bit: 1024 },
  miss: { letter: 'm', bit: 2048 },
} as const;

/** A class of keyspace events; `new` is a key that came into being, `miss` one that was read and is not there. */
export type EventClass = keyof typeof classes;

/** `A`: every class but those of keys that are new and of those that are not there. */
const ALL = 1023;
/** `K`: messages on `__keyspace@N__:key`, with the event. */
const KEYSPACE = 4096;
/** `E`: messages on `__keyevent@N__:event`, with the key. */
const KEYEVENT = 8192;

const letters: Readonly<Record<string, number>> = {
  A: ALL, K: KEYSPACE, E: KEYEVENT, ...Object.fromEntries(Object.values(classes).map(({ letter, bit }) => [letter, bit])),
};

/** The value of notify-keyspace-events as bits; undefined where a letter stands for nothing. */
export function parseEventFlags(text: string): number | undefined {
  let flags = 0;
  for (const letter of text) {
    const bits = letters[letter];
    if (bits === undefined) return undefined;
    flags |= bits;
  }
  return flags;
}

/** Bits as CONFIG GET shows them. Beside `A` Redis 7.0 does not show `n`, though it counts. */
export function formatEventFlags(flags: number): string {
  const shown = (flags & ALL) === ALL ? ['A', 'K', 'E', 'm'] : ['g', '$', 'l', 's', 'h', 'z', 'x', 'e', 't', 'd', 'n', 'K', 'E', 'm'];
  return shown.filter((letter) => (flags & (letters[letter] ?? 0)) !== 0).join('');
}

/** The error of a letter that stands for nothing. */
export const BAD_EVENT_FLAGS = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";

/** Where an event happens. */
export type EventPlace = Pick<Context, 'server' | 'database'>;

/** True if somebody may hear of events of that class. */
export function notifies({ server }: EventPlace, eventClass: EventClass): boolean {
  const flags = server.config.events();
  return flags !== 0 && (flags & classes[eventClass].bit) !== 0;
}

/** Tells those who listen that something happened to a key, where notify-keyspace-events asks for it: by the key, then by the event. */
export function notify(place: EventPlace, eventClass: EventClass, event: string, key: Bytes): void {
  const flags = place.server.config.events();
  if (flags === 0 || (flags & classes[eventClass].bit) === 0) return;
  const { server, database } = place;
  if ((flags & KEYSPACE) !== 0) publish(server, 'channels', `__keyspace@${database.index}__:${key}`, event);
  if ((flags & KEYEVENT) !== 0) publish(server, 'channels', `__keyevent@${database.index}__:${event}`, key);
}
