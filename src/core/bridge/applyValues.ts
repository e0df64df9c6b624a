import { encodeRequest } from '../../protocol/resp/encode.ts';
import { createRequests, argument, argumentValue, head } from '../transfer/requests.ts';
import { createScanPages } from '../transfer/namePages.ts';
import { failureOfReply } from '../connection/failures.ts';
import { Failure } from '../failure.ts';
import { frameNumber, frameText, marks, type Wire } from '../transfer/wire.ts';
import { l10n } from '../../l10n.ts';
import type { Applier } from './applyCommands.ts';
import type { Batch } from './batches.ts';
import { pathOf } from './calls.ts';
import type { Bridging } from './context.ts';
import { elsewhere, fields, positionText } from './position.ts';
import { copyValues, needDatabases, refusalOf, run, select, type Wanted } from './values.ts';

const PAGE = 1000;
const exists = head(2, 'EXISTS');

/** What a batch has made old at the target. Names are latin1. */
export interface Marks {
  /** By the source's database. */
  readonly keys: ReadonlyMap<number, ReadonlySet<string>>;
  /** Databases of the source that were emptied (`gone`: keys that the source lacks have to go) or have other contents altogether (`all`). */
  readonly databases: ReadonlyMap<number, 'gone' | 'all'>;
}

/** Marks what a batch names; of `everything` where that is not told. Throws Failure `unsupported` for a write that does not tell its keys. */
export function marksOf(batch: Batch, everything: readonly number[]): Marks {
  const keys = new Map<number, Set<string>>();
  const databases = new Map<number, 'gone' | 'all'>();
  for (const { effect, args } of batch.calls) {
    if (effect.kind === 'write') {
      for (const { database, name, written } of effect.keys) {
        if (!written) continue;
        const names = keys.get(database) ?? new Set();
        keys.set(database, names.add(name));
      }
    } else if (effect.kind === 'flush') {
      for (const database of effect.database === undefined ? everything : [effect.database]) databases.set(database, databases.get(database) ?? 'gone');
    } else if (effect.kind === 'swap') {
      for (const database of effect.databases) databases.set(database, 'all');
    } else if (effect.kind === 'unknown') {
      throw new Failure('unsupported', l10n.t('The source uses {0}, which does not tell what keys it changes. Replicate all of it, without a prefix, a pattern or a database map.', pathOf(args).replace('|', ' ').toUpperCase().slice(0, 40)));
    }
  }
  return { keys, databases };
}

/** Applies values and not calls: each key that a batch names is read anew from the source; the position moves when all of them were. */
export function createValueApplier(bridging: Bridging): Applier {
  return {
    settle: () => Promise.resolve(),
    unheard: () => undefined,
    async apply(wire, batch, position) {
      const flushed = batch.calls.some(({ effect }) => effect.kind === 'flush' && effect.database === undefined);
      const { keys, databases } = marksOf(batch, flushed ? bridging.mapping.pairs(await databasesOf(wire)).map(([from]) => from) : []);
      for (const [database, what] of databases) await renew(bridging, wire, database, what);
      for (const [database, names] of keys) await copyNamed(bridging, wire, database, [...names].map((name) => Buffer.from(name, 'latin1')));
      // It was there before, unless somebody has emptied the target.
      if (await run(wire, ['HSET', bridging.key, fields.position, positionText(position)]) !== 0) throw elsewhere;
    },
  };
}

/** Copies keys of a database that are in scope. */
async function copyNamed(bridging: Bridging, wire: Wire, database: number, names: readonly Buffer[]): Promise<void> {
  const { mapping } = bridging;
  const targetDatabase = mapping.database(database);
  if (targetDatabase === undefined) return;
  const wanted: Wanted[] = [];
  for (const name of names) {
    const target = mapping.rename(name);
    if (target !== undefined) wanted.push({ name: argument(name), target: argument(target) });
  }
  await copyValues(bridging, wire, wanted, { database, targetDatabase, pieces: true, with: () => undefined, done: () => undefined, accept: () => undefined });
}

/** Brings a whole database up to date: removes what the source lacks, and copies all of it where that is asked for. */
async function renew(bridging: Bridging, wire: Wire, database: number, what: 'gone' | 'all'): Promise<void> {
  await removeExtras(bridging, wire, database);
  if (what === 'gone' || bridging.mapping.database(database) === undefined) return;
  const { wire: source } = await bridging.links.source();
  const pages = createScanPages(bridging.mapping.sourceScope, PAGE);
  const out = createRequests();
  for (;;) {
    // Reading values selects as well.
    await select(source, database);
    if (!pages.put(out)) return;
    await source.send(out.take());
    const names = await pages.take(source);
    await copyNamed(bridging, wire, database, names.map(argumentValue));
  }
}

/** Deletes keys of the target that would come from this database of the source, and that are not there. Answers how many. */
export async function removeExtras(bridging: Bridging, wire: Wire, database: number): Promise<number> {
  const { mapping, home } = bridging;
  const targetDatabase = mapping.database(database);
  if (targetDatabase === undefined) return 0;
  const { wire: source } = await bridging.links.source();
  await needDatabases(bridging, wire, [targetDatabase]);
  await select(source, database);
  await select(wire, targetDatabase);
  const pages = createScanPages(mapping.targetScope, PAGE);
  const out = createRequests();
  let removed = 0;
  while (pages.put(out)) {
    await wire.send(out.take());
    const ours = (await pages.take(wire)).flatMap((found) => {
      const original = mapping.original(argumentValue(found));
      return original === undefined || mapping.rename(original) === undefined ? [] : [{ found, original }];
    });
    for (const { original } of ours) {
      out.put(exists);
      out.put(argument(original));
    }
    await source.send(out.take());
    const gone: Buffer[] = [];
    await source.frames(ours.length, (frame, index) => {
      if (frame.mark === marks.error) throw failureOfReply(frameText(frame), ['EXISTS']);
      if (frameNumber(frame) === 0) gone.push(ours[index]?.found as Buffer);
    });
    if (gone.length > 0) await run(wire, ['UNLINK', ...gone.map(argumentValue)]);
    removed += gone.length;
  }
  await select(wire, home);
  return removed;
}

/** The target's databases that hold keys. */
export async function databasesOf(wire: Wire): Promise<number[]> {
  await wire.send(encodeRequest(['INFO', 'keyspace']));
  let found: number[] = [];
  await wire.frames(1, (frame) => {
    if (frame.mark === marks.error) throw refusalOf(frameText(frame), 'INFO');
    found = [...frameText(frame).matchAll(/^db(\d+):/gm)].map(([, index]) => Number(index));
  });
  return found;
}
