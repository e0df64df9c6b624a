import type { Clock } from '../connection/ports.ts';
import type { Session } from '../connection/session.ts';
import type { CursorPager } from '../keyspace/cursorPager.ts';
import type { MemberRow } from './members.ts';

export type SingleMember = Exclude<MemberRow, { kind: 'range' }>;

/** One walk through a collection, from its start. */
export interface MemberSource extends Pick<CursorPager, 'complete' | 'restarted' | 'scanned' | 'run'> {
  /** What was found, in the order it was returned; a row may be replaced by a later value of the same field or member. */
  readonly rows: readonly SingleMember[];
  /** Changes whenever `rows` does. */
  readonly version: number;
  /** Told of the collection's length before each page. */
  noteLength(length: number): void;
}

/** What a source is made from. */
export interface SourceDeps {
  readonly session: Session;
  readonly key: Buffer;
  readonly clock: Clock;
  readonly maxCount: () => number;
  readonly pageSize: () => number;
}

/** A type whose members can be paged. */
export interface MemberType {
  /** The command that tells the collection's length. */
  readonly lengthCommand: string;
  createSource(deps: SourceDeps): MemberSource;
}
