/** One thing that a benchmark measures: ours against a peer that does the same job, or against a limit. */
export interface BenchCase {
  readonly name: string;
  /** Of `ours` and `peer`, for example `keys/s`, `ms`, `MB`. */
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** What ours ÷ peer has to reach (`higher`) or may not exceed (`lower`). Against a limit that is 1. */
  readonly goal: number;
  /** Measures once. Called once a round. */
  ours(): Promise<number> | number;
  /** Measures the peer once, in the same round; a number is a limit. */
  readonly peer: (() => Promise<number> | number) | number;
  /** Default 5. Fewer only where one round takes many seconds. */
  readonly rounds?: number;
}

/** What a bench file may use while it makes its cases. */
export interface BenchScope {
  /** Runs when the bench is over, last first; also after an error. */
  defer(cleanup: () => Promise<void> | void): void;
  /** `--quick`: fewer rounds and smaller sizes will do, for a look while working. */
  readonly quick: boolean;
  /** A line for people, on stderr; for sizes and settings that the figures depend on. */
  note(text: string): void;
}

/** What a file `test/bench/<name>.ts` exports. Cases run one after the other, in order. */
export interface BenchModule {
  cases(scope: BenchScope): Promise<readonly BenchCase[]> | readonly BenchCase[];
}

/** One line of `--json`. */
export interface BenchResult {
  readonly bench: string;
  readonly case: string;
  readonly ours: number;
  readonly peer: number;
  readonly unit: string;
  readonly ratio: number;
  readonly better: 'lower' | 'higher';
  readonly goal: number;
}

/** The middle value; of an even number of values the mean of the two in the middle. Throws on an empty list. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new Error('median of nothing');
  return (lower + upper) / 2;
}

/** True if the result reaches its goal. */
export function reachesGoal({ ratio, better, goal }: Pick<BenchResult, 'ratio' | 'better' | 'goal'>): boolean {
  return better === 'higher' ? ratio >= goal : ratio <= goal;
}

/** Runs the rounds, ours and peer in turn (who is first changes every round), and takes the medians. None has to clear away what another left. */
export async function runCase(bench: string, it: BenchCase): Promise<BenchResult> {
  const ours: number[] = [];
  const peer: number[] = [];
  const measureOurs = async (): Promise<void> => {
    globalThis.gc?.();
    ours.push(await it.ours());
  };
  const measurePeer = async (): Promise<void> => {
    globalThis.gc?.();
    peer.push(typeof it.peer === 'number' ? it.peer : await it.peer());
  };
  for (let round = 0; round < (it.rounds ?? 5); round += 1) {
    if (round % 2 === 1) await measurePeer();
    await measureOurs();
    if (round % 2 === 0) await measurePeer();
  }
  const [a, b] = [median(ours), median(peer)];
  return { bench, case: it.name, ours: short(a), peer: short(b), unit: it.unit, ratio: short(a / b), better: it.better, goal: it.goal };
}

/** Four significant digits: more would be noise. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}
