import { BAD_EVENT_FLAGS, formatEventFlags, parseEventFlags } from '../events.ts';
import type { Bytes } from '../store/value.ts';
import { INT, LONG, UINT, ULONG } from './kinds.ts';
import type { Kind, WordsKind } from './kinds.ts';
import { bind, buffers, oomScores, percentiles, replicaOf, save } from './words.ts';

/** One parameter of redis.conf and CONFIG. */
export interface Parameter {
  readonly name: string;
  readonly alias: string | undefined;
  readonly kind: Kind;
  /** Its default in a Redis 7.0 that has no file. */
  readonly initial: Bytes;
  /** CONFIG SET refuses it always (`fixed`), or unless enable-protected-configs allows it. */
  readonly guard: 'open' | 'fixed' | 'protected';
  /** CONFIG GET shows it only to those who ask for it by its name. */
  readonly hidden: boolean;
}

type Row = readonly [name: string, kind: Kind, initial: Bytes, more?: { readonly alias?: string; readonly guard?: 'fixed' | 'protected'; readonly hidden?: boolean }];

const FIXED = { guard: 'fixed' } as const;
const also = (alias: string): { readonly alias: string } => ({ alias });

const text: Kind = { type: 'text' };
/** A text that is NULL in C while it is empty: a rewritten file does not have it then. */
const optional: Kind = { type: 'text', unset: true };
const flag: Kind = { type: 'flag' };
const number = (min: bigint, max: bigint): Kind => ({ type: 'number', min, max, unit: 'none' });
const memory = (min = 0n, max = LONG): Kind => ({ type: 'number', min, max, unit: 'memory' });
const choice = (...choices: string[]): Kind => ({ type: 'choice', choices });
const count = number(0n, INT);
const long = number(0n, LONG);
const port = number(0n, 65535n);

const onlyName = (name: string, what: string): Kind => ({
  type: 'text',
  check: (value) => (value.includes('/') ? `${name} can't be a path, just a ${what}` : value === '' && name !== 'dbfilename' ? `${name} can't be empty` : undefined),
});

const hostname: Kind = {
  type: 'text',
  unset: true,
  check(value) {
    if (value.length >= 256) return 'Hostnames must be less than 256 characters';
    return /^[a-zA-Z0-9.-]*$/.test(value) ? undefined : 'Hostnames may only contain alphanumeric characters, hyphens or dots';
  },
};

const TITLE_WORDS = /\{(?:title|listen-addr|server-mode|port|tls-port|unixsocket|config-file)\}/g;
/** Those that stand for nothing while Redis tries a template. */
const EMPTY_WORDS = /\{(?:title|unixsocket|config-file)\}/g;

const titleTemplate: Kind = {
  type: 'text',
  check: (value) => (value.replace(EMPTY_WORDS, '').trim() === '' || value.replace(TITLE_WORDS, '').includes('{') ? 'template format is invalid or contains unknown variables' : undefined),
};

const defragmentation: Kind = {
  type: 'flag',
  check: (value) =>
    value === 'yes'
      ? 'Active defragmentation cannot be enabled: it requires a Redis server compiled with a modified Jemalloc like the one shipped by default with the Redis source distribution'
      : undefined,
};

/** Kept in the order of Redis's letters; `events.ts` knows them. */
const events: WordsKind = {
  type: 'words',
  single: true,
  read(words) {
    if (words.length !== 1) return { error: 'wrong number of arguments' };
    const flags = parseEventFlags(words[0] ?? '');
    return flags === undefined ? { error: BAD_EVENT_FLAGS } : { value: words[0] ?? '' };
  },
  lines(value) {
    const shown = formatEventFlags(parseEventFlags(value) ?? 0);
    return [{ text: `"${shown}"`, plain: shown === '' }];
  },
};

const onSignal: Kind = {
  type: 'choice',
  choices: ['default', 'save', 'nosave', 'now', 'force'],
  many: (chosen) => (chosen.has('save') && chosen.has('nosave') ? "shutdown options SAVE and NOSAVE can't be used simultaneously" : undefined),
};

