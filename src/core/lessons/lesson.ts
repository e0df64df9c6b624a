import type { Arg, Reply } from '../connection/session.ts';
import type { Reply as WireReply } from '../../protocol/resp/reply.ts';

/** Sends one command to a server of the lesson, by its name, to database n of it (`copy/1`), or to one of `files`. Throws Failure, also for an error reply. */
export type Ask = (server: string, ...command: readonly Arg[]) => Promise<Reply>;

/** A command that the learner ran in a step, and what came back. Words hold one character a byte. */
export interface Ran {
  readonly server: string;
  readonly words: readonly string[];
  readonly reply: WireReply;
}

/** What a check may look at: what was run in its step since the lesson was begun or reset, and the servers as they are now. */
export interface Situation {
  readonly ran: readonly Ran[];
  readonly ask: Ask;
  /** RDB files that are open beside the lesson. */
  readonly files: readonly string[];
}

/** A command of the extension that a step is done with: a button at its cells begins it on a server of the lesson. */
export interface LessonCommand {
  readonly kind: 'clone' | 'replicate';
  readonly server: string;
  /** The keys of database 0 whose names begin so; all of it unless told. */
  readonly prefix?: string;
}

/** `hint` names a text of the step's prose, `values` stand in its places {0}, {1} … */
export type Verdict = { readonly passed: true } | { readonly passed: false; readonly hint: string; readonly values: readonly string[] };

export type Check = (situation: Situation) => Verdict | Promise<Verdict>;

/** What a lesson does; what it says is prose (`prose.ts`), one file for each language. */
export interface Lesson {
  /** Names the prose as well: `media/lessons/<id>.md`. */
  readonly id: string;
  /** Its practice servers. Cells run on the first one unless they name another. Several know each other by these names, at port 6379. */
  readonly servers: readonly [string, ...string[]];
  /** Of their hash tables: the same keys lie in the same buckets in every run. The second server has the one after it, and so on. */
  readonly seed: number;
  /** Fills empty servers. */
  readonly setUp: (ask: Ask) => Promise<void>;
  /** What other clients wait is measured while KEYS or a walk of SCAN runs. */
  readonly measured?: boolean;
  /** Parameters of its servers, as in redis.conf. */
  readonly config?: Readonly<Record<string, string>>;
  /** By the step's id. Only servers of a lesson that has some take what is cloned or replicated by the extension. */
  readonly commands?: Readonly<Record<string, LessonCommand>>;
  /** Checks by the step's id, in the order of the steps. */
  readonly checks: Readonly<Record<string, Check>>;
}

export const passed: Verdict = { passed: true };

/** Not there yet; says what is missing. */
export function missing(hint: string, ...values: readonly (string | number)[]): Verdict {
  return { passed: false, hint, values: values.map(String) };
}
