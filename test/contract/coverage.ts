const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/**
 * Commands of redis-server 7.0 that the practice server does not have yet, by group. A test holds the list to both
 * servers: a command that arrives has to leave it, and one that is lost does not go unnoticed.
 */
export const notYet: ReadonlySet<string> = new Set([
]);

/** What the practice server has from later versions, because clients use it where it is: no script may hold it to 7.0. */
export const later: ReadonlySet<string> = new Set(
  words('client|no-touch client|setinfo hexpire hexpireat hexpiretime hgetdel hgetex hpersist hpexpire hpexpireat hpexpiretime hpttl hsetex httl waitaof'),
);

/** Options of later versions, of which 7.0 says that they are errors, behind their commands. */
export const laterOptions: readonly string[] = ['hscan novalues', 'zrank withscore', 'zrevrank withscore'];

/** Commands that are in the practice server and in no script, each for its reason. */
export const untried: ReadonlyMap<string, string> = new Map([
  ['migrate', 'it takes a second server, and migrate.test.ts holds it to redis-server'],
  ['psync', 'replication.test.ts and replicationStream.test.ts hold it to redis-server'],
  ['sync', 'as PSYNC'],
  ['pfselftest', 'it holds the real server up for a second, and answers OK'],
]);

/** Commands of which only the errors are there, with what is missing; each answers an error that says so. */
export const errorsOnly: ReadonlyMap<string, string> = new Map([
  ['bgrewriteaof', 'there is no append-only file'],
  ['script|debug', 'there is no debugger, NO is OK'],
]);

/** Commands whose arity errors are left alone: they change what the session is, or answer differently within a transaction. */
export const tooDangerousToProbe: ReadonlySet<string> = new Set(words('shutdown monitor sync psync quit reset debug failover hello exec multi discard'));

/** True for a command that the practice server lacks, by its name alone or as `container|subcommand`. */
export function isNotYet(name: string): boolean {
  return notYet.has(name.toLowerCase());
}
