import type { LatencyEvents } from './monitor.ts';

/** Settings that the advice depends on. */
export interface DoctorSettings {
  /** latency-monitor-threshold, ms. */
  readonly threshold: number;
  /** slowlog-log-slower-than, µs. */
  readonly slowerThan: number;
  readonly hz: number;
}

const OFF =
  "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance. You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order to enable it. If we weren't in a deep space mission I'd suggest to take a look at https://redis.io/topics/latency-monitor.\n";
const NOTHING =
  'Dave, no latency spike was observed during the lifetime of this Redis instance, not in the slightest bit. I honestly think you ought to sit down calmly, take a stress pill, and think things over.\n';
const LARGE =
  '- Deleting, expiring or evicting (because of maxmemory policy) large objects is a blocking operation. If you have very large objects that are often deleted, expired, or evicted, try to fragment those objects into multiple smaller objects.\n';

/** LATENCY DOCTOR: a report, and advice for the events that this server can have. */
export function latencyReport(events: LatencyEvents, { threshold, slowerThan, hz }: DoctorSettings): string {
  if (threshold === 0 && events.size === 0) return OFF;
  if (events.size === 0) return NOTHING;
  let report = "Dave, I have observed latency spikes in this Redis instance. You don't mind talking about it, do you Dave?\n\n";
  let number = 1;
  const advice = new Set<string>();
  for (const [name, { samples, worst }] of events) {
    const count = samples.length;
    const average = Math.floor(samples.reduce((sum, { latency }) => sum + latency, 0) / count);
    const deviation = Math.floor(samples.reduce((sum, { latency }) => sum + Math.abs(latency - average), 0) / count);
    const period = ((samples.at(-1)?.time ?? 0) - (samples[0]?.time ?? 0)) / count;
    report += `${number}. ${name}: ${count} latency spikes (average ${average}ms, mean deviation ${deviation}ms, period ${period.toFixed(2)} sec). Worst all time event ${worst}ms.\n`;
    number += 1;
    if (name === 'command') {
      if (slowerThan < 0) advice.add(`- There are latency issues with potentially slow commands you are using. Try to enable the Slow Log Redis feature using the command 'CONFIG SET slowlog-log-slower-than ${threshold * 1000}'. If the Slow log is disabled Redis is not able to log slow commands execution for you.\n`);
      else if (slowerThan > threshold * 1000) advice.add(`- Your current Slow Log configuration only logs events that are slower than your configured latency monitor threshold. Please use 'CONFIG SET slowlog-log-slower-than ${threshold * 1000}'.\n`);
      advice.add('- Check your Slow Log to understand what are the commands you are running which are too slow to execute. Please check https://redis.io/commands/slowlog for more information.\n');
      advice.add(LARGE);
    }
    if (name === 'fast-command') {
      advice.add(
        '- The system is slow to execute Redis code paths not containing system calls. This usually means the system does not provide Redis CPU time to run for long periods. You should try to:\n  1) Lower the system load.\n  2) Use a computer / VM just for Redis if you are running other software in the same system.\n  3) Check if you have a "noisy neighbour" problem.\n' +
          "  4) Check with 'redis-cli --intrinsic-latency 100' what is the intrinsic latency in your system.\n  5) Check if the problem is allocator-related by recompiling Redis with MALLOC=libc, if you are using Jemalloc. However this may create fragmentation problems.\n",
      );
    }
    if (name === 'expire-cycle' && hz < 100) advice.add("- In order to make the Redis keys expiring process more incremental, try to set the 'hz' configuration parameter to 100 using 'CONFIG SET hz 100'.\n");
    if (name === 'expire-cycle' || name === 'eviction-del') advice.add(LARGE);
    if (name === 'eviction-cycle') {
      advice.add("- Sudden changes to the 'maxmemory' setting via 'CONFIG SET', or allocation of large objects via sets or sorted sets intersections, STORE option of SORT, Redis Cluster large keys migrations (RESTORE command), may create sudden memory pressure forcing the server to block trying to evict keys. \n");
    }
  }
  report += '\n';
  if (advice.size === 0) return `${report}While there are latency events logged, I'm not able to suggest any easy fix. Please use the Redis community to get some help, providing this report in your help request.\n`;
  return `${report}I have a few advices for you:\n\n${[...advice].join('')}`;
}
