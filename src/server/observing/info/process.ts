import { machine, release, totalmem, type } from 'node:os';
import { memoryReport } from '../../memory/report.ts';
import type { Context } from '../../state.ts';
import { figure, humanBytes, zeros } from './lines.ts';
import type { Lines } from './lines.ts';

/* The sections on the server itself: what it is, who is connected, what it takes. */

export function serverLines({ server, now }: Context): Lines {
  const uptime = Math.floor((now - server.startedAt) / 1000);
  const hz = server.config.get('hz');
  return [
    ['redis_version', server.config.version], ['redis_git_sha1', '00000000'], ['redis_git_dirty', 0], ['redis_build_id', '0'], ['redis_mode', 'standalone'],
    ['os', `${type()} ${release()} ${machine()}`], ['arch_bits', 64], ['monotonic_clock', 'POSIX clock_gettime'], ['multiplexing_api', 'node'],
    ['atomicvar_api', 'c11-builtin'], ['gcc_version', '0.0.0'], ['process_id', process.pid], ['process_supervised', 'no'], ['run_id', server.runId],
    ['tcp_port', server.port], ['server_time_usec', Math.floor(server.clock.now() * 1000)], ['uptime_in_seconds', uptime],
    ['uptime_in_days', Math.floor(uptime / 86400)], ['hz', hz], ['configured_hz', hz], ['lru_clock', Math.floor(now / 1000) & 0xffffff],
    ['executable', server.outside.executable], ['config_file', server.outside.configFile], ['io_threads_active', 0],
  ];
}

export function clientLines({ server }: Context): Lines {
  let [input, output, timed] = [0, 0, 0];
  for (const session of server.sessions.values()) {
    const buffers = session.buffers();
    input = Math.max(input, buffers.query);
    output = Math.max(output, buffers.output);
  }
  for (const { deadline } of server.waits) if (deadline !== 0) timed += 1;
  return [
    ['connected_clients', server.sessions.size], ['cluster_connections', 0], ['maxclients', server.config.get('maxclients')],
    ['client_recent_max_input_buffer', input], ['client_recent_max_output_buffer', output], ['blocked_clients', server.waits.size],
    ['tracking_clients', server.tracking.clients], ['clients_in_timeout_table', timed],
  ];
}

/** A size, and the same for people. */
function both(name: string, bytes: number): Lines {
  return [[name, bytes], [`${name}_human`, humanBytes(bytes)]];
}

export function memoryLines({ server }: Context): Lines {
  const report = memoryReport(server);
  const { used, peak, active, resident, rss, scripts, functions } = report;
  const limit = server.config.hot.maxMemory;
  const evalEngine = figure(server, 'used_memory_vm_eval');
  const functionEngine = figure(server, 'used_memory_vm_functions');
  const ratio = (a: number, b: number): string => (a / b).toFixed(2);
  return [
    ...both('used_memory', used), ...both('used_memory_rss', rss), ...both('used_memory_peak', peak),
    ['used_memory_peak_perc', `${((used * 100) / peak).toFixed(2)}%`], ['used_memory_overhead', report.overhead], ['used_memory_startup', report.startup],
    ['used_memory_dataset', report.dataset], ['used_memory_dataset_perc', `${((report.dataset * 100) / report.net).toFixed(2)}%`],
    ['allocator_allocated', used], ['allocator_active', active], ['allocator_resident', resident], ...both('total_system_memory', totalmem()),
    ['used_memory_lua', evalEngine], ['used_memory_vm_eval', evalEngine], ['used_memory_lua_human', humanBytes(evalEngine)], ['used_memory_scripts_eval', scripts],
    ['number_of_cached_scripts', figure(server, 'number_of_cached_scripts')], ['number_of_functions', figure(server, 'number_of_functions')],
    ['number_of_libraries', figure(server, 'number_of_libraries')], ['used_memory_vm_functions', functionEngine],
    ...both('used_memory_vm_total', evalEngine + functionEngine), ['used_memory_functions', functions], ...both('used_memory_scripts', scripts + functions),
    ...both('maxmemory', limit), ['maxmemory_policy', server.config.get('maxmemory-policy')],
    ['allocator_frag_ratio', ratio(active, used)], ['allocator_frag_bytes', active - used], ['allocator_rss_ratio', ratio(resident, active)],
    ['allocator_rss_bytes', resident - active], ['rss_overhead_ratio', ratio(rss, resident)], ['rss_overhead_bytes', rss - resident],
    ['mem_fragmentation_ratio', ratio(rss, used)], ['mem_fragmentation_bytes', rss - used],
    ['mem_not_counted_for_evict', report.notCounted], ['mem_replication_backlog', report.stream - report.replicas], ['mem_total_replication_buffers', report.stream], ['mem_clients_slaves', report.replicas],
    ['mem_clients_normal', report.clients], ...zeros('mem_cluster_links mem_aof_buffer'), ['mem_allocator', 'v8'],
    ...zeros('active_defrag_running lazyfree_pending_objects'), ['lazyfreed_objects', server.statistics.lazyFreed],
  ];
}

export function cpuLines(): Lines {
  const { user, system } = process.cpuUsage();
  const [own, kernel] = [(user / 1e6).toFixed(6), (system / 1e6).toFixed(6)];
  return [
    ['used_cpu_sys', kernel], ['used_cpu_user', own], ['used_cpu_sys_children', '0.000000'], ['used_cpu_user_children', '0.000000'],
    ['used_cpu_sys_main_thread', kernel], ['used_cpu_user_main_thread', own],
  ];
}
