import * as vscode from 'vscode';
import type { Secrets } from '../../core/connection/ports.ts';
import type { ConnectionProfile } from '../../core/connection/profile.ts';

const profilesKey = 'keyspace.connections';
const secretKey = (profileId: string): string => `keyspace.password.${profileId}`;

/**
 * The saved connections. Profiles are in the extension's global state (never in settings, so a repository cannot make us
 * connect anywhere); passwords are in SecretStorage only, under the profile's random id.
 */
export interface ConnectionStore extends Secrets, vscode.Disposable {
  list(): readonly ConnectionProfile[];
  get(profileId: string): ConnectionProfile | undefined;
  /** Adds or replaces. `password` undefined leaves the stored one, empty removes it. */
  save(profile: ConnectionProfile, password: string | undefined): Promise<void>;
  remove(profileId: string): Promise<void>;
  readonly onDidChange: vscode.Event<string>;
}

export function createConnectionStore(context: vscode.ExtensionContext): ConnectionStore {
  const changed = new vscode.EventEmitter<string>();
  const list = (): readonly ConnectionProfile[] => context.globalState.get<readonly ConnectionProfile[]>(profilesKey, []);
  return {
    list,
    get: (profileId) => list().find((profile) => profile.id === profileId),
    password: async (profileId) => context.secrets.get(secretKey(profileId)),
    async save(profile, password) {
      if (password === '') await context.secrets.delete(secretKey(profile.id));
      else if (password !== undefined) await context.secrets.store(secretKey(profile.id), password);
      const others = list();
      const at = others.findIndex((one) => one.id === profile.id);
      await context.globalState.update(profilesKey, at < 0 ? [...others, profile] : others.with(at, profile));
      changed.fire(profile.id);
    },
    async remove(profileId) {
      await context.globalState.update(profilesKey, list().filter((profile) => profile.id !== profileId));
      await context.secrets.delete(secretKey(profileId));
      changed.fire(profileId);
    },
    onDidChange: changed.event,
    dispose: () => changed.dispose(),
  };
}
