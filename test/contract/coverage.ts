/** Commands that would end, block or reshape the session even when refused on arity grounds elsewhere; probed by no script. */
export const tooDangerousToProbe: ReadonlySet<string> = new Set(['shutdown', 'monitor', 'sync', 'psync', 'quit', 'reset', 'debug', 'failover', 'hello', 'subscribe', 'psubscribe', 'ssubscribe', 'unsubscribe', 'punsubscribe', 'sunsubscribe', 'exec', 'multi', 'discard']);
