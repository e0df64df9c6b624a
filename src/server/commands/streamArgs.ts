import { parseInteger } from '../../protocol/resp/number.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { MAX_ID, MAX_ID_PART, MIN_ID, formatId, nextId, previousId } from '../store/streamValue.ts';
import type { Bytes, StreamEntry, StreamId } from '../store/value.ts';
import { array, bulk, bulks, fail } from './support.ts';

const INVALID_ID = 'ERR Invalid stream ID specified as stream command argument';

/** An ID part: an unsigned 64-bit number. */
export function idPart(text: Bytes): bigint {
  const canonical = parseInteger(text);
  if (canonical !== undefined) return canonical < 0 ? fail(INVALID_ID) : BigInt(canonical);
  // Redis reads what is no canonical integer with strtoull: after spaces and with a sign, which wraps around.
  if (!/^[ \t\n\v\f\r]*[+-]?\d+$/.test(text)) fail(INVALID_ID);
  const value = BigInt(text.trim().replace(/^[+-]/, ''));
  if (value > MAX_ID_PART) fail(INVALID_ID);
  return text.includes('-') ? BigInt.asUintN(64, -value) : value;
}

/** Parses `ms`, `ms-seq`; `missing` is the sequence of an ID without one. */
export function idArg(text: Bytes, missing: bigint): StreamId {
  const dash = text.indexOf('-');
  if (dash === -1) return { ms: idPart(text), seq: missing };
  return { ms: idPart(text.slice(0, dash)), seq: idPart(text.slice(dash + 1)) };
}

/** A bound of XRANGE: `-`, `+`, an ID, or `(` before one. */
export function rangeBound(text: Bytes, end: 'start' | 'end'): StreamId {
  const open = text.startsWith('(');
  const rest = open ? text.slice(1) : text;
  const id = rest === '-' && !open ? MIN_ID : rest === '+' && !open ? MAX_ID : idArg(rest, end === 'start' ? 0n : MAX_ID_PART);
  if (!open) return id;
  return end === 'start'
    ? (nextId(id) ?? fail('ERR invalid start ID for the interval'))
    : (previousId(id) ?? fail('ERR invalid end ID for the interval'));
}

/** An entry as XRANGE answers it. */
export function entryReply({ id, fields }: StreamEntry): Reply {
  return array([bulk(formatId(id)), bulks(fields)]);
}
