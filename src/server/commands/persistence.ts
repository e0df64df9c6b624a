import type { Handlers } from '../state.ts';
import { SYNTAX, fail, isOption } from './support.ts';

const NOT_YET = 'ERR the practice server keeps everything in memory and cannot save yet';

/** SAVE, BGSAVE, BGREWRITEAOF. No files yet: an error, since an OK without a file would be a lie. */
export const persistenceCommands: Handlers = {
  bgrewriteaof: () => fail(NOT_YET),
  bgsave: (_context, args) => fail(args.length === 1 || (args.length === 2 && isOption(args[1], 'SCHEDULE')) ? NOT_YET : SYNTAX),
  save: () => fail(NOT_YET),
};
