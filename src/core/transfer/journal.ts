import { open, readFile, rm, truncate, type FileHandle } from 'node:fs/promises';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import type { ScanStart } from './namePages.ts';
import { createNameSet, type NameSet } from './nameSet.ts';
import { valueStart } from './requests.ts';
import type { Form } from './restoreOtherwise.ts';
import { isSavedRequest, type SavedRequest } from './savedRequest.ts';

/** How far a clone came. */
export interface Standing {
  /** Two random 32-bit numbers, for fingerprints and temporary names. */
  readonly seeds: readonly [number, number];
  /** Names at the source that got to the target. */
  readonly done: NameSet;
  /** Names that the target had already, and that were left alone. */
  readonly skipped: NameSet;
  /** Names that were on their way when a link broke or the process ended: they may be at the target, or not. */
  readonly uncertain: NameSet;
  /** The target was emptied, and must not be again. */
  emptied: boolean;
  /** All names were met once: what is left is to compare. */
  finished: boolean;
  /** The processes that both servers were when it was noted; undefined: not told. */
  processes: string | undefined;
  /** What was done had to be done again: the target lacked it. */
  anew: boolean;
  /** Where the scan goes on, for as long as the source is still this process. */
  position: { readonly runId: string; readonly start: ScanStart } | undefined;
  counts: Counts;
}

export interface Counts {
  readonly vanished: number;
  readonly bytes: number;
  /** Keys that could not be copied; which ones is not kept. */
  readonly notCopied: number;
  readonly forms: Readonly<Partial<Record<Form, number>>>;
}

export const noCounts: Counts = { vanished: 0, bytes: 0, notCopied: 0, forms: {} };

/** What is kept about a clone in a file, so that another process can go on with it. Rejects with Failure `file`. */
export interface Journal {
  readonly request: SavedRequest;
  readonly standing: Standing;
  /** The same for one of several databases, 0 for the first: what is noted with it counts for that one. */
  part(index: number): Journal;
  /** The target has been emptied. */
  noteEmptied(): Promise<void>;
  /** What was done is not to be relied on (`distrust`). */
  noteAnew(): Promise<void>;
  /**
   * These names (as arguments) are about to be written at the target. Answers what notes that they have been dealt with: the sets of
   * `standing` tell how. A few such batches may be open at once.
   */
  noteOffered(names: readonly Buffer[]): Promise<() => Promise<void>>;
  /** Keeps position, counts and whether it is finished. */
  noteStanding(): Promise<void>;
  /** Ends the writing; the file stays. */
  close(): Promise<void>;
  /** Ends the writing and deletes the file. */
  remove(): Promise<void>;
}

/** The first line of the file; a second one in JSON tells of the request. Records follow: a letter, and what belongs to it. */
const MAGIC = 'keyspace-clone 2\n';
const record = { offered: 79, settled: 83, standing: 80, emptied: 69, anew: 65, part: 68 } as const;
const PRINT = 8;
/** Offered batches go by numbers below this, again and again: one whose number comes anew without an outcome is uncertain. */
const SLOTS = 256;
/** Bytes in which a head mostly has room. */
const START = 64 * 1024;
/** Bytes before the body of each record: its letter, a slot, a length. */
const HEADS: ReadonlyMap<number, number> = new Map([[record.offered, 4], [record.settled, 2], [record.standing, 3], [record.emptied, 1], [record.anew, 1], [record.part, 3]]);
/** Outcomes of an offered name. */
const outcome = { none: 0, done: 1, skipped: 2 } as const;

interface Head {
  readonly seeds: readonly [number, number];
  readonly request: SavedRequest;
}

export function createStanding(seeds: readonly [number, number]): Standing {
  const [done, skipped, uncertain] = [createNameSet(seeds), createNameSet(seeds), createNameSet(seeds)];
  return { seeds, done, skipped, uncertain, emptied: false, finished: false, processes: undefined, anew: false, position: undefined, counts: noCounts };
}

/** Begins again: what was done may be at the target, or not, and what it had already may be gone. It is not emptied again. */
export function distrust(standing: Standing): void {
  standing.done.moveTo(standing.uncertain);
  standing.skipped.moveTo({ addPrint: () => false });
  Object.assign(standing, { finished: false, position: undefined, anew: true });
}

