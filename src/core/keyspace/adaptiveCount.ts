/** COUNT as the server's speed allows: a distant server is not paged at a crawl, a busy one is not blocked. */
export interface AdaptiveCount {
  /** COUNT for the next call. */
  readonly value: number;
  /**
   * Tells how long the last call took.
   * @param observed ms from sending to the reply
   * @param roundTrip the smallest round trip of the session, ms; 0 if unknown
   */
  observe(observed: number, roundTrip: number): void;
}

const first = 100;
const lowest = 10;
/** Ms of the server's time. */
const fast = 1;
const slow = 4;
/** Part of a round trip that is taken for its own unsteadiness: 80 ms away, a few ms say nothing of the server. */
const jitter = 0.1;

/** @param limit upper bound of COUNT, asked at every call */
export function createAdaptiveCount(limit: () => number): AdaptiveCount {
  let value = first;
  let smallest = Infinity;
  const bounded = (): number => Math.max(lowest, Math.min(value, limit()));
  return {
    get value() {
      return bounded();
    },
    observe(observed, roundTrip) {
      smallest = Math.min(smallest, observed, roundTrip > 0 ? roundTrip : Infinity);
      const server = observed - smallest * (1 + jitter);
      if (server < fast) value = Math.min(bounded() * 2, limit());
      else if (server > slow) value = Math.max(Math.floor(bounded() / 2), lowest);
    },
  };
}
