/**
 * Commands that read-only connections may send although COMMAND does not flag them `readonly`: they change no data, no
 * configuration and nobody else's connection. Each line was looked at; add one only after the same look.
 * Left out on purpose: SCRIPT LOAD (fills the server's cache), CLIENT KILL, PAUSE and UNBLOCK (other people's connections),
 * ACL LOG, LATENCY RESET and SLOWLOG RESET (erase what others may need), MEMORY PURGE, PUBLISH, SAVE and BGSAVE, WAITAOF.
 */
export const harmless: ReadonlySet<string> = new Set([
  // the connection itself
  'auth', 'hello', 'ping', 'echo', 'select', 'quit', 'reset', 'asking', 'readonly', 'readwrite',
  'client|id', 'client|info', 'client|list', 'client|getname', 'client|setname', 'client|setinfo', 'client|getredir', 'client|trackinginfo',
  'client|caching', 'client|tracking', 'client|no-touch', 'client|reply', 'client|help',
  // a transaction: what is queued between passes the door command by command
  'multi', 'exec', 'discard', 'watch', 'unwatch', 'wait',
  // asking the server about itself
  'info', 'time', 'role', 'lastsave', 'command', 'command|count', 'command|docs', 'command|getkeys', 'command|getkeysandflags',
  'command|info', 'command|list', 'command|help', 'config|get', 'config|help',
  'acl|whoami', 'acl|cat', 'acl|users', 'acl|list', 'acl|getuser', 'acl|dryrun', 'acl|genpass', 'acl|help',
  'slowlog|get', 'slowlog|len', 'slowlog|help',
  'latency|latest', 'latency|history', 'latency|histogram', 'latency|graph', 'latency|doctor', 'latency|help',
  'memory|doctor', 'memory|stats', 'memory|malloc-stats', 'memory|help',
  'module|list', 'module|help', 'function|list', 'function|dump', 'function|stats', 'function|help', 'script|exists', 'script|help',
  'object|help', 'xinfo|help', 'xgroup|help',
  'cluster|info', 'cluster|nodes', 'cluster|slots', 'cluster|shards', 'cluster|myid', 'cluster|myshardid', 'cluster|keyslot',
  'cluster|countkeysinslot', 'cluster|getkeysinslot', 'cluster|links', 'cluster|replicas', 'cluster|slaves',
  'cluster|count-failure-reports', 'cluster|help',
  'sentinel|masters', 'sentinel|master', 'sentinel|replicas', 'sentinel|slaves', 'sentinel|sentinels',
  'sentinel|get-master-addr-by-name', 'sentinel|myid', 'sentinel|help',
  // listening
  'subscribe', 'unsubscribe', 'psubscribe', 'punsubscribe', 'ssubscribe', 'sunsubscribe',
  'pubsub|channels', 'pubsub|numpat', 'pubsub|numsub', 'pubsub|shardchannels', 'pubsub|shardnumsub', 'pubsub|help',
]);
