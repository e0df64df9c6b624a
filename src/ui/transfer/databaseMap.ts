import * as vscode from 'vscode';
import type { ConnectionProfile } from '../../core/connection/profile.ts';
import { listDatabases } from '../../core/keyspace/databases.ts';
import { askText, mapAnswer, type StepFrame, type StepResult } from '../platform/steps.ts';
import type { Services } from '../services.ts';

/** Which database takes which. */
export type DatabaseMap = ReadonlyMap<number, number>;

/** Databases in words. */
export function databasesText(indexes: readonly number[]): string {
  return vscode.l10n.t('the databases {0}', indexes.join(', '));
}

/** As it is written by users: `0>0 3>5`. */
export function mapText(map: DatabaseMap): string {
  return [...map].map(([from, to]) => `${String(from)}>${String(to)}`).join(' ');
}

/** Reads such a text; a number alone means the same number. Undefined for what is none, and where two go into one. */
export function readMap(text: string): DatabaseMap | undefined {
  const map = new Map<number, number>();
  for (const pair of text.split(/[\s,;]+/).filter((one) => one !== '')) {
    const [, from, to] = /^(\d{1,9})(?:[>:→](\d{1,9}))?$/.exec(pair) ?? [];
    if (from === undefined || map.has(Number(from))) return undefined;
    map.set(Number(from), Number(to ?? from));
  }
  return map.size === 0 || new Set(map.values()).size < map.size ? undefined : map;
}

/** Each of these to its own number, or where they are copied within their server to numbers that are none of theirs. @param count of the target's databases */
export function defaultMap(sources: readonly number[], within: boolean, count: number): DatabaseMap {
  const free = Array.from({ length: count }, (_, index) => index).filter((index) => !sources.includes(index));
  return new Map(sources.map((from) => [from, within || from >= count ? free.shift() ?? from : from]));
}

/**
 * Asks which database of `target` takes which. @param wanted the databases that have to be in it; undefined: those that are written
 * Throws Failure if the target cannot be asked how many it has.
 */
export async function askDatabaseMap({ sessions }: Services, frame: StepFrame, prompt: string, target: ConnectionProfile, proposed: readonly number[], within: boolean, wanted: boolean): Promise<StepResult<DatabaseMap>> {
  const session = sessions.acquire(target, target.database ?? 0);
  const { count = 16 } = await listDatabases(session).finally(() => session.release());
  const validate = (text: string): string | undefined => {
    const map = readMap(text);
    if (map === undefined) return vscode.l10n.t('Write source>target for each database, as in 0>0 1>5; no two into one.');
    const missing = wanted ? proposed.find((index) => !map.has(index)) : undefined;
    if (missing !== undefined) return vscode.l10n.t('Database {0} is missing.', missing);
    const other = wanted ? [...map.keys()].find((index) => !proposed.includes(index)) : undefined;
    if (other !== undefined) return vscode.l10n.t('Database {0} was not selected.', other);
    const beyond = [...map.values()].find((index) => index >= count);
    if (beyond !== undefined) return vscode.l10n.t('“{0}” has {1} databases, of which {2} is the last.', target.name, count, count - 1);
    const tangled = within ? [...map.values()].find((index) => map.has(index)) : undefined;
    return tangled === undefined ? undefined : vscode.l10n.t('Database {0} is a source itself: choose another one to take a copy.', tangled);
  };
  return mapAnswer(askText(frame, { prompt, value: mapText(defaultMap(proposed, within, count)), validate }), (text) => readMap(text) ?? new Map());
}
