import type { Reply } from '../../protocol/resp/reply.ts';
import { latencyReport } from '../observing/latency/doctor.ts';
import { latencyGraph } from '../observing/latency/graph.ts';
import { cumulative } from '../observing/latency/histogram.ts';
import type { Context, Handlers } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { EMPTY_ARRAY, arg, array, bulk, fail, integer, map, shown, verbatim } from './support.ts';

function latest({ server }: Context): Reply {
  return array(
    [...server.latency].map(([name, { samples, worst }]) => {
      const last = samples.at(-1);
      return array([bulk(name), integer(last?.time ?? 0), integer(last?.latency ?? 0), integer(worst)]);
    }),
  );
}

function history({ server }: Context, args: readonly Bytes[]): Reply {
  const series = server.latency.get(arg(args, 2));
  return series === undefined ? EMPTY_ARRAY : array(series.samples.map(({ time, latency }) => array([integer(time), integer(latency)])));
}

function graph({ server }: Context, args: readonly Bytes[]): Reply {
  const name = arg(args, 2);
  const series = server.latency.get(name) ?? fail(`ERR No samples available for event '${shown(name)}'`);
  return verbatim(latencyGraph(name, series, Math.floor(server.clock.now() / 1000)));
}

function reset({ server }: Context, args: readonly Bytes[]): Reply {
  const names = args.length === 2 ? [...server.latency.keys()] : args.slice(2);
  return integer(names.filter((name) => server.latency.delete(name)).length);
}

function doctor({ server }: Context): Reply {
  const { config, latency } = server;
  return verbatim(latencyReport(latency, { threshold: config.hot.latencyThreshold, slowerThan: config.hot.slowerThan, hz: config.number('hz') }));
}

/** Of all commands that were called, or of those that are named; a container stands for its subcommands. */
function histogram({ server }: Context, args: readonly Bytes[]): Reply {
  const { perCommand } = server.statistics;
  const named = args.slice(2).map((name) => name.toLowerCase());
  const names = named.length === 0 ? [...perCommand.keys()] : named.flatMap((name) => (perCommand.has(name) ? [name] : [...perCommand.keys()].filter((one) => one.startsWith(`${name}|`))));
  return map(
    names.flatMap((name): [string, Reply][] => {
      const times = perCommand.get(name)?.histogram;
      if (times === undefined) return [];
      const steps: Reply = { kind: 'map', items: cumulative(times).flatMap(([limit, count]) => [integer(limit), integer(count)]) };
      return [[name, map([['calls', integer(times.total)], ['histogram_usec', steps]])]];
    }),
  );
}

/** LATENCY, but for HELP. */
export const latencyCommands: Handlers = {
  'latency|doctor': doctor,
  'latency|graph': graph,
  'latency|histogram': histogram,
  'latency|history': history,
  'latency|latest': latest,
  'latency|reset': reset,
};
