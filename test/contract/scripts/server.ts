import { call, entries, fields, other, scan, shape, unordered, type Script } from '../script.ts';

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
      'CONFIG GET databases', 'CONFIG GET DATABASES', 'CONFIG GET nosuch', 'CONFIG GET', 'CONFIG BOGUS', 'CONFIG', 'CONFIG GET databases nosuch databases', 'CONFIG GET database?', unordered('CONFIG GET DataBases databases HZ', 2), 'CONFIG GET HASH-MAX-ZIPLIST-ENTRIES', 'CONFIG SET', 'CONFIG SET databases', 'CONFIG SET nosuch 1',
    ],
  },
  {
    name: 'server: CONFIG SET and what it does to encodings',
    steps: [
      unordered('CONFIG GET *-max-*pack-*', 2), 'CONFIG GET maxmemory', 'CONFIG GET maxmemory-policy', unordered('CONFIG GET set-max* zset-max*', 2), 'CONFIG GET appendonly', 'CONFIG GET requirepass', 'CONFIG GET timeout', 'CONFIG SET hash-max-listpack-entries 2', 'CONFIG GET hash-max-listpack-entries', 'CONFIG GET hash-max-ziplist-entries', 'HSET h a 1 b 2', 'OBJECT ENCODING h', 'HSET h c 3', 'OBJECT ENCODING h', unordered('HGETALL h', 2), scan('HSCAN h CURSOR COUNT 1', 2), 'CONFIG SET hash-max-listpack-entries 512', 'OBJECT ENCODING h', 'CONFIG SET hash-max-listpack-value 4', 'HSET w a 12345', 'OBJECT ENCODING w', 'CONFIG SET hash-max-listpack-value 64 set-max-intset-entries 2', 'SADD s 1 2', 'OBJECT ENCODING s', 'SADD s 3', 'OBJECT ENCODING s', 'CONFIG SET set-max-intset-entries 512 zset-max-listpack-entries 1', 'ZADD z 1 a 2 b', 'OBJECT ENCODING z', 'CONFIG SET zset-max-listpack-entries 128',
      'CONFIG SET databases 20', 'CONFIG SET maxmemory abc', 'CONFIG SET hz', 'CONFIG SET hash-max-listpack-entries -1', 'CONFIG SET appendonly maybe', 'CONFIG SET maxmemory-policy bogus', 'CONFIG SET nosuch 1 hz 10', 'CONFIG SET hz 10 hz 11', 'CONFIG SET HZ 10', 'CONFIG RESETSTAT', 'CONFIG RESETSTAT x',
    ],
  },
  {
    name: "server: CONFIG's values that have a form of their own",
    steps: [
      'CONFIG SET save "900 1 300 10"', 'CONFIG GET save', 'CONFIG SET save ""', 'CONFIG GET save', 'CONFIG SET client-output-buffer-limit "replica 1mb 2kb 3"', 'CONFIG GET client-output-buffer-limit',
      'CONFIG SET client-output-buffer-limit "slave 268435456 67108864 60"', 'CONFIG SET notify-keyspace-events KEA', 'CONFIG GET notify-keyspace-events', 'CONFIG SET notify-keyspace-events ""', 'CONFIG SET maxmemory-clients 5%', 'CONFIG GET maxmemory-clients',
      'CONFIG SET maxmemory-clients 0', 'CONFIG SET shutdown-on-sigterm "FORCE now"', 'CONFIG GET shutdown-on-sigterm', 'CONFIG SET shutdown-on-sigterm default', 'CONFIG SET hz 1000', 'CONFIG GET hz', 'CONFIG SET hz 10', 'CONFIG SET slave-priority 1 replica-priority 2',
      unordered('CONFIG GET *-priority', 2), 'CONFIG SET replica-priority 100', 'MULTI', 'CONFIG SET timeout 5 timeout 6', 'CONFIG SET maxclients 9000', 'CONFIG GET maxclients', 'CONFIG SET maxclients 10000', 'EXEC', 'CONFIG SET dbfilename x', 'CONFIG SET appendfilename x',
      'SHUTDOWN BOGUS', 'SHUTDOWN SAVE NOSAVE', 'SHUTDOWN ABORT', 'SHUTDOWN ABORT NOW', 'MULTI', 'SHUTDOWN', 'EXEC',
    ],
  },
  {
    name: 'server: streams that are freed in the background, by their nodes',
    steps: ([[5, 1000], [100, 1000]] as const).flatMap(([most, count]) => [
      `CONFIG SET stream-node-max-entries ${String(most)}`, 'CONFIG RESETSTAT', call('EVAL', `for i = 1, ${String(count)} do redis.call("xadd", KEYS[1], i, "f", i) end`, '1', 'x'), 'XGROUP CREATE x g 0', 'XREADGROUP GROUP g c COUNT 2 STREAMS x >', 'UNLINK x', 'DEBUG SLEEP 0.05', fields('INFO memory', 'lazyfreed_objects', 'lazyfreed_objects'),
    ]),
  },
  {
    name: 'server: clients of one another',
    steps: [
      'CLIENT SETNAME first', other('CLIENT SETNAME second'), other('CLIENT GETNAME'), 'CLIENT KILL 1.2.3.4:5', 'CLIENT KILL ID 999999', 'CLIENT KILL ID abc', 'CLIENT KILL BOGUS x', 'CLIENT KILL', 'CLIENT KILL TYPE bogus', 'CLIENT KILL ID', 'CLIENT LIST BOGUS', 'CLIENT LIST TYPE bogus', 'CLIENT LIST ID abc', fields('CLIENT LIST', 'id addr name db cmd'), 'CLIENT LIST TYPE replica', 'CLIENT NO-EVICT on', 'CLIENT NO-EVICT off', 'CLIENT NO-EVICT maybe',
    ],
  },
  {
    name: 'server: SLOWLOG and DEBUG arguments',
    steps: [
      'COMMAND LIST BOGUS', 'SLOWLOG RESET', 'SLOWLOG LEN', 'SLOWLOG GET abc', 'SLOWLOG BOGUS', 'SLOWLOG GET -2', 'SLOWLOG GET 0', 'SLOWLOG', 'DEBUG SET-ACTIVE-EXPIRE 0', 'DEBUG SET-ACTIVE-EXPIRE 1', 'DEBUG SLEEP 0', 'DEBUG BOGUS', 'DEBUG',
    ],
  },
  {
    name: 'server: LATENCY, INFO and MEMORY without anything to tell',
    steps: [
      'LATENCY RESET', 'LATENCY LATEST', 'LATENCY GRAPH nosuch', 'LATENCY GRAPH', 'LATENCY GRAPH "a\\x00b"', 'LATENCY HISTORY nosuch', 'LATENCY HISTOGRAM nosuch', 'LATENCY HISTOGRAM "" config|nosuch', 'LATENCY RESET nosuch other', 'LATENCY DOCTOR', 'LATENCY DOCTOR x', 'INFO nosuch', 'INFO modules cluster', 'INFO module_list', 'INFO nosuch CLUSTER', 'MEMORY USAGE nosuch', 'MEMORY USAGE', 'MEMORY USAGE k SAMPLES', 'MEMORY USAGE k SAMPLES -1', 'MEMORY USAGE k SAMPLES a', 'MEMORY USAGE k BOGUS 1', 'MEMORY USAGE nosuch SAMPLES 0', 'SET k v', shape('MEMORY USAGE k'), shape('MEMORY USAGE k SAMPLES 5 samples 0'),
    ],
  },
  {
    name: 'server: small talk',
    steps: [
      'ACL WHOAMI', 'ACL WHOAMI x', 'ACL BOGUS', 'ACL', 'CLIENT GETREDIR', 'CLIENT TRACKINGINFO', 'CONFIG REWRITE', shape('LATENCY DOCTOR'), 'LATENCY HISTORY command', 'LATENCY LATEST', 'LATENCY RESET', 'LATENCY BOGUS', 'MEMORY DOCTOR', 'MEMORY DOCTOR x', 'MEMORY PURGE', 'MEMORY PURGE x', shape('MEMORY STATS'), 'SET k v', 'SELECT 3', 'SET k v', shape('MEMORY STATS'), 'MEMORY STATS x', shape('MEMORY MALLOC-STATS'), 'MEMORY MALLOC-STATS x',
    ],
  },
  {
    name: 'server: how often a key is used, under an LFU policy',
    steps: [
      'SET k text', 'OBJECT FREQ k', 'CONFIG SET maxmemory-policy allkeys-lfu', 'SET fresh text', 'OBJECT FREQ fresh', 'OBJECT FREQ fresh', 'GET fresh', 'OBJECT FREQ fresh', 'GET fresh', shape('OBJECT FREQ fresh'), 'RPUSH l a', 'OBJECT FREQ l', 'RPUSH l b', 'OBJECT FREQ l', 'SET appended text', 'APPEND appended x', 'OBJECT FREQ appended', 'SETBIT appended 3 1', shape('OBJECT FREQ appended'), 'STRLEN none', 'OBJECT FREQ none', 'TTL l', 'TYPE l', 'OBJECT FREQ l', shape('OBJECT FREQ k'), 'OBJECT IDLETIME fresh', 'OBJECT IDLETIME none', 'CONFIG SET maxmemory-policy volatile-lfu', 'HSET h f v', 'OBJECT FREQ h', 'CONFIG SET maxmemory-policy noeviction', 'OBJECT FREQ fresh', shape('OBJECT IDLETIME fresh'),
    ],
  },
  {
    name: 'server: DBSIZE over databases',
    steps: ['DBSIZE', 'MSET a 1 b 2', 'DBSIZE', 'SELECT 1', 'DBSIZE', 'SELECT 0', 'EXPIRE a -1', 'DBSIZE', entries('HELLO', 'server mode role'), shape('LASTSAVE')],
  },
];
