import { readValue } from './config/kinds.ts';
import type { Read } from './config/kinds.ts';
import { obsolete, parameters } from './config/parameters.ts';
import type { Parameter } from './config/parameters.ts';
import { formatEventFlags, parseEventFlags } from './events.ts';
import { globMatch } from './store/glob.ts';
import type { Bytes, EncodingLimits } from './store/value.ts';

/** Acts on a new value of a parameter. Answers what is wrong: then everything that was set along with it is taken back. */
export type Apply = (value: Bytes) => string | undefined;

/** Parameters that are looked at with every command, as numbers. */
export interface HotSettings {
  /** maxmemory, bytes; 0: no limit. */
  maxMemory: number;
  /** slowlog-log-slower-than, µs; negative: no slow log. */
  slowerThan: number;
  /** latency-monitor-threshold, ms; 0: off. */
  latencyThreshold: number;
  /** latency-tracking. */
  latencyTracking: boolean;
}

/** CONFIG's parameters and their values. */
export interface Config {
  /** The version of Redis that this server answers as. */
  readonly version: string;
  /** Limits of the small encodings, always in step with the parameters. */
  readonly limits: EncodingLimits;
  /** The value as CONFIG GET answers it. */
  get(name: string): Bytes;
  /** The value of a number, by its name (no alias). */
  number(name: string): number;
  /** True under a maxmemory-policy that counts how often keys are used (LFU). */
  countsAccesses(): boolean;
  /** notify-keyspace-events as bits of events.ts; 0 while nobody is told. */
  events(): number;
  /** Kept in step with the parameters. */
  readonly hot: Readonly<HotSettings>;
  /** Names (aliases included) that match any of the patterns; one without a glob character as it was written. */
  match(patterns: readonly Bytes[]): string[];
  /** CONFIG SET: all or none. Protected parameters need `unprotected`. Answers the text of the error, or undefined. */
  set(changes: readonly (readonly [name: Bytes, value: Bytes])[], options?: { readonly unprotected?: boolean }): string | undefined;
  /** Sets one without regard to what is fixed, and without acting on it. Answers the text of the error, or undefined. */
  start(name: string, value: Bytes): string | undefined;
  /** One directive of a file or a command line; lines of `save` add up. Answers the text of the error, or undefined. */
  directive(name: Bytes, words: readonly Bytes[]): string | undefined;
  /** From now on `apply` runs when CONFIG SET changes the parameter. */
  onSet(name: string, apply: Apply): void;
  /** The values as they are now; the answer puts them back. */
  backup(): () => void;
  /** The parameters with their values, for CONFIG REWRITE. */
  all(): readonly { readonly parameter: Parameter; readonly value: Bytes }[];
}

/** The error of a directive that there is not, or that has too few or too many words. */
export const BAD_DIRECTIVE = 'Bad directive or wrong number of arguments';

/** The smallest backlog that Redis keeps, and the bounds of hz. */
const LEAST_BACKLOG = 16 * 1024;
const [LEAST_HZ, MOST_HZ] = [1, 500];

/** Parameters that stand for TLS, which this server does not speak: to turn them on fails as in a Redis without a certificate. */
const tlsSwitches = ['tls-port', 'tls-cluster', 'tls-replication'];

