import { compareLargeKeys } from '../compare/large.ts';
import { compareAgain, compareAll, type CompareOptions, type Difference } from '../compare/verify.ts';
import { createCloneNames, isWhole, type Verification } from './clone.ts';
import { copyNames, LARGEST, must, type Copy } from './copyNames.ts';
import { withKeys, type Links } from './links.ts';
import { createListPages, createScanPages, type NamePages } from './namePages.ts';
import { originalOfCopy } from './renaming.ts';

const PAGE = 1000;
/** Comparisons of everything, each after what differed was copied again, until keys count as moving all the time. */
const ROUNDS = 4;

/** Compares both sides and copies again what differs, until all is identical or some keys never rest. Rejects with Failure. */
export async function converge(copy: Copy, links: Links): Promise<Verification> {
  const { request, renaming, deps, signal, standing } = copy;
  let round = 0;
  const options: CompareOptions = {
    rename: renaming.rename, original: originalOfCopy(renaming, request.rewrite, copy.within), largest: deps.largest ?? LARGEST, seeds: standing.seeds,
    large: (name) => withKeys(copy, name, (from, to) => compareLargeKeys(from, to, signal)),
    ignore: standing.skipped.has, whole: isWhole(request),
    onProgress: ({ compared }) => copy.tell('verifying', round, compared),
  };
  const targetNames = (): NamePages => (request.names === undefined ? createScanPages(renaming.targetScope(request.scope), PAGE) : createListPages([], PAGE));
  let repaired = 0;
  for (round = 1; ; round += 1) {
    const { compared, differences } = await compareAll(links.source, links.target, createCloneNames(request, copy.within, PAGE), targetNames(), options);
    const left = await compareAgain(links.source, links.target, differences, options);
    if (left.length === 0 || round === ROUNDS) return { compared, rounds: round, repaired, differences: left };
    const changed = await repair(copy, links, left);
    repaired += changed;
    // What cannot be mended stays as it is; some are skipped by now.
    if (changed === 0) return { compared, rounds: round, repaired, differences: left.filter(({ name }) => !standing.skipped.has(name)) };
  }
}

/**
 * Copies again what the source has otherwise by now, and deletes copies of what it has no more: only what came from here is overwritten
 * or deleted, and new keys are subject to what was chosen about conflicts. Answers how many keys were changed.
 */
async function repair(copy: Copy, links: Links, differences: readonly Difference[]): Promise<number> {
  const { done } = copy.standing;
  const again = differences.filter(({ name, kind }) => kind !== 'extra' && kind !== 'too-large' && !copy.notCopied.has(name.toString('latin1'))).map(({ name }) => name);
  const ours = again.filter((name) => done.has(name));
  const added = again.filter((name) => !done.has(name));
  await copyNames(copy, links, createListPages(ours, PAGE), { replace: true, again: true });
  const before = done.size;
  await copyNames(copy, links, createListPages(added, PAGE), { replace: copy.request.conflict === 'replace' || copy.request.conflict === 'empty' });
  const gone = differences.filter(({ name, kind }) => kind === 'extra' && done.has(name)).map(({ name }) => copy.renaming.rename(name));
  for (let at = 0; at < gone.length; at += PAGE) await must(links.target.wire, ['UNLINK', ...gone.slice(at, at + PAGE)]);
  return ours.length + done.size - before + gone.length;
}
