/** A flag as COMMAND prints it. */
export type CommandFlag =
  | 'admin' | 'allow_busy' | 'asking' | 'blocking' | 'denyoom' | 'fast' | 'loading' | 'movablekeys' | 'no_async_loading'
  | 'no_auth' | 'no_mandatory_keys' | 'no_multi' | 'noscript' | 'pubsub' | 'readonly' | 'skip_monitor' | 'skip_slowlog'
  | 'stale' | 'write';

/** A group as COMMAND DOCS prints it. */
export type CommandGroup =
  | 'bitmap' | 'cluster' | 'connection' | 'generic' | 'geo' | 'hash' | 'hyperloglog' | 'list' | 'pubsub' | 'scripting'
  | 'server' | 'set' | 'sorted-set' | 'stream' | 'string' | 'transactions';

/** One line of the table: name, arity, flags (space-separated), first key, last key, step, group, since. */
export type CommandRow = readonly [
  name: string, arity: number, flags: string, firstKey: number, lastKey: number, step: number, group: CommandGroup, since: string,
];

/** What Redis itself knows of a command (COMMAND INFO, COMMAND DOCS). */
export interface CommandFact {
  /** Lower case; a subcommand is `container|subcommand`. */
  readonly name: string;
  /** Number of arguments with the name (and the subcommand); negative: at least that many. */
  readonly arity: number;
  readonly flags: ReadonlySet<CommandFlag>;
  /** Positions of key names; `first` 0 means none, `last` -1 the last argument. */
  readonly keys: { readonly first: number; readonly last: number; readonly step: number };
  readonly group: CommandGroup;
  /** Redis version that brought it. */
  readonly since: string;
}
