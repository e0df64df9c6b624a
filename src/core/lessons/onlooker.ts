import { isFailure } from '../failure.ts';
import type { Statement } from '../language/script.ts';
import type { StatementResult } from '../terminal/runScript.ts';
import { readTables, type BucketPicture } from './buckets.ts';
import { measure, type Laboratory, type LatencyPicture, type LatencyRun, type Measurement } from './latency.ts';
import type { Ask, Lesson, Ran } from './lesson.ts';
import { scansOf, walkOf } from './trail.ts';

/** What is drawn beside a reply. */
export type Picture = BucketPicture | LatencyPicture;

/** Looks on while the commands of a lesson run, one after the other, and makes pictures of what it saw. */
export interface Onlooker {
  /** A command is about to be sent. */
  before(server: string, statement: Statement): Promise<void>;
  /** It was answered; `ran` is what was run in its step, itself included. */
  after(server: string, result: StatementResult, ran: readonly Ran[]): Promise<Picture | undefined>;
  /** No more comes, whatever was begun. */
  stop(): void;
  /** Forgets what was measured. */
  reset(): void;
}

/** Makes one for a lesson. @param laboratory of a server, by its name */
export function createOnlooker({ measured = false }: Lesson, ask: Ask, laboratory: (server: string) => Laboratory): Onlooker {
  let measurement: Measurement | undefined;
  const runs = new Map<string, LatencyRun>();
  const wordsOf = ({ line }: Statement): readonly string[] => line.words.map(({ bytes }) => bytes.toString('latin1'));
  const stop = (): void => {
    measurement?.close();
    measurement = undefined;
  };

  const latency = async ({ statement, reply }: StatementResult): Promise<LatencyPicture | undefined> => {
    const words = wordsOf(statement);
    if (measurement === undefined || reply === undefined || reply.kind === 'error') return undefined;
    runs.set(words[0]?.toLowerCase() ?? '', await measurement.finish(statement.text.trim(), words, reply));
    return { kind: 'latency', runs: [...runs.values()] };
  };
  const buckets = async (server: string, cursor: string, ran: readonly Ran[]): Promise<BucketPicture | undefined> => {
    const tables = readTables(await ask(server, 'DEBUG', 'BUCKETS', cursor, 'TABLES'));
    if (tables === undefined) return undefined;
    const answered = new Map<string, number>();
    for (const { items } of walkOf(scansOf(ran)).walk) for (const name of items) answered.set(name, (answered.get(name) ?? 0) + 1);
    return { kind: 'buckets', tables, cursor: Number(BigInt.asUintN(32, BigInt(cursor))), answered };
  };

  return {
    async before(server, statement) {
      const [name = '', cursor = ''] = wordsOf(statement);
      if (!measured || !(/^keys$/i.test(name) || (/^scan$/i.test(name) && cursor === '0'))) return;
      measurement = await measure(laboratory(server)).catch((error: unknown) => {
        if (!isFailure(error)) throw error;
        return undefined;
      });
    },
    async after(server, result, ran) {
      const [name = '', subcommand = '', cursor = '0', form] = wordsOf(result.statement);
      try {
        if (measurement !== undefined) return await latency(result);
        const drawn = /^debug$/i.test(name) && /^buckets$/i.test(subcommand) && form === undefined && !result.failed;
        return drawn ? await buckets(server, cursor, ran) : undefined;
      } catch (error) {
        // The reply is there; without a picture it has to do.
        if (!isFailure(error)) throw error;
        return undefined;
      } finally {
        stop();
      }
    },
    stop,
    reset: () => runs.clear(),
  };
}
