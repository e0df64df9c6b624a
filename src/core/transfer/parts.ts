import type { Sessions } from '../connection/session.ts';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import type { CloneProgress, CloneReport, CloneRequest, NotCopied, Verification } from './clone.ts';
import { isSameData } from './sameData.ts';
import type { Scope } from './scope.ts';

/** A database that is cloned after the first one, between the same connections and in the same way. */
export interface FurtherDatabase {
  readonly source: number;
  readonly target: number;
  readonly scope: Scope;
  /** These keys only. */
  readonly names?: readonly Buffer[];
}

/** What became of one database of several. */
export interface PartReport {
  readonly source: number;
  readonly target: number;
  readonly report: CloneReport;
}

/** The same as one request a database, in their order. */
export function partsOf(request: CloneRequest): readonly CloneRequest[] {
  const { more = [], ...first } = request;
  const { names: _, ...others } = first;
  return [first, ...more.map(({ source, target, scope, names }) => ({
    ...others, source: { ...first.source, database: source }, target: { ...first.target, database: target }, scope, ...(names === undefined ? {} : { names }),
  }))];
}

/** Throws Failure `bad-input` where one database would take two, or a copy would come into a database that is itself to be copied. Rejects with Failure. */
export async function refuseTangle(sessions: Sessions, parts: readonly CloneRequest[], signal: AbortSignal): Promise<void> {
  const [first] = parts;
  if (first === undefined || parts.length === 1) return;
  const taken = new Set<number>();
  for (const { target } of parts) {
    if (taken.has(target.database)) throw new Failure('bad-input', l10n.t('Two databases cannot go into one: choose another one than database {0} for one of them.', target.database));
    taken.add(target.database);
  }
  const sources = new Map(parts.map((part) => [part.source.database, part]));
  const tangled = parts.find((part) => (sources.get(part.target.database) ?? part) !== part);
  if (tangled !== undefined && await isSameData(sessions, { ...first.source, database: 0 }, { ...first.target, database: 0 }, signal)) {
    throw new Failure('bad-input', l10n.t('Database {0} is to be copied itself, and cannot take a copy as well. Choose another one.', tangled.target.database));
  }
}

/** One after the other, told of as one. Rejects with Failure. */
export async function cloneParts(
  parts: readonly CloneRequest[],
  cloneOne: (part: CloneRequest, index: number, onProgress: (progress: CloneProgress) => void) => Promise<CloneReport>,
  onProgress: (progress: CloneProgress) => void,
): Promise<CloneReport> {
  const done: PartReport[] = [];
  let [keys, bytes] = [0, 0];
  for (const [index, part] of parts.entries()) {
    const [keysBefore, bytesBefore] = [keys, bytes];
    const report = await cloneOne(part, index, (progress) => onProgress({ ...progress, keys: keysBefore + progress.keys, bytes: bytesBefore + progress.bytes, part: { number: index + 1, of: parts.length } }));
    keys += report.copied + report.skipped;
    bytes += report.bytes;
    done.push({ source: part.source.database, target: part.target.database, report });
  }
  return added(done);
}

function added(parts: readonly PartReport[]): CloneReport {
  const reports = parts.map(({ report }) => report);
  const sum = (value: (report: CloneReport) => number): number => reports.reduce((total, report) => total + value(report), 0);
  const forms: Record<string, number> = {};
  for (const report of reports) for (const [form, count] of Object.entries(report.forms)) forms[form] = (forms[form] ?? 0) + count;
  const verifications = reports.flatMap(({ verification }) => (verification === undefined ? [] : [verification]));
  const verification: Verification | undefined = verifications.length < reports.length ? undefined : {
    compared: verifications.reduce((total, { compared }) => total + compared, 0),
    rounds: Math.max(...verifications.map(({ rounds }) => rounds)),
    repaired: verifications.reduce((total, { repaired }) => total + repaired, 0),
    differences: verifications.flatMap(({ differences }) => differences),
  };
  const notCopied: readonly NotCopied[] = reports.flatMap((report) => report.notCopied);
  return {
    engine: (reports[0] as CloneReport).engine, copied: sum(({ copied }) => copied), vanished: sum(({ vanished }) => vanished), skipped: sum(({ skipped }) => skipped),
    notCopied, forms, bytes: sum((report) => report.bytes), verification, anew: reports.some(({ anew }) => anew), parts,
  };
}
