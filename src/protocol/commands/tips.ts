/** Tips of COMMAND INFO for clients and proxies, and the commands that they are given for. A contract test holds the rows to it. */
const rows: readonly (readonly [tips: string, commands: string])[] = [
  ['nondeterministic_output', 'cluster|bumpepoch cluster|count-failure-reports cluster|getkeysinslot cluster|info cluster|links cluster|nodes cluster|replicas'],
  ['nondeterministic_output', 'cluster|shards cluster|slaves cluster|slots client|info client|list dump migrate object|encoding object|freq object|idletime'],
  ['nondeterministic_output', 'object|refcount pttl ttl hrandfield hscan lastsave time spop srandmember sscan zrandmember zscan xadd xautoclaim xclaim'],
  ['nondeterministic_output', 'xinfo|consumers xpending xtrim'],
  ['request_policy:all_shards response_policy:all_succeeded', 'ping function|delete function|flush function|load function|restore flushall flushdb memory|purge'],
  ['request_policy:multi_shard response_policy:agg_sum', 'del exists touch unlink'],
  ['request_policy:all_shards nondeterministic_output_order', 'keys'],
  ['request_policy:all_shards nondeterministic_output', 'randomkey'],
  ['nondeterministic_output request_policy:special', 'scan'],
  ['request_policy:all_shards response_policy:agg_min', 'wait'],
  ['nondeterministic_output_order', 'hgetall hkeys hvals function|list command command|docs command|info command|list module|list sdiff sinter smembers sunion'],
  ['request_policy:all_shards response_policy:one_succeeded', 'function|kill script|kill'],
  ['nondeterministic_output request_policy:all_shards response_policy:special', 'function|stats info memory|doctor memory|malloc-stats memory|stats'],
  ['request_policy:all_shards response_policy:agg_logical_and', 'script|exists'],
  ['request_policy:all_nodes response_policy:all_succeeded', 'script|flush script|load config|set latency|reset slowlog|reset'],
  ['request_policy:all_shards response_policy:agg_sum', 'dbsize'],
  ['nondeterministic_output request_policy:all_nodes response_policy:special', 'latency|doctor latency|graph latency|histogram latency|history latency|latest'],
  ['request_policy:all_nodes nondeterministic_output', 'slowlog|get'],
  ['request_policy:all_nodes response_policy:agg_sum nondeterministic_output', 'slowlog|len'],
  ['request_policy:multi_shard', 'mget'],
  ['request_policy:multi_shard response_policy:all_succeeded', 'mset'],
  ['request_policy:multi_shard response_policy:agg_min', 'msetnx'],
];

const tips = new Map(rows.flatMap(([list, commands]) => commands.split(' ').map((name) => [name, list.split(' ')] as const)));

/** The tips about a command by its full lower-case name, in the order of COMMAND INFO. */
export function tipsOf(name: string): readonly string[] {
  return tips.get(name) ?? [];
}
