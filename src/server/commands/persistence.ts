import { save, saveInBackground } from '../persistence/save.ts';
import type { Context, Handlers } from '../state.ts';
import { OK, SYNTAX, fail, integer, isOption } from './support.ts';

/** The file to save to, now. Throws the error of a server that has none, or that is saving already. */
function fileFor({ server }: Context): string {
  const { dataFile } = server.outside;
  if (server.saving.background !== undefined || server.replication.job !== undefined) fail('ERR Background save already in progress');
  return dataFile === undefined ? fail('ERR this server keeps all its data in memory: it has no file to save to') : dataFile();
}

/** SAVE, BGSAVE, LASTSAVE, BGREWRITEAOF. */
export const persistenceCommands: Handlers = {
  bgrewriteaof: () => fail('ERR this server writes no append only file: use SAVE'),
  bgsave: (context, args) => {
    if (args.length > 2 || (args.length === 2 && !isOption(args[1], 'SCHEDULE'))) fail(SYNTAX);
    saveInBackground(context.server, fileFor(context));
    return { kind: 'simple', text: 'Background saving started' };
  },
  lastsave: ({ server }) => integer(server.saving.lastAt),
  save: (context) => (save(context.server, fileFor(context)) ? OK : fail('ERR')),
};
