import { percentile } from '../latency/histogram.ts';
import type { Context } from '../../state.ts';
import { backlogLength, firstByte, goodReplicas, masterLines, replicasOf } from '../../replication/report.ts';
import { ownKeyCount } from '../../expiry/ownKeys.ts';
import { rateOf } from '../statistics.ts';
import { databaseSize } from '../../store/database.ts';
import { dictSize } from '../../store/dict.ts';
import { hashesWithTimes } from '../../store/expiringFields.ts';
import { zeros } from './lines.ts';
import type { Lines } from './lines.ts';

/* The sections on what the server does and has done. */

export function persistenceLines({ server }: Context): Lines {
  const { saving } = server;
  return [
    ...zeros('loading async_loading current_cow_peak current_cow_size current_cow_size_age'), ['current_fork_perc', '0.00'],
    ...zeros('current_save_keys_processed current_save_keys_total'), ['rdb_changes_since_last_save', server.dirty], ['rdb_bgsave_in_progress', saving.background === undefined && server.replication.job === undefined ? 0 : 1],
    ['rdb_last_save_time', saving.lastAt], ['rdb_last_bgsave_status', saving.lastOk ? 'ok' : 'err'], ['rdb_last_bgsave_time_sec', saving.lastTook], ['rdb_current_bgsave_time_sec', saving.background === undefined ? -1 : Math.floor((server.clock.now() - saving.background.startedAt) / 1000)],
    ['rdb_saves', saving.count], ['rdb_last_cow_size', 0], ['rdb_last_load_keys_expired', saving.loaded.expired], ['rdb_last_load_keys_loaded', saving.loaded.keys],
    ...zeros('aof_enabled aof_rewrite_in_progress aof_rewrite_scheduled'),
    ['aof_last_rewrite_time_sec', -1], ['aof_current_rewrite_time_sec', -1], ['aof_last_bgrewrite_status', 'ok'],
    ...zeros('aof_rewrites aof_rewrites_consecutive_failures'), ['aof_last_write_status', 'ok'],
    ...zeros('aof_last_cow_size module_fork_in_progress module_fork_last_cow_size'),
  ];
}

export function statsLines({ server }: Context): Lines {
  const { statistics, expiry, memory, tracking, listeners } = server;
  const kilobytes = (name: 'inputBytes' | 'outputBytes'): string => (rateOf(statistics, name) / 1024).toFixed(2);
  const exceeding = memory.exceededSince === undefined ? 0 : Math.floor(server.clock.now() - memory.exceededSince);
  return [
    ['total_connections_received', statistics.connections], ['total_commands_processed', statistics.commands],
    ['instantaneous_ops_per_sec', Math.floor(rateOf(statistics, 'commands'))], ['total_net_input_bytes', statistics.inputBytes],
    ['total_net_output_bytes', statistics.outputBytes], ['total_net_repl_input_bytes', server.replication.counts.inputBytes], ['total_net_repl_output_bytes', server.replication.counts.bytes],
    ['instantaneous_input_kbps', kilobytes('inputBytes')], ['instantaneous_output_kbps', kilobytes('outputBytes')],
    ['instantaneous_input_repl_kbps', '0.00'], ['instantaneous_output_repl_kbps', '0.00'], ['rejected_connections', statistics.rejectedConnections],
    ['sync_full', server.replication.counts.full], ['sync_partial_ok', server.replication.counts.partial], ['sync_partial_err', server.replication.counts.refused], ['expired_keys', statistics.expired], ['expired_stale_perc', expiry.stalePercent.toFixed(2)],
    ['expired_time_cap_reached_count', expiry.capped], ['expire_cycle_cpu_milliseconds', Math.floor(expiry.spent)], ['evicted_keys', statistics.evicted],
    ['evicted_clients', statistics.evictedClients], ['total_eviction_exceeded_time', Math.floor(memory.exceeded) + exceeding],
    ['current_eviction_exceeded_time', exceeding], ['keyspace_hits', statistics.hits], ['keyspace_misses', statistics.misses],
    ['pubsub_channels', listeners.channels.size], ['pubsub_patterns', listeners.patterns.size], ['pubsubshard_channels', listeners.shards.size],
    ...zeros('latest_fork_usec total_forks migrate_cached_sockets'), ['slave_expires_tracked_keys', ownKeyCount(server)], ...zeros('active_defrag_hits active_defrag_misses'),
    ...zeros('active_defrag_key_hits active_defrag_key_misses total_active_defrag_time current_active_defrag_time'),
    ['tracking_total_keys', tracking.readers.size], ['tracking_total_items', tracking.items], ['tracking_total_prefixes', tracking.prefixes.size],
    ['unexpected_error_replies', server.replication.counts.errors], ['total_error_replies', statistics.errors], ['dump_payload_sanitizations', 0],
    ['total_reads_processed', statistics.reads], ['total_writes_processed', statistics.writes],
    ...zeros('io_threaded_reads_processed io_threaded_writes_processed'),
    ['reply_buffer_shrinks', statistics.replyBufferShrinks], ['reply_buffer_expands', statistics.replyBufferExpands],
  ];
}

export function replicationLines({ server }: Context): Lines {
  return [
    ...masterLines(server), ['connected_slaves', server.replication.replicas.size], ...goodReplicas(server),
    ...replicasOf(server).map(({ ip, port, stage, acknowledged, lag }, index) => [`slave${index}`, `ip=${ip},port=${port},state=${stage},offset=${acknowledged},lag=${lag}`] as const),
    ['master_failover_state', server.replication.failover?.stage ?? 'no-failover'], ['master_replid', server.replicationId], ['master_replid2', server.replication.second?.id ?? '0'.repeat(40)], ['master_repl_offset', server.replication.offset],
    ['second_repl_offset', server.replication.second?.until ?? -1], ['repl_backlog_active', server.replication.backlog === undefined ? 0 : 1], ['repl_backlog_size', server.config.get('repl-backlog-size')],
    ['repl_backlog_first_byte_offset', firstByte(server)], ['repl_backlog_histlen', backlogLength(server)],
  ];
}

export function commandLines({ server }: Context): Lines {
  return [...server.statistics.perCommand].map(([name, { calls, usec, rejected, failed }]) => [
    `cmdstat_${name}`,
    `calls=${calls},usec=${usec},usec_per_call=${(calls === 0 ? 0 : usec / calls).toFixed(2)},rejected_calls=${rejected},failed_calls=${failed}`,
  ]);
}

export function errorLines({ server }: Context): Lines {
  return [...server.statistics.perError].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
}

export function latencyLines({ server }: Context): Lines {
  const asked = server.config.get('latency-tracking-info-percentiles').split(' ').filter((text) => text !== '');
  return [...server.statistics.perCommand].flatMap(([name, { histogram }]): Lines =>
    histogram === undefined
      ? []
      : [[`latency_percentiles_usec_${name}`, asked.map((text) => `p${text}=${(percentile(histogram, Number(text)) / 1000).toFixed(3)}`).join(',')]],
  );
}

export function keyspaceLines({ server }: Context): Lines {
  return server.databases.filter((db) => databaseSize(db) > 0).map((db) => {
    // Redis 7.4 tells it always; 7.0, as which this server counts, has no such hashes.
    const hashes = hashesWithTimes(db);
    return [`db${db.index}`, `keys=${databaseSize(db)},expires=${dictSize(db.volatile)},avg_ttl=${Math.floor(db.averageTtl)}${hashes === 0 ? '' : `,subexpiry=${hashes}`}`];
  });
}
