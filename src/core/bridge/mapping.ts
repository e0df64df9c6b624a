import { compileGlob, escapeGlob } from '../keyspace/glob.ts';
import { Failure } from '../failure.ts';
import { createRenaming, type PrefixRewrite } from '../transfer/renaming.ts';
import { startsWith, type Scope } from '../transfer/scope.ts';
import { isPositionKey } from '../keyspace/positionKey.ts';
import { l10n } from '../../l10n.ts';

/** What of the source goes where. */
export interface BridgeScope {
  /** Only keys that match; undefined: all. */
  readonly pattern?: Buffer | undefined;
  /** Only keys that begin with `from`; they begin with `to` at the target. */
  readonly rewrite?: PrefixRewrite | undefined;
  /** Only these databases, and into which one each goes; undefined: all, each into the one of its number. */
  readonly databases?: ReadonlyMap<number, number> | undefined;
}

/** From source to target and back. */
export interface Mapping {
  /** All of it goes there as it is: commands can be made again as they come. */
  readonly whole: boolean;
  /** The database at the target; undefined: it does not go there. */
  database(index: number): number | undefined;
  /** The name at the target; undefined: it is none of ours. */
  rename(name: Buffer): Buffer | undefined;
  /** Of a name at the target the one at the source; undefined: it does not come from there. */
  original(name: Buffer): Buffer | undefined;
  /** Of the source's databases those that go to these of the target, both as numbers. */
  pairs(targetDatabases: readonly number[]): readonly (readonly [number, number])[];
  /** The part of a database that is ours: of the source, and of the target. */
  readonly sourceScope: Scope;
  readonly targetScope: Scope;
}

export function createMapping({ pattern, rewrite, databases }: BridgeScope): Mapping {
  const scope: Scope = { pattern, types: undefined };
  const matches = pattern === undefined ? (): boolean => true : compileGlob(pattern);
  const renaming = createRenaming(scope, rewrite);
  if (databases !== undefined && new Set(databases.values()).size < databases.size) throw new Failure('bad-input', l10n.t('Two databases cannot go into one: keys of the same name would overwrite each other.'));
  return {
    whole: pattern === undefined && rewrite === undefined && databases === undefined,
    database: (index) => (databases === undefined ? index : databases.get(index)),
    rename: (name) => (isPositionKey(name) || !matches(name) || (rewrite !== undefined && !startsWith(name, rewrite.from)) ? undefined : renaming.rename(name)),
    original: (name) => (isPositionKey(name) ? undefined : renaming.original(name)),
    pairs: (targetDatabases) => (databases === undefined ? targetDatabases.map((index) => [index, index] as const) : [...databases]),
    sourceScope: pattern === undefined && rewrite !== undefined ? { pattern: Buffer.concat([escapeGlob(rewrite.from), Buffer.from('*')]), types: undefined } : scope,
    targetScope: renaming.targetScope(scope),
  };
}

/** Throws Failure `bad-input` for a bridge within one server that would meet its own writes. */
export function refuseLoop({ rewrite, databases }: BridgeScope): void {
  const apart = databases !== undefined && ![...databases.values()].some((index) => databases.has(index));
  const renamed = rewrite !== undefined && !startsWith(rewrite.to, rewrite.from);
  if (!apart && !renamed) throw new Failure('bad-input', l10n.t('Source and target are one server, and what is written at the target would be replicated again. Choose another server, another database, or a prefix that does not begin with the one of the originals.'));
}
