import { escapeGlob, literalPrefix } from '../keyspace/glob.ts';
import type { ScanPages } from './namePages.ts';
import { argumentValue, sameName } from './requests.ts';
import { nameTest, startsWith, type Scope } from './scope.ts';

/** Keys that begin with `from` get `to` in its place at the target: no two get the same name. */
export interface PrefixRewrite {
  readonly from: Buffer;
  readonly to: Buffer;
}

/** Names from source to target and back. */
export interface Renaming {
  /** The name at the target. */
  rename(name: Buffer): Buffer;
  /** Of a name at the target the one at the source; undefined: it does not come from there. */
  original(name: Buffer): Buffer | undefined;
  /** What the target's part of it is, to be scanned. */
  targetScope(scope: Scope): Scope;
}

export function createRenaming(scope: Scope, rewrite: PrefixRewrite | undefined): Renaming {
  const inScope = nameTest(scope) ?? ((): boolean => true);
  const rename = rewrite === undefined ? sameName : (name: Buffer): Buffer => (startsWith(name, rewrite.from) ? Buffer.concat([rewrite.to, name.subarray(rewrite.from.length)]) : name);
  const before = (name: Buffer): Buffer | undefined => {
    if (rewrite === undefined) return name;
    return startsWith(name, rewrite.to) ? Buffer.concat([rewrite.from, name.subarray(rewrite.to.length)]) : undefined;
  };
  return {
    rename,
    original(name) {
      const found = before(name);
      return found !== undefined && inScope(found) ? found : undefined;
    },
    targetScope({ pattern, types, only }) {
      if (pattern === undefined && rewrite === undefined) return { pattern, types, ...(only === undefined ? {} : { only }) };
      const literal = pattern === undefined ? Buffer.alloc(0) : literalPrefix(pattern);
      const prefix = rewrite === undefined || startsWith(literal, rewrite.from) ? rename(literal) : rewrite.to;
      const chosen = only === undefined ? {} : { only: { prefixes: only.prefixes.map(rename), names: only.names.map(rename) } };
      return { pattern: prefix.length === 0 ? undefined : Buffer.concat([escapeGlob(prefix), Buffer.from('*')]), types, ...chosen };
    },
  };
}

/** As `Renaming.original`, but of originals themselves, which a scan of the copies meets where both are in one database. */
export function originalOfCopy({ original }: Pick<Renaming, 'original'>, rewrite: PrefixRewrite | undefined, within: boolean): Renaming['original'] {
  if (!within || rewrite === undefined || !startsWith(rewrite.from, rewrite.to)) return original;
  return (name) => (startsWith(name, rewrite.from) ? undefined : original(name));
}

/** Pages without the names that `accept` refuses. */
export function withOnly(pages: ScanPages, accept: (name: Buffer) => boolean): ScanPages {
  return {
    get next() {
      return pages.next;
    },
    put: pages.put,
    take: async (wire) => (await pages.take(wire)).filter((name) => accept(argumentValue(name))),
  };
}
