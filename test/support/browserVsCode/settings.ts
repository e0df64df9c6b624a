import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a window of ours needs to be quiet, and to be driven by role and name. */
export const quietSettings = {
  // No chat: its side bar opens by itself on a new profile, and its host logs a lot.
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.reduceMotion': 'on',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'update.mode': 'none',
  'security.workspace.trust.enabled': false,
  // The row that sticks to a tree's top would take clicks meant for the row under it.
  'workbench.tree.enableStickyScroll': false,
};

/** Writes the user settings of a server's data folder. */
export async function seedSettings(dataDir: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await write(dataDir, settings, 'w');
}

/** The same, unless there are some: a person may have changed them. */
export async function seedSettingsOnce(dataDir: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await write(dataDir, settings, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

async function write(dataDir: string, settings: Readonly<Record<string, unknown>>, flag: 'w' | 'wx'): Promise<void> {
  const folder = join(dataDir, 'data/User');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'settings.json'), `${JSON.stringify(settings, undefined, 2)}\n`, { flag });
}
