import { failureOfReply } from '../connection/failures.ts';
import { isPositionKey } from '../keyspace/positionKey.ts';
import { isOriginal, type CloneDeps, type CloneRequest } from '../transfer/clone.ts';
import { partsOf } from '../transfer/parts.ts';
import { argument, createRequests, head } from '../transfer/requests.ts';
import { nameTest } from '../transfer/scope.ts';
import { frameText, marks, type Wire } from '../transfer/wire.ts';
import { compareDatabases, withSides, type CompareRequest, type Sides } from './compareDatabases.ts';
import { compareAgain, type Difference } from './verify.ts';

/** How a finished clone is looked at: key by key, or some keys of either side that the servers choose at random. */
export type CheckMode = { readonly kind: 'full' } | { readonly kind: 'sample'; readonly keys: number };

/** What was found. A sample proves nothing about the keys that were not in it. */
export interface Check {
  readonly kind: CheckMode['kind'];
  /** Keys that were compared, each counted once. */
  readonly compared: number;
  readonly differences: readonly Difference[];
  /** Of several databases each by itself. */
  readonly parts?: readonly { readonly source: number; readonly target: number; readonly differences: readonly Difference[] }[];
}

/** Questions at once. */
const BATCH = 500;
/** Times the wanted number of keys that are asked for, where many are out of scope. */
const MOST_ASKED = 20;
const randomKey = head(1, 'RANDOMKEY');
const typeOf = head(2, 'TYPE');

/** Compares a clone that was made before with its source. Reads only. Rejects with Failure. */
export async function verifyClone(deps: CloneDeps, request: CloneRequest, mode: CheckMode, signal: AbortSignal, onProgress: (compared: number) => void): Promise<Check> {
  const requests = partsOf(request);
  if (requests.length === 1) return verifyDatabase(deps, request, mode, signal, onProgress);
  let compared = 0;
  const parts: { readonly source: number; readonly target: number; readonly differences: readonly Difference[] }[] = [];
  for (const part of requests) {
    const before = compared;
    const found = await verifyDatabase(deps, part, mode, signal, (now) => onProgress(before + now));
    compared += found.compared;
    parts.push({ source: part.source.database, target: part.target.database, differences: found.differences });
  }
  return { kind: mode.kind, compared, differences: parts.flatMap(({ differences }) => differences), parts };
}

async function verifyDatabase(deps: CloneDeps, request: CompareRequest, mode: CheckMode, signal: AbortSignal, onProgress: (compared: number) => void): Promise<Check> {
  if (mode.kind === 'full') return { kind: 'full', ...await compareDatabases(deps, request, signal, ({ compared }) => onProgress(compared)) };
  let names: readonly Buffer[] | undefined;
  let at = 0;
  const differences: Difference[] = [];
  return withSides(deps, request, signal, () => undefined, async (sides) => {
    names ??= await sampleNames(request, sides, mode.keys);
    while (at < names.length) {
      const batch = names.slice(at, at + BATCH).map((name) => ({ name }));
      // What is being written just now is no difference.
      differences.push(...await compareAgain(sides.left, sides.right, await compareAgain(sides.left, sides.right, batch, sides.options), sides.options));
      at += batch.length;
      onProgress(at);
    }
    return { kind: 'sample', compared: names.length, differences };
  }, () => at);
}

/** Names at the source, up to `count` that either side has. */
async function sampleNames(request: CompareRequest, { left, right, options, within }: Sides, count: number): Promise<readonly Buffer[]> {
  const { names, scope } = request;
  if (names !== undefined) return names.length <= count ? names : Array.from({ length: count }, (_, index) => names[Math.floor((index * names.length) / count)] as Buffer);
  const original = isOriginal(request, within);
  const matches = nameTest(scope) ?? ((): boolean => true);
  const found = new Map<string, Buffer>();
  for (const [wire, toSource] of [[left.wire, (name: Buffer) => (original(name) && matches(name) ? name : undefined)], [right.wire, options.original]] as const) {
    const own = new Set<string>();
    for (let asked = 0; asked < count * MOST_ASKED && own.size < count; asked += BATCH) {
      for (const name of await ofTypes(wire, await randomNames(wire, Math.min(BATCH, count)), scope.types)) {
        const source = own.size < count && !isPositionKey(name) ? toSource(name) : undefined;
        if (source === undefined) continue;
        own.add(source.toString('latin1'));
        found.set(source.toString('latin1'), source);
      }
    }
  }
  return [...found.values()];
}

async function randomNames(wire: Wire, count: number): Promise<readonly Buffer[]> {
  const names: Buffer[] = [];
  const out = createRequests();
  for (let index = 0; index < count; index += 1) out.put(randomKey);
  await wire.send(out.take());
  await wire.frames(count, (frame) => {
    if (frame.mark === marks.error) throw failureOfReply(frameText(frame), ['RANDOMKEY']);
    if (!frame.absent) names.push(Buffer.from(frame.bytes.subarray(frame.start, frame.end)));
  });
  return names;
}

async function ofTypes(wire: Wire, names: readonly Buffer[], types: readonly string[] | undefined): Promise<readonly Buffer[]> {
  if (types === undefined) return names;
  const out = createRequests();
  for (const name of names) {
    out.put(typeOf);
    out.put(argument(name));
  }
  const kept: Buffer[] = [];
  await wire.send(out.take());
  await wire.frames(names.length, (frame, index) => {
    if (types.includes(frameText(frame))) kept.push(names[index] as Buffer);
  });
  return kept;
}
