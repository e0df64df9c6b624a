import type { Reply } from '../../protocol/resp/reply.ts';
import { commandLines, errorLines, keyspaceLines, latencyLines, persistenceLines, replicationLines, statsLines } from '../observing/info/activity.ts';
import type { Lines } from '../observing/info/lines.ts';
import { clientLines, cpuLines, memoryLines, serverLines } from '../observing/info/process.ts';
import type { Context } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { verbatim } from './support.ts';

interface Section {
  readonly name: string;
  readonly lines: (context: Context) => Lines;
  /** Left out unless asked for, or `all` is. */
  readonly rare?: boolean;
}

/** In the order in which they are told. */
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
  { name: 'Errorstats', lines: errorLines },
  { name: 'Latencystats', lines: latencyLines, rare: true },
  { name: 'Cluster', lines: () => [['cluster_enabled', 0]] },
  { name: 'Keyspace', lines: keyspaceLines },
];

/** INFO [section ...] */
export function info(context: Context, args: readonly Bytes[]): Reply {
  const asked = new Set(args.slice(1).map((name) => name.toLowerCase()));
  const all = asked.has('all') || asked.has('everything');
  const usual = asked.size === 0 || asked.has('default');
  if (asked.has('module_list')) asked.add('modules');
  const shown = sections.filter(({ name, rare }) => all || asked.has(name.toLowerCase()) || (usual && rare !== true));
  const text = shown.map(({ name, lines }) => `# ${name}\r\n${lines(context).map(([key, value]) => `${key}:${value}\r\n`).join('')}`);
  return verbatim(text.join('\r\n'));
}
