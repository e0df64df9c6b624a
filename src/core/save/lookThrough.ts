import { RdbError } from '../../protocol/rdb/bytes.ts';
import { createRdbSkimmer, type RdbSummary } from '../../protocol/rdb/skimmer.ts';
import { damageText } from '../damage.ts';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';

/** Looks through a file that passes by: counts, and holds it against its checksum. */
export interface LookThrough {
  readonly summary: RdbSummary;
  /** Why it looks no further, if so: the file is of a later version than is known. */
  readonly unread: string | undefined;
  /** Throws Failure `server` for what is damaged. */
  push(chunk: Buffer): void;
  /** No more comes. Throws Failure `server` if more should. */
  finish(): void;
}

/** @param who sent it, for errors */
export function lookThrough(who: string): LookThrough {
  const skimmer = createRdbSkimmer();
  let unread: string | undefined;
  const look = (act: () => void): void => {
    if (unread !== undefined) return;
    try {
      act();
    } catch (error) {
      if (!(error instanceof RdbError)) throw error;
      // A later version than we know: its checksum is looked at by whoever loads it.
      if (error.fault !== 'unsupported') throw new Failure('server', l10n.t('{0} holds damaged data, at byte {1}: {2}. Nothing was saved.', who, error.offset, damageText(error.message)));
      unread = error.message;
    }
  };
  return {
    summary: skimmer.summary,
    get unread() {
      return unread;
    },
    push: (chunk) => look(() => skimmer.push(chunk)),
    finish: () => look(() => skimmer.finish()),
  };
}
