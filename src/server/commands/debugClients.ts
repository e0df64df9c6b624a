import { memoryOf } from '../clients/clientInfo.ts';
import type { ServerState } from '../state.ts';

/** Clients are sorted by what they take, from 32 KB on in steps that double; powers of two. */
const FIRST = 15;
const LAST = 32;

/** DEBUG CLIENT-EVICTION: how many clients take how much. Those that CLIENT NO-EVICT keeps are left out. */
export function clientBuckets({ sessions, clock, current }: ServerState): string {
  const buckets = Array.from({ length: LAST - FIRST + 2 }, () => ({ bytes: 0, clients: 0 }));
  const now = clock.now();
  for (const session of sessions.values()) {
    if (session.noEvict) continue;
    const { total } = memoryOf(session, now, session === current);
    const bucket = buckets[Math.min(LAST - FIRST + 1, Math.max(0, Math.floor(Math.log2(total)) - FIRST + 1))];
    if (bucket === undefined) continue;
    bucket.bytes += total;
    bucket.clients += 1;
  }
  const number = (value: number): string => value.toString().padStart(10);
  return buckets
    .map(({ bytes, clients }, index) => {
      const from = index === 0 ? 0 : 2 ** (FIRST + index - 1);
      const range = index === buckets.length - 1 ? `${number(from)}+            ` : `${number(from)} - ${number(2 ** (FIRST + index) - 1)}`;
      return `bucket ${range}: tot-mem: ${number(bytes)}, clients: ${clients}\n`;
    })
    .join('');
}
