import { encodeRequest } from '../../protocol/resp/encode.ts';
import { failureOfReply } from '../connection/failures.ts';
import { endpointLabel } from '../connection/url.ts';
import { isFailure } from '../failure.ts';
import type { CloneDeps, CloneRequest } from '../transfer/clone.ts';
import { createRenaming } from '../transfer/renaming.ts';
import { createWire, frameNumber, frameText, marks, type Wire } from '../transfer/wire.ts';
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

/** Deletes what the source lacks still, and answers how many keys that were. Whoever calls this has asked: it is not asked about again. Rejects with Failure. */
export async function deleteLacking({ sessions, patience }: CloneDeps, { clone: { source, target, scope, rewrite }, deletes: names }: Carry, signal: AbortSignal): Promise<number> {
  const { rename } = createRenaming(scope, rewrite);
  const from = sessions.acquire(source.profile, source.database);
  let to: Wire | undefined;
  try {
    to = createWire(await sessions.openChannel(target.profile, target.database, 'copy', { confirmed: true }), { where: endpointLabel(target.profile), signal, patience });
    let deleted = 0;
    for (let at = 0; at < names.length; at += PAGE) {
      const page = names.slice(at, at + PAGE);
      const replies = await from.sendAll(page.map((name) => ['EXISTS', name]), { signal });
      for (const reply of replies) if (isFailure(reply)) throw reply;
      const lacking = page.filter((_, index) => replies[index] === 0);
      if (lacking.length > 0) deleted += await unlink(to, lacking.map(rename));
    }
    return deleted;
  } finally {
    from.release();
    to?.close();
  }
}

/** UNLINK, or DEL where there is no such command (Redis 3) or the user has but that. */
async function unlink(wire: Wire, names: readonly Buffer[]): Promise<number> {
  for (const name of ['UNLINK', 'DEL']) {
    let deleted: number | undefined;
    await wire.send(encodeRequest([name, ...names]));
    await wire.frames(1, (frame) => {
      if (frame.mark !== marks.error) deleted = frameNumber(frame);
      else if (name === 'DEL' || !/^(?:ERR unknown command|NOPERM)/i.test(frameText(frame))) throw failureOfReply(frameText(frame), [name]);
    });
    if (deleted !== undefined) return deleted;
  }
  return 0;
}
