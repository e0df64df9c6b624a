import type { BlockedCall } from '../run/blocking.ts';
import type { Context, Session } from '../state.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import type { Bytes } from '../store/value.ts';
import type { Engine } from './engine.ts';
import { createRand48 } from './libraries/random.ts';
import type { Rand48 } from './libraries/random.ts';
import type { EngineKind } from './redisLibrary.ts';

/** What a script or function says of itself: `no-writes` ... */
export type ScriptFlags = ReadonlySet<string>;

/** A script of EVAL. */
export interface Script {
  readonly sha: string;
  readonly body: Bytes;
  /** Undefined without a `#!lua` line: then nothing is checked beforehand, as before Redis 7. */
  readonly flags: ScriptFlags | undefined;
  /** What it was compiled to in which interpreter: an interpreter that became large is thrown away. */
  compiled: { readonly engine: Engine; readonly fn: number } | undefined;
}

/** A function of a library. */
export interface LibraryFunction {
  readonly name: Bytes;
  readonly library: Library;
  readonly description: Bytes | undefined;
  readonly flags: ScriptFlags;
  /** In the interpreter of functions. */
  readonly fn: number;
}

/** What FUNCTION LOAD loaded. */
export interface Library {
  readonly name: Bytes;
  readonly code: Bytes;
  readonly functions: Map<Bytes, LibraryFunction>;
}

/** The script or function that runs. */
export interface Running {
  readonly kind: EngineKind;
  readonly engine: Engine;
  /** The caller; its further commands wait. */
  readonly caller: Session;
  /** Of the script: its session is the caller's but for the database and the protocol. */
  readonly context: Context;
  /** The name of the function, or the digest of the script. */
  readonly title: Bytes;
  /** The call as the client sent it. */
  readonly command: readonly Bytes[];
  readonly readOnly: boolean;
  readonly allowOom: boolean;
  /** By `monotonic`, ms. */
  readonly startedAt: number;
  calls: number;
  /** Set once it is clear that it takes longer: how it is counted when it ends. */
  call: BlockedCall | undefined;
  wrote: boolean;
  /** Replicas are told what it writes; redis.set_repl changes that. */
  told: boolean;
  killed: boolean;
  /** It ran longer than busy-reply-threshold: others are told so instead of waiting. */
  timedOut: boolean;
  /** Takes the reply of one that did not end at once. */
  deliver: (reply: Reply) => void;
}

/** All about scripts in a server. */
export interface Scripting {
  /** By digest. */
  readonly scripts: Map<string, Script>;
  /** The same by text: a digest costs more than to find it. */
  readonly bodies: Map<Bytes, Script>;
  evals: Engine | undefined;
  functions: Engine | undefined;
  /** What math.random takes from. */
  readonly random: Rand48;
  readonly libraries: Map<Bytes, Library>;
  /** Functions of all libraries; their names are the same in any case. */
  readonly named: Map<Bytes, LibraryFunction>;
  running: Running | undefined;
  /** Connections that wait for the script. */
  held: (() => void)[];
}

/** No scripts yet; an interpreter is made when there is one. */
export function createScripting(): Scripting {
  return {
    scripts: new Map(), bodies: new Map(), evals: undefined, functions: undefined, random: createRand48(), libraries: new Map(), named: new Map(), running: undefined, held: [],
  };
}
