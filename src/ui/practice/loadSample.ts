import * as vscode from 'vscode';
import type { SampleName, SampleProgress } from '../../server/samples/index.ts';
import type { WorkerServer } from '../../server/worker/workerHost.ts';
import { formatCount } from '../explorer/labels.ts';
import { withProgress } from '../platform/progress.ts';

/** Ms after which it is shown how far it is. */
const patience = 1000;

/** Loads a sample, and shows how far it is where that takes long. What was loaded before the user cancelled stays. */
export async function loadUnderProgress(worker: WorkerServer, sample: SampleName, name: string): Promise<void> {
  const cancelled = new AbortController();
  let report: ((progress: SampleProgress) => void) | undefined;
  const loading = worker.loadSample(sample, { signal: cancelled.signal, onProgress: (progress) => report?.(progress) });
  const settled = loading.then(() => undefined, () => undefined);
  const timer = setTimeout(() => {
    void withProgress(vscode.l10n.t('Loading sample data into {0}', name), (signal, show) => {
      signal.addEventListener('abort', () => cancelled.abort(), { once: true });
      report = ({ keys, of }) => show(vscode.l10n.t('{0} of {1} keys', formatCount(keys), formatCount(of)), keys / of);
      return settled;
    });
  }, patience);
  try {
    await loading;
  } finally {
    clearTimeout(timer);
  }
}
