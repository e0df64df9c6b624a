import { createRequestDecoder, latin1Argument } from '../../protocol/resp/requestDecoder.ts';
import { effectOf, type Call } from './calls.ts';
import type { CommandFacts } from '../connection/guard.ts';

/** Calls that belong together: whole transactions, without MULTI and EXEC around them. */
export interface Batch {
  readonly calls: readonly Call[];
  /** Where the stream stands behind them: the offset and the selected database. */
  readonly upTo: number;
  readonly database: number;
  /** Of their arguments, about. */
  readonly bytes: number;
}

/** Cuts a stream of commands into batches, between transactions. */
export interface BatchReader {
  /** Takes bytes of the stream, split in any way. */
  push(chunk: Buffer): void;
  /** What is there as a whole, up to about the limits; undefined while there is nothing. Throws RespError for what is no command. */
  next(): Batch | undefined;
}

export interface BatchLimits {
  readonly calls: number;
  readonly bytes: number;
}

/** A master sends arguments of any length that it was allowed; what it holds in one transaction has to be held here as well. */
const LIMITS = { maxBulk: 2 ** 32, maxRequest: 2 ** 32 };

/** Reads a stream from `offset` on, where `database` is selected. */
export function createBatchReader(start: { readonly offset: number; readonly database: number }, facts: CommandFacts, limits: BatchLimits): BatchReader {
  const decoder = createRequestDecoder(latin1Argument, LIMITS);
  let { database } = start;
  let calls: Call[] = [];
  let bytes = 0;
  let within = false;
  /** Up to where calls may be handed on: no transaction is open there. */
  let whole = { calls: 0, bytes: 0, offset: start.offset, database };
  let handed = start.offset;

  const hand = (): Batch | undefined => {
    if (whole.offset === handed) return undefined;
    const batch = { calls: calls.slice(0, whole.calls), upTo: whole.offset, database: whole.database, bytes: whole.bytes };
    calls = calls.slice(whole.calls);
    bytes -= whole.bytes;
    handed = whole.offset;
    whole = { ...whole, calls: 0, bytes: 0 };
    return batch;
  };
  return {
    push: decoder.push,
    next() {
      for (let args = decoder.next(); args !== undefined; args = decoder.next()) {
        const offset = start.offset + decoder.consumed();
        const effect = effectOf(args, database, facts);
        if (effect.kind === 'select') ({ database } = effect);
        else if (effect.kind === 'begin') within = true;
        else if (effect.kind === 'commit') within = false;
        else if (effect.kind !== 'none') {
          calls.push({ args, database, offset, effect });
          for (const arg of args) bytes += arg.length;
        }
        if (within) continue;
        whole = { calls: calls.length, bytes, offset, database };
        if (calls.length >= limits.calls || bytes >= limits.bytes) break;
      }
      return hand();
    },
  };
}
