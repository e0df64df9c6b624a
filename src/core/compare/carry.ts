import { isFailure } from '../failure.ts';
import type { CloneDeps, CloneRequest } from '../transfer/clone.ts';
import { createRenaming } from '../transfer/renaming.ts';
import { deleteKeys } from '../value/edit.ts';
import type { CompareRequest } from './compareDatabases.ts';
import type { Difference } from './verify.ts';

/** Which side is made what the other one is: `source` is the original of a comparison. */
export type Side = 'source' | 'target';

/** What has to be done to make keys of one side what they are on the other. */
export interface Carry {
  /** Copies what is there; it replaces what is there at its target. */
  readonly clone: CloneRequest & { readonly names: readonly Buffer[] };
  /** Names at the clone's source, which lacks them; they are deleted at its target. */
  readonly deletes: readonly Buffer[];
}

const PAGE = 1000;

/** Plans to make `side` of a comparison what the other side is, in these keys. */
export function planCarry(request: CompareRequest, differences: readonly Difference[], side: Side): Carry {
  const { source, target, rewrite, scope } = side === 'target' ? request : reversed(request);
  const rename = side === 'target' ? (name: Buffer): Buffer => name : createRenaming(request.scope, request.rewrite).rename;
  const lacks = side === 'target' ? 'extra' : 'missing';
  const namesOf = (list: readonly Difference[]): readonly Buffer[] => list.map(({ name }) => rename(name));
  return {
    clone: {
      source, target, scope, ...(rewrite === undefined ? {} : { rewrite }), conflict: 'replace', verify: true,
      names: namesOf(differences.filter(({ kind }) => kind !== lacks)),
    },
    deletes: namesOf(differences.filter(({ kind }) => kind === lacks)),
  };
}

/** The same comparison with its sides exchanged; what names it is made of stays behind. */
function reversed({ source, target, scope, rewrite }: CompareRequest): CompareRequest {
  return { source: target, target: source, scope: createRenaming(scope, rewrite).targetScope(scope), ...(rewrite === undefined ? {} : { rewrite: { from: rewrite.to, to: rewrite.from } }) };
}

/** Deletes what the source lacks still, and answers how many keys that were. Rejects with Failure. */
export async function deleteLacking({ sessions }: CloneDeps, { clone: { source, target, scope, rewrite }, deletes: names }: Carry, signal: AbortSignal): Promise<number> {
  const { rename } = createRenaming(scope, rewrite);
  const [from, to] = [sessions.acquire(source.profile, source.database), sessions.acquire(target.profile, target.database)];
  try {
    let deleted = 0;
    for (let at = 0; at < names.length; at += PAGE) {
      const page = names.slice(at, at + PAGE);
      const replies = await from.sendAll(page.map((name) => ['EXISTS', name]), { signal });
      for (const reply of replies) if (isFailure(reply)) throw reply;
      const lacking = page.filter((_, index) => replies[index] === 0);
      if (lacking.length > 0) deleted += await deleteKeys(to, lacking.map(rename));
    }
    return deleted;
  } finally {
    from.release();
    to.release();
  }
}
