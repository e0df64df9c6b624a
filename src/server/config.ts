import { BAD_EVENT_FLAGS, formatEventFlags, parseEventFlags } from './events.ts';
import { globMatch } from './store/glob.ts';
import type { Bytes, EncodingLimits } from './store/value.ts';

type Kind =
  | { readonly type: 'text'; readonly fixed?: boolean }
  | { readonly type: 'flag'; readonly fixed?: boolean }
  | { readonly type: 'events'; readonly fixed?: boolean }
  | { readonly type: 'number'; readonly min: number; readonly max: number; readonly memory?: boolean; readonly fixed?: boolean }
  | { readonly type: 'choice'; readonly choices: readonly string[]; readonly fixed?: boolean };

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
  /** The value as CONFIG GET answers it. */
  get(name: string): Bytes;
  /** The value of a number. */
  number(name: string): number;
  /** True under a maxmemory-policy that counts how often keys are used (LFU). */
  countsAccesses(): boolean;
  /** notify-keyspace-events as bits of events.ts; 0 while nobody is told. */
  events(): number;
  /** Kept in step with the parameters. */
  readonly hot: Readonly<HotSettings>;
  /** Names (aliases included) that match any of the patterns; one without a glob character as it was written. */
  match(patterns: readonly Bytes[]): string[];
  /** Sets all or none. Answers the text of the error, or undefined. */
  set(changes: readonly (readonly [name: Bytes, value: Bytes])[]): string | undefined;
  /** Sets one without regard to what is fixed, at the start. Answers the text of the error, or undefined. */
  start(name: string, value: Bytes): string | undefined;
}

const text: Kind = { type: 'text' };
const fixedText: Kind = { type: 'text', fixed: true };
const flag: Kind = { type: 'flag' };
const fixedFlag: Kind = { type: 'flag', fixed: true };
const number = (min: number, max: number, fixed = false): Kind => ({ type: 'number', min, max, fixed });
const memory = (max = 2 ** 63): Kind => ({ type: 'number', min: 0, max, memory: true });
const choice = (...choices: string[]): Kind => ({ type: 'choice', choices });
const INT = 2 ** 31 - 1;
const LONG = 2 ** 63;

