import { compareAgain } from '../compare/verify.ts';
import { failureOfReply } from '../connection/failures.ts';
import { createCloneNames } from './clone.ts';
import { LARGEST, type Copy } from './copyNames.ts';
import { distrust } from './journal.ts';
import type { Links } from './links.ts';
import { argument, argumentValue, createRequests, head } from './requests.ts';
import { frameNumber, frameText, marks, type Wire } from './wire.ts';

const PAGE = 1000;
/** Values that are compared, one of a page. */
const SAMPLE = 100;
const exists = head(2, 'EXISTS');

/**
 * Looks, where a server is another process than when it was noted what is done, whether that is true of the servers that are there now.
 * It may have been restarted only, with all its data; without some of them; or be another server at the same address. What is done then
 * counts as uncertain: it is copied again, or found to be the same. Nothing is emptied again. Rejects with Failure.
 */
export async function trustStanding(copy: Copy, links: Links): Promise<void> {
  const { standing, journal } = copy;
  const same = links.processes === undefined ? copy.trusted : links.processes === standing.processes;
  if (!same && standing.done.size > 0 && !await isThere(copy, links)) {
    await journal?.noteAnew();
    distrust(standing);
  }
  standing.processes = links.processes;
  copy.trusted = true;
}

/** True where the target has all names of the source that are done, and the source's values under most of them: those may have changed since. */
async function isThere({ request, renaming, standing, within }: Copy, { source, target }: Links): Promise<boolean> {
  const names = createCloneNames(request, within, PAGE);
  const out = createRequests();
  const some: Buffer[] = [];
  while (names.put(out)) {
    await source.wire.send(out.take());
    const done = (await names.take(source.wire)).map(argumentValue).filter((name) => standing.done.has(name));
    const missing = await missingOf(target.wire, done, renaming.rename);
    // It may be gone at the source by now, or over.
    if ((await missingOf(source.wire, missing, (name) => name)).length < missing.length) return false;
    const [first] = done;
    if (first !== undefined && some.length < SAMPLE) some.push(first);
  }
  const sampled = some.map((name) => ({ name }));
  const others = await compareAgain(source, target, sampled, {
    rename: renaming.rename, original: renaming.original, seeds: standing.seeds, largest: LARGEST, large: () => Promise.resolve(undefined), onProgress: () => undefined,
  });
  return others.length * 2 <= sampled.length;
}

async function missingOf(wire: Wire, names: readonly Buffer[], rename: (name: Buffer) => Buffer): Promise<readonly Buffer[]> {
  const out = createRequests();
  for (const name of names) {
    out.put(exists);
    out.put(argument(rename(name)));
  }
  const missing: Buffer[] = [];
  await wire.send(out.take());
  await wire.frames(names.length, (frame, index) => {
    if (frame.mark === marks.error) throw failureOfReply(frameText(frame), ['EXISTS']);
    if (frameNumber(frame) === 0) missing.push(names[index] as Buffer);
  });
  return missing;
}
