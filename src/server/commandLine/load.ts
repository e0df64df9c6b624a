import { appendFileSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isContainer } from '../../protocol/commands/lookup.ts';
import { splitInline } from '../../protocol/resp/inline.ts';
import { readUserLine } from '../acl/file.ts';
import type { UserLines } from '../acl/file.ts';
import { BAD_DIRECTIVE } from '../config.ts';
import type { Config } from '../config.ts';
import { globMatch } from '../store/glob.ts';
import type { Bytes } from '../store/value.ts';
import { systemError } from '../systemError.ts';

/** What stands in a configuration beside the parameters. */
export interface Loaded {
  /** The `user` directives. */
  readonly users: UserLines;
  /** `rename-command`: the new name of a command, '' for none. */
  readonly renamed: Map<string, Bytes>;
  /** The words of each `loadmodule` directive. */
  readonly modules: (readonly Bytes[])[];
}

/** What makes a server not start: a text in the form of Redis, and where it goes. */
export class StartError extends Error {
  readonly kind: 'directive' | 'log';
  constructor(kind: 'directive' | 'log', message: string) {
    super(message);
    this.name = 'StartError';
    this.kind = kind;
  }
}

/** The configuration as one text: the file, then the standard input, then the options, each from a line of its own. */
export interface Sources {
  /** An absolute path, or a pattern of several. */
  readonly file: string | undefined;
  readonly stdin: Bytes | undefined;
  readonly options: Bytes;
}

/** Reads a whole configuration into `config`. `exists` tells whether there is a command. Throws StartError. */
export function loadConfig(config: Config, sources: Sources, exists: (name: string) => boolean): Loaded {
  const loaded: Loaded = { users: new Map(), renamed: new Map(), modules: [] };
  loadText(config, textOf(sources), loaded, exists);
  return loaded;
}

function textOf({ file, stdin, options }: Sources): Bytes {
  const parts = [file === undefined ? '' : readAll(file), stdin ?? ''].join('');
  return options === '' ? parts : `${parts}\n${options}`;
}

/** A file, or all that a pattern matches; a pattern may match none. It may stand for names of files, not of folders. */
function readAll(path: string): Bytes {
  return matching(path).map((one) => {
    try {
      return readFileSync(one, 'latin1');
    } catch (error) {
      throw new StartError('log', `Fatal error, can't open config file '${one}': ${systemError(error)}`);
    }
  }).join('');
}

function matching(path: string): readonly string[] {
  if (!/[*?[]/.test(path)) return [path];
  try {
    return readdirSync(dirname(path)).filter((name) => !name.startsWith('.') && globMatch(basename(path), name)).sort().map((name) => join(dirname(path), name));
  } catch {
    return [];
  }
}

function loadText(config: Config, text: Bytes, loaded: Loaded, exists: (name: string) => boolean): void {
  const lines = text.split('\n').map((line) => line.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''));
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const words = splitInline(line);
    const problem = words === undefined ? 'Unbalanced quotes in configuration line' : words.length === 0 ? undefined : directive(config, words, loaded, exists);
    if (problem !== undefined) throw new StartError('directive', fatal(config, `Reading the configuration file, at line ${index + 1}\n>>> '${line}'\n`, problem));
  }
  const finished = checkLog(config);
  if (finished !== undefined) throw new StartError('directive', fatal(config, '', finished));
}

/** What Redis prints when it cannot go on from a place. */
function fatal({ version }: Config, place: Bytes, problem: string): string {
  return `\n*** FATAL CONFIG FILE ERROR (Redis ${version}) ***\n${place}${problem}\n`;
}

function directive(config: Config, words: readonly Bytes[], loaded: Loaded, exists: (name: string) => boolean): string | undefined {
  const [given = '', ...rest] = words;
  const name = given.toLowerCase();
  if (name === 'include' && rest.length === 1) {
    loadText(config, readAll(rest[0] ?? ''), loaded, exists);
    return undefined;
  }
  if (name === 'rename-command' && rest.length === 2) return rename(rest, loaded, exists);
  if (name === 'user' && rest.length >= 1) {
    return readUserLine(loaded.users, words, { allChannels: config.get('acl-pubsub-default') === 'allchannels' });
  }
  if (name === 'loadmodule' && rest.length >= 1) {
    loaded.modules.push(rest);
    return undefined;
  }
  const problem = config.directive(name, rest);
  if (problem === BAD_DIRECTIVE && name.includes('.')) return rest.length === 0 ? 'Module config specified without value' : undefined;
  return problem ?? actOn(config, name, rest);
}

/** What a directive does at once, and what this server cannot be. */
function actOn(config: Config, name: string, rest: readonly Bytes[]): string | undefined {
  if (name === 'dir') return enterFolder(config, rest[0] ?? '');
  if (name === 'cluster-enabled' && config.get(name) === 'yes') return 'this server has no cluster mode';
  return undefined;
}

/** Makes a folder the one of the process and of `dir`. Answers the system's error text. */
export function enterFolder(config: Config, path: string): string | undefined {
  try {
    process.chdir(Buffer.from(path, 'latin1').toString());
  } catch (error) {
    return systemError(error);
  }
  config.start('dir', Buffer.from(process.cwd()).toString('latin1'));
  return undefined;
}

function rename([from = '', to = '']: readonly Bytes[], { renamed }: Loaded, exists: (name: string) => boolean): string | undefined {
  const known = (name: string): boolean => [...renamed.values()].includes(name) || (!renamed.has(name) && (exists(name) || isContainer(name)));
  const [old, target] = [from.toLowerCase(), to.toLowerCase()];
  if (!known(old)) return 'No such command in rename-command';
  if (target !== '' && known(target)) return 'Target command name already exists';
  renamed.set(old, target);
  return undefined;
}

/** What is wrong with the log's file, which every file that is included is asked about too. */
function checkLog(config: Config): string | undefined {
  const file = config.get('logfile');
  if (file === '') return undefined;
  try {
    appendFileSync(Buffer.from(file, 'latin1').toString(), '');
    return undefined;
  } catch (error) {
    return `Can't open the log file: ${systemError(error)}`;
  }
}