/** Name, kind, default. The defaults are those of a Redis 7.0 without a file, except `save`, `bind` and `enable-debug-command`. */
const parameters: readonly (readonly [name: string, kind: Kind, initial: string])[] = [
  ['acllog-max-len', number(0, LONG), '128'],
  ['active-expire-effort', number(1, 10), '1'],
  ['activedefrag', flag, 'no'],
  ['activerehashing', flag, 'yes'],
  ['aof-use-rdb-preamble', flag, 'yes'],
  ['appendfilename', fixedText, 'appendonly.aof'],
  ['appendfsync', choice('everysec', 'always', 'no'), 'everysec'],
  ['appendonly', flag, 'no'],
  ['bind', text, '127.0.0.1'],
  ['busy-reply-threshold', number(0, LONG), '5000'],
  ['client-output-buffer-limit', text, 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60'],
  ['client-query-buffer-limit', memory(), '1073741824'],
  ['cluster-enabled', fixedFlag, 'no'],
  ['daemonize', fixedFlag, 'no'],
  ['databases', number(1, INT, true), '16'],
  ['dbfilename', text, 'dump.rdb'],
  ['dir', text, ''],
  ['dynamic-hz', flag, 'yes'],
  ['enable-debug-command', { type: 'choice', choices: ['no', 'yes', 'local'], fixed: true }, 'local'],
  ['enable-module-command', { type: 'choice', choices: ['no', 'yes', 'local'], fixed: true }, 'no'],
  ['enable-protected-configs', { type: 'choice', choices: ['no', 'yes', 'local'], fixed: true }, 'no'],
  ['hash-max-listpack-entries', number(0, LONG), '512'],
  ['hash-max-listpack-value', number(0, LONG), '64'],
  ['hll-sparse-max-bytes', memory(), '3000'],
  ['hz', number(0, INT), '10'],
  ['io-threads', number(1, 128, true), '1'],
  ['latency-monitor-threshold', number(0, LONG), '0'],
  ['latency-tracking', flag, 'yes'],
  ['latency-tracking-info-percentiles', text, '50 99 99.9'],
  ['lazyfree-lazy-eviction', flag, 'no'],
  ['lazyfree-lazy-expire', flag, 'no'],
  ['lazyfree-lazy-server-del', flag, 'no'],
  ['lazyfree-lazy-user-del', flag, 'no'],
  ['lazyfree-lazy-user-flush', flag, 'no'],
  ['lfu-decay-time', number(0, INT), '1'],
  ['lfu-log-factor', number(0, INT), '10'],
  ['list-compress-depth', number(0, INT), '0'],
  ['list-max-listpack-size', number(-INT, INT), '-2'],
  ['logfile', fixedText, ''],
  ['loglevel', choice('debug', 'verbose', 'notice', 'warning'), 'notice'],
  ['masterauth', text, ''],
  ['masteruser', text, ''],
  ['maxclients', number(1, 2 ** 32 - 1), '10000'],
  ['maxmemory', memory(), '0'],
  [
    'maxmemory-policy',
    choice('volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'noeviction'),
    'noeviction',
  ],
  ['maxmemory-eviction-tenacity', number(0, 100), '10'],
  ['maxmemory-samples', number(1, INT), '5'],
  ['min-replicas-max-lag', number(0, INT), '10'],
  ['min-replicas-to-write', number(0, INT), '0'],
  ['notify-keyspace-events', { type: 'events' }, ''],
  ['pidfile', fixedText, ''],
  ['port', number(0, 65535), '0'],
  ['proto-max-bulk-len', { type: 'number', min: 1024 * 1024, max: LONG, memory: true }, '536870912'],
  ['protected-mode', flag, 'yes'],
  ['rdbchecksum', fixedFlag, 'yes'],
  ['rdbcompression', flag, 'yes'],
  ['repl-backlog-size', { type: 'number', min: 1, max: LONG, memory: true }, '1048576'],
  ['repl-backlog-ttl', number(0, LONG), '3600'],
  ['repl-diskless-load', choice('disabled', 'on-empty-db', 'swapdb'), 'disabled'],
  ['repl-diskless-sync', flag, 'yes'],
  ['repl-diskless-sync-delay', number(0, INT), '5'],
  ['repl-timeout', number(1, INT), '60'],
  ['replica-announce-ip', text, ''],
  ['replica-announce-port', number(0, 65535), '0'],
  ['replica-lazy-flush', flag, 'no'],
  ['replica-priority', number(0, INT), '100'],
  ['replica-read-only', flag, 'yes'],
  ['replica-serve-stale-data', flag, 'yes'],
  ['replicaof', fixedText, ''],
  ['requirepass', text, ''],
  ['save', text, ''],
  ['set-max-intset-entries', number(0, LONG), '512'],
  ['slowlog-log-slower-than', number(-1, LONG), '10000'],
  ['slowlog-max-len', number(0, LONG), '128'],
  ['stop-writes-on-bgsave-error', flag, 'yes'],
  ['stream-node-max-bytes', memory(), '4096'],
  ['stream-node-max-entries', number(0, LONG), '100'],
  ['tcp-backlog', number(0, INT, true), '511'],
  ['tcp-keepalive', number(0, INT), '300'],
  ['timeout', number(0, INT), '0'],
  ['tracking-table-max-keys', number(0, LONG), '1000000'],
  ['unixsocket', fixedText, ''],
  ['unixsocketperm', number(0, 0o777, true), '0'],
  ['zset-max-listpack-entries', number(0, LONG), '128'],
  ['zset-max-listpack-value', number(0, LONG), '64'],
];

const aliases: Readonly<Record<string, string>> = {
  'hash-max-ziplist-entries': 'hash-max-listpack-entries',
  'hash-max-ziplist-value': 'hash-max-listpack-value',
  'list-max-ziplist-size': 'list-max-listpack-size',
  'lua-time-limit': 'busy-reply-threshold',
  'min-slaves-max-lag': 'min-replicas-max-lag',
  'min-slaves-to-write': 'min-replicas-to-write',
  'slave-announce-ip': 'replica-announce-ip',
  'slave-announce-port': 'replica-announce-port',
  'slave-lazy-flush': 'replica-lazy-flush',
  'slave-priority': 'replica-priority',
  'slave-read-only': 'replica-read-only',
  'slave-serve-stale-data': 'replica-serve-stale-data',
  slaveof: 'replicaof',
  'zset-max-ziplist-entries': 'zset-max-listpack-entries',
  'zset-max-ziplist-value': 'zset-max-listpack-value',
};

/** Makes the parameters with their defaults; `limits` is kept in step with the ones on encodings. */
export function createConfig(limits: EncodingLimits): Config {
  const kinds = new Map(parameters.map(([name, kind]) => [name, kind]));
  const values = new Map(parameters.map(([name, , initial]) => [name, initial]));
  const real = (name: string): string => aliases[name.toLowerCase()] ?? name.toLowerCase();
  const events = (): number => parseEventFlags(values.get('notify-keyspace-events') ?? '') ?? 0;
  // What is shown of the events is not all that counts, so the text is kept as it was given.
  const get = (name: string): Bytes => (real(name) === 'notify-keyspace-events' ? formatEventFlags(events()) : (values.get(real(name)) ?? ''));
  const numeric = (name: string): number => Number(get(name));
  let lfu = false;
  let eventFlags = 0;
  const hot: HotSettings = { maxMemory: 0, slowerThan: 0, latencyThreshold: 0, latencyTracking: true };
  const apply = (): void => {
    hot.maxMemory = numeric('maxmemory');
    hot.slowerThan = numeric('slowlog-log-slower-than');
    hot.latencyThreshold = numeric('latency-monitor-threshold');
    hot.latencyTracking = get('latency-tracking') === 'yes';
    lfu = get('maxmemory-policy').endsWith('lfu');
    eventFlags = events();
    limits.hashMaxListpackEntries = numeric('hash-max-listpack-entries');
    limits.hashMaxListpackValue = numeric('hash-max-listpack-value');
    limits.setMaxIntsetEntries = numeric('set-max-intset-entries');
    limits.zsetMaxListpackEntries = numeric('zset-max-listpack-entries');
    limits.zsetMaxListpackValue = numeric('zset-max-listpack-value');
  };
  apply();
  return {
    version: '7.0.15',
    get,
    number: numeric,
    countsAccesses: () => lfu,
    events: () => eventFlags,
    hot,
    match(patterns) {
      const names = [...values.keys(), ...Object.keys(aliases)];
      // A name without a glob character is answered as it was written; every parameter once.
      const found = new Map<string, string>();
      for (const pattern of patterns) {
        const lower = pattern.toLowerCase();
        if (/[*?[]/.test(pattern)) for (const name of names.filter((one) => globMatch(lower, one))) found.set(name, found.get(name) ?? name);
        else if (names.includes(lower)) found.set(lower, found.get(lower) ?? pattern);
      }
      return [...found.values()];
    },
    set(changes) {
      const next = new Map<string, string>();
      for (const [given, value] of changes) {
        const name = real(given);
        const kind = kinds.get(name);
        if (kind === undefined) return `ERR Unknown option or number of arguments for CONFIG SET - '${given}'`;
        if (kind.fixed === true) return failed(given, "can't set immutable config");
        if (next.has(name)) return failed(given, 'duplicate parameter');
        next.set(name, value);
      }
      for (const [given] of changes) {
        const name = real(given);
        const kind = kinds.get(name);
        const parsed = kind === undefined ? { error: '' } : parse(kind, next.get(name) ?? '');
        if ('error' in parsed) return failed(given, parsed.error);
        next.set(name, parsed.value);
      }
      for (const [name, value] of next) values.set(name, value);
      apply();
      return undefined;
    },
    start(given, value) {
      const name = real(given);
      const kind = kinds.get(name);
      if (kind === undefined) return 'Bad directive or wrong number of arguments';
      const parsed = parse(kind, value);
      if ('error' in parsed) return parsed.error;
      values.set(name, parsed.value);
      apply();
      return undefined;
    },
  };
}

function failed(name: string, reason: string): string {
  return `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
}

const units: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1000, kb: 1024, m: 1e6, mb: 1024 ** 2, g: 1e9, gb: 1024 ** 3 };

function parse(kind: Kind, value: string): { value: string } | { error: string } {
  switch (kind.type) {
    case 'text':
      return { value };
    case 'events':
      return parseEventFlags(value) === undefined ? { error: BAD_EVENT_FLAGS } : { value };
    case 'flag': {
      const lower = value.toLowerCase();
      return lower === 'yes' || lower === 'no' ? { value: lower } : { error: "argument must be 'yes' or 'no'" };
    }
    case 'choice': {
      const chosen = kind.choices.find((one) => one === value.toLowerCase());
      return chosen === undefined ? { error: `argument(s) must be one of the following: ${kind.choices.join(', ')}` } : { value: chosen };
    }
    case 'number': {
      const parts = /^(-?\d+)([a-zA-Z]*)$/.exec(value);
      const unit = units[parts?.[2]?.toLowerCase() ?? ''];
      if (parts === null || unit === undefined || (kind.memory !== true && parts[2] !== '')) {
        return { error: kind.memory === true ? 'argument must be a memory value' : "argument couldn't be parsed into an integer" };
      }
      const parsed = Number(parts[1]) * unit;
      if (parsed < kind.min || parsed > kind.max) {
        return { error: `argument must be between ${kind.min} and ${BigInt(Math.min(kind.max, Number.MAX_SAFE_INTEGER)) >= BigInt(Number.MAX_SAFE_INTEGER) ? '9223372036854775807' : kind.max} inclusive` };
      }
      return { value: unit === 1 ? BigInt(parts[1] ?? '0').toString() : parsed.toString() };
    }
  }
}
