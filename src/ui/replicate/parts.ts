import type { BridgeScope } from '../../core/bridge/mapping.ts';

/** A part of a server that is replicated: a database into another, or what begins with a prefix. It can be kept: names are hex. */
export interface Part {
  readonly database: number;
  readonly to: number;
  readonly from?: string;
  readonly prefix?: string;
}

/** The same for a bridge; all of it where there is no part. */
export function scopeOf(part: Part | undefined): BridgeScope {
  if (part === undefined) return {};
  const { database, to, from, prefix } = part;
  return { databases: new Map([[database, to]]), ...(from === undefined || prefix === undefined ? {} : { rewrite: { from: Buffer.from(from, 'hex'), to: Buffer.from(prefix, 'hex') } }) };
}
