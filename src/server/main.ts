import { start } from './commandLine/start.ts';

/* `npm run serve`: the practice server as a process of its own, in place of redis-server. */

start(process.argv.slice(2)).catch((error: unknown) => {
  // A fault of ours: said, and no server.
  console.error(error);
  process.exit(1);
});
