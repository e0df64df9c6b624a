import type { ReplyWriter } from '../../protocol/resp/encode.ts';
import type { Reply, RespVersion } from '../../protocol/resp/reply.ts';

/** Items that are encoded at once. */
const SLICE = 4096;

/** A reply that is encoded a slice at a time. */
export interface LargeReply {
  readonly kind: 'array' | 'set' | 'map' | 'push';
  /** A text is a bulk string. */
  readonly items: readonly (Reply | string)[];
  /** The first item that is not encoded yet. */
  next: number;
}

/** The reply if it is too large to be encoded at once. */
export function largeReply(reply: Reply): LargeReply | undefined {
  switch (reply.kind) {
    case 'texts':
      return reply.values.length > SLICE ? { kind: reply.as, items: reply.values, next: 0 } : undefined;
    case 'array':
    case 'set':
    case 'map':
    case 'push':
      return reply.items.length > SLICE ? { kind: reply.kind, items: reply.items, next: 0 } : undefined;
    default:
      return undefined;
  }
}

/** Encodes the next slice; the first time, after its header. True when the reply is complete. */
export function writeSlice(large: LargeReply, writer: ReplyWriter, version: RespVersion): boolean {
  const { items, next } = large;
  const end = Math.min(items.length, next + SLICE);
  if (next === 0) writer.writeHeader(large.kind, items.length, version);
  for (let index = next; index < end; index += 1) {
    const item = items[index] as Reply | string;
    if (typeof item === 'string') writer.writeText(item);
    else writer.write(item, version);
  }
  large.next = end;
  return end === items.length;
}
