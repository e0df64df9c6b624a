import type { ServerFacts } from './session.ts';

/** The fields of an INFO reply by name; section titles and blank lines are left out. */
export function parseInfo(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0 || line.startsWith('#')) continue;
    fields.set(line.slice(0, colon), line.slice(colon + 1).replace(/\r$/, ''));
  }
  return fields;
}

/**
 * What INFO says of the server. `info` undefined: the user may not ask.
 * @param unknownRunId stands for the run_id where the server does not tell it; has to be new at every connect.
 */
export function serverFacts(info: Map<string, string> | undefined, databases: number | undefined, unknownRunId: string): ServerFacts {
  const runId = info?.get('run_id');
  const valkey = info?.get('valkey_version');
  // Valkey keeps redis_version at 7.2.4 for clients that look at it, and tells its own beside.
  const flavour = valkey !== undefined || info?.get('server_name') === 'valkey' ? 'valkey' : info?.has('redis_version') === true ? 'redis' : 'unknown';
  return {
    runId: runId === undefined || runId === '' ? unknownRunId : runId,
    version: valkey ?? info?.get('redis_version') ?? '',
    flavour,
    mode: mode(info),
    databases,
  };
}

function mode(info: Map<string, string> | undefined): ServerFacts['mode'] {
  const named = info?.get('redis_mode') ?? info?.get('server_mode');
  if (named === 'sentinel') return 'sentinel';
  return named === 'cluster' || info?.get('cluster_enabled') === '1' ? 'cluster' : 'standalone';
}