/** How far each of several databases came, made as they are asked for. */
export interface Standings {
  /** By their order in the request. */
  of(index: number): Standing;
  /** Keys that got to the target, of all. */
  copied(): number;
}

function createStandings(seeds: readonly [number, number]): Standings {
  const standings = new Map<number, Standing>();
  return {
    of(index) {
      const standing = standings.get(index) ?? createStanding(seeds);
      standings.set(index, standing);
      return standing;
    },
    copied: () => [...standings.values()].reduce((sum, { done }) => sum + done.size, 0),
  };
}

/**
 * A journal of a clone that begins. The file comes with the first record: a clone that changed nothing leaves none. It holds no
 * secret and no name of a key but those that were chosen one by one, and grows by at most 13 bytes a key and some 200 for
 * every thousand.
 */
export function createJournal(path: string, request: SavedRequest, seeds: readonly [number, number]): Journal {
  const head: Head = { seeds, request };
  return keepJournal(path, request, createStandings(seeds), 0, () => Buffer.from(`${MAGIC}${JSON.stringify(head)}\n`));
}

/** Reads a journal, to go on with it. Rejects with Failure `file` where it is none, or not of this version. */
export async function openJournal(path: string): Promise<Journal> {
  const { request, standings, length } = await readJournal(path);
  // Half a record would be taken for the beginning of what comes after it.
  await truncate(path, length).catch((error: unknown) => {
    throw new Failure('file', l10n.t('The journal of the clone cannot be written.'), { cause: error });
  });
  return keepJournal(path, request, standings, undefined, () => undefined);
}

/** What was asked for in a journal, without reading what came of it. Rejects with Failure `file`. */
export async function readJournalRequest(path: string): Promise<SavedRequest> {
  const start = Buffer.alloc(START);
  const file = await open(path).catch((error: unknown) => {
    throw unreadable(error);
  });
  const { bytesRead } = await file.read(start, 0, START, 0).finally(() => file.close());
  return headIn(start.subarray(0, bytesRead))?.head.request ?? (await readJournal(path)).request;
}

/** What a journal says, in how many bytes. Rejects with Failure `file`. */
export async function readJournal(path: string): Promise<{ readonly request: SavedRequest; readonly standing: Standing; readonly standings: Standings; readonly length: number }> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(error);
  });
  const found = headIn(bytes);
  if (found === undefined) throw new Failure('file', l10n.t('This is not the journal of a clone, or it is one of another version of Keyspace.'));
  const { head, end } = found;
  const standings = createStandings(head.seeds);
  const length = end + readRecords(bytes.subarray(end), standings);
  return { request: head.request, standing: standings.of(0), standings, length };
}

function unreadable(cause: unknown): Failure {
  return new Failure('file', l10n.t('The journal of the clone cannot be read.'), { cause });
}

/** The head, and where it ends. */
function headIn(bytes: Buffer): { readonly head: Head; readonly end: number } | undefined {
  const end = bytes.indexOf(10, MAGIC.length);
  const head = bytes.toString('latin1', 0, MAGIC.length) === MAGIC && end > 0 ? headOf(bytes.toString('utf8', MAGIC.length, end)) : undefined;
  return head === undefined ? undefined : { head, end: end + 1 };
}

function headOf(text: string): Head | undefined {
  try {
    const { seeds, request } = JSON.parse(text) as { readonly seeds?: unknown; readonly request?: unknown };
    if (!Array.isArray(seeds) || seeds.length !== 2 || !seeds.every((seed) => Number.isInteger(seed)) || !isSavedRequest(request)) return undefined;
    return { seeds: seeds as unknown as [number, number], request };
  } catch {
    return undefined;
  }
}

