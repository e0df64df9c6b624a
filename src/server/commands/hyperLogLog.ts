import type { Reply } from '../../protocol/resp/reply.ts';
import { normalizeInteger } from '../../protocol/resp/number.ts';
import { notify } from '../events.ts';
import type { Context, Handler, Handlers } from '../state.ts';
import {
  CorruptHyperLogLog, REGISTERS, cacheCount, cachedCount, createHyperLogLog, describeRuns, estimate, isDense, isHyperLogLog, markStale, raise, readRegisters,
  registerOf, toDense,
} from '../store/hyperLogLog.ts';
import type { Bytes, StringValue, Value } from '../store/value.ts';
import { putBits } from './bitmap.ts';
import { OK, ONE, ZERO, arg, array, bulk, changed, fail, integer, isOption, lookupRead, lookupWrite, typed } from './support.ts';

/** Holds a value to be a HyperLogLog, and answers its bytes. */
function bytesOf(value: Value): { value: StringValue; data: Buffer } {
  const text = typed(value, 'string');
  if (text === undefined || text.encoding === 'int' || !isHyperLogLog(text.data)) return fail('WRONGTYPE Key is not a valid HyperLogLog string value.');
  return { value: text, data: Buffer.from(text.data, 'latin1') };
}

/** Turns bytes that contradict themselves into Redis's error. */
function guarded(handler: Handler): Handler {
  return (context, args) => {
    try {
      return handler(context, args);
    } catch (error) {
      if (error instanceof CorruptHyperLogLog) return fail('INVALIDOBJ Corrupted HLL object detected');
      throw error;
    }
  };
}

function put(context: Context, key: Bytes, before: StringValue | undefined, data: Buffer): void {
  putBits(context, key, before, data.toString('latin1'));
  changed(context, key);
}

/** What looks into a HyperLogLog keeps it raw from then on, ready to be written to. */
function unshare(context: Context, key: Bytes, value: StringValue | undefined): void {
  if (value !== undefined && value.encoding !== 'raw') putBits(context, key, value, value.data);
}

const sparseMax = (context: Context): number => context.server.config.number('hll-sparse-max-bytes');

function pfadd(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 1);
  const existing = lookupWrite(context, key);
  const before = existing === undefined ? undefined : bytesOf(existing);
  unshare(context, key, before?.value);
  let data = before?.data ?? createHyperLogLog();
  let updated = before === undefined;
  try {
    for (const element of args.slice(2)) {
      const { index, count } = registerOf(element);
      const next = raise(data, index, count, sparseMax(context));
      if (next === undefined) continue;
      data = next;
      updated = true;
    }
  } catch (error) {
    // What was done before the fault was found stays, though nobody is told.
    if (updated) putBits(context, key, before?.value, data.toString('latin1'));
    throw error;
  }
  if (!updated) return ZERO;
  markStale(data);
  put(context, key, before?.value, data);
  notify(context, 'string', 'pfadd', key);
  return ONE;
}

/** The highest value of each register in all of these keys. */
function merged(context: Context, keys: readonly Bytes[]): { registers: Uint8Array; dense: boolean } {
  const registers = new Uint8Array(REGISTERS);
  let dense = false;
  for (const key of keys) {
    const value = lookupRead(context, key);
    if (value === undefined) continue;
    const { data } = bytesOf(value);
    dense ||= isDense(data);
    readRegisters(data).forEach((register, index) => {
      if (register > (registers[index] ?? 0)) registers[index] = register;
    });
  }
  return { registers, dense };
}

function pfcount(context: Context, args: readonly Bytes[]): Reply {
  if (args.length > 2) return integer(normalizeInteger(estimate(merged(context, args.slice(1)).registers)));
  const key = arg(args, 1);
  const found = lookupRead(context, key);
  if (found === undefined) return ZERO;
  const { value, data } = bytesOf(found);
  if (context.server.source !== undefined) return integer(normalizeInteger(BigInt.asIntN(64, cachedCount(data) ?? estimate(readRegisters(data)))));
  unshare(context, key, value);
  const cached = cachedCount(data);
  if (cached !== undefined) return integer(normalizeInteger(BigInt.asIntN(64, cached)));
  const count = estimate(readRegisters(data));
  // Reading writes: the count is kept in the string.
  cacheCount(data, count);
  put(context, key, value, data);
  return integer(normalizeInteger(count));
}

function pfmerge(context: Context, args: readonly Bytes[]): Reply {
  const { registers, dense } = merged(context, args.slice(1));
  const key = arg(args, 1);
  const existing = lookupWrite(context, key);
  const before = existing === undefined ? undefined : bytesOf(existing);
  let data = before?.data ?? createHyperLogLog();
  if (dense) data = toDense(data);
  registers.forEach((count, index) => {
    if (count > 0) data = raise(data, index, count, sparseMax(context)) ?? data;
  });
  markStale(data);
  put(context, key, before?.value, data);
  notify(context, 'string', 'pfadd', key);
  return OK;
}

function pfdebug(context: Context, args: readonly Bytes[]): Reply {
  const key = arg(args, 2);
  const { value, data } = bytesOf(lookupWrite(context, key) ?? fail('ERR The specified key does not exist'));
  unshare(context, key, value);
  const command = arg(args, 1);
  if (isOption(command, 'GETREG')) {
    if (!isDense(data)) putBits(context, key, value, toDense(data).toString('latin1'));
    return array([...readRegisters(data)].map(integer));
  }
  if (isOption(command, 'DECODE')) return isDense(data) ? fail('ERR HLL encoding is not sparse') : bulk(describeRuns(data));
  if (isOption(command, 'ENCODING')) return { kind: 'simple', text: isDense(data) ? 'dense' : 'sparse' };
  if (!isOption(command, 'TODENSE')) return fail(`ERR Unknown PFDEBUG subcommand '${command.split('\0', 1)[0] ?? ''}'`);
  if (isDense(data)) return ZERO;
  // Redis tells nobody.
  putBits(context, key, value, toDense(data).toString('latin1'));
  return ONE;
}

/** PFADD PFCOUNT PFMERGE PFDEBUG PFSELFTEST */
export const hyperLogLogCommands: Handlers = {
  pfadd: guarded(pfadd),
  pfcount: guarded(pfcount),
  pfdebug: guarded(pfdebug),
  pfmerge: guarded(pfmerge),
  // What the real one tests is its own arithmetic; this server's is held to it byte for byte by the tests.
  pfselftest: () => OK,
};
