import { entries, fields, shape, type Script } from '../script.ts';

export const server: readonly Script[] = [
  {
    name: 'server: INFO',
    steps: [
      'SET a 1', 'SET b 2 EX 1000', 'SELECT 5', 'HSET h f v', fields('INFO', 'redis_version redis_mode os arch_bits process_id run_id tcp_port uptime_in_seconds connected_clients used_memory used_memory_human role db0 db5', 'redis_mode role db5'), fields('INFO keyspace', 'db0 db5'), fields('INFO server', 'redis_version redis_mode run_id uptime_in_seconds', 'redis_mode'), fields('INFO replication', 'role connected_slaves master_replid master_repl_offset', 'role connected_slaves'), fields('INFO memory', 'used_memory used_memory_peak maxmemory', 'maxmemory'), fields('INFO clients', 'connected_clients'), fields('INFO persistence', 'loading', 'loading'), fields('INFO stats', 'total_commands_processed expired_keys'), fields('INFO cluster', 'cluster_enabled', 'cluster_enabled'), fields('INFO everything', 'redis_version db0'), fields('INFO all', 'redis_version db0'), fields('INFO default', 'redis_version db0'), fields('INFO SERVER KEYSPACE', 'redis_version db0'), 'INFO nosuchsection', 'FLUSHALL', 'INFO keyspace',
    ],
  },
  {
    name: 'server: CONFIG GET',
    steps: [
      'CONFIG GET databases', 'CONFIG GET DATABASES', 'CONFIG GET nosuch', 'CONFIG GET', 'CONFIG BOGUS', 'CONFIG', 'CONFIG GET databases nosuch databases', 'CONFIG GET database?', 'CONFIG SET', 'CONFIG SET databases', 'CONFIG SET nosuch 1',
    ],
  },
  {
    name: 'server: DBSIZE over databases',
    steps: ['DBSIZE', 'MSET a 1 b 2', 'DBSIZE', 'SELECT 1', 'DBSIZE', 'SELECT 0', 'EXPIRE a -1', 'DBSIZE', entries('HELLO', 'server mode role'), shape('LASTSAVE')],
  },
];
