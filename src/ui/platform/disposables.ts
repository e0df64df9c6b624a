import type { Disposable } from 'vscode';

/** One owner for many disposables: disposes them last first; what is added after the end is disposed at once. */
export function createDisposables(...initial: readonly Disposable[]): Disposable & { add(...more: readonly Disposable[]): void } {
  const owned = [...initial];
  let ended = false;
  return {
    add(...more) {
      if (ended) for (const one of more) one.dispose();
      else owned.push(...more);
    },
    dispose() {
      ended = true;
      for (const one of owned.splice(0).reverse()) one.dispose();
    },
  };
}
