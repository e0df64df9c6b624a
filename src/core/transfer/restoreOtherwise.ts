import { RdbError, bufferKind } from '../../protocol/rdb/bytes.ts';
import { closePayload, decodeDump, encodeDump, payloadBody, payloadVersion } from '../../protocol/rdb/dump.ts';
import { encodeDefaults, type RdbVersion } from '../../protocol/rdb/encodeValue.ts';
import type { RdbValue } from '../../protocol/rdb/value.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import { failureOfReply } from '../connection/failures.ts';
import type { Command } from '../connection/session.ts';
import { damageText } from '../damage.ts';
import { Failure } from '../failure.ts';
import { refusesCommand } from '../keyspace/expiry.ts';
import { l10n } from '../../l10n.ts';
import { nativeCommands } from './native.ts';
import { frameNumber, frameText, marks, readOutcome, type Wire } from './wire.ts';

/** In what form a value got to a target that would not take its payload as it was. */
export type Form = 'older-footer' | 're-encoded' | 'commands';

/** A value that was refused. */
export interface Refused {
  /** At the target. */
  readonly name: Buffer;
  readonly payload: Buffer;
  /** ms since the epoch; undefined: it does not expire. */
  readonly expireAt: string | undefined;
}

/** The version of payloads that every server from Redis 5 on takes: which types it knows is another matter. */
const OLDEST: RdbVersion = 9;
/** From this type on Redis and Valkey mean different things by a number, and from this version on the footer is Valkey's. */
const FORKED_TYPE = 22;
const VALKEY = 80;
/** Elements in one command. */
const PER_COMMAND = 500;

/** True if an error of RESTORE says that the target does not understand the payload, or has no RESTORE for this user, so that another form may do. */
export function isAboutForm(error: string): boolean {
  return refusesCommand(error) || /DUMP payload version or checksum are wrong|Bad data format/i.test(error);
}

/**
 * Restores a value whose payload the target did not understand: the same bytes with an older footer, then encoded anew in the oldest
 * format, then by the commands that make it, within one MULTI. Rejects with Failure: `unsupported` with the name of what cannot be
 * moved, or what the target refused it for.
 * @param why the error of RESTORE; undefined: commands are what is wanted
 * @param longest bytes of one argument that the target takes
 */
export async function restoreOtherwise(target: Wire, refused: Refused, why: string | undefined, replace: boolean, longest?: number): Promise<Form> {
  const { name, payload, expireAt } = refused;
  const version = payloadVersion(payload);
  if (version === undefined) throw new Failure('server', l10n.t('The source sent a damaged value.'));
  const restore = async (other: Buffer): Promise<boolean> => {
    const error = await run(target, ['RESTORE', name, expireAt ?? '0', other, 'ABSTTL', ...(replace ? ['REPLACE'] : [])]);
    if (error !== undefined && !isAboutForm(error)) throw failureOfReply(error, ['RESTORE']);
    return error === undefined;
  };
  const payloads = why !== undefined && !refusesCommand(why);
  if (payloads && version > OLDEST && (version < VALKEY || (payload[0] as number) < FORKED_TYPE) && await restore(closePayload(payloadBody(payload), OLDEST))) return 'older-footer';
  const value = decoded(payload);
  const encoded = payloads ? encodedAs(value, OLDEST) : undefined;
  if (encoded !== undefined && await restore(encoded)) return 're-encoded';
  await byCommands(target, refused, value, { replace, longest });
  return 'commands';
}

function decoded(payload: Buffer): RdbValue<Buffer> {
  try {
    return decodeDump(payload, bufferKind);
  } catch (error) {
    if (error instanceof RdbError) throw new Failure('unsupported', l10n.t('The target does not take the value, and it cannot be rewritten for it: {0}.', damageText(error.message)));
    throw error;
  }
}

/** Undefined where this version has no way to hold the value. */
function encodedAs(value: RdbValue<Buffer>, version: RdbVersion): Buffer | undefined {
  try {
    return encodeDump(value, { ...encodeDefaults, version });
  } catch (error) {
    if (error instanceof RdbError) return undefined;
    throw error;
  }
}

async function byCommands(target: Wire, { name, expireAt }: Refused, value: RdbValue<Buffer>, { replace, longest }: { readonly replace: boolean; readonly longest: number | undefined }): Promise<void> {
  const native = nativeCommands(name, value, { expireAt: expireAt === undefined ? undefined : BigInt(expireAt), perCommand: PER_COMMAND, ...(longest === undefined ? {} : { longest }) });
  if (!replace) {
    // Whoever writes the key from now on makes EXEC answer nil.
    const refusal = await run(target, ['WATCH', name]);
    if (refusal !== undefined) throw failureOfReply(refusal, ['WATCH']);
    if (await exists(target, name)) {
      await run(target, ['UNWATCH']);
      throw busy();
    }
  }
  // Outside of a transaction half a value would be seen, or be left.
  const refusal = await run(target, ['MULTI']);
  if (refusal !== undefined) throw failureOfReply(refusal, ['MULTI']);
  await target.send(Buffer.concat([...native, ['EXEC']].map((command) => encodeRequest(command))));
  let failed: Failure | undefined;
  for (const command of native) {
    const error = await readOutcome(target);
    if (error !== undefined) failed ??= refusedValue(error, command);
  }
  const { queued, error, culprit } = await executed(target, native);
  // Nothing of it was done.
  if (!queued) throw failed ?? busy();
  if (error === undefined) return;
  // Half a value would pass for a whole one.
  await run(target, ['DEL', name]);
  throw refusedValue(error, culprit);
}

/** EXEC's reply: `queued` is false where nothing was done. */
async function executed(target: Wire, commands: readonly Command[]): Promise<{ readonly queued: boolean; readonly error: string | undefined; readonly culprit: Command | undefined }> {
  let count = NaN;
  await target.frames(1, (frame) => {
    if (frame.mark === marks.array) count = frameNumber(frame);
  });
  if (!(count >= 0)) return { queued: false, error: undefined, culprit: undefined };
  let error: string | undefined;
  let culprit: Command | undefined;
  for (let index = 0; index < count; index += 1) {
    const one = await readOutcome(target);
    if (one === undefined || error !== undefined) continue;
    error = one;
    culprit = commands[index];
  }
  return { queued: true, error, culprit };
}

/** What the target does not know concerns this value only; all else ends the copy. */
function refusedValue(error: string, command: Command | undefined): Failure {
  const failure = failureOfReply(error, command);
  return refusesCommand(error) || /syntax error|wrong number of arguments/i.test(error) ? new Failure('unsupported', failure.message) : failure;
}

function busy(): Failure {
  return failureOfReply('BUSYKEY Target key name already exists.', ['RESTORE']);
}

async function exists(target: Wire, name: Buffer): Promise<boolean> {
  let there = false;
  await target.send(encodeRequest(['EXISTS', name]));
  await target.frames(1, (frame) => {
    if (frame.mark === marks.error) throw failureOfReply(frameText(frame), ['EXISTS']);
    there = frameNumber(frame) === 1;
  });
  return there;
}

async function run(wire: Wire, command: Command): Promise<string | undefined> {
  await wire.send(encodeRequest(command));
  return readOutcome(wire);
}
