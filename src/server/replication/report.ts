import type { Lines } from '../observing/info/lines.ts';
import type { ServerState } from '../state.ts';
import { lagOf } from './state.ts';

/** A replica as INFO and ROLE tell of it. */
export interface ReplicaReport {
  readonly ip: string;
  readonly port: number;
  readonly stage: 'wait_bgsave' | 'send_bulk' | 'online';
  readonly acknowledged: number;
  /** S. */
  readonly lag: number;
}

const stages = { greeted: 'wait_bgsave', waiting: 'wait_bgsave', sending: 'send_bulk', loading: 'send_bulk', online: 'online' } as const;

/** The replicas, the oldest first. ROLE leaves out those that are not online, INFO shows all. */
export function replicasOf(server: ServerState): ReplicaReport[] {
  return [...server.replication.replicas].flatMap((session) => {
    const { replica } = session;
    if (replica === undefined) return [];
    const ip = replica.ip === '' ? session.address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1') : replica.ip;
    return [{ ip, port: replica.port, stage: stages[replica.stage], acknowledged: replica.acknowledged, lag: replica.stage === 'online' ? lagOf(server, replica) : 0 }];
  });
}

/** min_slaves_good_slaves, where it matters. */
export function goodReplicas(server: ServerState): Lines {
  const lag = server.config.number('min-replicas-max-lag');
  if (server.config.number('min-replicas-to-write') === 0 || lag === 0) return [];
  return [['min_slaves_good_slaves', replicasOf(server).filter((replica) => replica.stage === 'online' && replica.lag <= lag).length]];
}

/** Bytes in the backlog. */
export function backlogLength({ replication: { backlog, outbox, relayed } }: ServerState): number {
  if (backlog === undefined) return 0;
  const waiting = [...outbox, ...relayed].reduce((sum, { length }) => sum + length, 0);
  return Math.min(backlog.ring.length, backlog.length + waiting);
}

/** The offset of the first byte in the backlog; 0 without one. */
export function firstByte(server: ServerState): number {
  return server.replication.backlog === undefined ? 0 : server.replication.offset - backlogLength(server) + 1;
}

/** What a replica tells of its master; of a master no more than its role. */
export function masterLines({ replication: { link, offset }, clock, config }: ServerState): Lines {
  if (link === undefined) return [['role', 'master']];
  const now = Math.floor(clock.now() / 1000);
  const ago = (since: number): number => now - Math.floor(since / 1000);
  const { transfer, session, cached } = link;
  const known = session !== undefined || cached !== undefined;
  const flag = (name: string): number => (config.get(name) === 'yes' ? 1 : 0);
  return [
    ['role', 'slave'], ['master_host', link.host], ['master_port', link.port], ['master_link_status', link.stage === 'connected' ? 'up' : 'down'],
    ['master_last_io_seconds_ago', session === undefined ? -1 : ago(link.heardAt)], ['master_sync_in_progress', link.stage === 'sync' ? 1 : 0],
    ['slave_read_repl_offset', session === undefined ? (known ? offset : 1) : link.read], ['slave_repl_offset', known ? offset : 1],
    ...(transfer === undefined ? [] : ([
      ['master_sync_total_bytes', transfer.size], ['master_sync_read_bytes', transfer.read], ['master_sync_left_bytes', transfer.size - transfer.read],
      ['master_sync_perc', (transfer.size > 0 ? (transfer.read / transfer.size) * 100 : 0).toFixed(2)], ['master_sync_last_io_seconds_ago', ago(transfer.heardAt)],
    ] as const)),
    ...(link.stage === 'connected' ? [] : ([['master_link_down_since_seconds', link.downSince === 0 ? -1 : ago(link.downSince)]] as const)),
    ['slave_priority', config.number('replica-priority')], ['slave_read_only', flag('replica-read-only')], ['replica_announced', flag('replica-announced')],
  ];
}
