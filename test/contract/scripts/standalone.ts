import { call, fields, shape, type Script } from '../script.ts';

/** What a server answers that is no cluster, no replica, and has no replicas and no modules. */
export const standalone: readonly Script[] = [
  {
    name: 'standalone: no cluster',
    steps: [
      'ASKING', 'READONLY', 'READWRITE', 'ASKING x', 'READONLY x', 'CLUSTER', 'CLUSTER x', 'CLUSTER HELP', 'CLUSTER HELP x', 'CLUSTER INFO', 'CLUSTER INFO x', 'CLUSTER MYID', 'CLUSTER NODES', 'CLUSTER NODES x y', 'CLUSTER LINKS', 'CLUSTER SLOTS', 'CLUSTER SHARDS', 'CLUSTER KEYSLOT', 'CLUSTER KEYSLOT a', 'CLUSTER COUNTKEYSINSLOT 1', 'CLUSTER GETKEYSINSLOT 1 2',
      'CLUSTER ADDSLOTS', 'CLUSTER ADDSLOTS 1', 'CLUSTER ADDSLOTSRANGE 1', 'CLUSTER ADDSLOTSRANGE 1 2', 'CLUSTER DELSLOTS 1', 'CLUSTER DELSLOTSRANGE 1 2', 'CLUSTER BUMPEPOCH', 'CLUSTER COUNT-FAILURE-REPORTS x', 'CLUSTER FAILOVER', 'CLUSTER FLUSHSLOTS', 'CLUSTER FORGET x', 'CLUSTER MEET a', 'CLUSTER MEET a 1', 'CLUSTER REPLICAS x', 'CLUSTER REPLICATE x', 'CLUSTER RESET', 'CLUSTER SAVECONFIG', 'CLUSTER SET-CONFIG-EPOCH 1', 'CLUSTER SETSLOT 1 STABLE', 'CLUSTER SLAVES x', 'MULTI', 'CLUSTER INFO', 'CLUSTER KEYSLOT', 'EXEC', 'MULTI', 'CLUSTER INFO', 'READONLY', 'EXEC',
    ],
  },
  {
    name: 'standalone: back from a master that is not there, without a stream',
    steps: ['REPLICAOF 127.0.0.1 1', 'SET a 1', 'REPLICAOF NO ONE', 'SET a 1', 'ROLE', fields('INFO replication', '', 'role connected_slaves master_repl_offset repl_backlog_active repl_backlog_first_byte_offset repl_backlog_histlen')],
  },
  {
    name: 'standalone: no replication',
    steps: [
      'REPLICAOF NO ONE', 'SLAVEOF no one', 'REPLICAOF', 'REPLICAOF NO', 'REPLICAOF NO ONE x', 'REPLICAOF h abc', 'REPLICAOF h 70000', 'REPLICAOF h -1', 'SLAVEOF h x', 'ROLE',
      'FAILOVER', 'FAILOVER ABORT', 'FAILOVER ABORT ABORT', 'FAILOVER ABORT TIMEOUT 10', 'FAILOVER TO 1.2.3.4 80', 'FAILOVER TO h x', 'FAILOVER TO h', 'FAILOVER TO h 1 FORCE', 'FAILOVER TO h 1 FORCE TIMEOUT 10', 'FAILOVER TIMEOUT 0', 'FAILOVER TIMEOUT -1', 'FAILOVER TIMEOUT x', 'FAILOVER TIMEOUT 10', 'FAILOVER TIMEOUT 1 TIMEOUT 2', 'FAILOVER TIMEOUT', 'FAILOVER FORCE', 'FAILOVER FORCE FORCE', 'FAILOVER x', 'FAILOVER TO h 99999', 'FAILOVER TO a 1 TO b 2',
      'REPLCONF', 'REPLCONF a', 'REPLCONF a b', 'REPLCONF listening-port x', 'REPLCONF listening-port 10', 'REPLCONF LISTENING-PORT 99999999', 'REPLCONF ip-address x', call('REPLCONF', 'ip-address', 'a'.repeat(255)), call('REPLCONF', 'ip-address', 'a'.repeat(256)), 'REPLCONF capa x', 'REPLCONF capa eof capa psync2', 'REPLCONF rdb-only 1 foo bar', 'REPLCONF rdb-only x', 'REPLCONF rdb-only 0',
      'REPLCONF rdb-filter-only x', 'REPLCONF rdb-filter-only functions', 'REPLCONF rdb-filter-only "functions x"', `REPLCONF rdb-filter-only "functions '"`, 'REPLCONF rdb-filter-only ""', 'REPLCONF getack', 'REPLCONF a b c', 'PSYNC a', 'PSYNC ? x', 'PSYNC ? -1 failover', 'SYNC x',
      'MULTI', 'SYNC', 'EXEC', 'MULTI', 'REPLICAOF NO ONE', 'SLAVEOF 1 abc', 'FAILOVER ABORT', 'REPLCONF', 'EXEC',
    ],
  },
  {
    name: 'standalone: no modules',
    steps: ['MODULE', 'MODULE x', 'MODULE LIST', 'MODULE LIST x', 'MODULE LOAD', 'MODULE LOAD x', 'MODULE LOADEX x CONFIG a b', 'MODULE UNLOAD', 'MODULE UNLOAD x', 'MULTI', 'MODULE LIST', 'MODULE LOAD x', 'EXEC', 'MULTI', 'MODULE LIST', 'EXEC'],
  },
  {
    name: 'standalone: what saves, by its errors',
    steps: ['SAVE x', 'BGSAVE x', 'BGSAVE SCHEDULE x', 'BGREWRITEAOF x', 'LASTSAVE x', 'MULTI', 'SAVE', 'EXEC', 'MULTI', 'BGSAVE x', 'LASTSAVE x', 'EXEC'],
  },
  {
    name: 'standalone: LOLWUT',
    steps: [
      'LOLWUT', 'LOLWUT VERSION x', 'LOLWUT VERSION 4', 'LOLWUT VERSION', 'LOLWUT 1 2 3', 'LOLWUT 5', 'LOLWUT VERSION 5 x', 'LOLWUT VERSION 5 1 2 x', 'LOLWUT VERSION 6 x', 'LOLWUT VERSION 6 5 x', 'LOLWUT VERSION 99999999999999999999', 'LOLWUT VERSION 7',
      shape('LOLWUT VERSION 5'), shape('LOLWUT VERSION 5 -5 0 500'), shape('lolwut version 5 10 3 3 9'), shape('LOLWUT VERSION 6'), shape('LOLWUT VERSION 6 0 0'), shape('LOLWUT VERSION 6 10 10'),
    ],
  },
];
