import { compareLargeKeys } from '../compare/large.ts';
import { byParts, processesOf, type Todo } from '../compare/resume.ts';
import { compareAgain, compareAll, createComparing, type Comparing, type CompareOptions, type Difference } from '../compare/verify.ts';
import { createCloneNames, isWhole, type Verification } from './clone.ts';
import { copyNames, LARGEST, must, type Copy } from './copyNames.ts';
import { withKeys, type Links } from './links.ts';
import { createListPages, createScanPages } from './namePages.ts';
import { originalOfCopy } from './renaming.ts';

/** A verification that goes on from where it was when a link breaks. */
export interface Convergence {
  /** Compares both sides and copies again what differs, until all is identical or some keys never rest. Rejects with Failure: call it again with other links. */
  run(links: Links): Promise<Verification>;
  /** Grows with all that is done for the first time. */
  readonly progress: number;
}

const PAGE = 1000;
/** Comparisons of everything, each after what differed was copied again, until keys count as moving all the time. */
const ROUNDS = 4;
/** More than a round can do. */
const ROUND = 2 ** 48;

/** One comparison of everything, and what is done about it. */
interface Round {
  readonly comparing: Comparing;
  again: Todo | undefined;
  /** Those that stood a second look. */
  readonly left: Difference[];
  mend: Todo | undefined;
  changed: number;
}

export function createConvergence(copy: Copy): Convergence {
  const { request, renaming, deps, signal, standing } = copy;
  const begin = (): Round => ({ comparing: createComparing(standing.seeds), again: undefined, left: [], mend: undefined, changed: 0 });
  let round = 1;
  let now = begin();
  let repaired = 0;
  let processes: string | undefined;
  const options: CompareOptions = {
    rename: renaming.rename, original: originalOfCopy(renaming, request.rewrite, copy.within), largest: deps.largest ?? LARGEST, seeds: standing.seeds,
    large: (name) => withKeys(copy, name, (from, to) => compareLargeKeys(from, to, signal)),
    ignore: standing.skipped.has, whole: isWhole(request),
    onProgress: ({ compared }) => copy.tell('verifying', round, compared),
  };
  const compare = async ({ source, target }: Links, { comparing }: Round): Promise<readonly Difference[]> => {
    const names = createCloneNames(request, copy.within, PAGE, comparing.position, comparing.seen.size > 0 ? comparing.seen.has : undefined);
    const targetNames = request.names === undefined ? createScanPages(renaming.targetScope(request.scope), PAGE, comparing.beyond) : createListPages([], PAGE);
    return (await compareAll(source, target, names, targetNames, options, comparing)).differences;
  };
  return {
    get progress() {
      return round * ROUND + now.comparing.seen.size + now.comparing.pages + (now.again?.at ?? 0) + (now.mend?.at ?? 0);
    },
    async run(links) {
      const those = await processesOf(links.source.wire, links.target.wire);
      if (those === undefined || those !== processes) {
        repaired += now.changed;
        now = begin();
      }
      processes = those;
      for (;; round += 1, now = begin()) {
        const { comparing, left } = now;
        now.again ??= { all: await compare(links, now), at: 0 };
        await byParts(now.again, async (part) => void left.push(...await compareAgain(links.source, links.target, part, options)));
        const report = { compared: comparing.seen.size, rounds: round };
        if (left.length === 0) return { ...report, repaired, differences: left };
        if (round === ROUNDS) return { ...report, repaired, differences: left.map((one) => (isMoving(copy, one) ? { ...one, moving: true } : one)) };
        now.mend ??= { all: left, at: 0 };
        const mending = now;
        await byParts(now.mend, async (part) => void (mending.changed += await repair(copy, links, part)));
        repaired += now.changed;
        // What cannot be mended stays as it is; some are skipped by now.
        if (now.changed === 0) return { ...report, repaired, differences: left.filter(({ name }) => !standing.skipped.has(name)) };
      }
    },
  };
}

/** What differs though it would be copied again. What a target does not take in all its parts differs for another reason. */
function isMoving({ standing, notCopied, forms }: Copy, { name, kind }: Difference): boolean {
  if (notCopied.has(name.toString('latin1'))) return false;
  if (kind === 'missing' || kind === 'type' || kind === 'value') return true;
  return kind === 'extra' ? standing.done.has(name) : (kind === 'expiry' || Object.keys(forms).length === 0) && kind !== 'too-large' && kind !== 'refused' && kind !== 'unreadable';
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