/** Reads up to the end, or up to where the process was ended in the middle of writing. Answers how many bytes those are. */
function readRecords(bytes: Buffer, standings: Standings): number {
  let standing = standings.of(0);
  const offered = new Map<number, Buffer>();
  const settle = (slot: number, outcomes: Buffer | undefined): void => {
    const prints = offered.get(slot) ?? Buffer.alloc(0);
    for (let index = 0; index * PRINT < prints.length; index += 1) {
      const how = outcomes === undefined ? undefined : outcomes[index];
      const set = how === undefined ? standing.uncertain : how === outcome.done ? standing.done : how === outcome.skipped ? standing.skipped : undefined;
      set?.addPrint(prints, index * PRINT);
    }
    offered.delete(slot);
  };
  const abandon = (): void => {
    for (const slot of [...offered.keys()]) settle(slot, undefined);
  };
  let at = 0;
  while (at < bytes.length) {
    const kind = bytes[at] as number;
    const head = HEADS.get(kind);
    if (head === undefined || at + head > bytes.length) break;
    const slot = bytes[at + 1] as number;
    const length = kind === record.offered ? bytes.readUInt16LE(at + 2) * PRINT
      : kind === record.settled ? (offered.get(slot)?.length ?? 0) / PRINT
      : kind === record.standing ? bytes.readUInt16LE(at + 1) : 0;
    const from = at + head;
    if (from + length > bytes.length) break;
    const body = bytes.subarray(from, from + length);
    if (kind === record.emptied) standing.emptied = true;
    else if (kind === record.anew) {
      abandon();
      distrust(standing);
    } else if (kind === record.offered) {
      settle(slot, undefined);
      offered.set(slot, body);
    } else if (kind === record.settled) settle(slot, body);
    else if (kind === record.part) {
      abandon();
      standing = standings.of(bytes.readUInt16LE(at + 1));
    } else if (!readStanding(body.toString('utf8'), standing)) break;
    at = from + length;
  }
  abandon();
  return at;
}

function readStanding(text: string, standing: Standing): boolean {
  try {
    const { finished, position, counts, processes } = JSON.parse(text) as Pick<Standing, 'finished' | 'position' | 'counts'> & Partial<Standing>;
    standing.finished = finished;
    standing.processes = processes;
    standing.position = position;
    standing.counts = counts;
    return true;
  } catch {
    return false;
  }
}

/** @param last the database that records at the end of the file are of; undefined where that is not known */
function keepJournal(path: string, request: SavedRequest, standings: Standings, last: number | undefined, head: () => Buffer | undefined): Journal {
  let file: FileHandle | undefined;
  let slot = -1;
  const write = async (bytes: Buffer): Promise<void> => {
    try {
      if (file === undefined) {
        const first = head();
        file = await open(path, first === undefined ? 'a' : 'wx', 0o600);
        if (first !== undefined) await file.appendFile(first);
      }
      await file.appendFile(bytes);
    } catch (error) {
      throw new Failure('file', l10n.t('The journal of the clone cannot be written. Free some disk space and try again.'), { cause: error });
    }
  };
  const close = async (): Promise<void> => {
    await file?.close();
    file = undefined;
  };
  const part = (index: number): Journal => {
    const standing = standings.of(index);
    const note = async (bytes: Buffer): Promise<void> => {
      const change = last === index ? [] : [Buffer.from([record.part, index & 0xff, index >> 8])];
      last = index;
      await write(Buffer.concat([...change, bytes]));
    };
    return {
      request, standing, part, close,
      noteEmptied: () => note(Buffer.from([record.emptied])),
      noteAnew: () => note(Buffer.from([record.anew])),
      async noteOffered(names) {
        if (names.length === 0) return () => Promise.resolve();
        const { done, skipped } = standing;
        const own = (slot += 1) % SLOTS;
        const offered = Buffer.allocUnsafe(4 + names.length * PRINT);
        offered.set([record.offered, own, names.length & 0xff, names.length >> 8]);
        for (const [at, name] of names.entries()) done.print(offered, 4 + at * PRINT, name, valueStart(name), name.length - 2);
        await note(offered);
        return async () => {
          const settled = Buffer.allocUnsafe(2 + names.length);
          settled.set([record.settled, own]);
          for (const [at, name] of names.entries()) {
            const [from, to] = [valueStart(name), name.length - 2];
            settled[2 + at] = done.has(name, from, to) ? outcome.done : skipped.has(name, from, to) ? outcome.skipped : outcome.none;
          }
          await note(settled);
        };
      },
      async noteStanding() {
        const { finished, position, counts, processes } = standing;
        const body = Buffer.from(JSON.stringify({ finished, position, counts, processes }));
        await note(Buffer.concat([Buffer.from([record.standing, body.length & 0xff, body.length >> 8]), body]));
      },
      async remove() {
        await close();
        await rm(path, { force: true });
      },
    };
  };
  return part(0);
}