/** Makes the parameters with Redis's defaults. */
export function createConfig(): Config {
  const byName = new Map<string, Parameter>();
  for (const parameter of parameters) for (const name of [parameter.name, parameter.alias]) if (name !== undefined) byName.set(name, parameter);
  const names = [...byName.keys()];
  const values = new Map(parameters.map(({ name, initial }) => [name, initial]));
  const numbers = new Map<string, number>();
  const applies = new Map<string, Apply[]>();
  const loaded = new Set<string>();
  const limits: EncodingLimits = { hashMaxListpackEntries: 0, hashMaxListpackValue: 0, setMaxIntsetEntries: 0, zsetMaxListpackEntries: 0, zsetMaxListpackValue: 0 };
  const hot: HotSettings = { maxMemory: 0, slowerThan: 0, latencyThreshold: 0, latencyTracking: true };
  let lfu = false;
  let eventFlags = 0;

  const find = (name: Bytes): Parameter | undefined => byName.get(name.toLowerCase());
  const valueOf = (name: string): Bytes => values.get(name) ?? '';
  const numeric = (name: string): number => numbers.get(name) ?? 0;

  const put = (name: string, value: Bytes): void => {
    values.set(name, value);
    numbers.set(name, Number(value));
  };
  /** Brings everything in step that is derived from the values. */
  const refresh = (): void => {
    put('hz', Math.min(MOST_HZ, Math.max(LEAST_HZ, numeric('hz'))).toString());
    hot.maxMemory = numeric('maxmemory');
    hot.slowerThan = numeric('slowlog-log-slower-than');
    hot.latencyThreshold = numeric('latency-monitor-threshold');
    hot.latencyTracking = valueOf('latency-tracking') === 'yes';
    lfu = valueOf('maxmemory-policy').endsWith('lfu');
    // What is shown of the events is not all that counts, so the text is kept as it was given.
    eventFlags = parseEventFlags(valueOf('notify-keyspace-events')) ?? 0;
    limits.hashMaxListpackEntries = numeric('hash-max-listpack-entries');
    limits.hashMaxListpackValue = numeric('hash-max-listpack-value');
    limits.setMaxIntsetEntries = numeric('set-max-intset-entries');
    limits.zsetMaxListpackEntries = numeric('zset-max-listpack-entries');
    limits.zsetMaxListpackValue = numeric('zset-max-listpack-value');
  };
  for (const [name, value] of values) put(name, value);
  refresh();

  const read = ({ name, kind }: Parameter, words: readonly Bytes[], loading: boolean): Read =>
    kind.type === 'words' ? kind.read(words, valueOf(name), { loading, loaded: loaded.has(name) }) : readValue(kind, words);

  const onSet = (name: string, apply: Apply): void => {
    applies.set(name, [...(applies.get(name) ?? []), apply]);
  };
  for (const name of tlsSwitches) onSet(name, (value) => (value === 'no' || value === '0' ? undefined : 'Unable to update TLS configuration. Check server logs.'));

  // Only CONFIG SET minds: a file may have any size.
  onSet('repl-backlog-size', () => {
    if (numeric('repl-backlog-size') < LEAST_BACKLOG) put('repl-backlog-size', LEAST_BACKLOG.toString());
    return undefined;
  });

  const backup = (): (() => void) => {
    const before = new Map(values);
    return () => {
      for (const [name, value] of before) put(name, value);
      refresh();
    };
  };

  return {
    version: '7.0.15',
    limits,
    get(name) {
      const real = find(name)?.name ?? '';
      return real === 'notify-keyspace-events' ? formatEventFlags(eventFlags) : valueOf(real);
    },
    number: numeric,
    countsAccesses: () => lfu,
    events: () => eventFlags,
    hot,
    match(patterns) {
      // A name without a glob character is answered as it was written; every parameter once.
      const found = new Map<string, string>();
      for (const pattern of patterns) {
        const lower = pattern.toLowerCase();
        if (!/[*?[]/.test(pattern)) {
          if (byName.has(lower)) found.set(lower, found.get(lower) ?? pattern);
          continue;
        }
        for (const name of names) if (byName.get(name)?.hidden === false && globMatch(lower, name)) found.set(name, found.get(name) ?? name);
      }
      return [...found.values()];
    },
    set(changes, { unprotected = false } = {}) {
      const problem = refused(changes, find, unprotected);
      if (problem !== undefined) return problem;
      const restore = backup();
      const undo = (name: string, reason: string): string => {
        restore();
        return failed(name, reason);
      };
      const changed = new Map<string, string>();
      for (const [given, text] of changes) {
        const parameter = find(given);
        if (parameter === undefined) continue;
        const result = read(parameter, isSeveral(parameter) ? text.split(' ') : [text], false);
        if ('error' in result) return undo(given.toLowerCase(), result.error);
        if (result.value !== valueOf(parameter.name)) changed.set(parameter.name, given.toLowerCase());
        put(parameter.name, result.value);
      }
      refresh();
      for (const [name, given] of changed) {
        for (const apply of applies.get(name) ?? []) {
          const error = apply(valueOf(name));
          if (error === undefined) continue;
          const message = undo(given, error);
          // What was acted on already is acted on again, with the old values.
          for (const done of changed.keys()) if (done !== name) for (const again of applies.get(done) ?? []) again(valueOf(done));
          return message;
        }
      }
      return undefined;
    },
    start(given, value) {
      const parameter = find(given);
      if (parameter === undefined) return BAD_DIRECTIVE;
      const result = read(parameter, isSeveral(parameter) ? value.split(' ') : [value], false);
      if ('error' in result) return result.error;
      put(parameter.name, result.value);
      refresh();
      return undefined;
    },
    directive(given, words) {
      const parameter = find(given);
      if (parameter === undefined) return obsolete.has(given.toLowerCase()) && words.length === 1 ? undefined : BAD_DIRECTIVE;
      const several = isSeveral(parameter);
      if (!several && words.length !== 1) return 'wrong number of arguments';
      // Words may also come as one, in quotes.
      const [first = ''] = words;
      const result = read(parameter, several && words.length === 1 && first !== '' ? first.split(/\s+/).filter((word) => word !== '') : words, true);
      if ('error' in result) return result.error;
      loaded.add(parameter.name);
      put(parameter.name, result.value);
      refresh();
      return undefined;
    },
    onSet,
    backup,
    all: () => parameters.map((parameter) => ({ parameter, value: valueOf(parameter.name) })),
  };
}

/** True where a value is several words. */
function isSeveral({ kind }: Parameter): boolean {
  return kind.type === 'words' ? kind.single !== true : kind.type === 'choice' && kind.many !== undefined;
}

/** What CONFIG SET refuses before it looks at the values. */
function refused(changes: readonly (readonly [Bytes, Bytes])[], find: (name: Bytes) => Parameter | undefined, unprotected: boolean): string | undefined {
  const seen = new Set<string>();
  for (const [given] of changes) {
    const parameter = find(given);
    if (parameter === undefined) return `ERR Unknown option or number of arguments for CONFIG SET - '${given}'`;
    if (parameter.guard === 'fixed') return failed(given, "can't set immutable config");
    if (parameter.guard === 'protected' && !unprotected) return failed(given, "can't set protected config");
    // An alias beside its name is no repetition to Redis.
    if (seen.has(given.toLowerCase())) return failed(given, 'duplicate parameter');
    seen.add(given.toLowerCase());
  }
  return undefined;
}

/** The error of CONFIG SET for one of its parameters. */
export function failed(name: string, reason: string): string {
  return `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
}
