import type { Reply } from '../../protocol/resp/reply.ts';
import { normalizeInteger, parseInteger } from '../../protocol/resp/number.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { bitOffset, checkBytes, putBits } from './bitmap.ts';
import { NULL, SYNTAX, arg, array, changed, fail, integer, integerArg, isOption, readTyped, writeTyped } from './support.ts';

type Overflow = 'WRAP' | 'SAT' | 'FAIL';

/** A field of up to 64 bits somewhere in a string. */
interface Field {
  readonly signed: boolean;
  readonly bits: number;
  readonly offset: number;
}

type Operation = { readonly field: Field } & (
  | { readonly kind: 'GET' }
  | { readonly kind: 'SET' | 'INCRBY'; readonly value: bigint; readonly overflow: Overflow }
);

function fieldType(text: Bytes): { signed: boolean; bits: number } {
  const signed = text.startsWith('i');
  const bits = signed || text.startsWith('u') ? Number(parseInteger(text.slice(1)) ?? 0) : 0;
  if (bits < 1 || bits > (signed ? 64 : 63)) fail('ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.');
  return { signed, bits };
}

function parseOperations(context: Context, args: readonly Bytes[]): Operation[] {
  const operations: Operation[] = [];
  let overflow: Overflow = 'WRAP';
  for (let index = 2; index < args.length; ) {
    const left = args.length - index - 1;
    const kind = (['GET', 'SET', 'INCRBY'] as const).find((name) => isOption(args[index], name) && left >= (name === 'GET' ? 2 : 3));
    if (kind === undefined) {
      if (!isOption(args[index], 'OVERFLOW') || left < 1) return fail(SYNTAX);
      overflow = (['WRAP', 'SAT', 'FAIL'] as const).find((name) => isOption(args[index + 1], name)) ?? fail('ERR Invalid OVERFLOW type specified');
      index += 2;
      continue;
    }
    const type = fieldType(arg(args, index + 1));
    const field = { ...type, offset: bitOffset(context, arg(args, index + 2), type.bits) };
    if (kind === 'GET') operations.push({ kind, field });
    else operations.push({ kind, field, value: BigInt(integerArg(arg(args, index + 3))), overflow });
    index += kind === 'GET' ? 3 : 4;
  }
  return operations;
}

function readField(data: Buffer, { signed, bits, offset }: Field): bigint {
  let value = 0n;
  const [first, last] = [Math.floor(offset / 8), Math.floor((offset + bits - 1) / 8)];
  for (let at = first; at <= last; at += 1) value = (value << 8n) | BigInt(data[at] ?? 0);
  value >>= BigInt(7 - ((offset + bits - 1) & 7));
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

function writeField(data: Buffer, { bits, offset }: Field, value: bigint): void {
  for (let index = 0; index < bits; index += 1) {
    const at = offset + index;
    const mask = 0x80 >> (at & 7);
    const byte = data[Math.floor(at / 8)] ?? 0;
    data[Math.floor(at / 8)] = ((value >> BigInt(bits - 1 - index)) & 1n) === 1n ? byte | mask : byte & ~mask;
  }
}

/** The value as the field can hold it; undefined where it overflows and OVERFLOW is FAIL. */
function fit({ signed, bits }: Field, value: bigint, overflow: Overflow, setting: boolean): bigint | undefined {
  const max = signed ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
  const min = signed ? -max - 1n : 0n;
  if (value >= min && value <= max) return value;
  if (overflow === 'FAIL') return undefined;
  // Redis takes the distance to the maximum in 64 bits: SET of a number so low that this wraps around saturates at the top.
  if (overflow === 'SAT') return value > max || (setting && signed && BigInt.asIntN(64, max - value) < 0n) ? max : min;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

function bitfield(context: Context, args: readonly Bytes[], readOnly: boolean): Reply {
  const key = arg(args, 1);
  const operations = parseOperations(context, args);
  const ends = operations.map(({ kind, field }) => (kind === 'GET' ? 0 : Math.floor((field.offset + field.bits - 1) / 8) + 1));
  const length = Math.max(0, ...ends);
  checkBytes(length);
  if (length > 0 && readOnly) fail('ERR BITFIELD_RO only supports the GET subcommand');
  const before = length === 0 ? readTyped(context, key, 'string') : writeTyped(context, key, 'string');
  const bytes = before?.data ?? '';
  const data = Buffer.alloc(Math.max(length, bytes.length));
  data.write(bytes, 'latin1');
  let changes = 0;
  const replies = operations.map((operation): Reply => {
    const { field } = operation;
    const old = readField(data, field);
    if (operation.kind === 'GET') return integer(normalizeInteger(old));
    // An unsigned field takes SET's value as 64 unsigned bits.
    const given = operation.kind === 'INCRBY' ? old + operation.value : field.signed ? operation.value : BigInt.asUintN(64, operation.value);
    const value = fit(field, given, operation.overflow, operation.kind === 'SET');
    if (value === undefined) return NULL;
    writeField(data, field, value);
    if (value !== old || data.length > bytes.length) changes += 1;
    return integer(normalizeInteger(operation.kind === 'SET' ? old : value));
  });
  // The string is made, grown and kept raw even where every operation failed.
  if (length > 0) putBits(context, key, before, data.toString('latin1'));
  if (changes > 0) {
    changed(context, key, changes);
    notify(context, 'string', 'setbit', key);
  }
  return array(replies);
}

/** BITFIELD BITFIELD_RO */
export const bitfieldCommands: Handlers = {
  bitfield: (context, args) => bitfield(context, args, false),
  bitfield_ro: (context, args) => bitfield(context, args, true),
};
