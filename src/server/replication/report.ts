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
export function backlogLength({ replication: { backlog, outbox } }: ServerState): number {
  if (backlog === undefined) return 0;
  return Math.min(backlog.ring.length, outbox.reduce((sum, { length }) => sum + length, backlog.length));
}

/** The offset of the first byte in the backlog; 0 without one. */
export function firstByte(server: ServerState): number {
  return server.replication.backlog === undefined ? 0 : server.replication.offset - backlogLength(server) + 1;
}
