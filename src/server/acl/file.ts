import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Bytes } from '../store/value.ts';
import { systemError } from '../systemError.ts';
import { userLines } from './acl.ts';
import type { Acl } from './acl.ts';
import { UNKNOWN_COMMAND, hasSpaces } from './selector.ts';
import { applyRule, assignUser, createDefaultUser, createUser, mergeSelectors } from './user.ts';
import type { User, UserDefaults } from './user.ts';

const NOTHING_DONE = 'WARNING: ACL errors detected, no change to the previously active ACL rules was performed';

/**
 * Reads an aclfile (ACL LOAD, and the start of a server): all of its users or none. `name` stands in messages. Answers the
 * text of what is wrong, or the users that were there before: their clients have to go, apart from the default user's.
 */
export function loadAclFile(acl: Acl, path: string, name: Bytes, defaults: UserDefaults): { readonly error: string } | { readonly gone: ReadonlySet<User> } {
  let text: Bytes;
  try {
    text = readFileSync(path, 'latin1');
  } catch (error) {
    return { error: `Error loading ACLs, opening file '${name}': ${systemError(error)}` };
  }
  const users = new Map<Bytes, User>();
  let errors = '';
  // Redis drops what follows a zero byte, the end of the line included.
  for (const [at, line] of text.replace(/\0[^\n]*\n?/g, '').split('\n').entries()) {
    const words = line.replace(/^[ \t\r]+|[ \t\r]+$/g, '');
    if (words !== '') errors += readLine(users, words.split(' '), `${name}:${at + 1}`, at + 1, defaults);
  }
  if (errors !== '') return { error: errors + NOTHING_DONE };
  const gone = new Set([...acl.users.values()].filter((user) => user !== acl.defaultUser));
  assignUser(acl.defaultUser, users.get('default') ?? createDefaultUser());
  acl.users = users.set('default', acl.defaultUser);
  return { gone };
}

/** One line of a file. Answers what is wrong, each complaint with a blank behind it. */
function readLine(users: Map<Bytes, User>, words: readonly Bytes[], place: string, line: number, defaults: UserDefaults): string {
  const [keyword, name, ...rules] = words;
  if (keyword !== 'user' || name === undefined) return `${place} should start with user keyword followed by the username. `;
  if (hasSpaces(name)) return `'${place}: username '${name}' contains invalid characters. `;
  if (users.has(name)) return `WARNING: Duplicate user '${name}' found on line ${line}. `;
  const user = createUser(name, defaults);
  users.set(name, user);
  const merged = mergeSelectors(rules);
  if (typeof merged === 'number') return `${place}: Unmatched parenthesis in selector definition.`;
  let errors = '';
  let failed = false;
  for (const rule of merged) {
    const trimmed = rule.replace(/^[\t\r]+|[\t\r]+$/g, '');
    const problem = applyRule(user, trimmed, defaults);
    // A rule of any other kind may hold a password, so only the first is told of, and not what it is.
    if (problem === UNKNOWN_COMMAND) errors += `${place}: Error in applying operation '${trimmed}': ${problem}. `;
    else if (problem !== undefined && !failed) {
      errors += `${place}: ${problem}. `;
      failed = true;
    }
  }
  return errors;
}

/** Writes all users to an aclfile, by way of a file beside it (ACL SAVE). Throws the system's error. */
export function saveAclFile(acl: Acl, path: string): void {
  const beside = `${path}.tmp-${process.pid}`;
  try {
    writeFileSync(beside, userLines(acl).map((line) => `${line}\n`).join(''), { encoding: 'latin1', mode: 0o644, flush: true });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}

/** The `user` lines of redis.conf, from reading them until they are applied: the rules of each name. */
export type UserLines = Map<Bytes, readonly Bytes[]>;

/**
 * Takes in the words of a `user` line of redis.conf, `user` itself the first of at least two. Answers Redis's complaint, or undefined.
 * A command that there is not is found out by `applyUserLines` only.
 */
export function readUserLine(lines: UserLines, words: readonly Bytes[], defaults: UserDefaults): string | undefined {
  const [, name = '', ...rules] = words;
  // Redis counts the rules from the first, and shows the word at that place of the line.
  const failed = (at: number, problem: string): string => `Error in user declaration '${words[at] ?? ''}': ${problem}`;
  if (lines.has(name)) return failed(1, 'Duplicate user found. A user can only be defined once in config files');
  const merged = mergeSelectors(rules);
  if (typeof merged === 'number') return failed(merged, UNKNOWN_COMMAND);
  const trial = createUser(name, defaults);
  for (const [at, rule] of merged.entries()) {
    const problem = applyRule(trial, rule, defaults);
    if (problem !== undefined && problem !== UNKNOWN_COMMAND) return failed(at, problem);
  }
  lines.set(name, merged);
  return undefined;
}

/** Makes the users of redis.conf, when a server starts. Answers what redis-server logs before it gives up, or undefined. */
export function applyUserLines(acl: Acl, lines: UserLines, defaults: UserDefaults): string | undefined {
  for (const [name, rules] of lines) {
    if (hasSpaces(name)) return 'Spaces not allowed in ACL usernames';
    const user = acl.users.get(name) ?? createUser(name, defaults);
    acl.users.set(name, user);
    if (user === acl.defaultUser) applyRule(user, 'reset', defaults);
    for (const rule of rules) {
      const problem = applyRule(user, rule, defaults);
      if (problem !== undefined) return `Error loading ACL rule '${rule}' for the user named '${name}': ${problem}`;
    }
  }
  return undefined;
}
