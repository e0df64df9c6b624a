import { setTimeout as wait } from 'node:timers/promises';

/** Asks again and again until the answer is true. Rejects when `ms` are over. For what a window shows; it tells nobody when it has. */
export async function until(condition: () => Promise<boolean> | boolean, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!await condition()) {
    if (performance.now() > end) throw new Error(`still not so after ${ms} ms`);
    await wait(40);
  }
}
