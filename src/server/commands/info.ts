import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context, ServerState } from '../state.ts';
import { databaseSize } from '../store/database.ts';
import { dictSize } from '../store/dict.ts';
import type { Bytes } from '../store/value.ts';
import { verbatim } from './support.ts';

type Lines = readonly (readonly [string, string | number])[];

/** Bytes as INFO shows them to people: `918.98K`. */
export function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const units = ['K', 'M', 'G', 'T', 'P'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(2)}${units[unit] ?? ''}`;
}

function serverLines({ server, now }: Context): Lines {
  const uptime = Math.floor((now - server.startedAt) / 1000);
  return [
    ['redis_version', server.config.version],
    ['redis_git_sha1', '00000000'],
    ['redis_git_dirty', 0],
    ['redis_build_id', '0'],
    ['redis_mode', 'standalone'],
    ['os', `${process.platform} ${process.arch}`],
    ['arch_bits', 64],
    ['monotonic_clock', 'POSIX clock_gettime'],
    ['multiplexing_api', 'node'],
    ['process_id', process.pid],
    ['process_supervised', 'no'],
    ['run_id', server.runId],
    ['tcp_port', server.port],
    ['server_time_usec', Math.floor(server.clock.now() * 1000)],
    ['uptime_in_seconds', uptime],
    ['uptime_in_days', Math.floor(uptime / 86400)],
    ['hz', server.config.get('hz')],
    ['configured_hz', server.config.get('hz')],
    ['lru_clock', Math.floor(now / 1000) & 0xffffff],
    ['executable', process.execPath],
    ['config_file', ''],
    ['io_threads_active', 0],
  ];
}

function clientLines({ server }: Context): Lines {
  return [
    ['connected_clients', server.sessions.size],
    ['cluster_connections', 0],
    ['maxclients', server.config.get('maxclients')],
    ['client_recent_max_input_buffer', 0],
    ['client_recent_max_output_buffer', 0],
    ['blocked_clients', server.waits.size],
    ['tracking_clients', server.tracking.clients],
    ['clients_in_timeout_table', 0],
  ];
}

function memoryLines({ server }: Context): Lines {
  const { heapUsed, external, rss } = process.memoryUsage();
  const used = heapUsed + external;
  const limit = server.config.number('maxmemory');
  return [
    ['used_memory', used],
    ['used_memory_human', humanBytes(used)],
    ['used_memory_rss', rss],
    ['used_memory_rss_human', humanBytes(rss)],
    ['used_memory_peak', used],
    ['used_memory_peak_human', humanBytes(used)],
    ['used_memory_peak_perc', '100.00%'],
    ['maxmemory', limit],
    ['maxmemory_human', humanBytes(limit)],
    ['maxmemory_policy', server.config.get('maxmemory-policy')],
    ['mem_fragmentation_ratio', (rss / used).toFixed(2)],
    ['mem_allocator', 'v8'],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', 0],
    ['lazyfreed_objects', 0],
  ];
}

function persistenceLines({ server }: Context): Lines {
  return [
    ['loading', 0],
    ['async_loading', 0],
    ['rdb_changes_since_last_save', server.dirty],
    ['rdb_bgsave_in_progress', 0],
    ['rdb_last_save_time', server.lastSave],
    ['rdb_last_bgsave_status', 'ok'],
    ['rdb_last_bgsave_time_sec', -1],
    ['rdb_current_bgsave_time_sec', -1],
    ['aof_enabled', 0],
    ['aof_rewrite_in_progress', 0],
    ['aof_last_bgrewrite_status', 'ok'],
    ['aof_last_write_status', 'ok'],
  ];
}

function statsLines({ server }: Context): Lines {
  const { statistics } = server;
  return [
    ['total_connections_received', statistics.connections],
    ['total_commands_processed', statistics.commands],
    ['instantaneous_ops_per_sec', 0],
    ['total_net_input_bytes', statistics.inputBytes],
    ['total_net_output_bytes', statistics.outputBytes],
    ['instantaneous_input_kbps', '0.00'],
    ['instantaneous_output_kbps', '0.00'],
    ['rejected_connections', statistics.rejectedConnections],
    ['sync_full', 0],
    ['sync_partial_ok', 0],
    ['sync_partial_err', 0],
    ['expired_keys', statistics.expired],
    ['expired_stale_perc', '0.00'],
    ['evicted_keys', 0],
    ['keyspace_hits', statistics.hits],
    ['keyspace_misses', statistics.misses],
    ['pubsub_channels', server.listeners.channels.size],
    ['pubsub_patterns', server.listeners.patterns.size],
    ['latest_fork_usec', 0],
    ['total_forks', 0],
    ['tracking_total_keys', server.tracking.readers.size],
    ['tracking_total_items', server.tracking.items],
    ['tracking_total_prefixes', server.tracking.prefixes.size],
    ['total_error_replies', statistics.errors],
    ['total_reads_processed', statistics.reads],
    ['total_writes_processed', statistics.writes],
  ];
}

function replicationLines({ server }: Context): Lines {
  return [
    ['role', 'master'],
    ['connected_slaves', 0],
    ['master_failover_state', 'no-failover'],
    ['master_replid', server.replicationId],
    ['master_replid2', '0'.repeat(40)],
    ['master_repl_offset', 0],
    ['second_repl_offset', -1],
    ['repl_backlog_active', 0],
    ['repl_backlog_size', server.config.get('repl-backlog-size')],
    ['repl_backlog_first_byte_offset', 0],
    ['repl_backlog_histlen', 0],
  ];
}

function cpuLines(): Lines {
  const { user, system } = process.cpuUsage();
  return [
    ['used_cpu_sys', (system / 1e6).toFixed(6)],
    ['used_cpu_user', (user / 1e6).toFixed(6)],
    ['used_cpu_sys_children', '0.000000'],
    ['used_cpu_user_children', '0.000000'],
    ['used_cpu_sys_main_thread', (system / 1e6).toFixed(6)],
    ['used_cpu_user_main_thread', (user / 1e6).toFixed(6)],
  ];
}

function commandLines({ server }: Context): Lines {
  return [...server.statistics.perCommand].map(([name, { calls, usec, rejected, failed }]) => [
    `cmdstat_${name}`,
    `calls=${calls},usec=${usec},usec_per_call=${(usec / calls).toFixed(2)},rejected_calls=${rejected},failed_calls=${failed}`,
  ]);
}

function keyspaceLines({ server }: Context): Lines {
  return server.databases
    .filter((db) => databaseSize(db) > 0)
    .map((db) => [`db${db.index}`, `keys=${databaseSize(db)},expires=${dictSize(db.volatile)},avg_ttl=${Math.floor(db.averageTtl)}`]);
}

interface Section {
  readonly name: string;
  readonly lines: (context: Context) => Lines;
  /** Left out unless asked for, or `all` is. */
  readonly rare?: boolean;
}

const sections: readonly Section[] = [
  { name: 'Server', lines: serverLines },
  { name: 'Clients', lines: clientLines },
  { name: 'Memory', lines: memoryLines },
  { name: 'Persistence', lines: persistenceLines },
  { name: 'Stats', lines: statsLines },
  { name: 'Replication', lines: replicationLines },
  { name: 'CPU', lines: cpuLines },
  { name: 'Modules', lines: () => [] },
  { name: 'Commandstats', lines: commandLines, rare: true },
  { name: 'Errorstats', lines: ({ server }: { server: ServerState }) => [...server.statistics.perError].map(([code, count]) => [`errorstat_${code}`, `count=${count}`]) },
  { name: 'Cluster', lines: () => [['cluster_enabled', 0]] },
  { name: 'Keyspace', lines: keyspaceLines },
];

/** INFO [section ...] */
export function info(context: Context, args: readonly Bytes[]): Reply {
  const asked = new Set(args.slice(1).map((name) => name.toLowerCase()));
  const all = asked.has('all') || asked.has('everything');
  const usual = asked.size === 0 || asked.has('default');
  const shown = sections.filter(({ name, rare }) => all || asked.has(name.toLowerCase()) || (usual && rare !== true));
  const text = shown.map(({ name, lines }) => `# ${name}\r\n${lines(context).map(([key, value]) => `${key}:${value}\r\n`).join('')}`);
  return verbatim(text.join('\r\n'));
}
