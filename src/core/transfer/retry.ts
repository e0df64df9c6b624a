import { isFailure } from '../failure.ts';
import type { CloneDeps } from './clone.ts';

/** Links that break one after the other, with nothing done in between, until it is given up; ms before the first and at most before the next. */
const ATTEMPTS = 8;
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 10_000;

/**
 * Does what needs links, and again where one breaks, for as long as something is done between two breaks. Rejects with Failure.
 * @param attempt is told how many links broke before it since something was done
 * @param progress grows with what is done for the first time
 */
export async function retry<T>({ pause }: Pick<CloneDeps, 'pause'>, signal: AbortSignal, attempt: (failures: number) => Promise<T>, progress: () => number): Promise<T> {
  let failures = 0;
  let farthest = progress();
  for (;;) {
    try {
      return await attempt(failures);
    } catch (error) {
      if (!isLinkFailure(error) || signal.aborted) throw error;
      // Not bytes: the same keys may go again and again before the one that breaks the link.
      const reached = progress();
      failures = reached > farthest ? 1 : failures + 1;
      farthest = Math.max(farthest, reached);
      if (failures > ATTEMPTS) throw error;
      await pause(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1)), signal);
    }
  }
}

/** True for a failure after which the same may be tried again. */
export function isLinkFailure(error: unknown): boolean {
  return (['unreachable', 'refused', 'timeout', 'loading', 'busy', 'server-changed'] as const).some((kind) => isFailure(error, kind));
}
