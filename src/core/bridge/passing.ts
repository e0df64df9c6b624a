import { isFailure } from '../failure.ts';

/** Servers that take nothing just now: their memory or disk is full, a script runs, too few replicas are there. */
const PASSING = /^(OOM|MISCONF|NOREPLICAS|LOADING|BUSY|MASTERDOWN|TRYAGAIN|CLUSTERDOWN)\b/;

/** True for an error reply that may be another one in a while. */
export function isPassingReply(error: string): boolean {
  return PASSING.test(error);
}

/** True for what may be over in a while: it is worth trying again. */
export function isPassing(error: unknown): boolean {
  return (['unreachable', 'refused', 'timeout', 'loading', 'busy', 'server-changed'] as const).some((kind) => isFailure(error, kind));
}
