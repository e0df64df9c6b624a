import type { BridgeScope } from '../../core/bridge/mapping.ts';

/** A part of a server that is replicated: databases into others, of each all keys, those of a pattern, or what begins with a prefix. It can be kept: names are hex. */
export interface Part {
  /** Which one goes into which. */
  readonly databases: readonly (readonly [from: number, to: number])[];
  readonly pattern?: string;
  readonly from?: string;
  readonly prefix?: string;
}

/** The same for a bridge; all of it where there is no part. */
export function scopeOf(part: Part | undefined): BridgeScope {
  if (part === undefined) return {};
  const { databases, pattern, from, prefix } = part;
  return {
    databases: new Map(databases),
    ...(pattern === undefined ? {} : { pattern: Buffer.from(pattern, 'hex') }),
    ...(from === undefined || prefix === undefined ? {} : { rewrite: { from: Buffer.from(from, 'hex'), to: Buffer.from(prefix, 'hex') } }),
  };
}
