import type { Duplex } from 'node:stream';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import type { Clock } from '../connection/ports.ts';
import { Failure } from '../failure.ts';
import { openLink } from '../terminal/link.ts';
import { l10n } from '../../l10n.ts';
import { textOf } from './trail.ts';

/** What another client waited for its reply. */
export interface Wait {
  /** Ms since the measurement began. */
  readonly at: number;
  readonly ms: number;
}

/** What others waited while a command ran, or a walk of many. */
export interface LatencyRun {
  /** As it was typed. */
  readonly command: string;
  /** Of a walk: its pages. */
  readonly calls: number;
  /** A walk that was cut short, as it took too long. */
  readonly cut: boolean;
  /** When it ran, ms since the measurement began. */
  readonly from: number;
  readonly to: number;
  readonly waits: readonly Wait[];
}

/** What others waited, of the last KEYS and the last SCAN. */
export interface LatencyPicture {
  readonly kind: 'latency';
  readonly runs: readonly LatencyRun[];
}

/** Time and connections to measure with. */
export interface Laboratory {
  readonly clock: Clock;
  /** Resolves after so many ms. */
  readonly pause: (ms: number) => Promise<void>;
  /** A connection of somebody else. Throws Failure. */
  readonly open: () => Promise<Duplex>;
}

/** A measurement under way: somebody else asks all the time. */
export interface Measurement {
  /**
   * The command was answered. A page of SCAN is followed to the end of its walk. Rejects with Failure when the link broke.
   * @param words of the command, one character a byte
   */
  finish(command: string, words: readonly string[], reply: Reply): Promise<LatencyRun>;
  close(): void;
}

/** Somebody else asks so often, ms; not when the last reply has come, as others do not wait for each other either. */
const EVERY = 2;
/** How long they ask before and after, ms. */
const AROUND = 30;
/** Longest walk, ms. */
const LONGEST = 1500;

/** The longest wait of those who asked before `run.to`; 0 if nobody did. */
export function longestWait({ waits, from, to }: LatencyRun): number {
  return Math.max(0, ...waits.filter(({ at, ms }) => at + ms >= from && at <= to).map(({ ms }) => ms));
}

/** Lets another client ask PING after PING. Resolves when it has done so for a moment. Throws Failure. */
export async function measure({ clock, pause, open }: Laboratory): Promise<Measurement> {
  const link = openLink(await open(), () => undefined, () => undefined);
  const began = clock.elapsed();
  const since = (): number => clock.elapsed() - began;
  const waits: Wait[] = [];
  let stopped = false;

  const asking = (async (): Promise<void> => {
    const reading: Promise<void>[] = [];
    while (!stopped) {
      const at = since();
      link.channel.write(encodeRequest(['PING']));
      // A link hands its replies to one who waits; the next waits once this one has.
      const before = reading.at(-1);
      reading.push((async () => {
        await before;
        await link.next(false);
        waits.push({ at, ms: since() - at });
      })());
      reading.at(-1)?.catch(() => undefined);
      await pause(EVERY);
    }
    await Promise.all(reading);
  })();
  asking.catch(() => undefined);
  await pause(AROUND);
  const from = since();

  const walkOn = async (words: readonly string[], first: string): Promise<Pick<LatencyRun, 'calls' | 'cut'>> => {
    const walker = openLink(await open(), () => undefined, () => undefined);
    let calls = 1;
    try {
      for (let cursor = first; cursor !== '0'; calls += 1) {
        if (since() - from > LONGEST) return { calls, cut: true };
        walker.channel.write(encodeRequest(['SCAN', cursor, ...words.slice(2)].map((word) => Buffer.from(word, 'latin1'))));
        const page = await walker.next(false);
        cursor = page.kind === 'array' && page.items[0] !== undefined ? textOf(page.items[0]) : '0';
      }
    } finally {
      walker.close();
    }
    return { calls, cut: false };
  };

  return {
    async finish(command, words, reply) {
      if (stopped) throw new Failure('cancelled', l10n.t('The measurement was ended.'));
      const first = words[0]?.toLowerCase() === 'scan' && reply.kind === 'array' && reply.items[0] !== undefined ? textOf(reply.items[0]) : '0';
      const walked = await walkOn(words, first);
      const to = since();
      await pause(AROUND);
      stopped = true;
      await asking;
      link.close();
      return { command, ...walked, from, to, waits };
    },
    close() {
      stopped = true;
      link.close();
    },
  };
}
