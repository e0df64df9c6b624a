import * as vscode from 'vscode';
import { compareDatabases, type Comparison, type CompareRequest } from '../../core/compare/compareDatabases.ts';
import type { CompareProgress } from '../../core/compare/verify.ts';
import { keyCount } from '../explorer/labels.ts';
import { withProgress } from '../platform/progress.ts';
import type { Services } from '../services.ts';
import { cloneDeps } from '../transfer/cloneDatabase.ts';
import { sideName } from './request.ts';

/** Ms between two reports of progress. */
const REPORT_EVERY = 100;

/** Compares with progress and cancel; what `check` throws ends it. Rejects with Failure. */
export function runComparison(services: Services, request: CompareRequest, check: (progress: CompareProgress) => void = () => undefined): Thenable<Comparison> {
  return withProgress(vscode.l10n.t('Comparing {0} with {1}', sideName(request, 'source'), sideName(request, 'target')), (signal, report) => {
    let shown = -Infinity;
    return compareDatabases(cloneDeps(services), request, signal, (progress) => {
      check(progress);
      if (services.clock.elapsed() - shown < REPORT_EVERY) return;
      shown = services.clock.elapsed();
      report(keyCount(progress.compared));
    });
  });
}
