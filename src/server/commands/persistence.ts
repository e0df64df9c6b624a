import { save } from '../persistence/save.ts';
import type { Context, Handlers } from '../state.ts';
import { OK, SYNTAX, fail, integer, isOption } from './support.ts';

/** Saves, or throws the error of a server that has no file, or that could not write it. */
function saveNow({ server }: Context): void {
  const { dataFile } = server.outside;
  if (dataFile === undefined) fail('ERR this server keeps all its data in memory: it has no file to save to');
  if (!save(server, dataFile())) fail('ERR');
}

/** SAVE, BGSAVE, LASTSAVE, BGREWRITEAOF. A BGSAVE is over when its reply comes: there is no fork here, and the file is of one instant all the same. */
export const persistenceCommands: Handlers = {
  bgrewriteaof: () => fail('ERR this server writes no append only file: use SAVE'),
  bgsave: (context, args) => {
    if (args.length > 2 || (args.length === 2 && !isOption(args[1], 'SCHEDULE'))) fail(SYNTAX);
    saveNow(context);
    return { kind: 'simple', text: 'Background saving started' };
  },
  lastsave: ({ server }) => integer(server.saving.lastAt),
  save: (context) => {
    saveNow(context);
    return OK;
  },
};
