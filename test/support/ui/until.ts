import { setTimeout as wait } from 'node:timers/promises';

/** Asks again and again until the answer is true. Rejects when `ms` are over. For what a window shows; it tells nobody when it has. */
export async function until(condition: () => Promise<boolean> | boolean, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!await condition()) {
    if (performance.now() > end) throw new Error(`still not so after ${ms} ms`);
    await wait(40);
  }
}

/**
 * Does it again where it fails, until `ms` are over; rejects then as it did last. For a key or a click that a busy window may lose: it has to
 * look first whether an earlier one came through after all, and to fail after a few seconds without any effect.
 */
export async function insist<T>(act: () => Promise<T>, ms = 15_000): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (performance.now() > end) throw error;
      await wait(40);
    }
  }
}