const policies = choice('volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'noeviction');
const allowed = choice('no', 'yes', 'local');
const facilities = choice('user', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7');

const rows: readonly Row[] = [
  ['acl-pubsub-default', choice('allchannels', 'resetchannels'), 'resetchannels'],
  ['aclfile', text, '', FIXED],
  ['acllog-max-len', long, '128'],
  ['active-defrag-cycle-max', number(1n, 99n), '25'],
  ['active-defrag-cycle-min', number(1n, 99n), '1'],
  ['active-defrag-ignore-bytes', memory(1n), '104857600'],
  ['active-defrag-max-scan-fields', number(1n, LONG), '1000'],
  ['active-defrag-threshold-lower', number(0n, 1000n), '10'],
  ['active-defrag-threshold-upper', number(0n, 1000n), '100'],
  ['active-expire-effort', number(1n, 10n), '1'],
  ['activedefrag', defragmentation, 'no'],
  ['activerehashing', flag, 'yes'],
  ['always-show-logo', flag, 'no', FIXED],
  ['aof-disable-auto-gc', flag, 'no'],
  ['aof-load-truncated', flag, 'yes'],
  ['aof-rewrite-incremental-fsync', flag, 'yes'],
  ['aof-timestamp-enabled', flag, 'no'],
  ['aof-use-rdb-preamble', flag, 'yes'],
  ['aof_rewrite_cpulist', optional, '', FIXED],
  ['appenddirname', onlyName('appenddirname', 'dirname'), 'appendonlydir', FIXED],
  ['appendfilename', onlyName('appendfilename', 'filename'), 'appendonly.aof', FIXED],
  ['appendfsync', choice('everysec', 'always', 'no'), 'everysec'],
  ['appendonly', flag, 'no'],
  ['auto-aof-rewrite-min-size', memory(), '67108864'],
  ['auto-aof-rewrite-percentage', count, '100'],
  ['bgsave_cpulist', optional, '', FIXED],
  // Redis listens to the whole network; this server only ever to the machine that it runs on.
  ['bind', bind, '127.0.0.1'],
  ['bind-source-addr', optional, ''],
  ['bio_cpulist', optional, '', FIXED],
  ['busy-reply-threshold', long, '5000', also('lua-time-limit')],
  ['client-output-buffer-limit', buffers, 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60'],
  ['client-query-buffer-limit', memory(1024n ** 2n), '1073741824'],
  ['cluster-allow-pubsubshard-when-down', flag, 'yes'],
  ['cluster-allow-reads-when-down', flag, 'no'],
  ['cluster-allow-replica-migration', flag, 'yes'],
  ['cluster-announce-bus-port', port, '0'],
  ['cluster-announce-hostname', hostname, ''],
  ['cluster-announce-ip', optional, ''],
  ['cluster-announce-port', port, '0'],
  ['cluster-announce-tls-port', port, '0'],
  ['cluster-config-file', text, 'nodes.conf', FIXED],
  ['cluster-enabled', flag, 'no', FIXED],
  ['cluster-link-sendbuf-limit', memory(0n, ULONG), '0'],
  ['cluster-migration-barrier', count, '1'],
  ['cluster-node-timeout', long, '15000'],
  ['cluster-port', port, '0', FIXED],
  ['cluster-preferred-endpoint-type', choice('ip', 'hostname', 'unknown-endpoint'), 'ip'],
  ['cluster-replica-no-failover', flag, 'no', also('cluster-slave-no-failover')],
  ['cluster-replica-validity-factor', count, '10', also('cluster-slave-validity-factor')],
  ['cluster-require-full-coverage', flag, 'yes'],
  ['crash-log-enabled', flag, 'yes'],
  ['crash-memcheck-enabled', flag, 'yes'],
  ['daemonize', flag, 'no', FIXED],
  ['databases', number(1n, INT), '16', FIXED],
  ['dbfilename', onlyName('dbfilename', 'filename'), 'dump.rdb', { guard: 'protected' }],
  ['dir', text, '', { guard: 'protected' }],
  ['disable-thp', flag, 'yes', FIXED],
  ['dynamic-hz', flag, 'yes'],
  ['enable-debug-command', allowed, 'no', FIXED],
  ['enable-module-command', allowed, 'no', FIXED],
  ['enable-protected-configs', allowed, 'no', FIXED],
  ['hash-max-listpack-entries', long, '512', also('hash-max-ziplist-entries')],
  ['hash-max-listpack-value', memory(), '64', also('hash-max-ziplist-value')],
  ['hll-sparse-max-bytes', memory(), '3000'],
  ['hz', count, '10'],
  ['ignore-warnings', text, ''],
  ['io-threads', number(1n, 128n), '1', FIXED],
  ['io-threads-do-reads', flag, 'no', FIXED],
  ['jemalloc-bg-thread', flag, 'yes'],
  ['key-load-delay', number(-INT - 1n, INT), '0', { hidden: true }],
  ['latency-monitor-threshold', long, '0'],
  ['latency-tracking', flag, 'yes'],
  ['latency-tracking-info-percentiles', percentiles, '50 99 99.9'],
  ['lazyfree-lazy-eviction', flag, 'no'],
  ['lazyfree-lazy-expire', flag, 'no'],
  ['lazyfree-lazy-server-del', flag, 'no'],
  ['lazyfree-lazy-user-del', flag, 'no'],
  ['lazyfree-lazy-user-flush', flag, 'no'],
  ['lfu-decay-time', count, '1'],
  ['lfu-log-factor', count, '10'],
  ['list-compress-depth', count, '0'],
  ['list-max-listpack-size', number(-INT - 1n, INT), '-2', also('list-max-ziplist-size')],
  ['logfile', text, '', FIXED],
  ['loglevel', choice('debug', 'verbose', 'notice', 'warning'), 'notice'],
  ['loading-process-events-interval-bytes', number(1024n, INT), '2097152', { hidden: true }],
  ['lua-enable-deprecated-api', flag, 'no', { guard: 'fixed', hidden: true }],
  ['masterauth', optional, ''],
  ['masteruser', optional, ''],
  ['maxclients', number(1n, UINT), '10000'],
  ['maxmemory', memory(0n, ULONG), '0'],
  ['maxmemory-clients', { type: 'number', min: 0n, max: ULONG, unit: 'percent' }, '0'],
  ['maxmemory-eviction-tenacity', number(0n, 100n), '10'],
  ['maxmemory-policy', policies, 'noeviction'],
  ['maxmemory-samples', number(1n, INT), '5'],
  ['min-replicas-max-lag', count, '10', also('min-slaves-max-lag')],
  ['min-replicas-to-write', count, '0', also('min-slaves-to-write')],
  ['no-appendfsync-on-rewrite', flag, 'no'],
  ['notify-keyspace-events', events, ''],
  ['oom-score-adj', choice('no', 'yes', 'relative', 'absolute'), 'no'],
  ['oom-score-adj-values', oomScores, '0 200 800'],
  ['pidfile', optional, '', FIXED],
  ['port', port, '6379'],
  ['proc-title-template', titleTemplate, '{title} {listen-addr} {server-mode}'],
  ['propagation-error-behavior', choice('ignore', 'panic', 'panic-on-replicas'), 'ignore'],
  ['protected-mode', flag, 'yes'],
  ['proto-max-bulk-len', memory(1024n ** 2n), '536870912'],
  ['rdb-del-sync-files', flag, 'no'],
  ['rdb-key-save-delay', number(-INT - 1n, INT), '0', { hidden: true }],
  ['rdb-save-incremental-fsync', flag, 'yes'],
  ['rdbchecksum', flag, 'yes', FIXED],
  ['rdbcompression', flag, 'yes'],
  ['repl-backlog-size', memory(1n), '1048576'],
  ['repl-backlog-ttl', long, '3600'],
  ['repl-disable-tcp-nodelay', flag, 'no'],
  ['repl-diskless-load', choice('disabled', 'on-empty-db', 'swapdb'), 'disabled'],
  ['repl-diskless-sync', flag, 'yes'],
  ['repl-diskless-sync-delay', count, '5'],
  ['repl-diskless-sync-max-replicas', count, '0'],
  ['repl-ping-replica-period', number(1n, INT), '10', also('repl-ping-slave-period')],
  ['repl-timeout', number(1n, INT), '60'],
  ['replica-announce-ip', optional, '', also('slave-announce-ip')],
  ['replica-announce-port', port, '0', also('slave-announce-port')],
  ['replica-announced', flag, 'yes'],
  ['replica-ignore-disk-write-errors', flag, 'no'],
  ['replica-ignore-maxmemory', flag, 'yes', also('slave-ignore-maxmemory')],
  ['replica-lazy-flush', flag, 'no', also('slave-lazy-flush')],
  ['replica-priority', count, '100', also('slave-priority')],
  ['replica-read-only', flag, 'yes', also('slave-read-only')],
  ['replica-serve-stale-data', flag, 'yes', also('slave-serve-stale-data')],
  ['replicaof', replicaOf, '', { guard: 'fixed', alias: 'slaveof' }],
  ['requirepass', optional, ''],
  ['sanitize-dump-payload', choice('no', 'yes', 'clients'), 'no'],
  ['save', save, '3600 1 300 100 60 10000'],
  ['server_cpulist', optional, '', FIXED],
  ['set-max-intset-entries', long, '512'],
  ['set-proc-title', flag, 'yes', FIXED],
  ['shutdown-on-sigint', onSignal, 'default'],
  ['shutdown-on-sigterm', onSignal, 'default'],
  ['shutdown-timeout', count, '10'],
  ['slowlog-log-slower-than', number(-1n, LONG), '10000'],
  ['slowlog-max-len', long, '128'],
  ['socket-mark-id', number(0n, UINT), '0', FIXED],
  ['stop-writes-on-bgsave-error', flag, 'yes'],
  ['stream-node-max-bytes', memory(), '4096'],
  ['stream-node-max-entries', long, '100'],
  ['supervised', choice('upstart', 'systemd', 'auto', 'no'), 'no', FIXED],
  ['syslog-enabled', flag, 'no', FIXED],
  ['syslog-facility', facilities, 'local0', FIXED],
  ['syslog-ident', text, 'redis', FIXED],
  ['tcp-backlog', count, '511', FIXED],
  ['tcp-keepalive', count, '300'],
  ['timeout', count, '0'],
  ['tls-auth-clients', choice('no', 'yes', 'optional'), 'yes'],
  ['tls-ca-cert-dir', optional, ''],
  ['tls-ca-cert-file', optional, ''],
  ['tls-cert-file', optional, ''],
  ['tls-ciphers', optional, ''],
  ['tls-ciphersuites', optional, ''],
  ['tls-client-cert-file', optional, ''],
  ['tls-client-key-file', optional, ''],
  ['tls-client-key-file-pass', optional, ''],
  ['tls-cluster', flag, 'no'],
  ['tls-dh-params-file', optional, ''],
  ['tls-key-file', optional, ''],
  ['tls-key-file-pass', optional, ''],
  ['tls-port', port, '0'],
  ['tls-prefer-server-ciphers', flag, 'no'],
  ['tls-protocols', optional, ''],
  ['tls-replication', flag, 'no'],
  ['tls-session-cache-size', count, '20480'],
  ['tls-session-cache-timeout', count, '300'],
  ['tls-session-caching', flag, 'yes'],
  ['tracking-table-max-keys', long, '1000000'],
  ['unixsocket', optional, '', FIXED],
  ['unixsocketperm', { type: 'number', min: 0n, max: 0o777n, unit: 'octal' }, '0', FIXED],
  ['use-exit-on-panic', flag, 'no', { hidden: true }],
  ['watchdog-period', count, '0', { hidden: true }],
  ['zset-max-listpack-entries', long, '128', also('zset-max-ziplist-entries')],
  ['zset-max-listpack-value', memory(), '64', also('zset-max-ziplist-value')],
];

/** Every parameter of Redis 7.0.15, by name. */
export const parameters: readonly Parameter[] = rows.map(([name, kind, initial, more]) => ({
  name, kind, initial, alias: more?.alias, guard: more?.guard ?? 'open', hidden: more?.hidden ?? false,
}));

/** Directives of older versions, which a file may still have; they do nothing. */
export const obsolete: ReadonlySet<string> = new Set(['list-max-ziplist-entries', 'list-max-ziplist-value', 'lua-replicate-commands']);
