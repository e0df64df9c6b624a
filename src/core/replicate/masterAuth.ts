import { asList, asText } from '../connection/reply.ts';
import type { Reply, Session } from '../connection/session.ts';
import type { Failure} from '../failure.ts';
import { isFailure } from '../failure.ts';

/** As whom a replica presents itself to its master (masteruser, masterauth); empty: as nobody. A secret. */
export interface MasterAuth {
  readonly user: string;
  readonly password: string;
}

/**
 * Sets what the source asks for. Answers what was there before, or undefined where nothing was changed: it was so, or the source asks for
 * nothing and this user may not look. CONFIG REWRITE is not called: what is set lasts as long as the process. Rejects with Failure.
 */
export async function setMasterAuth(session: Session, wanted: MasterAuth): Promise<MasterAuth | undefined> {
  const before = await readMasterAuth(session);
  const nothing = wanted.password === '' && wanted.user === '';
  if (before === undefined && nothing) return undefined;
  if (before !== undefined && before.user === wanted.user && before.password === wanted.password) return undefined;
  await writeMasterAuth(session, wanted);
  return before ?? { user: '', password: '' };
}

/** Puts back what was there before, unless somebody has set something else since. Rejects with Failure. */
export async function restoreMasterAuth(session: Session, before: MasterAuth, ours: MasterAuth | undefined): Promise<void> {
  const now = await readMasterAuth(session);
  if (now !== undefined && ours !== undefined && (now.user !== ours.user || now.password !== ours.password)) return;
  await writeMasterAuth(session, before);
}

async function writeMasterAuth(session: Session, { user, password }: MasterAuth): Promise<void> {
  for (const reply of await session.sendAll([['CONFIG', 'SET', 'masteruser', user], ['CONFIG', 'SET', 'masterauth', password]])) {
    // Before Redis 6 there is no user.
    if (isFailure(reply) && !(user === '' && /unsupported|unknown/i.test(reply.message) && reply.kind === 'server')) throw reply;
  }
}

async function readMasterAuth(session: Session): Promise<MasterAuth | undefined> {
  const [user, password] = (await session.sendAll([['CONFIG', 'GET', 'masteruser'], ['CONFIG', 'GET', 'masterauth']])).map(settingOf);
  return password === undefined ? undefined : { user: user ?? '', password };
}

/** The value in a reply of CONFIG GET for one name; undefined where there is none. */
function settingOf(reply: Reply | Failure): string | undefined {
  if (isFailure(reply)) return undefined;
  const value = asList(reply)[1];
  return value === undefined ? undefined : asText(value);
}
